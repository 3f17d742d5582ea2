package tenant_test

import (
	"context"
	"encoding/json"
	"expvar"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

func TestCounters(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	counters := tenant.NewCounters(2)
	if _, met := counters.Of(acme); met {
		t.Error("acme has a count before its first statement")
	}
	db := tenant.Observe(tenant.NewShared(pgtest.New(t, notesSchema)), counters)
	insert(t, db, acme, 1, "a1")
	insert(t, db, acme, 2, "a2")
	bodies(t, db, acme)
	insert(t, db, busy, 1, "b1")
	db.Exec(ctx, busy, insertNote, busy, 1, "again")
	db.InTx(ctx, busy, pgx.TxOptions{}, func(tx tenant.DB) error { bodies(t, tx, busy); return errOnPurpose })
	db.InTx(ctx, busy, pgx.TxOptions{}, func(tenant.DB) error { return nil })
	for range 3 {
		bodies(t, db, tenant.NewID())
	}

	want := map[tenant.Key]tenant.Count{
		acme: {Queries: 3, Rows: 4},
		busy: {Queries: 3, Rows: 2, Errors: 1, Transactions: 2, Undone: 1},
	}
	noTime := cmpopts.IgnoreFields(tenant.Count{}, "Time")
	for id, want := range want {
		got, ok := counters.Of(id)
		if diff := cmp.Diff(want, got, noTime); diff != "" || !ok || got.Time <= 0 {
			t.Errorf("%v: %v, %v\n%s", id, got, ok, diff)
		}
	}
	if got := counters.Other(); got.Queries != 3 || got.Rows != 0 {
		t.Errorf("all others: %+v", got)
	}
	if _, met := counters.Of(tenant.NewID()); met {
		t.Error("a tenant that is not known has a count")
	}
	if _, met := counters.Of(nil); met {
		t.Error("nobody has a count")
	}

	var _ expvar.Var = counters
	var read struct {
		Tenants map[string]map[string]float64
		Other   map[string]float64
	}
	if err := json.Unmarshal([]byte(counters.String()), &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Tenants) != 2 || read.Tenants[busyText]["undone"] != 1 || read.Tenants[acmeText]["rows"] != 4 ||
		read.Tenants[acmeText]["seconds"] <= 0 || read.Other["queries"] != 3 {
		t.Errorf("as JSON: %s", counters)
	}
}

// However many tenants come at once, no more are told apart than there is room
// for, and no statement is lost.
func TestCountersAreBounded(t *testing.T) {
	t.Parallel()
	const most, tenants, each = 10, 200, 20
	counters := tenant.NewCounters(most)
	ids := make([]tenant.Key, tenants)
	var group sync.WaitGroup
	for i := range ids {
		ids[i] = tenant.NewID()
	}
	for range each {
		group.Go(func() {
			for _, id := range ids {
				counters.After(context.Background(), tenant.Statement{Call: tenant.CallExec, Tenant: id}, tenant.Outcome{Rows: 1})
			}
		})
	}
	group.Wait()
	own := 0
	total := counters.Other().Queries
	for _, id := range ids {
		if n, ok := counters.Of(id); ok {
			own++
			total += n.Queries
		}
	}
	if own != most || total != tenants*each {
		t.Errorf("%d tenants are told apart and %d statements counted, want %d and %d", own, total, most, tenants*each)
	}
}
