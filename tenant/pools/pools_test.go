package pools_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
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
		{"Exec, panic", panics(func() { pool.Exec(ctx, `select $1::text`, panicking{}) })},
		{"Query, panic", panics(func() { pool.Query(ctx, `select $1::text`, panicking{}) })},
		{"QueryRow, panic", panics(func() { pool.QueryRow(ctx, `select $1::text`, panicking{}) })},
		{"QueryRow, panic in Scan", panics(func() { pool.QueryRow(ctx, `select 'a'`).Scan(panicking{}) })},
		{"SendBatch, panic", panics(func() {
			b := batch(`select 1`)
			b.Queue(`select $1::text`, panicking{})
			pool.SendBatch(ctx, b)
		})},
		{"SendBatch, panic in a function", panics(func() {
			b := batch(`select 1`)
			b.QueuedQueries[0].Query(func(pgx.Rows) error { panic("on purpose") })
			pool.SendBatch(ctx, b).Close()
		})},
		{"With, panic", panics(func() { pool.With(ctx, func(*pgx.Conn) error { panic("on purpose") }) })},
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

// panicking is an argument and a target of the caller's.
type panicking struct{}

func (panicking) Value() (driver.Value, error) { panic("on purpose") }
func (panicking) Scan(any) error               { panic("on purpose") }

// panics is a call that must.
func panics(call func()) func() error {
	return func() (err error) {
		defer func() {
			if recover() == nil {
				err = errors.New("no panic")
			}
		}()
		call()
		return nil
	}
}

func expect(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return nil
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	const secret = "s3cret"
	for name, cfg := range map[string]pools.Config{
		"no servers":  {},
		"server name": {Servers: map[string]string{"a b": "postgres:///"}},
		"dsn":         {Servers: map[string]string{"main": "postgres://u:" + secret + "@host:notaport/db"}},
		"bound":       {Servers: map[string]string{"main": "postgres:///"}, MaxConns: -1},
		"idle":        {Servers: map[string]string{"main": "postgres:///"}, MaxIdle: -1},
		"lifetime":    {Servers: map[string]string{"main": "postgres:///"}, MaxLifetime: -1},
		"timeout":     {Servers: map[string]string{"main": "postgres:///"}, ConnectTimeout: -1},
		"backoff":     {Servers: map[string]string{"main": "postgres:///"}, Backoff: -1},
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
