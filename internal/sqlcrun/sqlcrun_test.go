package sqlcrun

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
)

const schema = `create type role as enum ('admin', 'member');
create table tenants (id uuid primary key, name text not null);
comment on table tenants is 'Those who pay.';
create table users (
	id uuid primary key, tenant_id uuid not null references tenants (id), name text not null,
	role role not null default 'member', age int4, tags text[] not null default '{}'
);
`

// run runs the real sqlc over one query file.
func run(t *testing.T, queries string, change ...func(*Input)) (*Compiled, []diag.Diagnostic) {
	t.Helper()
	in := Input{
		Env:     os.Environ(),
		Schema:  []config.File{{Name: "db/schema.sql", Text: schema}},
		Queries: []config.File{{Name: "db/users.sql", Text: queries}},
	}
	for _, f := range change {
		f(&in)
	}
	var rep diag.List
	c, err := Run(t.Context(), in, &rep)
	if err != nil {
		t.Fatal(err)
	}
	if (c == nil) != rep.HasErrors() {
		t.Fatalf("Run = %v with %v", c, rep.Sorted())
	}
	if c != nil {
		t.Cleanup(c.Close)
	}
	return c, rep.Sorted()
}

// queriesOf returns all queries.
func queriesOf(t *testing.T, c *Compiled) []*Query {
	t.Helper()
	var out []*Query
	for q, err := range c.Queries {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, q)
	}
	return out
}

func TestRun(t *testing.T) {
	t.Parallel()
	c, _ := run(t, `-- name: Get :one
select * from users where tenant_id = @tenant_id and id = $1;
-- name: Names :many
select name from users where tenant_id = @tenant_id and id = any(@ids::uuid[]) and role = @role;
-- name: Both :many
select sqlc.embed(u), t.name from users u join tenants t on t.id = u.tenant_id where u.tenant_id = $1 and u.age > sqlc.narg(age);
-- name: Rename :execrows
update users set name = $2 where tenant_id = $1;
-- name: Load :copyfrom
insert into users (tenant_id, id, name) values ($1, $2, $3);
-- name: Touch :batchexec
update users set age = $1 where tenant_id = $2 and id = $3;
-- name: Find :batchone
select id, role from users where tenant_id = $1 and id = $2;
-- name: Cull :batchmany
delete from users where tenant_id = $1 and age = $2 returning *;
-- name: Drop :execresult
delete from users where tenant_id = $1;
`, func(in *Input) {
		in.Options = map[string]any{"overrides": []any{map[string]any{"column": "users.id", "go_type": "github.com/google/uuid.UUID"}}}
		in.Structs = []TableName{{"", "tenants"}}
	})

	type summary struct {
		Name, Command, Struct string
		Params, Columns       []string
	}
	var got []summary
	queries := queriesOf(t, c)
	for _, q := range queries {
		s := summary{Name: q.Name, Command: q.Command, Struct: q.Struct}
		for _, p := range q.Params {
			s.Params = append(s.Params, p.Name+" "+p.Go.Text)
		}
		for _, r := range q.Columns {
			s.Columns = append(s.Columns, r.Field+" "+r.Go.Text)
		}
		got = append(got, s)
	}
	user := []string{
		"ID uuid.UUID", "TenantID pgtype.UUID", "Name string", "Role Role", "Age pgtype.Int4", "Tags []string",
	}
	want := []summary{
		{"Get", ":one", "User", []string{"id uuid.UUID", "tenant_id pgtype.UUID"}, user},
		{"Names", ":many", "", []string{"tenant_id pgtype.UUID", "ids []pgtype.UUID", "role Role"}, []string{" string"}},
		{"Both", ":many", "BothRow", []string{"tenant_id pgtype.UUID", "age pgtype.Int4"}, []string{"User User", "Name string"}},
		{"Rename", ":execrows", "", []string{"tenant_id pgtype.UUID", "name string"}, nil},
		{"Load", ":copyfrom", "", []string{"tenant_id pgtype.UUID", "id uuid.UUID", "name string"}, nil},
		{"Touch", ":batchexec", "", []string{"age pgtype.Int4", "tenant_id pgtype.UUID", "id uuid.UUID"}, nil},
		{"Find", ":batchone", "FindRow", []string{"tenant_id pgtype.UUID", "id uuid.UUID"}, []string{"ID uuid.UUID", "Role Role"}},
		{"Cull", ":batchmany", "User", []string{"tenant_id pgtype.UUID", "age pgtype.Int4"}, user},
		{"Drop", ":execresult", "", []string{"tenant_id pgtype.UUID"}, nil},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	id := queries[0].Params[0]
	if id.Table == nil || *id.Table != (TableName{"", "users"}) || id.Column != "id" || !cmp.Equal(id.Go.Imports, []Import{{"", "github.com/google/uuid"}}) {
		t.Errorf("the id is %+v, want the column users.id with its import", id)
	}
	if text := queries[0].Text; text != "select id, tenant_id, name, role, age, tags from users where tenant_id = $2 and id = $1" {
		t.Errorf("text = %s", text)
	}
	if got := c.Structs[TableName{"", "tenants"}]; got != "Tenant" {
		t.Errorf("the struct of tenants is %q", got)
	}
	if doc := c.Types["Tenant"].Doc; doc != "Those who pay." {
		t.Errorf("doc of Tenant = %q", doc)
	}
	if source := c.Types["Role"].Source; !strings.Contains(source, `RoleAdmin  Role = "admin"`) {
		t.Errorf("source of Role = %s", source)
	}
	if len(c.Tables) != 2 || len(c.Tables[1].Columns) != 6 || *c.Tables[1].Columns[5].Type != (DBType{"", "text", 1}) {
		t.Errorf("tables = %+v", c.Tables)
	}
	if c.Version != Version {
		t.Errorf("version = %s", c.Version)
	}
}

// TestStructs: a struct that no query uses is there when it was asked for,
// for more tables than one probing query takes.
func TestStructs(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	var names []TableName
	for i := range probeWidth + 3 {
		name := "t" + strings.Repeat("x", i) + "s"
		b.WriteString("create table " + name + " (id int8 primary key);\n")
		names = append(names, TableName{"", name})
	}
	c, _ := run(t, "-- name: One :one\nselect id from ts where id = $1;\n", func(in *Input) {
		in.Schema = []config.File{{Name: "s.sql", Text: b.String()}}
		in.Structs = names
	})
	for _, name := range names {
		decl := c.Types[c.Structs[name]]
		if want := strings.ToUpper(name.Name[:1]) + strings.TrimSuffix(name.Name[1:], "s"); decl == nil || decl.Name != want {
			t.Errorf("%s has the struct %+v, want %s", name.Name, decl, want)
		}
	}
	if n := len(queriesOf(t, c)); n != 1 {
		t.Errorf("%d queries, want the user's one", n)
	}
}

// TestNoQueries: a project may begin with models alone.
func TestNoQueries(t *testing.T) {
	t.Parallel()
	c, _ := run(t, "-- nothing yet\n")
	if n := len(queriesOf(t, c)); n != 0 || len(c.Tables) != 2 {
		t.Errorf("%d queries and %d tables, want none and 2", n, len(c.Tables))
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, schema, queries string
		want                  []string
	}{
		{
			name:    "unknown column",
			queries: "-- name: A :one\nselect id,\n  nope from users;\n-- name: B :many\nselect * from missing;\n",
			want: []string{
				`db/users.sql:3:3: TC5003: sqlc: column "nope" does not exist`,
				`db/users.sql:5:1: TC5003: sqlc: relation "missing" does not exist`,
			},
		},
		{
			name:    "syntax",
			queries: "-- name: A :one\nselect id from where;\n",
			want:    []string{`db/users.sql:2:16: TC5003: sqlc: syntax error at or near "where"`},
		},
		{
			name:    "behind characters of several bytes",
			queries: "-- name: A :one\n-- größter Übermut\nselect nope from users;\n",
			want:    []string{`db/users.sql:3:8: TC5003: sqlc: column "nope" does not exist`},
		},
		{
			name:    "with CRLF",
			queries: "-- name: A :one\r\nselect id,\r\n nope from users;\r\n",
			want:    []string{`db/users.sql:3:2: TC5003: sqlc: column "nope" does not exist`},
		},
		{
			name:    "schema",
			schema:  "create table t (id int,, b int);\n",
			queries: "-- name: A :one\nselect 1;\n",
			want:    []string{`db/schema.sql:1:24: TC5003: sqlc: syntax error at or near ","`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, found := run(t, tt.queries, func(in *Input) {
				if tt.schema != "" {
					in.Schema[0].Text = tt.schema
				}
			})
			var got []string
			for _, d := range found {
				got = append(got, d.Pos.String()+": "+string(d.Code)+": "+d.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || c != nil {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongLine(t *testing.T) {
	t.Parallel()
	long := "select id, '" + strings.Repeat("a b", 10_000) + "' as v, " + strings.Repeat("name, ", 30_000) + "age from users where id = $1;\n"
	c, _ := run(t, "-- name: A :many\n"+long)
	if n := len(queriesOf(t, c)[0].Columns); n != 30_003 {
		t.Errorf("%d columns arrived, want 30003", n)
	}
	_, found := run(t, "-- name: A :many\nselect 1;\n-- name: B :one\nselect '"+strings.Repeat("a b", 1<<16)+"' as v;\n")
	if len(found) != 1 || found[0].Code != diag.CodeSqlcLongLine || found[0].Pos.Line != 4 {
		t.Errorf("diagnostics = %v, want one long line at line 4", found)
	}
}

// script writes an executable that stands in for sqlc.
func script(t *testing.T, body string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	name := filepath.Join(t.TempDir(), "sqlc")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}

// goFolder returns the folder of the go command.
func goFolder(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(path)
}

func TestFind(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	// Or the go command, with HOME here, would count its use here, at a time of its own.
	mode := filepath.Join(empty, ".config", "go", "telemetry", "mode")
	if err := os.MkdirAll(filepath.Dir(mode), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mode, []byte("off"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Input)
		code   diag.Code
		says   string
	}{
		{"none", func(in *Input) { in.Dir, in.Env = empty, []string{"PATH=" + empty} }, diag.CodeSqlcMissing, howToGet},
		{"none in a module without the tool", func(in *Input) {
			in.Dir = empty
			in.Env = []string{"PATH=" + goFolder(t), "HOME=" + empty, "GOFLAGS=-mod=mod"}
		}, diag.CodeSqlcMissing, howToGet},
		{"a path that is not there", func(in *Input) { in.Path = filepath.Join(empty, "sqlc") }, diag.CodeSqlcMissing, howToGet},
		{"another version", func(in *Input) {
			in.Path = script(t, `if [ "$1" = version ]; then echo v1.20.0; else exit 1; fi`)
		}, diag.CodeSqlcVersion, howToGet},
		{"a failure without a place", func(in *Input) {
			in.Path = script(t, `if [ "$1" = version ]; then echo v1.31.1; else echo "error parsing configuration" >&2; exit 1; fi`)
		}, diag.CodeSqlcFailed, ""},
		{"no end", func(in *Input) {
			in.Path = script(t, `sleep 600 & wait`)
			in.Timeout = 50 * time.Millisecond
		}, diag.CodeSqlcFailed, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, found := run(t, "-- name: A :one\nselect 1;\n", tt.change)
			if len(found) != 1 || found[0].Code != tt.code || !strings.Contains(found[0].Fix, tt.says) {
				t.Errorf("diagnostics = %+v, want one %s that says %q", found, tt.code, tt.says)
			}
		})
	}
}

func TestFindOnPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Dir(script(t, `echo "$@ $SQLC_AUTH_TOKEN $HOME" >&2; exit 1`))
	_, found := run(t, "-- name: A :one\nselect 1;\n", func(in *Input) {
		in.Dir = dir
		in.Env = []string{"PATH=" + dir, "HOME=/home/ann", "SQLC_AUTH_TOKEN=secret"}
	})
	// The script fails for `version` too, so that is what is told.
	if len(found) != 1 || found[0].Code != diag.CodeSqlcVersion || !strings.HasPrefix(found[0].Message, dir) {
		t.Errorf("diagnostics = %+v", found)
	}
}

func TestChildEnv(t *testing.T) {
	t.Parallel()
	got := childEnv([]string{"HOME=/home/ann", "SQLC_AUTH_TOKEN=secret", "PATH=/bin", "PGPASSWORD=secret"})
	if diff := cmp.Diff([]string{"PATH=/bin", "HOME=/home/ann"}, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

// TestCancel: a cancelled run ends at once, with the processes that sqlc started.
func TestCancel(t *testing.T) {
	t.Parallel()
	started := filepath.Join(t.TempDir(), "started")
	bin := script(t, `sleep 600 & echo $! > `+started+`.tmp; mv `+started+`.tmp `+started+`; wait`)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := Run(ctx, Input{Path: bin, Env: os.Environ(), Queries: []config.File{{Name: "q.sql"}}}, &diag.List{})
		done <- err
	}()
	for {
		if _, err := os.Stat(started); err == nil {
			break
		}
		runtime.Gosched()
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want context.Canceled", err)
	}
}

func TestReadRequestTruncated(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "request.json")
	for _, text := range []string{"", "{", `{"catalog":`, `{"catalog":{"schemas":[{"name":"public","tables":[`, `[]`, `{"settings":{"a":[`} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c := &Compiled{}
		if err := (&request{name: name}).readTables(c); err == nil {
			t.Errorf("the tables of %q were read as %+v", text, c)
		}
	}
	for _, text := range []string{
		"", "{\n}", "{\n \"sqlc_version\": \"v1.31.1\"\n}", "{\n \"queries\": ", "{\n \"queries\": [\n  {}", "{\n \"queries\": []",
		"{\n \"queries\": [],\n \"sqlc_version\": \"v1", "{\n \"queries\": [{\"name\": \"A\", \"filename\": \"other.sql\"}]\n}",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := &request{name: name}
		if err := r.readHeadings(&workspace{}); err == nil {
			t.Errorf("the headings of %q were read as %+v", text, r)
		}
	}
}
