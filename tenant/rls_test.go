package tenant_test

import (
	"context"
	"errors"
	"strings"
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

func TestUnsafeRoles(t *testing.T) {
	t.Parallel()
	const open = `
		alter table notes enable row level security;
		alter table notes force row level security;
		grant select on notes to tenantc_app;`
	for name, c := range map[string]struct {
		schema string
		except []string
		want   string // "" where it is safe
	}{
		"safe":              {schema: policySchema},
		"no policies":       {schema: appRole + notesSchema + `grant select on notes to tenantc_app;`, want: "public.notes has row-level security not enabled"},
		"not for the role":  {schema: appRole + notesSchema},
		"not forced":        {schema: policySchema + `alter table notes no force row level security;`, want: "public.notes has row-level security not forced"},
		"owner":             {schema: policySchema + `alter table notes owner to tenantc_app;`, want: "public.notes belongs to the role"},
		"truncate":          {schema: policySchema + `grant truncate on notes to tenantc_app;`, want: "public.notes may be truncated"},
		"one column":        {schema: appRole + notesSchema + `grant select (body) on notes to tenantc_app;`, want: "not enabled"},
		"to everybody":      {schema: appRole + notesSchema + `grant select on notes to public;`, want: "not enabled"},
		"forced, no policy": {schema: appRole + notesSchema + open, want: "public.notes has no policy"},
		"permissive only":   {schema: appRole + notesSchema + open + `create policy p on notes using (tenant_id = current_setting('app.tenant_id', true)::uuid);`},
		"two permissive": {schema: appRole + notesSchema + open + `
			create policy p on notes using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
			create policy q on notes for select using (body = 'public');`, want: "has no policy"},
		"another role's": {schema: appRole + notesSchema + open + `
			create policy p on notes using (tenant_id = current_setting('app.tenant_id')::uuid);
			create policy q on notes to postgres using (true);`},
		"restrictive for one command": {schema: appRole + notesSchema + open + `
			create policy p on notes as restrictive for select using (tenant_id = current_setting('app.tenant_id')::uuid);
			create policy q on notes using (true);`, want: "has no policy"},
		"another setting": {schema: appRole + notesSchema + open + `
			create policy p on notes as restrictive using (tenant_id = current_setting('app.tenant')::uuid);`, want: "has no policy"},
		"a cast that cuts": {schema: appRole + notesSchema + open + `alter table notes add slug text;
			create policy p on notes as restrictive using (slug = current_setting('app.tenant_id')::varchar(4));`, want: "has no policy"},
		"a cast that cuts names": {schema: appRole + notesSchema + open + `alter table notes add slug text;
			create policy p on notes as restrictive using (slug = current_setting('app.tenant_id')::name);`, want: "has no policy"},
		"text": {schema: appRole + notesSchema + open + `alter table notes add slug varchar(20);
			create policy p on notes as restrictive using (slug = (select current_setting('app.tenant_id')));`},
		"or": {schema: appRole + notesSchema + open + `
			create policy p on notes as restrictive using (tenant_id = current_setting('app.tenant_id')::uuid or body = '');`, want: "has no policy"},
		"lax check": {schema: appRole + notesSchema + open + `
			create policy p on notes as restrictive using (tenant_id = current_setting('app.tenant_id')::uuid) with check (true);`, want: "has no policy"},
		"insert only": {schema: appRole + notesSchema + open + `grant insert on notes to tenantc_app;
			create policy p on notes for insert with check (tenant_id = current_setting('app.tenant_id')::uuid);`},
		"materialized view": {schema: policySchema + `create materialized view m as select * from notes; grant select on m to tenantc_app;`, want: "public.m is a materialized view"},
		"view":              {schema: policySchema + `create view w as select * from notes; grant select on w to tenantc_app;`, want: "public.w is a view without security_invoker"},
		"invoker's view":    {schema: policySchema + `create view w with (security_invoker = true) as select * from notes; grant select on w to tenantc_app;`},
		"excepted":          {schema: policySchema + `create table plans (id int); grant select on plans to tenantc_app;`, except: []string{"public.plans"}},
		"not excepted":      {schema: policySchema + `create table plans (id int); grant select on plans to tenantc_app;`, want: "public.plans has row-level security not enabled"},
		"excepted nothing":  {schema: policySchema, except: []string{"public.plan"}, want: "public.plan is excepted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := newPool(t, appConfig(t, pgtest.DSN(t, c.schema)))
			_, err := tenant.NewSharedRLS(t.Context(), pool, tenant.RLSConfig{Except: c.except})
			if c.want == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if !errors.Is(err, tenant.ErrUnsafeRole) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// The test's own roles are above policies, and so is who may become one.
func TestUnsafeRights(t *testing.T) {
	t.Parallel()
	const roles = `
		do $$ begin create role tenantc_bypass login bypassrls; exception when duplicate_object or unique_violation then null; end $$;
		do $$ begin create role tenantc_member login in role tenantc_bypass; exception when duplicate_object or unique_violation then null; end $$;`
	dsn := pgtest.DSN(t, policySchema, roles)
	for user, want := range map[string]string{
		"postgres":       "role postgres is a superuser",
		"tenantc_bypass": "role tenantc_bypass has BYPASSRLS",
		"tenantc_member": "role tenantc_member may become tenantc_bypass, which has BYPASSRLS",
	} {
		cfg := appConfig(t, dsn)
		cfg.ConnConfig.User = user
		_, err := tenant.NewSharedRLS(t.Context(), newPool(t, cfg), tenant.RLSConfig{})
		if !errors.Is(err, tenant.ErrUnsafeRole) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v\nwant %s", user, err, want)
		}
	}
	// A session that has put on the application's role can take it off.
	cfg := appConfig(t, dsn)
	cfg.ConnConfig.User = "postgres"
	cfg.ConnConfig.RuntimeParams["role"] = "tenantc_app"
	_, err := tenant.NewSharedRLS(t.Context(), newPool(t, cfg), tenant.RLSConfig{})
	if !errors.Is(err, tenant.ErrUnsafeRole) || !strings.Contains(err.Error(), "role postgres is a superuser") {
		t.Errorf("a superuser in disguise: %v", err)
	}
	for _, name := range []string{"tenant_id", "app.x' , true)--", "App.tenant"} {
		_, err := tenant.NewSharedRLS(t.Context(), newPool(t, appConfig(t, dsn)), tenant.RLSConfig{Setting: name})
		if err == nil || errors.Is(err, tenant.ErrUnsafeRole) {
			t.Errorf("setting %s: %v", name, err)
		}
	}
}
