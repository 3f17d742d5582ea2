package tenant_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

const notesSchema = `
create table notes (
	tenant_id uuid not null,
	id int not null,
	body text not null,
	primary key (tenant_id, id)
);`

const (
	insertNote = `insert into notes (tenant_id, id, body) values ($1, $2, $3)`
	listNotes  = `select body from notes where tenant_id = $1 order by id`
	getNote    = `select body from notes where tenant_id = $1 and id = $2`
)

func bodies(t *testing.T, db tenant.DB, id tenant.Key) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), id, listNotes, id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func insert(t *testing.T, db tenant.DB, id tenant.Key, n int, body string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), id, insertNote, id, n, body); err != nil {
		t.Fatal(err)
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	insert(t, db, acme, 1, "a1")
	insert(t, db, busy, 1, "b1")

	n, err := db.CopyFrom(ctx, acme, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"},
		pgx.CopyFromRows([][]any{{acme, 2, "a2"}, {acme, 3, "a3"}}))
	if err != nil || n != 2 {
		t.Fatalf("copied %d rows, %v", n, err)
	}
	if diff := cmp.Diff([]string{"a1", "a2", "a3"}, bodies(t, db, acme)); diff != "" {
		t.Errorf("acme's notes (-want +got):\n%s", diff)
	}
	var body string
	if err := db.QueryRow(ctx, busy, getNote, busy, 1).Scan(&body); err != nil || body != "b1" {
		t.Errorf("busy's note is %q, %v", body, err)
	}
	err = db.QueryRow(ctx, busy, getNote, busy, 2).Scan(&body)
	if !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("a missing row is %v", err)
	}
	if err := tenant.NotFound(err); !errors.Is(err, tenant.ErrNotFound) || !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("NotFound gives %v", err)
	}
	if err := tenant.NotFound(context.Canceled); err != context.Canceled {
		t.Errorf("NotFound turns Canceled into %v", err)
	}
	if tenant.NotFound(nil) != nil {
		t.Error("NotFound(nil) is an error")
	}
}

func TestRowIsScannedOnce(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	row := db.QueryRow(t.Context(), acme, `select 1`)
	var n int
	if err := row.Scan(&n); err != nil {
		t.Fatal(err)
	}
	if err := row.Scan(&n); err == nil {
		t.Error("the second Scan succeeds")
	}
}

func TestRowsHideTheirConnection(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	rows, err := db.Query(t.Context(), acme, `select 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if rows.Conn() != nil {
		t.Error("rows hand out the connection")
	}
}

// counter is a tracer that counts what is sent.
type counter struct{ sent atomic.Int64 }

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.sent.Add(1)
	return ctx
}
func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (c *counter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.sent.Add(1)
	return ctx
}
func (c *counter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (c *counter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}
func (c *counter) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceCopyFromStartData) context.Context {
	c.sent.Add(1)
	return ctx
}
func (c *counter) TraceCopyFromEnd(context.Context, *pgx.Conn, pgx.TraceCopyFromEndData) {}

func countedPool(t *testing.T, schema string) (*pgxpool.Pool, *counter) {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(pgtest.DSN(t, schema))
	if err != nil {
		t.Fatal(err)
	}
	c := new(counter)
	cfg.ConnConfig.Tracer = c
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool, c
}

// everyMethod calls each method of db with id and returns the errors by name.
func everyMethod(ctx context.Context, db tenant.DB, id tenant.Key) map[string]error {
	errs := make(map[string]error)
	_, errs["Exec"] = db.Exec(ctx, id, `select 1`)
	rows, err := db.Query(ctx, id, `select 1`)
	errs["Query"] = err
	rows.Close()
	errs["Query, rows"] = rows.Err()
	errs["QueryRow"] = db.QueryRow(ctx, id, `select 1`).Scan(new(int))
	b := new(pgx.Batch)
	b.Queue(`select 1`)
	br := db.SendBatch(ctx, id, b)
	_, errs["SendBatch, Exec"] = br.Exec()
	errs["SendBatch, Close"] = br.Close()
	_, errs["CopyFrom"] = db.CopyFrom(ctx, id, pgx.Identifier{"notes"}, []string{"id"}, pgx.CopyFromRows(nil))
	errs["InTx"] = db.InTx(ctx, id, pgx.TxOptions{}, func(tenant.DB) error { return errors.New("fn ran") })
	return errs
}

func TestNoTenantIsRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool, sent := countedPool(t, notesSchema)
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	onTx, err := tenant.OnTx(ctx, tx, acme)
	if err != nil {
		t.Fatal(err)
	}
	before := sent.sent.Load()
	for _, id := range []tenant.Key{nil, tenant.ID{}, tenant.Int64ID{}, tenant.TextID{}, orgID{}, shopID{}, slugID{}, &tenant.ID{}} {
		for name, db := range map[string]tenant.DB{"shared": tenant.NewShared(pool), "transaction": onTx} {
			for method, err := range everyMethod(ctx, db, id) {
				if !errors.Is(err, tenant.ErrNoTenant) {
					t.Errorf("%s, %s with a zero %T: %v", name, method, id, err)
				}
			}
		}
		if _, err := tenant.OnTx(ctx, tx, id); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("OnTx with a zero %T: %v", id, err)
		}
	}
	if n := sent.sent.Load() - before; n != 0 {
		t.Errorf("%d statements were sent", n)
	}
}

func TestAnotherTenantIsRefusedInATransaction(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool, sent := countedPool(t, notesSchema)
	err := tenant.NewShared(pool).InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
		before := sent.sent.Load()
		for _, id := range []tenant.Key{busy, orgID{busy}, tenant.NewInt64ID(1), tenant.NewTextID(acmeText)} {
			for method, err := range everyMethod(ctx, tx, id) {
				if !errors.Is(err, tenant.ErrMismatch) {
					t.Errorf("%s: %v", method, err)
				}
			}
		}
		if n := sent.sent.Load() - before; n != 0 {
			t.Errorf("%d statements were sent", n)
		}
		// The same tenant under another type, and behind a pointer.
		insert(t, tx, orgID{acme}, 1, "a1")
		insert(t, tx, &acme, 2, "a2")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for method, err := range everyMethod(ctx, db, acme) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// A caller that goes away while its statement runs: the transaction is over,
// and so are the statement and the connection.
func TestCancelledWhileRunning(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t, notesSchema)
	db := tenant.NewShared(pool)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result := make(chan error)
	go func() {
		result <- db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
			if _, err := tx.Exec(ctx, acme, insertNote, acme, 1, "a1"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, acme, `select pg_sleep(600)`)
			return err
		})
	}()
	sleepers(t, pool, 1)
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("InTx returns %v", err)
	}
	if got := bodies(t, db, acme); len(got) != 0 {
		t.Errorf("%v stayed", got)
	}
}

func TestOnTx(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := pgtest.New(t, notesSchema)
	if _, err := tenant.OnTx(ctx, nil, acme); err == nil {
		t.Error("OnTx accepts no transaction")
	}
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	db, err := tenant.OnTx(ctx, tx, acme)
	if err != nil {
		t.Fatal(err)
	}
	insert(t, db, acme, 1, "a1")
	if got := bodies(t, tenant.NewShared(pool), acme); len(got) != 0 {
		t.Errorf("%v was committed by OnTx", got)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if got := bodies(t, tenant.NewShared(pool), acme); len(got) != 1 {
		t.Errorf("after the holder's commit there is %v", got)
	}
	if _, err := db.Exec(ctx, acme, `select 1`); !errors.Is(err, pgx.ErrTxClosed) {
		t.Errorf("after the holder's commit the DB answers %v", err)
	}
}

var _ interface {
	pgx.QueryTracer
	pgx.BatchTracer
	pgx.CopyFromTracer
} = (*counter)(nil)
