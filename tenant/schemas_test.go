package tenant_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

var (
	acmeSchema = "tenant_" + strings.ReplaceAll(acme.String(), "-", "")
	busySchema = "tenant_" + strings.ReplaceAll(busy.String(), "-", "")
)

// schemasSchema is the notes of two tenants, with types of their own, and what
// must not be reached: notes in public.
func schemasSchema() string {
	b := new(strings.Builder)
	b.WriteString(appRole + notesSchema + `insert into notes values ('` + acme.String() + `', 1, 'public');
		grant select on notes to tenantc_app;`)
	for _, name := range []string{acmeSchema, busySchema} {
		b.WriteString(`
			create schema ` + name + `;
			grant usage on schema ` + name + ` to tenantc_app;
			set search_path = ` + name + `;
			create type mood as enum ('calm', 'tired');` + notesSchema + `
			alter table notes add mood mood not null default 'calm';
			create table audit (body text);
			create function note() returns trigger language plpgsql as
				$$ begin insert into audit values (new.body); return new; end $$;
			create trigger audit after insert on notes for each row execute function note();
			grant all on notes, audit to tenantc_app;`)
	}
	return b.String()
}

func schemasPool(t *testing.T, dsn string, mode pgx.QueryExecMode) *pgxpool.Pool {
	t.Helper()
	cfg := appConfig(t, dsn)
	cfg.ConnConfig.DefaultQueryExecMode = mode
	cfg.MaxConns = 1
	return newPool(t, cfg)
}

func newSchemas(t *testing.T, pool *pgxpool.Pool) *tenant.Schemas {
	t.Helper()
	db, err := tenant.NewSchemas(t.Context(), pool, tenant.SchemasConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

var schemaModes = []pgx.QueryExecMode{pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol}

// One connection and the same statements for both tenants, in turn.
func TestSchemas(t *testing.T) {
	t.Parallel()
	for _, mode := range schemaModes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			pool := schemasPool(t, pgtest.DSN(t, schemasSchema()), mode)
			db := newSchemas(t, pool)
			insert(t, db, acme, 1, "a1")
			insert(t, db, busy, 1, "b1")
			for range 2 {
				for id, want := range map[tenant.ID]string{acme: "a1", busy: "b1"} {
					if got := everything(t, db, id); !cmp.Equal(got, []string{want}) {
						t.Errorf("Query reads %q, want %s", got, want)
					}
					var mood string
					err := db.QueryRow(ctx, id, `update notes set mood = $1 returning mood`, "tired").Scan(&mood)
					if err != nil || mood != "tired" {
						t.Errorf("mood is %q, %v", mood, err)
					}
				}
			}
			checkConfinedBySchema(t, db)
			err := db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
				checkConfinedBySchema(t, tx)
				return tx.InTx(ctx, acme, pgx.TxOptions{}, func(savepoint tenant.DB) error {
					checkConfinedBySchema(t, savepoint)
					return nil
				})
			})
			if err != nil {
				t.Error(err)
			}
			if got := everything(t, db, busy); !cmp.Equal(got, []string{"b1"}) {
				t.Errorf("busy has %q", got)
			}
			n, err := db.CopyFrom(ctx, acme, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"},
				pgx.CopyFromRows([][]any{{acme, 2, "a2"}, {acme, 3, "a3"}}))
			if err != nil || n != 2 {
				t.Errorf("copied %d rows, %v", n, err)
			}
			var audited int
			if err := db.QueryRow(ctx, acme, `select count(*) from audit`).Scan(&audited); err != nil || audited != 3 {
				t.Errorf("%d rows were audited, %v", audited, err)
			}
			for name, call := range endings(t, db) {
				call()
				if got := settingAfter(t, pool, "search_path"); got != `"$user", public` {
					t.Errorf("%s leaves %q behind", name, got)
				}
			}
			if _, err := db.Exec(ctx, tenant.NewID(), everyNote); code(err) != "42P01" {
				t.Errorf("a tenant without a schema: %v", err)
			}
		})
	}
}

// checkConfinedBySchema is acme's: it has a1 and busy has b1, before and after.
func checkConfinedBySchema(t *testing.T, db tenant.DB) {
	t.Helper()
	ctx := t.Context()
	tag, err := db.Exec(ctx, acme, `update notes set body = body`)
	if err != nil || tag.RowsAffected() != 1 {
		t.Errorf("Exec: %v, %v", tag, err)
	}
	if got := everything(t, db, acme); !cmp.Equal(got, []string{"a1"}) {
		t.Errorf("Query reads %q", got)
	}
	b := new(pgx.Batch)
	var n int
	b.Queue(`update notes set body = body`).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != 1 {
			t.Errorf("SendBatch: %v", tag)
		}
		return nil
	})
	b.Queue(`select count(*) from notes`).QueryRow(func(row pgx.Row) error { return row.Scan(&n) })
	if err := db.SendBatch(ctx, acme, b).Close(); err != nil || n != 1 {
		t.Errorf("SendBatch counts %d, %v", n, err)
	}
}

func TestFlightsToSchemas(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, schemasSchema())
	proxy := pgtest.NewProxy(t, dsn, 0)
	cfg := appConfig(t, dsn)
	proxy.Through(&cfg.ConnConfig.Config)
	cfg.MaxConns = 1
	cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	checkFlights(t, proxy, newSchemas(t, newPool(t, cfg)))
}

func TestOnTxInASchema(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := schemasPool(t, pgtest.DSN(t, schemasSchema()), pgx.QueryExecModeExec)
	schemas := newSchemas(t, pool)
	insert(t, schemas, acme, 1, "a1")
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	db, err := schemas.OnTx(ctx, tx, acme)
	if err != nil {
		t.Fatal(err)
	}
	checkConfinedBySchema(t, db)
	if _, err := db.Exec(ctx, busy, `select 1`); !errors.Is(err, tenant.ErrMismatch) {
		t.Errorf("another tenant: %v", err)
	}
}

func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := pgtest.DSN(t, schemasSchema())
	for _, mode := range modes {
		if mode == pgx.QueryExecModeExec || mode == pgx.QueryExecModeSimpleProtocol {
			continue
		}
		if _, err := tenant.NewSchemas(ctx, schemasPool(t, dsn, mode), tenant.SchemasConfig{}); !errors.Is(err, tenant.ErrQueryMode) {
			t.Errorf("%s: %v", mode, err)
		}
	}
	pool := schemasPool(t, dsn, pgx.QueryExecModeExec)
	_, err := tenant.NewSchemas(ctx, pool, tenant.SchemasConfig{Extensions: []string{"public"}})
	if err == nil || !strings.Contains(err.Error(), "public.notes") {
		t.Errorf("public holds notes: %v", err)
	}
	if _, err := tenant.NewSchemas(ctx, pool, tenant.SchemasConfig{Extensions: []string{`x", public`}}); !errors.Is(err, tenant.ErrBadName) {
		t.Errorf("an injected schema: %v", err)
	}
	for _, name := range []string{"", "pg_temp", "pg_catalog", "information_schema", `x", "public`, "$user", "a b", strings.Repeat("x", 64), "1a", "a\x00", "é"} {
		db, err := tenant.NewSchemas(ctx, pool, tenant.SchemasConfig{Name: func(tenant.Key) string { return name }})
		if err != nil {
			t.Fatal(err)
		}
		errs := everyMethod(ctx, db, acme)
		for method, err := range errs {
			if !errors.Is(err, tenant.ErrBadName) {
				t.Errorf("%s with schema %q: %v", method, name, err)
			}
		}
	}
	for method, err := range everyMethod(ctx, newSchemas(t, pool), tenant.ID{}) {
		if !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// What an extension brought may be in a schema that is searched.
func TestSchemasFindExtensions(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, schemasSchema()+`set search_path = public; drop table notes; create function shout(text) returns text language sql as $$ select upper($1) $$;`)
	db, err := tenant.NewSchemas(t.Context(), schemasPool(t, dsn, pgx.QueryExecModeExec), tenant.SchemasConfig{Extensions: []string{"public"}})
	if err != nil {
		t.Fatal(err)
	}
	var loud string
	if err := db.QueryRow(t.Context(), acme, `select shout('a')`).Scan(&loud); err != nil || loud != "A" {
		t.Errorf("got %q, %v", loud, err)
	}
}

// Two keys of a kind never share a name; one that makes none is refused.
func TestDefaultSchemaNames(t *testing.T) {
	t.Parallel()
	db := newSchemas(t, schemasPool(t, pgtest.DSN(t, appRole), pgx.QueryExecModeExec))
	for _, c := range []struct {
		id   tenant.Key
		want string
	}{
		{acme, `"` + acmeSchema + `", pg_temp`},
		{orgID{acme}, `"` + acmeSchema + `", pg_temp`},
		{tenant.NewInt64ID(7), `"tenant_7", pg_temp`},
		{tenant.NewInt64ID(-7), `"tenant_-7", pg_temp`},
		{tenant.NewTextID("a-b"), `"tenant_a-b", pg_temp`},
		{tenant.NewTextID("a_b"), `"tenant_a_b", pg_temp`},
		{tenant.NewTextID("Acme"), `"tenant_Acme", pg_temp`},
		{tenant.NewTextID(`a"b`), ""},
		{tenant.NewTextID(strings.Repeat("a", 57)), ""},
	} {
		var got string
		err := db.QueryRow(t.Context(), c.id, `select current_setting('search_path')`).Scan(&got)
		if c.want == "" {
			if !errors.Is(err, tenant.ErrBadName) {
				t.Errorf("%v: %q, %v", c.id, got, err)
			}
		} else if got != c.want {
			t.Errorf("%v: %q, %v, want %q", c.id, got, err, c.want)
		}
	}
}

// code returns the server's code for err, or "".
func code(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	return pg.Code
}
