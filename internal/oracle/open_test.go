package oracle

import (
	"context"
	"math/rand/v2"
	"testing"
)

// TestOpen asks that an outcome which SQL leaves open is set aside, and that
// the same statement with an order tells the databases apart.
func TestOpen(t *testing.T) {
	ctx := context.Background()
	w, err := newWorld(ctx, startServer(t), dice{rand.New(rand.NewPCG(1, 1))}, newCounts())
	if err != nil {
		t.Fatal(err)
	}
	defer w.close(ctx)
	for _, tc := range []struct {
		name       string
		tail       []*node
		open, diff bool
	}{
		{"any row", []*node{frag(""), frag(" LIMIT 1")}, true, false},
		{"the last row", []*node{piece(fragment, "total", " ORDER BY 1"), frag(" LIMIT 1")}, false, true},
		{"all rows", nil, false, true},
	} {
		root := piece(fragment, "statement", "??", frag(""), (&grower{}).simple([]*node{frag("x.id")}, frag("tenants AS x"), nil, tc.tail...))
		open, diff := false, false
		for _, tenant := range w.tenants {
			got, err := w.compare(ctx, newStatement(root), tenant, nil, false, false)
			if err != nil {
				t.Fatal(err)
			}
			open, diff = open || got.open, diff || got.diff != nil
		}
		if open != tc.open || diff != tc.diff {
			t.Errorf("%s: open %t, different %t; want %t, %t", tc.name, open, diff, tc.open, tc.diff)
		}
	}
}

func TestRenumber(t *testing.T) {
	t.Parallel()
	sql, old := renumber("SELECT $3, $1, $12, $3")
	if want := "SELECT $2, $1, $3, $2"; sql != want {
		t.Errorf("%s, want %s", sql, want)
	}
	if len(old) != 3 || old[0] != 1 || old[1] != 3 || old[2] != 12 {
		t.Errorf("the numbers were %v, want [1 3 12]", old)
	}
}

// TestShuffled asks for another storage order of tables whose first column an
// UPDATE may not set.
func TestShuffled(t *testing.T) {
	ctx := context.Background()
	server := startServer(t)
	seen := 0
	for seed := range uint64(40) {
		w, err := newWorld(ctx, server, dice{rand.New(rand.NewPCG(seed, 5))}, newCounts())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range w.schema.tables {
			if table.cols[0].always || table.cols[0].made {
				seen++
			}
		}
		st := newStatement(piece(fragment, "statement", "??", frag(""), (&grower{}).simple([]*node{frag("x.id")}, frag("tenants AS x"), nil)))
		if _, err := w.all.shuffled(ctx, st, nil, 0); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		w.close(ctx)
	}
	if seen == 0 {
		t.Error("no schema had such a table")
	}
}
