package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const things = `create table things (id int primary key, name text not null);
insert into things values (1, 'one')`

func TestNewGivesEachTestItsOwnDatabase(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	a, b := New(t, things), New(t, things)
	if _, err := a.Exec(ctx, `insert into things values (2, 'two')`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		db   interface {
			QueryRow(context.Context, string, ...any) pgx.Row
		}
		want int
	}{{"a", a, 2}, {"b", b, 1}, {"c", New(t, things), 1}} {
		var got int
		if err := c.db.QueryRow(ctx, `select count(*) from things`).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("%s has %d things, want %d", c.name, got, c.want)
		}
	}
}

func TestSchemaTextsRunInOrder(t *testing.T) {
	t.Parallel()
	pool := New(t, things, `insert into things values (2, 'two')`, `update things set name = name || '!'`)
	var got string
	if err := pool.QueryRow(t.Context(), `select string_agg(name, ' ' order by id) from things`).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if want := "one! two!"; got != want {
		t.Errorf("things are %q, want %q", got, want)
	}
}

// A template is built once even when many tests ask for it at once, and it is
// free for copying while databases made from it are in use.
func TestConcurrentDatabases(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			pool := New(t, fmt.Sprintf("create table c%d ()", i%3))
			if err := pool.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestSchemaErrorNamesTextAndLine(t *testing.T) {
	t.Parallel()
	server, err := processServer()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the failure is not cached, and leaves no database in the way
		_, err = server.CreateDatabase(t.Context(), things, "select 1;\nselect 'é';\nselect nope;")
		if err == nil || !strings.Contains(err.Error(), "schema text 2, line 3") {
			t.Errorf("error is %v, want one at schema text 2, line 3", err)
		}
	}
}

func TestDropDatabaseCutsConnections(t *testing.T) {
	t.Parallel()
	server, err := processServer()
	if err != nil {
		t.Fatal(err)
	}
	dsn, err := server.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := server.DropDatabase(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the connection to a dropped database still works")
	}
}

func TestServerTakesSettingsAndCleansUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if who, err := serverAccount(); err != nil {
		t.Fatal(err)
	} else if who != nil {
		dir = "" // below the temporary folder of a test only its owner can go
	}
	bin, err := findBinaries("")
	if err != nil {
		t.Fatal(err)
	}
	server, err := Start(t.Context(), Config{BinDir: bin.dir, Dir: dir, Settings: map[string]string{"autovacuum": "on"}})
	if err != nil {
		t.Fatal(err)
	}
	var autovacuum string
	if err := server.admin.QueryRow(t.Context(), "show autovacuum").Scan(&autovacuum); err != nil {
		t.Error(err)
	}
	if autovacuum != "on" {
		t.Errorf("autovacuum is %s, want on", autovacuum)
	}
	for range 2 {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(server.process.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the run folder is still there: %v", err)
	}
}

// A running server serves as well as one of our own. This process's server
// stands in for somebody else's.
func TestRunningServer(t *testing.T) {
	t.Parallel()
	own, err := processServer()
	if err != nil {
		t.Fatal(err)
	}
	server, err := Start(t.Context(), Config{DSN: own.DSN()})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	dsn, err := server.CreateDatabase(t.Context(), things)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.DropDatabase(t.Context(), dsn); err != nil {
		t.Error(err)
	}
	if len(server.templates) != 0 {
		t.Error("a template was left on a server that is not ours")
	}
	if _, err := Start(t.Context(), Config{DSN: own.DSN(), Settings: map[string]string{"fsync": "on"}}); err == nil {
		t.Error("settings were accepted for a running server")
	}
}

func TestMissingBinariesSayWhatToInstall(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Config{BinDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "apt-get install postgresql") {
		t.Errorf("error is %v, want the install line", err)
	}
}

func TestServerThatCannotStartShowsItsLog(t *testing.T) {
	t.Parallel()
	bin, err := findBinaries("")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Config{BinDir: bin.dir, Settings: map[string]string{"no_such_setting": "1"}})
	if err == nil || !strings.Contains(err.Error(), "unrecognized configuration parameter") {
		t.Errorf("error is %v, want the server's own words", err)
	}
}

// Whatever ends the process takes the server and its folder along.
func TestNothingOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	if end := os.Getenv("PGTEST_CHILD_END"); end != "" {
		dieAs(t, end)
	}
	for _, end := range []string{"exit", "panic", "kill"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNothingOutlivesTheProcess$")
			cmd.Env = append(os.Environ(), "PGTEST_CHILD_END="+end, "TENANTC_TEST_DSN=")
			out, err := cmd.Output()
			if err == nil {
				t.Fatalf("the child ended well:\n%s", out)
			}
			dir, _, ok := strings.Cut(strings.TrimPrefix(string(out), "run folder "), "\n")
			if !ok || !filepath.IsAbs(dir) {
				t.Fatalf("the child said:\n%s", out)
			}
			deadline := time.Now().Add(stopTimeout)
			for {
				if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("%s is still there", dir)
				}
				time.Sleep(pollInterval)
			}
		})
	}
}

func dieAs(t *testing.T, end string) {
	server, err := processServer()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("run folder %s\n", server.process.dir)
	switch end {
	case "exit":
		os.Exit(3)
	case "panic":
		panic("on purpose")
	case "kill":
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		self.Kill()
		select {}
	}
}

func TestNewestOf(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, version := range []string{"9.6", "10", "17", "old", "18"} {
		dir := filepath.Join(root, version, "bin")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"initdb", "postgres"} {
			if version == "18" && name == "postgres" {
				continue // clients only
			}
			if err := os.WriteFile(filepath.Join(dir, executable(name)), nil, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := newestOf(filepath.Join(root, "*", "bin"))
	if want := filepath.Join(root, "17", "bin"); got != want {
		t.Errorf("newest is %q, want %q", got, want)
	}
}

func TestWithDatabase(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"postgres://u:p%40ss@h:5433/old?sslmode=disable",
		"postgresql:///old?host=/tmp&user=u&port=5433",
		"postgres://u@h/?dbname=old",
		"host=h user=u dbname=old",
		"host=h user=u",
	} {
		want, err := pgx.ParseConfig(dsn)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pgx.ParseConfig(withDatabase(dsn, "fresh"))
		if err != nil {
			t.Errorf("%s: %v", dsn, err)
			continue
		}
		if got.Database != "fresh" || got.Host != want.Host || got.Port != want.Port || got.User != want.User || got.Password != want.Password {
			t.Errorf("%s became %s", dsn, withDatabase(dsn, "fresh"))
		}
	}
}

func BenchmarkNew(b *testing.B) {
	server, err := processServer()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		dsn, err := server.CreateDatabase(b.Context(), things)
		if err != nil {
			b.Fatal(err)
		}
		if err := server.DropDatabase(b.Context(), dsn); err != nil {
			b.Fatal(err)
		}
	}
}
