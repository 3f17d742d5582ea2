package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outcome is what one call of tenantc gave.
type outcome struct {
	status         int
	stdout, stderr string
}

// tenantc runs the command in process, without a terminal and with the
// environment of the test.
func tenantc(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), args, strings.NewReader(""), &stdout, &stderr, os.Environ())
	return outcome{status, stdout.String(), stderr.String()}
}

// lay writes files into a new folder.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// project is a small project that is clean.
func project() map[string]string {
	return map[string]string{
		"go.mod": "module example.com/app\n\ngo 1.26\n",
		"sqlc.yaml": `version: "2"
sql:
  - engine: postgresql
    schema: schema
    queries: queries
    codegen:
      - plugin: tenantc
        out: gen
        options:
          models: models
          tenancy:
            dimensions:
              - {name: tenant, columns: [tenant_id], root: tenants}
plugins:
  - name: tenantc
    process: {cmd: tenantc, format: json}
    env: [PATH, HOME, GOCACHE, GOMODCACHE, GOPATH, GOFLAGS, TMPDIR]
`,
		"schema/001_init.sql": `create table tenants (
    id   uuid primary key,
    name text not null
);

create table users (
    id        uuid not null,
    tenant_id uuid not null references tenants (id),
    name      text not null,
    age       int  not null,
    primary key (tenant_id, id)
);
`,
		"queries/users.sql": `-- name: ListUsers :many
select * from users where tenant_id = @tenant_id;

-- name: CountUsers :one
select count(*) from users where tenant_id = @tenant_id;
`,
		"models/models.go": `package models

type Tenant struct {
	ID   [16]byte ` + "`db:\"id,primaryKey\"`" + `
	Name string   ` + "`db:\"name\"`" + `
}

type User struct {
	ID       [16]byte ` + "`db:\"id,primaryKey\"`" + `
	TenantID [16]byte ` + "`db:\"tenant_id\"`" + `
	Name     string   ` + "`db:\"name\"`" + `
	Age      int32    ` + "`db:\"age\"`" + `
}
`,
	}
}

// edit returns the project with one file changed: old, which stands there
// once, becomes new. An empty old replaces the file.
func edit(t *testing.T, name, old, new string) map[string]string {
	t.Helper()
	files := project()
	switch {
	case old == "":
		files[name] = new
	case strings.Count(files[name], old) != 1:
		t.Fatalf("%q stands %d times in %s", old, strings.Count(files[name], old), name)
	default:
		files[name] = strings.Replace(files[name], old, new, 1)
	}
	return files
}

func TestUsage(t *testing.T) {
	t.Parallel()
	dir := lay(t, project())
	for _, tc := range []struct {
		args   string
		status int
		stdout string // a part of it; "" for nothing at all
		stderr string
	}{
		{"", exitUsage, "", "Usage: tenantc VERB"},
		{"help", exitOK, "Usage: tenantc VERB", ""},
		{"-h", exitOK, "Usage: tenantc VERB", ""},
		{"--help", exitOK, "Usage: tenantc VERB", ""},
		{"help check", exitOK, "Usage: tenantc check [flags]", ""},
		{"check -h", exitOK, "-f FORMAT       format of the output: text, json, sarif", ""},
		{"help nothing", exitUsage, "", `there is no verb "nothing"`},
		{"chekc", exitUsage, "", `there is no verb "chekc"; did you mean check?`},
		{"frobnicate", exitUsage, "", "there is no verb \"frobnicate\"\nrun `tenantc help`"},
		{"generate -verfy", exitUsage, "", "there is no flag -verfy; did you mean -verify?\nrun `tenantc help generate`"},
		{"-xyzzyx check", exitUsage, "", "there is no flag -xyzzyx\n"},
		{"check -verify", exitUsage, "", "check has no flag -verify"},
		{"check -f yaml", exitUsage, "", `check has no format "yaml": it is one of text, json, sarif`},
		{"check -f sarf", exitUsage, "", `check has no format "sarf"; did you mean sarif?`},
		{"check -f markdown", exitUsage, "", `check has no format "markdown"`},
		{"check users.sql", exitUsage, "", `check takes no further words, and got "users.sql"`},
		{"generate -timeout soon", exitUsage, "", `invalid value "soon" for flag -timeout`},
		{"check -C", exitUsage, "", "flag needs an argument: -C"},
		{"explain", exitUsage, "", "explain needs a code"},
		{"explain TC5901", exitOK, "TC5901: the generated code is not what the inputs give\n", ""},
		{"explain tc5901 TC5902", exitOK, "TC5902: something that tenantc did not write", ""},
		{"explain TC591", exitUsage, "", `no such code: "TC591"; did you mean TC5901?`},
		{"explain -all", exitOK, "TC5902: something that tenantc did not write", ""},
		{"explain -all -f markdown", exitOK, "## TC5: emission", ""},
		{"explain -all TC5901", exitUsage, "", "either codes or -all"},
		{"explain -query Q TC5901", exitUsage, "", "either codes or -query"},
		{"explain -database postgres://x TC5901", exitUsage, "", "-database goes with -query"},
		{"explain -f markdown TC5901", exitUsage, "", "-f markdown goes with -all"},
		{"dump", exitUsage, "", "dump needs -stage: catalog, queries, proofs, plan"},
		{"dump -stage=proof", exitUsage, "", `no such stage: "proof"; did you mean proofs?`},
		{"version", exitOK, "tenantc ", ""},
		{"version now", exitUsage, "", `version takes no further words, and got "now"`},
		{"check -C " + dir, exitOK, "2 statements: 2 confined; no findings\n", ""},
		{"-C " + dir + " -q check", exitOK, "", ""},
		{"check -C " + filepath.Join(dir, "nowhere"), exitFindings, "sqlc.yaml: TC0001", ""},
		{"check -config other.yaml -C " + dir, exitFindings, "other.yaml: TC0001", ""},
	} {
		t.Run(tc.args, func(t *testing.T) {
			t.Parallel()
			got := tenantc(t, strings.Fields(tc.args)...)
			if got.status != tc.status {
				t.Errorf("exit status %d, want %d", got.status, tc.status)
			}
			for _, out := range []struct{ name, got, want string }{{"stdout", got.stdout, tc.stdout}, {"stderr", got.stderr, tc.stderr}} {
				if !strings.Contains(out.got, out.want) || out.want == "" && out.got != "" {
					t.Errorf("%s is\n%s\nwant …%s…", out.name, out.got, out.want)
				}
			}
		})
	}
}

// TestFlagsHaveHelp keeps the flags, the verbs' lists and the help in step.
func TestFlagsHaveHelp(t *testing.T) {
	t.Parallel()
	taken := map[string]bool{}
	for _, v := range verbs() {
		page := v.page()
		for _, name := range v.flags {
			taken[name] = true
			if !strings.Contains(page, "\n    -"+name+" ") {
				t.Errorf("the help of %s does not list -%s", v.name, name)
			}
		}
	}
	fs := new(options).flags()
	for _, f := range flagHelp {
		if fs.Lookup(f.name) == nil || !taken[f.name] {
			t.Errorf("-%s is described but not taken", f.name)
		}
		taken[f.name] = false
	}
	for name, open := range taken {
		if open {
			t.Errorf("-%s has no line in the help", name)
		}
	}
}

// TestDocs keeps docs/cli.md in step with verbs and flags.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range verbs() {
		if !strings.Contains(string(page), "`"+v.name) && !strings.Contains(string(page), "`tenantc "+v.name) {
			t.Errorf("docs/cli.md does not name the verb %s", v.name)
		}
	}
	for _, f := range flagHelp {
		if !strings.Contains(string(page), "-"+f.name) {
			t.Errorf("docs/cli.md does not name -%s", f.name)
		}
	}
}
