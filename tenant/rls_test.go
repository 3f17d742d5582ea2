package tenant_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

// appRole is a role as an application should have it. Roles belong to the
// server, so it may be there already.
const appRole = `
do $$ begin create role tenantc_app login; exception when duplicate_object or unique_violation then null; end $$;`

const policySchema = appRole + notesSchema + `
alter table notes enable row level security;
alter table notes force row level security;
create policy everything on notes using (true);
create policy tenant on notes as restrictive using (tenant_id = (select current_setting('app.tenant_id')::uuid));
grant select, insert, update, delete on notes to tenantc_app;`

// appConfig is a pool's configuration for the application's role.
func appConfig(t *testing.T, dsn string) *pgxpool.Config {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	cfg.ConnConfig.User = "tenantc_app"
	return cfg
}

func newPool(t *testing.T, cfg *pgxpool.Config) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func newRLS(t *testing.T, pool *pgxpool.Pool) *tenant.SharedRLS {
	t.Helper()
	db, err := tenant.NewSharedRLS(t.Context(), pool, tenant.RLSConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// everyNote is a statement that forgot its predicate.
const everyNote = `select body from notes order by body`

func everything(t *testing.T, db tenant.DB, id tenant.Key) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), id, everyNote)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Statements that forgot their predicate: policies confine what each method
// reads and writes.
func TestPoliciesConfineEveryMethod(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			cfg := appConfig(t, pgtest.DSN(t, policySchema))
			cfg.ConnConfig.DefaultQueryExecMode = mode
			db := newRLS(t, newPool(t, cfg))
			insert(t, db, acme, 1, "a1")
			insert(t, db, busy, 1, "b1")
			checkConfined(t, db)
			err := db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error {
				checkConfined(t, tx)
				return tx.InTx(t.Context(), acme, pgx.TxOptions{}, func(savepoint tenant.DB) error {
					checkConfined(t, savepoint)
					return nil
				})
			})
			if err != nil {
				t.Error(err)
			}
			if got := everything(t, db, busy); !cmp.Equal(got, []string{"b1"}) {
				t.Errorf("busy has %q", got)
			}
		})
	}
}

// checkConfined is acme's: it has a1 and busy has b1, before and after.
func checkConfined(t *testing.T, db tenant.DB) {
	t.Helper()
	ctx := t.Context()
	if got := everything(t, db, acme); !cmp.Equal(got, []string{"a1"}) {
		t.Errorf("Query reads %q", got)
	}
	var n int
	if err := db.QueryRow(ctx, acme, `select count(*) from notes`).Scan(&n); err != nil || n != 1 {
		t.Errorf("QueryRow counts %d, %v", n, err)
	}
	tag, err := db.Exec(ctx, acme, `update notes set body = body`)
	if err != nil || tag.RowsAffected() != 1 {
		t.Errorf("Exec: %v, %v", tag, err)
	}
	b := new(pgx.Batch)
	b.Queue(`update notes set body = $1`, "a1")
	b.Queue(everyNote)
	b.Queue(`select count(*) from notes`).QueryRow(func(row pgx.Row) error { return row.Scan(&n) })
	br := db.SendBatch(ctx, acme, b)
	if tag, err = br.Exec(); err != nil || tag.RowsAffected() != 1 {
		t.Errorf("SendBatch: %v, %v", tag, err)
	}
	rows, err := br.Query()
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !cmp.Equal(got, []string{"a1"}) {
		t.Errorf("SendBatch reads %q, %v", got, err)
	}
	n = 0
	if err := br.Close(); err != nil || n != 1 {
		t.Errorf("SendBatch counts %d, %v", n, err)
	}
	err = db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
		_, err := tx.CopyFrom(ctx, acme, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"},
			pgx.CopyFromRows([][]any{{acme, 8, "a8"}, {busy, 9, "stolen"}}))
		return err
	})
	var refused *tenant.Error
	if !errors.As(err, &refused) {
		t.Errorf("CopyFrom writes another tenant's row: %v", err)
	}
}

func TestCopyUnderPolicies(t *testing.T) {
	t.Parallel()
	db := newRLS(t, newPool(t, appConfig(t, pgtest.DSN(t, policySchema))))
	for _, size := range []int{0, 1, 500, 501, 1000} {
		n, err := db.CopyFrom(t.Context(), acme, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"},
			pgx.CopyFromSlice(size, func(i int) ([]any, error) { return []any{acme, size*10000 + i, "a"}, nil }))
		if err != nil || n != int64(size) {
			t.Errorf("of %d rows %d were copied, %v", size, n, err)
		}
	}
	if got := everything(t, db, acme); len(got) != 2002 {
		t.Errorf("%d rows arrived", len(got))
	}
	n, err := db.CopyFrom(t.Context(), acme, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"},
		pgx.CopyFromSlice(800, func(i int) ([]any, error) {
			if i == 700 {
				return nil, errOnPurpose
			}
			return []any{acme, i, "lost"}, nil
		}))
	if !errors.Is(err, errOnPurpose) || n != 0 {
		t.Errorf("%d rows were copied, %v", n, err)
	}
	if got := everything(t, db, acme); len(got) != 2002 {
		t.Errorf("%d rows are there after a source that failed", len(got))
	}
}

func TestOptionsOfAStatementAreRefused(t *testing.T) {
	t.Parallel()
	db := newRLS(t, newPool(t, appConfig(t, pgtest.DSN(t, policySchema))))
	for _, option := range []any{pgx.QueryExecModeExec, pgx.QueryResultFormats{0}, pgx.QueryResultFormatsByOID{25: 0}} {
		if _, err := db.Exec(t.Context(), acme, `select 1`, option); err == nil {
			t.Errorf("%T was sent", option)
		}
	}
	var body string
	err := db.QueryRow(t.Context(), acme, `select @body::text`, pgx.NamedArgs{"body": "a"}).Scan(&body)
	if err != nil || body != "a" {
		t.Errorf("named arguments give %q, %v", body, err)
	}
}

func TestOnTxUnderPolicies(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := newPool(t, appConfig(t, pgtest.DSN(t, policySchema)))
	rls := newRLS(t, pool)
	insert(t, rls, acme, 1, "a1")
	insert(t, rls, busy, 1, "b1")
	if _, err := rls.OnTx(ctx, nil, acme); err == nil {
		t.Error("OnTx accepts no transaction")
	}
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	if _, err := rls.OnTx(ctx, tx, tenant.ID{}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("OnTx for nobody: %v", err)
	}
	db, err := rls.OnTx(ctx, tx, acme)
	if err != nil {
		t.Fatal(err)
	}
	checkConfined(t, db)
	if _, err := db.Exec(ctx, busy, `select 1`); !errors.Is(err, tenant.ErrMismatch) {
		t.Errorf("another tenant: %v", err)
	}
}

func TestNoTenantUnderPolicies(t *testing.T) {
	t.Parallel()
	db := newRLS(t, newPool(t, appConfig(t, pgtest.DSN(t, policySchema))))
	for method, err := range everyMethod(t.Context(), db, tenant.ID{}) {
		if !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s: %v", method, err)
		}
	}
}
