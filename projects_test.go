package tenantc

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/generator"
	"github.com/tenantc/tenantc/internal/pgtest"
)

// TestProjects takes each project of testdata the way of a user's: a module of
// its own in which tenantc is a dependency. Its code is generated, vetted and
// compiled, and its own test runs that on PostgreSQL with two tenants.
func TestProjects(t *testing.T) {
	entries, err := os.ReadDir("testdata/projects")
	if err != nil {
		t.Fatal(err)
	}
	work := userModule(t)
	if err := os.CopyFS(work, os.DirFS("testdata/projects")); err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(work, entry.Name())
			generate(t, generator.Config{Dir: dir})
			generate(t, generator.Config{Dir: dir, Verify: true})

			run(t, dir, nil, "go", "vet", "./...")
			mustNotCompile(t, dir)
			args := []string{"test", "-count=1"}
			if withRace() {
				args = append(args, "-race")
			}
			dsn := pgtest.DSN(t, migrations(t, filepath.Join(dir, "schema"))...)
			out := run(t, dir, []string{"DATABASE_URL=" + dsn}, "go", append(args, "./...")...)
			if !strings.Contains(out, "ok  \t") {
				t.Errorf("the project has no test that ran:\n%s", out)
			}
		})
	}
}

// mustNotCompile has each program of the project's refused.txtar fail with the
// error that its comment gives, as a regular expression.
func mustNotCompile(t *testing.T, dir string) {
	t.Helper()
	programs, err := txtar.ParseFile(filepath.Join(dir, "refused.txtar"))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs.Files {
		want, _, _ := strings.Cut(strings.TrimPrefix(string(program.Data), "// "), "\n")
		folder := filepath.Join(dir, "refused", strings.TrimSuffix(program.Name, ".go"))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, program.Name), string(program.Data))
		cmd := exec.CommandContext(t.Context(), "go", "build", "-o", os.DevNull, ".")
		cmd.Dir = folder
		out, err := cmd.CombinedOutput()
		switch fails := want != "compiles"; {
		case fails && err == nil:
			t.Errorf("%s compiles", program.Name)
		case fails && !regexp.MustCompile(want).Match(out), !fails && err != nil:
			t.Errorf("%s: want %q, got\n%s", program.Name, want, out)
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "refused")); err != nil {
		t.Fatal(err)
	}
}

// userModule returns an empty folder with the go.mod of a module that depends
// on this one as it is here, with this one's own dependencies and tools.
func userModule(t *testing.T) string {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(mod), "module "+module+"\n", "module example.com/projects\n", 1)
	text += "\nrequire " + module + " v0.0.0\n\nreplace " + module + " => " + quoted(here) + "\n"
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), text)
	write(t, filepath.Join(dir, "go.sum"), string(sum))
	return dir
}

// quoted is a path as go.mod takes it.
func quoted(path string) string { return "\"" + filepath.ToSlash(path) + "\"" }

// generate fails the test unless the run is without findings of severity error.
func generate(t *testing.T, cfg generator.Config) {
	t.Helper()
	res, err := generator.Generate(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if res.Failed() {
		t.Fatalf("verify %t:\n%s", cfg.Verify, text(t, res))
	}
}

func text(t *testing.T, res *generator.Result) string {
	t.Helper()
	var b strings.Builder
	if err := res.WriteText(&b, generator.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// run returns what a command prints; it must succeed.
func run(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// migrations returns the parts of a project's schema that build it up.
func migrations(t *testing.T, dir string) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS(dir), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, ".down.sql") })
	if len(files) == 0 {
		t.Fatalf("%s holds no migration", dir)
	}
	texts := make([]string, 0, len(files))
	for _, name := range files {
		up, _, _ := strings.Cut(read(t, filepath.Join(dir, name)), "-- migrate:down")
		texts = append(texts, up)
	}
	return texts
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// withRace reports whether this test was built with -race: what it compiles is
// then in the build cache already.
func withRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
