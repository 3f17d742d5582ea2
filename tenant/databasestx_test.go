package tenant_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

// Two tenants with the same keys, each with a database, on two servers that have
// databases of one name: a transaction is taken for the tenant in whose database
// it is, and for nobody else.
func TestOnTxInADatabase(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p, at := severalDatabases(t, 2)
	stray := tenant.NewID()
	databases, err := tenant.NewDatabases(p, tenant.DatabasesConfig{At: func(id tenant.Key) pools.Database {
		switch id {
		case acme, stray:
			return at[0]
		case busy:
			return at[1]
		}
		return pools.Database{}
	}})
	if err != nil {
		t.Fatal(err)
	}
	for id, body := range map[tenant.ID]string{acme: "a", busy: "b"} {
		if _, err := databases.Exec(ctx, id, insertOpen, 1, body); err != nil {
			t.Fatal(err)
		}
	}
	own, err := p.On(at[0])
	if err != nil {
		t.Fatal(err)
	}
	var dsn string
	if err := own.With(ctx, func(conn *pgx.Conn) error { dsn = conn.Config().ConnString(); return nil }); err != nil {
		t.Fatal(err)
	}
	outside := func(database string) func() (pgx.Tx, error) {
		cfg, err := pgxpool.ParseConfig(dsn)
		if err != nil {
			t.Fatal(err)
		}
		cfg.ConnConfig.Database = database
		pool := newPool(t, cfg)
		return func() (pgx.Tx, error) { return pool.Begin(ctx) }
	}
	elsewhere := otherServer(t, at[0].Name)
	others, err := pools.New(pools.Config{Servers: map[string]string{"main": dsn}})
	if err != nil {
		t.Fatal(err)
	}
	defer others.CloseAll(ctx)
	pool := func(p *pools.Pools, at pools.Database) func() (pgx.Tx, error) {
		return func() (pgx.Tx, error) {
			pool, err := p.On(at)
			if err != nil {
				return nil, err
			}
			return pool.BeginTx(ctx, pgx.TxOptions{})
		}
	}
	for name, c := range map[string]struct {
		begin func() (pgx.Tx, error)
		id    tenant.Key
		want  error
	}{
		"the tenant's own":                    {outside(at[0].Name), acme, nil},
		"of the placement's pools":            {pool(p, at[0]), acme, nil},
		"of other pools":                      {pool(others, at[0]), acme, nil},
		"the other tenant's":                  {outside(at[0].Name), busy, tenant.ErrWrongDatabase},
		"the other tenant's, of the pools":    {pool(p, at[1]), acme, tenant.ErrWrongDatabase},
		"the other tenant's, of other pools":  {pool(others, at[1]), acme, tenant.ErrWrongDatabase},
		"of that name on another server":      {elsewhere, acme, tenant.ErrWrongDatabase},
		"nobody's database":                   {outside("postgres"), acme, tenant.ErrWrongDatabase},
		"the tenant's own, for nobody":        {outside(at[0].Name), tenant.ID{}, tenant.ErrNoTenant},
		"the tenant's own, for a nil key":     {outside(at[0].Name), nil, tenant.ErrNoTenant},
		"a schema and functions of that name": {misleading(t, outside(at[1].Name), at[0].Name), acme, tenant.ErrWrongDatabase},
	} {
		for range 2 { // asked, and known
			tx, err := c.begin()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			db, err := databases.OnTx(ctx, tx, c.id)
			if !errors.Is(err, c.want) || (db == nil) != (c.want != nil) {
				t.Errorf("%s: %v, %v, want %v", name, db, err, c.want)
			}
			if db != nil {
				checkBoundToAcme(t, db)
				nested, err := tx.Begin(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := databases.OnTx(ctx, nested, acme); err != nil {
					t.Errorf("%s, a savepoint: %v", name, err)
				}
			}
			if err := tx.Rollback(ctx); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if got := everything(t, databases, acme); !cmp.Equal(got, []string{"a"}) {
		t.Errorf("acme has %q", got)
	}

	// What nothing but the database confines takes the first tenant's alone.
	tx, err := outside(at[0].Name)()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	second, err := databases.OnTx(ctx, tx, stray)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tenant.Isolate(second); !errors.Is(err, tenant.ErrNotIsolated) {
		t.Errorf("a second tenant of a database: %v", err)
	}
	if _, err := databases.OnTx(ctx, nil, acme); err == nil {
		t.Error("no transaction is accepted")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := databases.OnTx(cancelled, tx, acme); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
}

// checkOnTx begins a transaction in acme's database, which dsn names.
func checkOnTx(t *testing.T, db *tenant.Databases, dsn string) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	if _, err := db.OnTx(ctx, tx, acme); err != nil {
		t.Errorf("acme: %v", err)
	}
	if _, err := db.OnTx(ctx, tx, busy); !errors.Is(err, tenant.ErrWrongDatabase) {
		t.Errorf("a tenant on another server: %v", err)
	}
}

// checkBoundToAcme checks the DB of a transaction in acme's database.
func checkBoundToAcme(t *testing.T, db tenant.DB) {
	t.Helper()
	ctx := t.Context()
	if got := everything(t, db, acme); !cmp.Equal(got, []string{"a"}) {
		t.Errorf("acme sees %q", got)
	}
	if _, err := db.Exec(ctx, busy, `select 1`); !errors.Is(err, tenant.ErrMismatch) {
		t.Errorf("another tenant: %v", err)
	}
	isolated, err := tenant.Isolate(db)
	if err != nil {
		t.Errorf("isolated: %v", err)
		return
	}
	if _, err := isolated.Exec(ctx, acme, insertOpen, 2, "rolled back"); err != nil {
		t.Error(err)
	}
}

// otherServer begins transactions in a database of that name on a server of its
// own, which is a copy of the first one.
func otherServer(t *testing.T, name string) func() (pgx.Tx, error) {
	t.Helper()
	ctx := t.Context()
	server, err := pgtest.Start(ctx, pgtest.Config{Own: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	dsn, err := server.CreateDatabase(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	admin := newPool(t, cfg)
	if _, err := admin.Exec(ctx, `create database `+pgx.Identifier{name}.Sanitize()); err != nil {
		t.Fatal(err)
	}
	cfg = cfg.Copy()
	cfg.ConnConfig.Database = name
	pool := newPool(t, cfg)
	return func() (pgx.Tx, error) { return pool.Begin(ctx) }
}

// misleading begins transactions of begin whose search path has functions that
// tell of another database.
func misleading(t *testing.T, begin func() (pgx.Tx, error), name string) func() (pgx.Tx, error) {
	return func() (pgx.Tx, error) {
		tx, err := begin()
		if err != nil {
			return nil, err
		}
		_, err = tx.Exec(t.Context(), `create schema lies;
			create function lies.current_database() returns name language sql return '`+name+`'::name;
			create function lies.differs(name, name) returns boolean language sql return not pg_catalog.nameeq($1, $2);
			create operator lies.= (leftarg = name, rightarg = name, function = lies.differs);
			set local search_path = lies, pg_catalog`)
		return tx, err
	}
}
