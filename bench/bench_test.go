package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/tenantc/tenantc/bench/sqlcgen"
)

// A method of gen may not allocate more often than sqlc's own. Times are
// measured by make bench alone; allocations are the same on every machine.
func TestNoMoreAllocations(t *testing.T) {
	all, err := calls(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			ours, theirs, err := c.allocations()
			if err != nil {
				t.Fatal(err)
			}
			if !c.within(ours, theirs) {
				t.Errorf("%.0f allocations, sqlc makes %.0f, and the bound is %.0f", ours, theirs, c.allocs)
			}
		})
	}
}

// A list whose size is known, or is that of the list before, is made at once: sqlc's
// own grows, and each of its rows is made twice.
func TestListBytes(t *testing.T) {
	const most = 0.35
	all, err := calls(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bytes := func(call func() error) float64 {
		return float64(testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := call(); err != nil {
					b.Fatal(err)
				}
			}
		}).AllocedBytesPerOp())
	}
	tried := 0
	for _, c := range all {
		if !slices.Contains(listCalls, c.name) {
			continue
		}
		tried++
		ours, theirs := bytes(c.ours), bytes(c.theirs)
		t.Logf("%s: %.0f bytes, sqlc %.0f: %.2f", c.name, ours, theirs, ours/theirs)
		if ours > most*theirs {
			t.Errorf("%s: %.0f bytes are more than %.2f of sqlc's %.0f", c.name, ours, most, theirs)
		}
	}
	if tried != len(listCalls) {
		t.Errorf("%d lists, want %d", tried, len(listCalls))
	}
}

// Nor may a placement allocate more often than a pool of pgx's.
func TestPlacementsAllocateNoMore(t *testing.T) {
	c, err := newClients(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	theirs := testing.AllocsPerRun(500, func() { err = errors.Join(err, c.direct()) })
	for name, call := range map[string]func() error{"shared": c.shared, "database": c.database} {
		ours := testing.AllocsPerRun(500, func() { err = errors.Join(err, call()) })
		if err != nil {
			t.Fatal(err)
		}
		if ours > theirs {
			t.Errorf("%s: %.0f allocations, pgx makes %.0f", name, ours, theirs)
		}
	}
}

func TestFakeGivesTheRowsBack(t *testing.T) {
	pool, err := fakePool(t.Context(), answer{oids(uuidOID, textOID), userCols, userOf, 3, "SELECT 3"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	tenantID := pgtype.UUID{Bytes: acme.UUID(), Valid: true}
	for range 2 { // prepared, then cached
		user, err := sqlcgen.New(pool).FindByEmail(t.Context(), sqlcgen.FindByEmailParams{TenantID: tenantID, Email: "ann@acme.test"})
		if err != nil {
			t.Fatal(err)
		}
		if user.TenantID != tenantID || user.Email != "ann@acme.test" || user.Age != 41 || !user.UpdatedAt.Time.Equal(hour) {
			t.Errorf("got %+v", user)
		}
	}
	if _, err := sqlcgen.New(pool).ListAdmins(t.Context(), tenantID); err == nil {
		t.Error("a statement with another number of parameters succeeds")
	}
}

// The other side of the comparison is sqlc's own output, of today's queries.
func TestSqlcgenIsCurrent(t *testing.T) {
	for _, folder := range []string{"sqlcgen", "rows/sqlcrows"} {
		t.Run(folder, func(t *testing.T) { sqlcIsCurrent(t, folder) })
	}
}

// sqlcIsCurrent runs sqlc on a copy of what a folder's configuration names.
func sqlcIsCurrent(t *testing.T, folder string) {
	dir := t.TempDir()
	for _, name := range []string{"schema", "queries"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS("../"+name)); err != nil {
			t.Fatal(err)
		}
	}
	own := filepath.Join(dir, "bench", filepath.FromSlash(folder))
	if err := os.MkdirAll(own, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sqlc.yaml", "queries.sql"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(own, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sqlc, err := output("..", "go", "tool", "-n", "sqlc")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := output(own, strings.TrimSpace(sqlc), "generate"); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(own, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("sqlc wrote %d files: %v", len(names), err)
	}
	for _, name := range names {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(folder, filepath.Base(name)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s/%s is not what sqlc makes of the queries: run go generate ./%s", folder, filepath.Base(name), folder)
		}
	}
}

// Every shape is proven, so that what is measured is a whole proof.
func TestShapesAreConfined(t *testing.T) {
	r, err := readVaried()
	if err != nil {
		t.Fatal(err)
	}
	for i, shape := range shapes {
		if _, err := r.prove("-- name: Q "+fillShape(i+2).Replace(shape)+"\n", 1); err != nil {
			t.Error(err)
		}
	}
	for _, g := range growing {
		if _, err := r.prove(g.statement(3), 1); err != nil {
			t.Errorf("%s: %v", g.name, err)
		}
	}
}
