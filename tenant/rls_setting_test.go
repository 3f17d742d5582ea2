package tenant_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

// Warm, every call is one flight; a transaction adds two to its statements.
func TestFlights(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, policySchema)
	proxy := pgtest.NewProxy(t, dsn, 0)
	cfg := appConfig(t, dsn)
	proxy.Through(&cfg.ConnConfig.Config)
	cfg.MaxConns = 1
	checkFlights(t, proxy, newRLS(t, newPool(t, cfg)))
}

func checkFlights(t *testing.T, proxy *pgtest.Proxy, db tenant.DB) {
	t.Helper()
	ctx := t.Context()
	batch := new(pgx.Batch)
	for range 3 {
		batch.Queue(listNotes, acme)
	}
	for _, c := range []struct {
		name string
		want int64
		call func() error
	}{
		{"Exec", 1, func() error { _, err := db.Exec(ctx, acme, `delete from notes where tenant_id = $1`, acme); return err }},
		{"Query", 1, func() error { bodies(t, db, acme); return nil }},
		{"QueryRow", 1, func() error {
			return tenant.NotFound(db.QueryRow(ctx, acme, `select count(*) from notes`).Scan(new(int)))
		}},
		{"SendBatch", 1, func() error { return db.SendBatch(ctx, acme, batch).Close() }},
		{"InTx", 4, func() error {
			return db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
				bodies(t, tx, acme)
				return tx.SendBatch(ctx, acme, batch).Close()
			})
		}},
	} {
		var took int64
		for range 2 { // the first time prepares the statements
			before := proxy.Flights()
			if err := c.call(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			took = proxy.Flights() - before
		}
		if took != c.want {
			t.Errorf("%s takes %d flights, want %d", c.name, took, c.want)
		}
	}
}

// settingAfter reads what a call left behind on the only connection of pool.
func settingAfter(t *testing.T, pool *pgxpool.Pool, name string) string {
	t.Helper()
	var value *string
	if err := pool.QueryRow(t.Context(), `select current_setting($1, true)`, name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	if value == nil {
		return ""
	}
	return *value
}

func TestNoSettingStays(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			cfg := appConfig(t, pgtest.DSN(t, policySchema))
			cfg.ConnConfig.DefaultQueryExecMode = mode
			cfg.MaxConns = 1
			pool := newPool(t, cfg)
			db := newRLS(t, pool)
			insert(t, db, acme, 1, "a1")
			insert(t, db, acme, 2, "a2")
			for name, call := range endings(t, db) {
				call()
				if got := settingAfter(t, pool, "app.tenant_id"); got != "" {
					t.Errorf("%s leaves %q behind", name, got)
				}
				if n := pool.Stat().AcquiredConns(); n != 0 {
					t.Errorf("%s leaves %d connections out", name, n)
				}
			}
		})
	}
}

// endings are the ways in which a call can end.
func endings(t *testing.T, db tenant.DB) map[string]func() {
	ctx := t.Context()
	fails := func(what string, err error) {
		if err == nil {
			t.Errorf("%s succeeds", what)
		}
	}
	return map[string]func(){
		"Exec":               func() { db.Exec(ctx, acme, listNotes, acme) },
		"Exec that fails":    func() { _, err := db.Exec(ctx, acme, `select 1/0`); fails("1/0", err) },
		"Exec unprepared":    func() { _, err := db.Exec(ctx, acme, `select nothing`); fails("no column", err) },
		"Exec of no value":   func() { _, err := db.Exec(ctx, acme, listNotes, func() {}); fails("a func", err) },
		"Query not read":     func() { rows, _ := db.Query(ctx, acme, listNotes, acme); rows.Close() },
		"Query read in part": func() { rows, _ := db.Query(ctx, acme, listNotes, acme); rows.Next(); rows.Close() },
		"Query that fails": func() {
			rows, _ := db.Query(ctx, acme, `select 1/(2-n) from generate_series(1, 3) n`)
			for rows.Next() {
			}
			fails("1/0", rows.Err())
		},
		"Query scanned wrong": func() {
			rows, _ := db.Query(ctx, acme, listNotes, acme)
			rows.Next()
			fails("scan", rows.Scan(new(bool)))
		},
		"QueryRow, no row": func() { fails("no row", db.QueryRow(ctx, acme, getNote, acme, 9).Scan(new(string))) },
		"QueryRow, panic": func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			db.QueryRow(ctx, acme, getNote, acme, 1).Scan(panicking{})
		},
		"batch that fails": func() {
			b := new(pgx.Batch)
			b.Queue(listNotes, acme)
			b.Queue(`select 1/0`)
			fails("1/0", db.SendBatch(ctx, acme, b).Close())
		},
		"batch not read": func() { b := new(pgx.Batch); b.Queue(listNotes, acme); db.SendBatch(ctx, acme, b).Close() },
		"InTx": func() {
			db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error { bodies(t, tx, acme); return nil })
		},
		"InTx that fails": func() { db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error { return errOnPurpose }) },
		"InTx that panics": func() {
			defer func() { recover() }()
			db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error { panic(errOnPurpose) })
		},
		"InTx with options that the server refuses": func() {
			fails("options", db.InTx(ctx, acme, pgx.TxOptions{IsoLevel: "nonsense"}, func(tx tenant.DB) error { return nil }))
		},
		"cancelled in Query": func() {
			ctx, cancel := context.WithCancel(ctx)
			rows, err := db.Query(ctx, acme, `select n from generate_series(1, 1000000) n`)
			if err != nil {
				t.Error(err)
			}
			rows.Next()
			cancel()
			for rows.Next() {
			}
			rows.Close()
		},
		"cancelled before": func() {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			for method, err := range everyMethod(ctx, db, acme) {
				fails(method, err)
			}
		},
		"cancelled in InTx": func() {
			ctx, cancel := context.WithCancel(ctx)
			fails("InTx", db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error { cancel(); _, err := tx.Exec(ctx, acme, `select 1`); return err }))
		},
	}
}

type panicking struct{}

func (panicking) Scan(any) error { panic(errOnPurpose) }

// A deferred constraint speaks when the transaction ends, which is after the
// last row.
func TestDeferredConstraint(t *testing.T) {
	t.Parallel()
	db := newRLS(t, newPool(t, appConfig(t, pgtest.DSN(t, policySchema+`
		alter table notes add constraint one unique (tenant_id, body) deferrable initially deferred;`))))
	insert(t, db, acme, 1, "a")
	if _, err := db.Exec(t.Context(), acme, insertNote, acme, 2, "a"); !errors.Is(err, tenant.ErrConflict) {
		t.Errorf("Exec returns %v", err)
	}
	const returning = insertNote + ` returning body`
	rows, err := db.Query(t.Context(), acme, returning, acme, 3, "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pgx.CollectRows(rows, pgx.RowTo[string]); !errors.Is(err, tenant.ErrConflict) {
		t.Errorf("rows end with %v", err)
	}
	if err := db.QueryRow(t.Context(), acme, returning, acme, 4, "a").Scan(new(string)); !errors.Is(err, tenant.ErrConflict) {
		t.Errorf("the row ends with %v", err)
	}
	if got := everything(t, db, acme); len(got) != 1 {
		t.Errorf("%q are there", got)
	}
}
