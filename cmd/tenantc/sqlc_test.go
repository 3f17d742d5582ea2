package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// actAs makes the test binary behave as tenantc, so that sqlc can start it.
const actAs = "TENANTC_TEST_ACT_AS_TENANTC"

func TestMain(m *testing.M) {
	if os.Getenv(actAs) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
	}
	os.Exit(m.Run())
}

// realSqlc is the path of the module's sqlc.
var realSqlc = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "sqlc").Output()
	return strings.TrimSpace(string(out)), err
})

func sqlcPath(t *testing.T) string {
	t.Helper()
	path, err := realSqlc()
	if err != nil {
		t.Fatalf("go tool -n sqlc: %v", err)
	}
	return path
}

// script writes an executable shell script and returns its path.
func script(t *testing.T, dir, name, text string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the script needs a shell")
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// altered is a sqlc that works, and whose answer goes through the sed program
// afterwards: one side of a comparison, broken.
func altered(t *testing.T, program string) string {
	t.Helper()
	return script(t, t.TempDir(), "sqlc", "'"+sqlcPath(t)+`' "$@" || exit $?
test "$1" = generate || exit 0
sed -i.orig -e '`+program+`' json/request.json
if cmp -s json/request.json json/request.json.orig; then echo "the program changed nothing" >&2; exit 9; fi
rm json/request.json.orig
`)
}

// generateWith runs generate in dir with the given sqlc.
func generateWith(t *testing.T, dir, sqlc string, more ...string) outcome {
	t.Helper()
	return tenantc(t, append([]string{"generate", "-C", dir, "-sqlc", sqlc}, more...)...)
}

// TestSqlcTrouble has a sqlc that is missing, old, or at odds with the input. What
// it says is of the first file that it finds, by whatever name that has there.
func TestSqlcTrouble(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "sqlc")
	const current = `if [ "$1" = version ]; then echo v1.31.1; exit 0; fi
`
	for name, tc := range map[string]struct {
		sqlc string
		want []string // parts of the output
	}{
		"missing": {missing, []string{"TC5", missing, "fix: go get -tool github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1"}},
		"old": {script(t, t.TempDir(), "sqlc", "if [ $1 = version ]; then echo v1.20.0; exit 0; fi\nexit 1\n"),
			[]string{"TC5", "v1.20.0", "v1.31.1"}},
		"refuses a query": {script(t, t.TempDir(), "sqlc", current+"echo '# package db' >&2\nset -- queries/*\necho \"$1:5:8: function count(*) is unloved\" >&2\nexit 1\n"),
			[]string{"queries/users.sql:5:8: TC5", "sqlc: function count(*) is unloved", "     5 | select count(*)"}},
		"refuses the schema": {script(t, t.TempDir(), "sqlc", current+"set -- schema/*\necho \"$1:1:1: no\" >&2\nexit 1\n"),
			[]string{"schema/001_init.sql:1:1: TC5", "sqlc: no"}},
		"falls over": {script(t, t.TempDir(), "sqlc", current+"echo 'panic: oh' >&2\nexit 2\n"),
			[]string{"TC5", "panic: oh"}},
		"hangs": {script(t, t.TempDir(), "sqlc", current+"exec sleep 100\n"),
			[]string{"TC5", "did not finish within 200ms"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := lay(t, project())
			before := tree(t, dir)
			timeout := "1m"
			if name == "hangs" {
				timeout = "200ms"
			}
			got := generateWith(t, dir, tc.sqlc, "-timeout", timeout)
			if got.status != exitFindings {
				t.Errorf("exit status %d, want %d\n%s", got.status, exitFindings, got.stderr)
			}
			for _, part := range tc.want {
				if !strings.Contains(got.stdout, part) {
					t.Errorf("the output lacks %q:\n%s", part, got.stdout)
				}
			}
			if after := tree(t, dir); after != before {
				t.Errorf("something was written:\n%s", after)
			}
		})
	}
}

// TestTwoViews breaks one side of what two views of the project must agree on.
func TestTwoViews(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		program string
		status  int
		want    string
	}{
		"the text that runs has lost its tenant": {`s/tenant_id = \$1/tenant_id <> $1/`, exitFailure, "a defect of tenantc"},
		"sqlc's catalog has another column":      {`s/"name": *"age"/"name":"agex"/`, exitFindings, "age"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := lay(t, project())
			before := tree(t, dir)
			got := generateWith(t, dir, altered(t, tc.program))
			if got.status != tc.status || !strings.Contains(got.stdout+got.stderr, tc.want) {
				t.Errorf("exit status %d, want %d and …%s…\n%s%s", got.status, tc.status, tc.want, got.stdout, got.stderr)
			}
			if after := tree(t, dir); after != before {
				t.Errorf("something was written:\n%s", after)
			}
		})
	}
}

// TestGenerate writes, finds nothing to do, finds drift, and heals it.
func TestGenerate(t *testing.T) {
	t.Parallel()
	dir, sqlc := lay(t, project()), sqlcPath(t)
	step := func(what string, got outcome, status int, part string) {
		t.Helper()
		if got.status != status || !strings.Contains(got.stdout, part) {
			t.Fatalf("%s: exit status %d, want %d and …%s…\n%s%s", what, got.status, status, part, got.stdout, got.stderr)
		}
	}
	users := filepath.Join(dir, "gen", "users.go")
	step("verify without gen", generateWith(t, dir, sqlc, "-verify"), exitFindings, "gen/users.go: TC5901: the file is missing")
	step("generate", generateWith(t, dir, sqlc), exitOK, "created gen/users.go\n")
	step("verify", generateWith(t, dir, sqlc, "-verify"), exitOK, "no findings")
	step("generate again", generateWith(t, dir, sqlc), exitOK, ", 0 changed")

	content, err := os.ReadFile(users)
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(string(content), "\n")
	if err := os.WriteFile(users, []byte(first+"\n// A comment by hand.\n"+rest), 0o644); err != nil {
		t.Fatal(err)
	}
	step("verify after an edit", generateWith(t, dir, sqlc, "-verify"), exitFindings, "gen/users.go:2:1: TC5901: the file is not what the inputs give")
	step("heal", generateWith(t, dir, sqlc), exitOK, "updated gen/users.go\n")
	if healed, err := os.ReadFile(users); err != nil || !bytes.Equal(healed, content) {
		t.Errorf("the file is not as before: %v", err)
	}

	if err := os.WriteFile(users, []byte("package gen\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	step("a foreign file", generateWith(t, dir, sqlc), exitFindings, "gen/users.go: TC5902: ")
	if tree(t, dir) != before {
		t.Error("something was written although a foreign file stands in the way")
	}
}

// TestUnwritable puts things in the way that stop even root. The old files stay.
func TestUnwritable(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		file   string // below the project
		status int
		want   string
	}{
		"a file for the folder":    {"gen", exitFindings, "gen: TC5902: gen is a file, not the folder of the generated code"},
		"a folder for a file":      {"gen/users.go/keep", exitFindings, "gen/users.go: TC5902: a folder stands where a generated file belongs"},
		"no place for the content": {"gen/.users.go.tenantc-new/keep", exitFailure, "tenantc: write the generated code: write gen/users.go: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := project()
			files[tc.file] = ""
			if tc.file != "gen" {
				files["gen/store.go"] = "// Code generated by tenantc. DO NOT EDIT.\n\npackage gen // old\n"
			}
			dir := lay(t, files)
			before := tree(t, dir)
			got := generateWith(t, dir, sqlcPath(t))
			if got.status != tc.status || !strings.Contains(got.stdout+got.stderr, tc.want) {
				t.Errorf("exit status %d, want %d and …%s…\n%s%s", got.status, tc.status, tc.want, got.stdout, got.stderr)
			}
			if after := tree(t, dir); after != before {
				t.Errorf("the files were\n%s\nand are\n%s", before, after)
			}
		})
	}
}

// TestInterrupt is told to stop before it begins, and by whom is not its business.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := lay(t, project())
	before := tree(t, dir)
	for _, verb := range []string{"check", "generate"} {
		var stdout, stderr bytes.Buffer
		status := run(ctx, []string{verb, "-C", dir}, nil, &stdout, &stderr, os.Environ())
		if status != exitFailure || stdout.Len() > 0 || !strings.Contains(stderr.String(), "context canceled") {
			t.Errorf("%s: exit status %d, want %d\n%s%s", verb, status, exitFailure, &stdout, &stderr)
		}
	}
	if tree(t, dir) != before {
		t.Error("something was written")
	}
}

// TestPlugin has the real sqlc start tenantc: the files are those of `tenantc
// generate`, byte for byte.
func TestPlugin(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	script(t, bin, "tenantc", actAs+`=1 exec '`+testBinary(t)+`' "$@"`+"\n")
	if err := os.Symlink(sqlcPath(t), filepath.Join(bin, "sqlc")); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	sqlc := func(dir string, args ...string) (string, error) {
		cmd := exec.Command(filepath.Join(bin, "sqlc"), args...)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	direct := func(files map[string]string) string {
		dir := lay(t, files)
		if got := generateWith(t, dir, sqlcPath(t)); got.status != exitOK {
			t.Fatalf("exit status %d\n%s%s", got.status, got.stdout, got.stderr)
		}
		return tree(t, dir)
	}
	want := direct(project())

	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		dir := lay(t, project())
		if out, err := sqlc(dir, "generate"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got := tree(t, dir); got != want {
			t.Errorf("sqlc generate gives\n%s\nand tenantc generate\n%s", got, want)
		}
	})
	t.Run("stale", func(t *testing.T) {
		t.Parallel()
		files := project()
		const header = "// Code generated by tenantc. DO NOT EDIT.\n"
		for _, name := range []string{"gen/users.go", "gen/stale.go", "gen/global/stale.go", "gen/unscoped/stale.go"} {
			files[name] = header + "stale"
		}
		dir := lay(t, files)
		if out, err := sqlc(dir, "generate"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got := tree(t, dir); got != want {
			t.Errorf("sqlc generate gives\n%s\nand tenantc generate\n%s", got, want)
		}
	})
	t.Run("two entries", func(t *testing.T) {
		t.Parallel()
		files := project()
		head, entry, _ := strings.Cut(files["sqlc.yaml"], "sql:\n")
		entry, plugins, _ := strings.Cut(entry, "plugins:")
		files["sqlc.yaml"] = head + "sql:\n" + entry + strings.ReplaceAll(entry, "out: gen", "out: more/gen") + "plugins:" + plugins
		want := direct(files)
		dir := lay(t, files)
		if out, err := sqlc(dir, "generate"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got := tree(t, dir); got != want || !strings.Contains(got, "/more/gen/users.go") {
			t.Errorf("sqlc generate gives\n%s\nand tenantc generate\n%s", got, want)
		}
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		dir := lay(t, edit(t, "queries/users.sql", "select * from users where tenant_id = @tenant_id;", "select * from users;"))
		before := tree(t, dir)
		out, err := sqlc(dir, "generate")
		if err == nil || !strings.Contains(out, "\nqueries/users.sql:2:15: TC4") {
			t.Errorf("sqlc ends with %v and says\n%s", err, out)
		}
		if tree(t, dir) != before {
			t.Error("something was written")
		}
	})
	t.Run("elsewhere", func(t *testing.T) {
		t.Parallel()
		files := map[string]string{}
		for name, content := range project() {
			files["sub/"+name] = content
		}
		files["sqlc.yaml"] = strings.ReplaceAll(project()["sqlc.yaml"], "name: tenant,", "name: tenant, type: string,")
		files["schema/1.sql"], files["queries/1.sql"], files["models/m.go"] = files["sub/schema/001_init.sql"], "-- name: A :one\nselect 1;\n", "package models"
		dir := lay(t, files)
		out, err := sqlc(dir, "generate", "-f", "sub/sqlc.yaml")
		if err == nil || !strings.Contains(out, "sqlc.yaml:3:5: TC5903: sqlc was started with other options") {
			t.Errorf("sqlc ends with %v and says\n%s", err, out)
		}
	})
}

func testBinary(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
