//go:build soak

package tenant_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

var soakFor = flag.Duration("soak.for", time.Minute, "how long TestSoak runs")

const (
	soakTenants   = 10000
	soakDatabases = 50
	soakBudget    = 60
	soakCallers   = 200
	soakMemory    = 6 << 10 // of an idle tenant
)

// openSockets counts connections as the network sees them.
type openSockets struct{ now, most atomic.Int64 }

type countedSocket struct {
	net.Conn
	once sync.Once
	of   *openSockets
}

func (s *countedSocket) Close() error {
	err := s.Conn.Close()
	s.once.Do(func() { s.of.now.Add(-1) })
	return err
}

func (o *openSockets) count(_ string, cfg *pgx.ConnConfig) {
	cfg.User = "tenantc_app"
	dial := cfg.DialFunc
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		n := o.now.Add(1)
		for most := o.most.Load(); n > most && !o.most.CompareAndSwap(most, n); most = o.most.Load() {
		}
		return &countedSocket{Conn: conn, of: o}, nil
	}
}

// Ten thousand tenants in fifty databases under a budget of sixty connections,
// some of them far busier than others: no error, no row of another tenant's,
// and no connection too many.
func TestSoak(t *testing.T) {
	ctx := t.Context()
	control := pgtest.New(t)
	catalog := tenant.NewCatalog(control)
	if err := catalog.Create(ctx); err != nil {
		t.Fatal(err)
	}
	const schema = appRole + `create table notes (tenant_id uuid not null, id int not null, body text not null, primary key (tenant_id, id));
		grant select, insert, update, delete on notes to tenantc_app;`
	ids := make([]tenant.ID, soakTenants)
	for i := range ids {
		ids[i] = tenant.NewID()
	}
	for d := range soakDatabases {
		pool := pgtest.New(t, schema)
		name := pool.Config().ConnConfig.Database
		var keys []string
		for i := d; i < soakTenants; i += soakDatabases {
			keys = append(keys, ids[i].String())
		}
		_, err := control.Exec(ctx, `insert into tenant_placements (tenant, kind, server, database)
			select unnest($1::text[]), 'shared', 'main', $2`, keys, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Exec(ctx, `insert into notes select k::uuid, 1, k from unnest($1::text[]) k`, keys); err != nil {
			t.Fatal(err)
		}
		pool.Reset()
	}
	sockets := new(openSockets)
	p, err := pools.New(pools.Config{
		Servers: map[string]string{"main": control.Config().ConnString()}, MaxConns: soakBudget, Configure: sockets.count,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.CloseAll(ctx); err != nil {
			t.Error(err)
		}
	}()
	router, err := tenant.NewRouter(ctx, tenant.RouterConfig{Catalog: catalog, Pools: p, Size: 2 * soakTenants})
	if err != nil {
		t.Fatal(err)
	}
	defer router.Close()
	checkMemory(t, router, ids)

	load, stop := context.WithTimeout(ctx, *soakFor)
	defer stop()
	var calls, slowest atomic.Int64
	var group sync.WaitGroup
	for caller := range soakCallers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(caller), 7))
			zipf := rand.NewZipf(random, 1.1, 8, soakTenants-1)
			for load.Err() == nil {
				id := ids[zipf.Uint64()]
				start := time.Now()
				if err := soakCall(ctx, router, id, random.IntN(10)); err != nil {
					t.Error(err)
				}
				calls.Add(1)
				for took, most := int64(time.Since(start)), slowest.Load(); took > most && !slowest.CompareAndSwap(most, took); most = slowest.Load() {
				}
			}
		})
	}
	group.Wait()
	s := p.Stats()
	t.Logf("%d calls, the slowest took %v; at most %d connections; %+v; %+v",
		calls.Load(), time.Duration(slowest.Load()), sockets.most.Load(), s, router.Stats())
	if most := sockets.most.Load(); most > soakBudget {
		t.Errorf("%d connections at once, %d are allowed", most, soakBudget)
	}
	if s.InUse != 0 || s.Waiting != 0 {
		t.Errorf("at the end: %+v", s)
	}
}

// soakCall runs one statement or a transaction, which read all that a statement
// without a predicate on the id could reach.
func soakCall(ctx context.Context, db tenant.DB, id tenant.ID, kind int) error {
	read := func(db tenant.DB) error {
		rows, err := db.Query(ctx, id, `select body from notes where tenant_id = $1`, id)
		if err != nil {
			return err
		}
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err == nil && (len(got) != 1 || got[0] != id.String()) {
			err = fmt.Errorf("%s reads %q", id, got)
		}
		return err
	}
	switch kind {
	case 0:
		return db.InTx(ctx, id, pgx.TxOptions{}, read)
	case 1:
		tag, err := db.Exec(ctx, id, `update notes set body = body where tenant_id = $1`, id)
		if err == nil && tag.RowsAffected() != 1 {
			err = fmt.Errorf("%s updates %d rows", id, tag.RowsAffected())
		}
		return err
	}
	return read(db)
}

// checkMemory measures what a tenant takes that is known and does nothing.
func checkMemory(t *testing.T, router *tenant.Router, ids []tenant.ID) {
	t.Helper()
	inUse := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before := inUse()
	for _, id := range ids {
		if _, err := router.Placement(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	// Two parts of the memory may be fuller than their share.
	if n := router.Stats().Remembered; n < soakTenants*95/100 {
		t.Fatalf("%d tenants are remembered", n)
	}
	if after := inUse(); after > before {
		each := (after - before) / uint64(len(ids))
		t.Logf("an idle tenant takes %d bytes", each)
		if each > soakMemory {
			t.Errorf("an idle tenant takes %d bytes, %d are allowed", each, soakMemory)
		}
	}
}
