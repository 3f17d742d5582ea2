package oracle

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/tenantc/tenantc/internal/pgtest"
)

var (
	statements = flag.Int("oracle.n", 0, "statements that TestLong tries; 0 skips it")
	seed       = flag.Uint64("oracle.seed", 1, "seed of TestLong")
	folder     = flag.String("oracle.out", "", "folder in which TestLong puts what it finds")
	stop       = flag.Int("oracle.stop", 20, "findings that end TestLong")
)

func startServer(t *testing.T) *pgtest.Server {
	t.Helper()
	server, err := pgtest.Start(context.Background(), pgtest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

// rare are the rules that a small hunt may not see at work.
var rare = []string{"shared", "globalwrite", "recursive", "dmlcte"}

// TestHunt is a small hunt with a fixed seed: nothing is found, and what was
// tried was worth trying.
func TestHunt(t *testing.T) {
	counts, _, err := Hunt(context.Background(), startServer(t), Config{
		Seed: 1, Statements: 4000, Workers: 2, Stop: 5,
		Found: func(f *Finding) { t.Errorf("%s", f.Txtar) },
	})
	t.Logf("seed 1\n%s", counts)
	if err != nil {
		t.Fatal(err)
	}
	if p := percent(counts.Accepted, counts.Tried); p < 25 {
		t.Errorf("%d %% of the statements are accepted, want 25 or more", p)
	}
	if p := percent(counts.NearMisses, counts.Tried); p < 30 {
		t.Errorf("%d %% of the statements are near misses, want 30 or more", p)
	}
	if p := percent(counts.Shown, counts.Executed); p < 20 {
		t.Errorf("%d %% of the executions have rows, want 20 or more", p)
	}
	for _, r := range counts.Rare(1) {
		if !slices.Contains(rare, r) {
			t.Errorf("no statement with rows shows %s at work", r)
		}
	}
}

// TestLong is `make oracle`.
func TestLong(t *testing.T) {
	if *statements == 0 {
		t.Skip("runs with -oracle.n, as `make oracle` does")
	}
	n := 0
	var said time.Duration
	counts, _, err := Hunt(context.Background(), startServer(t), Config{
		Seed: *seed, Statements: *statements, Workers: runtime.NumCPU(), Stop: *stop,
		Progress: func(c *Counts) {
			if c.Time-said < 20*time.Second {
				return
			}
			said = c.Time
			fmt.Printf("%s: %d of %d statements tried, %d accepted, %d executed\n",
				c.Time.Round(time.Second), c.Tried, *statements, c.Accepted, c.Executed)
		},
		Found: func(f *Finding) {
			n++
			fmt.Printf("--- found, %d:\n%s\n", n, f.Txtar) // at once: the run is long
			t.Errorf("finding %d: %s", n, f.Diff)
			if *folder == "" {
				return
			}
			if err := os.WriteFile(filepath.Join(*folder, fmt.Sprintf("oracle_%d_%d.txtar", *seed, n)), []byte(f.Txtar), 0o644); err != nil {
				t.Error(err)
			}
		},
	})
	fmt.Printf("seed %d\n%s", *seed, counts)
	if err != nil {
		t.Fatal(err)
	}
	if p := percent(counts.NearMisses, counts.Tried); p < 30 {
		t.Errorf("%d %% of the statements are near misses, want 30 or more", p)
	}
	want := min(100, *statements/1000)
	for _, r := range counts.Rare(want) {
		t.Errorf("%s fired %d times on statements with rows, want %d or more", r, counts.Rules[r], want)
	}
}
