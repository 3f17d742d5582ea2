package pools_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant/pools"
)

// sockets counts the connections of a process as the network sees them.
type sockets struct{ now, most atomic.Int64 }

type socket struct {
	net.Conn
	once sync.Once
	of   *sockets
}

func (s *socket) Close() error {
	err := s.Conn.Close()
	s.once.Do(func() { s.of.now.Add(-1) })
	return err
}

func (s *sockets) count(_ string, cfg *pgx.ConnConfig) {
	dial := cfg.DialFunc
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		n := s.now.Add(1)
		for most := s.most.Load(); n > most && !s.most.CompareAndSwap(most, n); most = s.most.Load() {
		}
		return &socket{Conn: conn, of: s}, nil
	}
}

const schema = `create table notes (body text);`

// open returns pools over n databases of a server, and the databases.
func open(t *testing.T, n int, cfg pools.Config) (*pools.Pools, []*pools.Pool) {
	t.Helper()
	var dsn string
	var databases []string
	for range n {
		dsn = pgtest.DSN(t, schema)
		parsed, err := pgconn.ParseConfig(dsn)
		if err != nil {
			t.Fatal(err)
		}
		databases = append(databases, parsed.Database)
	}
	if cfg.Servers == nil {
		cfg.Servers = map[string]string{"main": dsn}
	}
	p, err := pools.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAll(t, p) })
	var all []*pools.Pool
	for _, name := range databases {
		pool, err := p.On(pools.Database{Server: "main", Name: name})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pool)
	}
	return p, all
}

func closeAll(t *testing.T, p *pools.Pools) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := p.CloseAll(ctx); err != nil {
		t.Errorf("CloseAll: %v", err)
	}
}

func where(t *testing.T, pool *pools.Pool) string {
	t.Helper()
	var name string
	if err := pool.QueryRow(t.Context(), `select current_database()`).Scan(&name); err != nil {
		t.Fatalf("%s: %v", pool.Database(), err)
	}
	return name
}

func TestNothingIsOpenedBeforeUse(t *testing.T) {
	t.Parallel()
	p, all := open(t, 2, pools.Config{})
	if s := p.Stats(); s != (pools.Stats{}) {
		t.Errorf("before use: %+v", s)
	}
	for range 3 {
		if got := where(t, all[0]); got != all[0].Database().Name {
			t.Errorf("connected to %s", got)
		}
	}
	if s := p.Stats(); s != (pools.Stats{Databases: 1, Open: 1, Idle: 1, Dials: 1}) {
		t.Errorf("after use of one: %+v", s)
	}
}

// Each way to use a connection gives it back, however it ends.
func TestConnectionsComeBack(t *testing.T) {
	t.Parallel()
	p, all := open(t, 1, pools.Config{MaxConnsPerDatabase: 1})
	pool, ctx := all[0], t.Context()
	batch := func(sql ...string) *pgx.Batch {
		b := new(pgx.Batch)
		for _, s := range sql {
			b.Queue(s)
		}
		return b
	}
	begin := func() *pgx.Batch {
		b := new(pgx.Batch)
		b.BeginTx(pgx.TxOptions{})
		b.Queue(`select 1`)
		return b
	}
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"Exec", func() error { _, err := pool.Exec(ctx, `select 1`); return err }},
		{"Exec, error", func() error { _, err := pool.Exec(ctx, `select 1/0`); return expect(err) }},
		{"Query", func() error { rows, err := pool.Query(ctx, `select 1`); rows.Close(); rows.Close(); return err }},
		{"Query to its end", func() error {
			rows, err := pool.Query(ctx, `select 1`)
			for rows.Next() {
			}
			return err
		}},
		{"Query, bad scan", func() error {
			rows, _ := pool.Query(ctx, `select 'a'`)
			rows.Next()
			return expect(rows.Scan(new(int)))
		}},
		{"Query, values", func() error {
			rows, _ := pool.Query(ctx, `select 1`)
			defer rows.Close()
			rows.Next()
			_, err := rows.Values()
			return err
		}},
		{"Query, error", func() error { _, err := pool.Query(ctx, `select nothing`); return expect(err) }},
		{"QueryRow", func() error { return pool.QueryRow(ctx, `select 1`).Scan(new(int)) }},
		{"QueryRow, error", func() error { return expect(pool.QueryRow(ctx, `select 1/0`).Scan(new(int))) }},
		{"SendBatch", func() error { return pool.SendBatch(ctx, batch(`select 1`, `select 2`)).Close() }},
		{"SendBatch, error", func() error { return expect(pool.SendBatch(ctx, batch(`select 1`, `select 1/0`)).Close()) }},
		{"SendBatch, no tx", func() error {
			br := pool.SendBatch(ctx, batch(`select 1`))
			if br.Tx() != nil {
				return errors.New("a transaction")
			}
			return br.Close()
		}},
		{"SendBatch, tx", func() error {
			br := pool.SendBatch(ctx, begin())
			tx := br.Tx()
			if err := br.Close(); err != nil {
				return err
			}
			return tx.Commit(ctx)
		}},
		{"BeginTx", func() error {
			tx, err := pool.BeginTx(ctx, pgx.TxOptions{})
			tx.Rollback(ctx)
			tx.Rollback(ctx)
			return err
		}},
		{"BeginTx, error", func() error { _, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: "none"}); return expect(err) }},
		{"Begin and commit", func() error { tx, _ := pool.BeginTx(ctx, pgx.TxOptions{}); return tx.Commit(ctx) }},
		{"CopyFrom", func() error {
			_, err := pool.CopyFrom(ctx, pgx.Identifier{"notes"}, []string{"body"}, pgx.CopyFromRows([][]any{{"b"}}))
			return err
		}},
		{"With", func() error { return pool.With(ctx, func(conn *pgx.Conn) error { return conn.Ping(ctx) }) }},
		{"With, left in a transaction", func() error {
			return pool.With(ctx, func(conn *pgx.Conn) error { _, err := conn.Exec(ctx, `begin`); return err })
		}},
		{"cancelled", func() error {
			ctx, cancel := context.WithCancel(ctx)
			rows, _ := pool.Query(ctx, `select generate_series(1, 1000000)`)
			rows.Next()
			cancel()
			for rows.Next() {
			}
			return expect(rows.Err())
		}},
	} {
		if err := c.call(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if s := p.Stats(); s.InUse != 0 {
			t.Fatalf("%s keeps the connection: %+v", c.name, s)
		}
	}
	where(t, pool)
}

func expect(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return nil
}

// Many calls for many databases: each reaches its own, and the budget holds.
func TestBudget(t *testing.T) {
	t.Parallel()
	const budget, perDatabase = 5, 2
	counted := new(sockets)
	p, all := open(t, 12, pools.Config{MaxConns: budget, MaxConnsPerDatabase: perDatabase, Configure: counted.count})
	var group sync.WaitGroup
	for worker := range 24 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 1))
			for range 25 {
				pool := all[min(random.IntN(len(all)), random.IntN(len(all)))]
				var name string
				if err := pool.QueryRow(t.Context(), `select current_database()`).Scan(&name); err != nil {
					t.Errorf("%s: %v", pool.Database(), err)
				} else if name != pool.Database().Name {
					t.Errorf("%s: reached %s", pool.Database(), name)
				}
			}
		})
	}
	group.Wait()
	if most := counted.most.Load(); most > budget {
		t.Errorf("%d connections at once, %d were allowed", most, budget)
	}
	s := p.Stats()
	if s.InUse != 0 || s.Waiting != 0 || s.Open != int(counted.now.Load()) || s.Evictions == 0 || s.Waits == 0 || s.WaitTime == 0 {
		t.Errorf("at the end: %+v, %d sockets", s, counted.now.Load())
	}
}

// The one idle longest goes; one in use never does.
func TestLeastRecentlyUsedGoes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p, all := open(t, 4, pools.Config{MaxConns: 3})
	tx, err := all[0].BeginTx(ctx, pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	where(t, all[1])
	where(t, all[2])
	where(t, all[1])
	pid := func(q interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}) (n int) {
		t.Helper()
		if err := q.QueryRow(ctx, `select pg_backend_pid()`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	one, inUse := pid(all[1]), pid(tx)
	where(t, all[3]) // takes the place of all[2]'s
	if got := pid(all[1]); got != one {
		t.Error("the connection used last was closed")
	}
	if got := pid(tx); got != inUse {
		t.Error("a connection in use was closed")
	}
	if s := p.Stats(); s.Evictions != 1 || s.Open != 3 {
		t.Errorf("%+v", s)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Error(err)
	}
}

// While a database keeps every connection busy, a call for another waits for
// its turn and no longer.
func TestWaitingIsFair(t *testing.T) {
	t.Parallel()
	_, all := open(t, 2, pools.Config{MaxConns: 1, MaxConnsPerDatabase: 1})
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for ctx.Err() == nil {
				if _, err := all[0].Exec(t.Context(), `select pg_sleep(0.001)`); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		start := time.Now()
		where(t, all[1])
		if took := time.Since(start); took > 500*pools.Patience {
			t.Errorf("a call of the other database's took %v", took)
		}
	}
	cancel()
	group.Wait()
}

func TestWaitingEndsWithCtx(t *testing.T) {
	t.Parallel()
	p, all := open(t, 2, pools.Config{MaxConns: 1})
	tx, err := all[0].BeginTx(t.Context(), pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pool := range all {
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error)
		go func() { _, err := pool.Exec(ctx, `select 1`); result <- err }()
		for p.Stats().Waiting == 0 {
		}
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", pool.Database(), err)
		}
	}
	if s := p.Stats(); s.Waiting != 0 || s.Open != 1 {
		t.Errorf("%+v", s)
	}
	tx.Rollback(t.Context())
	where(t, all[1])
}

// Cancelled at any moment, a call leaves nothing behind.
func TestCancelledAtAnyMoment(t *testing.T) {
	t.Parallel()
	counted := new(sockets)
	p, all := open(t, 3, pools.Config{MaxConns: 2, Configure: counted.count})
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 2))
			for range 30 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(4000))*time.Microsecond)
				_, err := all[random.IntN(len(all))].Exec(ctx, `select 1`)
				deadline, _ := ctx.Deadline()
				if err != nil && time.Now().Before(deadline) {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	group.Wait()
	for _, pool := range all {
		where(t, pool)
	}
	if s := p.Stats(); s.InUse != 0 || s.Waiting != 0 || s.Open > 2 {
		t.Errorf("%+v", s)
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	p, all := open(t, 2, pools.Config{MaxIdle: 10 * time.Millisecond})
	where(t, all[0])
	where(t, all[1])
	deadline := time.Now().Add(10 * time.Second)
	for s := p.Stats(); s.Open > 0 || s.Databases > 0; s = p.Stats() {
		if time.Now().After(deadline) {
			t.Fatalf("still there: %+v", s)
		}
	}
	where(t, all[0])
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	p, all := open(t, 1, pools.Config{MaxLifetime: time.Nanosecond})
	where(t, all[0])
	deadline := time.Now().Add(10 * time.Second)
	for s := p.Stats(); s.Open > 0; s = p.Stats() {
		if time.Now().After(deadline) {
			t.Fatalf("still there: %+v", s)
		}
	}
}

// A database that cannot be reached pauses, and the others do not notice.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	var tries atomic.Int64
	dsn := pgtest.DSN(t, schema)
	p, err := pools.New(pools.Config{
		Servers:  map[string]string{"up": dsn, "down": dsn},
		MaxConns: 2,
		Backoff:  time.Hour,
		Configure: func(server string, cfg *pgx.ConnConfig) {
			dial := cfg.DialFunc
			cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if server == "down" {
					tries.Add(1)
					if down.Load() {
						return nil, errors.New("cable unplugged")
					}
				}
				return dial(ctx, network, addr)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, p)
	up, err := p.On(pools.Database{Server: "up"})
	if err != nil {
		t.Fatal(err)
	}
	gone, err := p.On(pools.Database{Server: "down"})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := gone.Exec(t.Context(), `select 1`); !errors.Is(err, pools.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
		where(t, up)
	}
	if n := tries.Load(); n != 1 {
		t.Errorf("%d attempts to connect within a pause", n)
	}
	if s := p.Stats(); s.DialFailures != 1 || s.Pausing != 1 || s.Open != 1 {
		t.Errorf("%+v", s)
	}
}

func TestPauseEnds(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	_, all := open(t, 1, pools.Config{Backoff: time.Millisecond, AfterConnect: func(context.Context, *pgx.Conn) error {
		if down.Load() {
			return errors.New("not now")
		}
		return nil
	}})
	if _, err := all[0].Exec(t.Context(), `select 1`); !errors.Is(err, pools.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	down.Store(false)
	deadline := time.Now().Add(10 * time.Second)
	for {
		_, err := all[0].Exec(t.Context(), `select 1`)
		if err == nil {
			return
		}
		if !errors.Is(err, pools.ErrUnavailable) || time.Now().After(deadline) {
			t.Fatalf("got %v", err)
		}
	}
}

// A network that breaks takes connections with it. The next call finds out
// before it sends its statement.
func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, schema)
	proxy := pgtest.NewProxy(t, dsn, 0)
	p, err := pools.New(pools.Config{
		Servers:             map[string]string{"main": dsn},
		MaxConnsPerDatabase: 3,
		Configure:           func(_ string, cfg *pgx.ConnConfig) { proxy.Through(&cfg.Config) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, p)
	pool, err := p.On(pools.Database{Server: "main"})
	if err != nil {
		t.Fatal(err)
	}
	var txs []pgx.Tx
	for range 3 {
		tx, err := pool.BeginTx(t.Context(), pgx.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		txs = append(txs, tx)
	}
	for _, tx := range txs {
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	proxy.Cut()
	if _, err := pool.Exec(t.Context(), `select 1`); err == nil {
		t.Error("a statement passed a broken connection")
	}
	for range 3 { // the other two are suspect now
		where(t, pool)
	}
	if s := p.Stats(); s.Open > 3 || s.InUse != 0 {
		t.Errorf("%+v", s)
	}
}

func TestCloseAll(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p, all := open(t, 2, pools.Config{MaxConns: 2, MaxConnsPerDatabase: 1})
	where(t, all[1])
	tx, err := all[0].BeginTx(ctx, pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error)
	go func() { _, err := all[0].Exec(ctx, `select 1`); waiting <- err }()
	for p.Stats().Waiting == 0 {
	}
	short, cancel := context.WithCancel(ctx)
	cancel()
	if err := p.CloseAll(short); !errors.Is(err, context.Canceled) {
		t.Errorf("CloseAll with a connection in use: %v", err)
	}
	if err := <-waiting; !errors.Is(err, pools.ErrClosed) {
		t.Errorf("the waiting call: %v", err)
	}
	if _, err := all[1].Exec(ctx, `select 1`); !errors.Is(err, pools.ErrClosed) {
		t.Errorf("a later call: %v", err)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Errorf("the transaction in use: %v", err)
	}
	for range 2 {
		if err := p.CloseAll(ctx); err != nil {
			t.Error(err)
		}
	}
	if s := p.Stats(); s.Open != 0 {
		t.Errorf("%+v", s)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	const secret = "s3cret"
	for name, cfg := range map[string]pools.Config{
		"no servers":  {},
		"server name": {Servers: map[string]string{"a b": "postgres:///"}},
		"dsn":         {Servers: map[string]string{"main": "postgres://u:" + secret + "@host:notaport/db"}},
		"bound":       {Servers: map[string]string{"main": "postgres:///"}, MaxConns: -1},
		"bound of one": {Servers: map[string]string{"main": "postgres:///"}, MaxConnsOf: map[pools.Database]int{
			{Server: "main"}: 0,
		}},
	} {
		if _, err := pools.New(cfg); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, err := pools.New(pools.Config{Servers: map[string]string{"main": "postgres://u:" + secret + "@127.0.0.1:1/db"}, ConnectTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, p)
	if _, err := p.On(pools.Database{Server: "other"}); !errors.Is(err, pools.ErrUnknownServer) {
		t.Errorf("another server: %v", err)
	}
	for _, name := range []string{"a b", `a"b`, "dbname=x host=evil", strings.Repeat("x", 64), "é"} {
		if _, err := p.On(pools.Database{Server: "main", Name: name}); !errors.Is(err, pools.ErrBadName) {
			t.Errorf("database %q: %v", name, err)
		}
	}
	pool, err := p.On(pools.Database{Server: "main"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.Exec(t.Context(), `select 1`)
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(fmt.Sprintf("%+v", e), secret) {
			t.Errorf("the password is in %v", e)
		}
	}
	if !errors.Is(err, pools.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}
