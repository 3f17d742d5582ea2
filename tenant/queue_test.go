package tenant_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

func text(row pgx.Row, into *string) error { return row.Scan(into) }

// collectText reads rows of one column.
func collectText(rows pgx.Rows, err error, _ int) ([]string, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// queued are the results of one batch with a statement of each kind.
type queued struct {
	one, missing *tenant.Result[string]
	many         *tenant.Result[[]string]
	rows         *tenant.Result[int64]
}

func queueEach(b *tenant.Batch) queued {
	id := b.Key()
	tenant.QueueExec(b, insertNote, id, 2, "new")
	return queued{
		one:     tenant.QueueOne(b, text, getNote, id, 2),
		missing: tenant.QueueOne(b, text, getNote, id, 9),
		rows:    tenant.QueueRows(b, setBody, id, 1, "changed"),
		many:    tenant.QueueMany(b, collectText, 0, listNotes, id),
	}
}

// A batch of each tenant sees that tenant's rows, although their keys collide.
func TestRunBatch(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			db := tenant.NewShared(poolInMode(t, mode, pgtest.DSN(t, notesSchema)))
			for id, own := range map[tenant.Key]string{acme: "a", busy: "b"} {
				insert(t, db, id, 1, own)
			}
			for _, run := range []struct {
				id tenant.Key
				in func(fn func(tenant.DB) error) error
			}{
				{acme, func(fn func(tenant.DB) error) error { return fn(db) }},
				{busy, func(fn func(tenant.DB) error) error { return db.InTx(t.Context(), busy, pgx.TxOptions{}, fn) }},
			} {
				var got queued
				err := run.in(func(db tenant.DB) error {
					return tenant.RunBatch(t.Context(), db, run.id, func(b *tenant.Batch) { got = queueEach(b) })
				})
				if err != nil {
					t.Fatal(err)
				}
				if v, err := got.one.Get(); v != "new" || err != nil {
					t.Errorf("one: %q, %v", v, err)
				}
				if v, err := got.missing.Get(); v != "" || err != tenant.ErrNotFound {
					t.Errorf("missing: %q, %v", v, err)
				}
				if v, err := got.rows.Get(); v != 1 || err != nil {
					t.Errorf("rows: %d, %v", v, err)
				}
				if v, err := got.many.Get(); !slices.Equal(v, []string{"changed", "new"}) || err != nil {
					t.Errorf("many: %q, %v", v, err)
				}
			}
		})
	}
}

// A batch that fails keeps nothing, and no result of it is a value.
func TestRunBatchFails(t *testing.T) {
	t.Parallel()
	const deferred = `
create table labels (tenant_id uuid not null, name text not null, unique (tenant_id, name) deferrable initially deferred);`
	for _, c := range []struct {
		name string
		fail func(b *tenant.Batch)
		want error
	}{
		{"conflict", func(b *tenant.Batch) { tenant.QueueExec(b, insertNote, b.Key(), 1, "again") }, tenant.ErrConflict},
		{"conflict, row", func(b *tenant.Batch) { tenant.QueueOne(b, text, insertNote+" returning body", b.Key(), 1, "again") }, tenant.ErrConflict},
		{"conflict, rows", func(b *tenant.Batch) {
			tenant.QueueMany(b, collectText, 0, insertNote+" returning body", b.Key(), 1, "again")
		}, tenant.ErrConflict},
		{"conflict at the commit", func(b *tenant.Batch) {
			tenant.QueueRows(b, `insert into labels values ($1, 'x'), ($1, 'x')`, b.Key())
		}, tenant.ErrConflict},
		{"failed before it is sent", func(b *tenant.Batch) { tenant.FailedResult[int64](b, errOnPurpose) }, errOnPurpose},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := tenant.NewShared(pgtest.New(t, notesSchema, deferred))
			insert(t, db, acme, 1, "a")
			var got queued
			err := tenant.RunBatch(t.Context(), db, acme, func(b *tenant.Batch) {
				got = queueEach(b)
				c.fail(b)
			})
			if !errors.Is(err, c.want) {
				t.Fatalf("RunBatch returns %v, want %v", err, c.want)
			}
			var pg *pgconn.PgError
			if errors.As(err, &pg) && (pg.ConstraintName == "" || pg.Detail != "" || pg.Message != "") {
				t.Errorf("the error is %#v", pg)
			}
			for _, result := range []error{second(got.one.Get()), second(got.missing.Get()), second(got.rows.Get()), second(got.many.Get())} {
				if result != err {
					t.Errorf("a result gives %v, want the batch's %v", result, err)
				}
			}
			if got := bodies(t, db, acme); !slices.Equal(got, []string{"a"}) {
				t.Errorf("notes are %q, want none of the batch's", got)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

func TestRunBatchRefuses(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	t.Run("no tenant", func(t *testing.T) {
		for _, none := range []tenant.Key{nil, tenant.ID{}} {
			err := tenant.RunBatch(t.Context(), db, none, func(*tenant.Batch) { t.Error("the function ran") })
			if !errors.Is(err, tenant.ErrNoTenant) {
				t.Errorf("RunBatch returns %v", err)
			}
		}
	})
	t.Run("another tenant in a transaction", func(t *testing.T) {
		err := db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error {
			var got queued
			err := tenant.RunBatch(t.Context(), tx, busy, func(b *tenant.Batch) { got = queueEach(b) })
			if _, result := got.many.Get(); !errors.Is(err, tenant.ErrMismatch) || result != err {
				t.Errorf("RunBatch returns %v, and a result gives %v", err, result)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("a result before the batch ran", func(t *testing.T) {
		err := tenant.RunBatch(t.Context(), db, acme, func(b *tenant.Batch) {
			if v, err := queueEach(b).one.Get(); v != "" || err != tenant.ErrNotRun {
				t.Errorf("Get returns %q, %v", v, err)
			}
		})
		if err != nil {
			t.Error(err)
		}
		if v, err := new(tenant.Result[string]).Get(); v != "" || err != tenant.ErrNotRun {
			t.Errorf("Get of a result of no batch returns %q, %v", v, err)
		}
	})
	t.Run("a statement after the batch ran", func(t *testing.T) {
		var kept *tenant.Batch
		if err := tenant.RunBatch(t.Context(), db, acme, func(b *tenant.Batch) { kept = b }); err != nil {
			t.Error(err) // an empty batch
		}
		defer func() {
			if recover() == nil {
				t.Error("it is accepted")
			}
		}()
		tenant.QueueExec(kept, insertNote, kept.Key(), 7, "late")
	})
	t.Run("a panic", func(t *testing.T) {
		var kept *tenant.Batch
		var got queued
		func() {
			defer func() { recover() }()
			tenant.RunBatch(t.Context(), db, acme, func(b *tenant.Batch) {
				kept, got = b, queueEach(b)
				panic(errOnPurpose)
			})
		}()
		if _, err := got.one.Get(); err != tenant.ErrNotRun {
			t.Errorf("a result of a batch that never ran gives %v", err)
		}
		defer func() {
			if recover() == nil {
				t.Error("a statement is accepted after the panic")
			}
		}()
		tenant.QueueExec(kept, insertNote, kept.Key(), 7, "late")
	})
}

// turns counts how often a connection begins to write after it has read: its
// round trips.
type turns struct {
	net.Conn
	count   *atomic.Int64
	writing atomic.Bool
}

func (c *turns) Write(p []byte) (int, error) {
	if !c.writing.Swap(true) {
		c.count.Add(1)
	}
	return c.Conn.Write(p)
}

func (c *turns) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.writing.Store(false)
	}
	return n, err
}

func TestRunBatchIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	cfg, err := pgxpool.ParseConfig(pgtest.DSN(t, notesSchema))
	if err != nil {
		t.Fatal(err)
	}
	var count atomic.Int64
	dial := cfg.ConnConfig.DialFunc
	cfg.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return &turns{Conn: conn, count: &count}, err
	}
	cfg.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	db := tenant.NewShared(pool)
	for i := range 3 {
		count.Store(0)
		var got queued
		err := tenant.RunBatch(t.Context(), db, acme, func(b *tenant.Batch) {
			tenant.QueueExec(b, `delete from notes where tenant_id = $1`, b.Key())
			got = queueEach(b)
		})
		if _, result := got.many.Get(); err != nil || result != nil {
			t.Fatal(err, result)
		}
		if n := count.Load(); i > 0 && n != 1 { // the first one prepares the statements
			t.Errorf("batch %d of 6 statements took %d round trips", i, n)
		}
	}
}
