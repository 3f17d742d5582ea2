package sqlcrun

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
)

func TestJoins(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"select 1;":                        true,
		"select 1;\n\n":                    true,
		"-- name: A :one\r\nselect 1;\r\n": true,
		"select ';';":                      true,
		"":                                 false,
		"\n":                               false,
		"select 1":                         false,
		"select 1; select 2":               false,
		"select 1;\n-- to be continued":    false,
		"select 1; /* open":                false,
		"select 1; 'open;":                 false,
		"select ';'":                       false,
		"select $a$ ; $a$":                 false,
		"select E'\\';'":                   false,
	} {
		if got := joinsQueries(text); got != want {
			t.Errorf("joinsQueries(%q) = %v", text, got)
		}
	}
	for text, want := range map[string]bool{
		"create table a ();":                                                     true,
		"-- of users\ncreate table a ();":                                        true,
		"-- +goose Up\ncreate table a ();":                                       false,
		"-- migrate:up\ncreate table a ();":                                      false,
		"create table a ();\n---- create above / drop below ----\ndrop table a;": false,
		"\\set x 1\ncreate table a ();":                                          false,
		"create table a ()":                                                      false,
	} {
		if got := joinsSchema(text); got != want {
			t.Errorf("joinsSchema(%q) = %v", text, got)
		}
	}
}

func TestBundle(t *testing.T) {
	t.Parallel()
	long := "select '" + strings.Repeat("x", maxBundle) + "';"
	var files []config.File
	for _, text := range []string{"a;", "b;", "open", "c;", long, "d;", "e;"} {
		files = append(files, config.File{Text: text})
	}
	var got []string
	for _, f := range bundle(files, joinsQueries) {
		got = append(got, f.Text)
	}
	if diff := cmp.Diff([]string{"a;\nb;\n", "open", "c;\n", long + "\n", "d;\ne;\n"}, got); diff != "" {
		t.Errorf("bundles (-want +got):\n%s", diff)
	}
}

// many is a project of several files of each kind.
func many(in *Input) {
	in.Schema = append(in.Schema, config.File{Name: "db/2.sql", Text: "alter table users add column note text;\n"},
		config.File{Name: "db/3.sql", Text: "-- +goose Up\nalter table users add column more text;\n-- +goose Down\nalter table users drop column more;\n"},
		config.File{Name: "db/4.sql", Text: "create table plans (id int4 primary key);\n"})
	for i := range 6 {
		in.Queries = append(in.Queries, config.File{Name: fmt.Sprintf("db/q%d.sql", i), Text: fmt.Sprintf(`-- Of users.
-- name: Get%[1]d :one
select * from users where tenant_id = @tenant_id and id = @id;
/* and */
-- name: Load%[1]d :copyfrom
insert into users (tenant_id, id, name) values ($1, $2, $3);
-- name: Touch%[1]d :batchexec
update users set age = $1 where tenant_id = $2 and id = $3;
-- name: Find%[1]d :batchone
select id, role from users where tenant_id = $1 and id = $2;
`, i)})
	}
}

// TestTogether: files that are put together give what they give one by one.
func TestTogether(t *testing.T) {
	t.Parallel()
	const queries = "-- name: Count :one\nselect count(*) from plans;\n"
	together, _ := run(t, queries, many)
	in := Input{Env: os.Environ(), Schema: []config.File{{Name: "db/schema.sql", Text: schema}}, Queries: []config.File{{Name: "db/users.sql", Text: queries}}}
	many(&in)
	if n := len(bundle(in.Schema, joinsSchema)) + len(bundle(in.Queries, joinsQueries)); n != 4 {
		t.Errorf("sqlc is given %d files, want 4: three of the schema, one of the queries", n)
	}
	var rep diag.List
	bin, err := find(t.Context(), in, &rep)
	if err != nil {
		t.Fatal(err)
	}
	apart, err := runApart(t.Context(), bin, in, &rep)
	if err != nil || rep.Len() > 0 {
		t.Fatal(err, rep.Sorted())
	}
	t.Cleanup(apart.Close)
	want := queriesOf(t, apart)
	if len(want) != 25 || len(apart.Tables) != 3 || len(apart.Tables[1].Columns) != 8 {
		t.Errorf("%d queries, %d tables", len(want), len(apart.Tables))
	}
	if diff := cmp.Diff(want, queriesOf(t, together)); diff != "" {
		t.Errorf("queries together (-apart +together):\n%s", diff)
	}
	if diff := cmp.Diff(apart, together, cmpopts.IgnoreFields(Compiled{}, "Queries", "remove")); diff != "" {
		t.Errorf("together (-apart +together):\n%s", diff)
	}
}

// TestTogetherRefused: what sqlc refuses is told of the file in which it stands.
func TestTogetherRefused(t *testing.T) {
	t.Parallel()
	_, found := run(t, "-- name: Count :one\nselect count(*) from plans;\n", many, func(in *Input) {
		in.Queries[4].Text += "\n-- name: Wrong :one\nselect nothing from users;\n"
	})
	if len(found) != 1 || found[0].Code != diag.CodeSqlcRefuses || found[0].Pos.File != "db/q3.sql" || found[0].Pos.Line != 13 {
		t.Errorf("diagnostics = %+v, want one in line 13 of db/q3.sql", found)
	}
}
