package tenant

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/tenant/pools"
)

// fake is a pool and a transaction that answer at once, and allocate nothing:
// what a call allocates is ours.
type fake struct {
	pgx.Tx
	rows *fakeRows
}

type fakeRows struct{ pgx.Rows }

func (*fakeRows) Close()                              {}
func (*fakeRows) Err() error                          { return nil }
func (*fakeRows) CommandTag() (tag pgconn.CommandTag) { return tag }
func (*fakeRows) Next() bool                          { return false }
func (*fakeRows) Scan(...any) error                   { return nil }

func (*fake) Exec(context.Context, string, ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, nil
}
func (f *fake) Query(context.Context, string, ...any) (pgx.Rows, error)  { return f.rows, nil }
func (f *fake) QueryRow(context.Context, string, ...any) pgx.Row         { return f.rows }
func (*fake) SendBatch(_ context.Context, b *pgx.Batch) pgx.BatchResults { return noResults }
func (f *fake) BeginTx(context.Context, pgx.TxOptions) (pgx.Tx, error)   { return f, nil }
func (*fake) Commit(context.Context) error                               { return nil }
func (*fake) Conn() *pgx.Conn                                            { return nil }

type fakeResults struct{ pgx.BatchResults }

func (fakeResults) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, nil }
func (fakeResults) Query() (pgx.Rows, error)         { return noFakeRows, nil }
func (fakeResults) QueryRow() pgx.Row                { return noFakeRows }
func (fakeResults) Close() error                     { return nil }

var noFakeRows = new(fakeRows)

var noResults pgx.BatchResults = fakeResults{}

// Over a direct use of the pool the wrapper allocates nothing; a batch costs
// its copy, whatever its length, and a transaction the DB that stands for it.
func TestAllocations(t *testing.T) {
	ctx := t.Context()
	pool := &fake{rows: new(fakeRows)}
	id := MustID("0190a6f2-0000-7000-8000-00000000000a")
	var key Key = id
	who, err := identify(key)
	if err != nil {
		t.Fatal(err)
	}
	args := []any{key, 1}
	var n int
	dest := []any{&n}
	batch := new(pgx.Batch)
	for range 20 {
		batch.Queue(`select 1`)
	}
	nothing := func(DB) error { return nil }

	for name, db := range map[string]DB{"shared": &shared{pool: pool}, "bound": &bound{tx: pool, who: who}} {
		for method, c := range map[string]struct {
			want float64
			call func()
		}{
			"Exec": {0, func() { db.Exec(ctx, key, `select 1`, args...) }},
			"Query": {0, func() {
				rows, _ := db.Query(ctx, key, `select 1`, args...)
				for rows.Next() {
					rows.Scan(dest...)
				}
				rows.Close()
			}},
			"QueryRow": {0, func() { db.QueryRow(ctx, key, `select 1`, args...).Scan(dest...) }},
			// The copied batch, its queue and its queries; the results; and
			// two to ask the batch whether it begins a transaction.
			"SendBatch": {6, func() { db.SendBatch(ctx, key, batch).Close() }},
		} {
			if got := testing.AllocsPerRun(1000, c.call); got > c.want {
				t.Errorf("%s, %s: %v allocations, want %v", name, method, got, c.want)
			}
		}
	}
	db := &shared{pool: pool}
	if got := testing.AllocsPerRun(1000, func() { db.InTx(ctx, key, pgx.TxOptions{}, nothing) }); got > 1 {
		t.Errorf("InTx: %v allocations, want 1", got)
	}
}

// Observing costs nothing where nobody observes, and little where somebody does:
// the statement, the contexts, and rows that are counted.
func TestAllocationsOfObservers(t *testing.T) {
	ctx := t.Context()
	var key Key = MustID("0190a6f2-0000-7000-8000-00000000000a")
	args := []any{key, 1}
	var n int
	dest := []any{&n}
	plain := &shared{pool: &fake{rows: new(fakeRows)}}
	counters := NewCounters(1)
	for name, c := range map[string]struct {
		db   DB
		want float64
	}{
		"off": {Observe(plain), 0},
		"on":  {Observe(plain, counters), 2},
	} {
		for method, call := range map[string]func(){
			"Exec": func() { c.db.Exec(ctx, key, `select 1`, args...) },
			"Query": func() {
				rows, _ := c.db.Query(ctx, key, `select 1`, args...)
				for rows.Next() {
					rows.Scan(dest...)
				}
				rows.Close()
			},
			"QueryRow": func() { c.db.QueryRow(ctx, key, `select 1`, args...).Scan(dest...) },
		} {
			if got := testing.AllocsPerRun(1000, call); got > c.want {
				t.Errorf("%s, %s: %v allocations, want %v", name, method, got, c.want)
			}
		}
	}
}

// A row that was handed out is nobody else's, however long it is kept.
func TestSlabNeverHandsOutTwice(t *testing.T) {
	t.Parallel()
	var s slab[row]
	var mu sync.Mutex
	seen := make(map[*row]bool)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 1000 {
				r := s.take()
				mu.Lock()
				if seen[r] || r.inner != nil {
					t.Error("a row was handed out twice")
				}
				seen[r] = true
				mu.Unlock()
			}
		})
	}
	group.Wait()
}

// A statement that travels with its setting costs the flight, the key's text
// and the interface around that.
func TestAllocationsOfAFlight(t *testing.T) {
	ctx := t.Context()
	var key Key = MustID("0190a6f2-0000-7000-8000-00000000000a")
	args := []any{key, 1}
	var n int
	dest := []any{&n}
	db := newSharedRLS(&fake{rows: new(fakeRows)}, defaultSetting)
	for method, call := range map[string]func(){
		"Exec": func() { db.Exec(ctx, key, `select 1`, args...) },
		"Query": func() {
			rows, _ := db.Query(ctx, key, `select 1`, args...)
			for rows.Next() {
				rows.Scan(dest...)
			}
			rows.Close()
		},
		"QueryRow": func() { db.QueryRow(ctx, key, `select 1`, args...).Scan(dest...) },
	} {
		if got := testing.AllocsPerRun(1000, call); got > 3 {
			t.Errorf("%s: %v allocations, want 3", method, got)
		}
	}
}

func BenchmarkQueryRow(b *testing.B) {
	ctx := b.Context()
	pool := &fake{rows: new(fakeRows)}
	var key Key = NewID()
	args := []any{key, 1}
	var n int
	dest := []any{&n}
	b.Run("direct", func(b *testing.B) {
		b.ReportAllocs()
		var direct querier = pool
		for b.Loop() {
			direct.QueryRow(ctx, `select 1`, args...).Scan(dest...)
		}
	})
	b.Run("fair", func(b *testing.B) {
		b.ReportAllocs()
		db := &Fair{&shared{pool: pool}, newShares(2)}
		for b.Loop() {
			db.QueryRow(ctx, key, `select 1`, args...).Scan(dest...)
		}
	})
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	for name, observers := range map[string][]Observer{
		"shared":   nil,
		"counters": {NewCounters(1)},
		"audit":    {NewAudit(AuditConfig{Logger: quiet})},
		"caller":   {NewAudit(AuditConfig{Logger: quiet, Caller: true})},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			db := Observe(&shared{pool: pool}, observers...)
			for b.Loop() {
				db.QueryRow(ctx, key, `select 1`, args...).Scan(dest...)
			}
		})
	}
}

// A tenant that was called a moment ago is found without allocating, whether or
// not its database is the caller's choice and held for it alone.
func TestAllocationsOfADatabase(t *testing.T) {
	p, err := pools.New(pools.Config{Servers: map[string]string{"main": "host=nowhere"}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.CloseAll(t.Context())
	named, err := NewDatabases(p, DatabasesConfig{Server: "main"})
	if err != nil {
		t.Fatal(err)
	}
	at := pools.Database{Server: "main", Name: "tenant_acme"}
	chosen, err := NewDatabases(p, DatabasesConfig{At: func(Key) pools.Database { return at }})
	if err != nil {
		t.Fatal(err)
	}
	isolated, err := Isolate(chosen)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]*Databases{"by name": named, "by choice": chosen, "isolated": isolated.(*Databases)} {
		for _, key := range []Key{NewID(), NewTextID("acme"), NewInt64ID(1)} {
			if name == "isolated" && key != Key(NewTextID("acme")) {
				continue
			}
			if got := testing.AllocsPerRun(100, func() {
				if _, err := d.of(key); err != nil {
					t.Error(err)
				}
			}); got != 0 {
				t.Errorf("%s, %T: %v allocations", name, key, got)
			}
		}
	}
	if _, err := isolated.(*Databases).of(NewTextID("widget")); !errors.Is(err, ErrNotIsolated) {
		t.Errorf("another tenant: %v", err)
	}
}
