package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

// Calls for two tenants on few connections, cancelled at any moment: none reads
// the other's rows, and nothing stays of a call that was cancelled.
func TestCancelledAnywhere(t *testing.T) {
	t.Parallel()
	for name, placement := range map[string]func(t *testing.T) (tenant.DB, *pgxpool.Pool, string, string){
		"row-level security": func(t *testing.T) (tenant.DB, *pgxpool.Pool, string, string) {
			cfg := appConfig(t, pgtest.DSN(t, policySchema))
			cfg.MaxConns = 2
			pool := newPool(t, cfg)
			return newRLS(t, pool), pool, "app.tenant_id", ""
		},
		"schemas": func(t *testing.T) (tenant.DB, *pgxpool.Pool, string, string) {
			cfg := appConfig(t, pgtest.DSN(t, schemasSchema()))
			cfg.MaxConns = 2
			cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
			pool := newPool(t, cfg)
			return newSchemas(t, pool), pool, "search_path", `"$user", public`
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, pool, setting, unset := placement(t)
			insert(t, db, acme, 1, "a1")
			insert(t, db, busy, 1, "b1")
			var group sync.WaitGroup
			for worker := range 6 {
				group.Go(func() {
					random := rand.New(rand.NewPCG(uint64(worker), 3))
					for i := range 60 {
						id, want := acme, []string{"a1"}
						if random.IntN(2) == 1 {
							id, want = busy, []string{"b1"}
						}
						ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(3000))*time.Microsecond)
						got, err := readAll(ctx, db, id, i%3, everyNote)
						cancel()
						if err == nil && !cmp.Equal(got, want) {
							t.Errorf("read %q, want %q", got, want)
						}
					}
				})
			}
			group.Wait()
			for range 4 {
				if got := settingAfter(t, pool, setting); got != unset {
					t.Errorf("%q was left behind", got)
				}
			}
			if got := everything(t, db, acme); !cmp.Equal(got, []string{"a1"}) {
				t.Errorf("acme has %q", got)
			}
			returned(t, pool)
		})
	}
}

// Calls through a router, for tenants in every kind of place, whose keys are the
// same: none reads another's rows, and nothing stays of a call that was
// cancelled, neither a connection nor a turn.
func TestCancelledInARouter(t *testing.T) {
	t.Parallel()
	f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.PerTenant = 1 })
	want := make(map[tenant.ID][]string)
	for i, id := range ids {
		want[id] = []string{fmt.Sprint("note of ", i)}
		insert(t, f.router, id, 1, want[id][0])
	}
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 4))
			for i := range 60 {
				id := ids[random.IntN(len(ids))]
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(3000))*time.Microsecond)
				got, err := readAll(ctx, f.router, id, i%3, listNotes, id)
				cancel()
				if err == nil && !cmp.Equal(got, want[id]) {
					t.Errorf("read %q, want %q", got, want[id])
				}
			}
		})
	}
	group.Wait()
	for id := range want {
		if got := bodies(t, f.router, id); !cmp.Equal(got, want[id]) {
			t.Errorf("at the end %q, want %q", got, want[id])
		}
	}
	if s := f.router.Stats(); s.Waiting != 0 || s.Moves != 0 {
		t.Errorf("%+v", s)
	}
	if s := f.pools.Stats(); s.InUse != 0 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
}

// readAll reads every note that a statement can see, in one of three ways.
func readAll(ctx context.Context, db tenant.DB, id tenant.Key, how int, sql string, args ...any) (got []string, err error) {
	collect := func(rows pgx.Rows, err error) error {
		if err == nil {
			got, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	}
	switch how {
	case 0:
		err = collect(db.Query(ctx, id, sql, args...))
	case 1:
		err = db.InTx(ctx, id, pgx.TxOptions{}, func(tx tenant.DB) error { return collect(tx.Query(ctx, id, sql, args...)) })
	default:
		b := new(pgx.Batch)
		b.Queue(sql, args...)
		br := db.SendBatch(ctx, id, b)
		err = collect(br.Query())
		if closeErr := br.Close(); err == nil {
			err = closeErr
		}
	}
	return got, err
}

// A slow tenant holds all the connections that its database may have, and no
// others wait for it.
func TestSlowTenant(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	at := make(map[tenant.Key]pools.Database)
	direct := make(map[tenant.Key]*pgxpool.Pool)
	var dsn string
	for _, id := range []tenant.ID{acme, busy} {
		direct[id] = pgtest.New(t, notesSchema)
		dsn = direct[id].Config().ConnString()
		at[id] = pools.Database{Server: "main", Name: direct[id].Config().ConnConfig.Database}
	}
	p, err := pools.New(pools.Config{Servers: map[string]string{"main": dsn}, MaxConns: 4, MaxConnsPerDatabase: 3})
	if err != nil {
		t.Fatal(err)
	}
	db, err := tenant.NewDatabases(p, tenant.DatabasesConfig{At: func(id tenant.Key) pools.Database { return at[id] }})
	if err != nil {
		t.Fatal(err)
	}
	slow, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	sleep := func(ctx context.Context) {
		if _, err := db.Exec(ctx, acme, `select pg_sleep(600)`); err == nil {
			t.Error("nobody sleeps that fast")
		}
	}
	for range 3 {
		group.Go(func() { sleep(slow) })
	}
	sleepers(t, direct[acme], 3)
	var queued sync.WaitGroup
	for range 17 {
		queued.Add(1)
		group.Go(func() { sleep(waiting(slow, queued.Done)) })
	}
	queued.Wait()
	for range 20 {
		insert(t, db, busy, 1, "b1")
		if _, err := db.Exec(ctx, busy, `delete from notes where tenant_id = $1`, busy); err != nil {
			t.Fatal(err)
		}
	}
	if s := p.Stats(); s.InUse != 3 || s.Waiting != 17 || s.Open != 4 {
		t.Errorf("%+v", s)
	}
	stop()
	group.Wait()
	if err := p.CloseAll(ctx); err != nil {
		t.Error(err)
	}
}

// What a router and pools start ends with them, questions that nobody waits for
// any more too: whoever closed them finds nothing of theirs.
func TestNothingKeepsRunning(t *testing.T) {
	f := setupFleet(t, nil)
	for _, id := range ids {
		insert(t, f.router, id, 1, "a")
	}
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		f.router.Exec(ctx, tenant.NewID(), `select 1`)
	}
	f.router.Close()
	f.router.Close()
	if _, err := f.router.Exec(t.Context(), tenant.NewID(), `select 1`); !errors.Is(err, tenant.ErrClosed) {
		t.Errorf("a tenant that a closed router does not know: %v", err)
	}
	if got := bodies(t, f.router, ids[0]); !cmp.Equal(got, []string{"a"}) {
		t.Errorf("one that it remembers has %q", got)
	}
	if err := f.pools.CloseAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := running(); len(left) > 0 {
		t.Errorf("still running:\n%s", strings.Join(left, "\n\n"))
	}
}

// running returns the goroutines that are in this package's code, and that no
// test is in. One that has left it, and is about to end, is none. Tests that run
// at the same time have none of their own meanwhile: this one is not parallel.
func running() (left []string) {
	buf := make([]byte, 4<<20)
	for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		frames, _, _ := strings.Cut(stack, "\ncreated by ")
		if strings.Contains(frames, "github.com/tenantc/tenantc/tenant") && !strings.Contains(frames, "testing.tRunner") {
			left = append(left, stack)
		}
	}
	return left
}
