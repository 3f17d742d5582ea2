package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

// secret is what busy wrote. The statements below run for acme and make the
// server quote it.
const secret = "s3cr3t-of-busy"

const leakySchema = `
create table accounts (
	tenant_id uuid not null,
	email text not null constraint accounts_email_key unique,
	later text constraint accounts_later_key unique deferrable initially deferred
);
insert into accounts values ('` + busyText + `', '` + secret + `', '` + secret + `');
create function tell() returns text language plpgsql as $$
begin
	raise exception 'message %', (select email from accounts limit 1)
		using detail = 'detail ` + secret + `', hint = 'hint ` + secret + `', errcode = 'P0001';
end $$;
create function inner_query() returns int language plpgsql as $$
begin
	execute 'select ''` + secret + `''::int';
	return 1;
end $$;`

const (
	takeEmail = `insert into accounts (tenant_id, email) values ($1, '` + secret + `')`
	takeLater = `insert into accounts (tenant_id, email, later) values ($1, gen_random_uuid(), '` + secret + `')`
	castEmail = `select email::int from accounts where $1::uuid is not null`
)

func TestServerErrorsAreScrubbed(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, leakySchema)
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			cfg, err := pgxpool.ParseConfig(dsn)
			if err != nil {
				t.Fatal(err)
			}
			cfg.ConnConfig.DefaultQueryExecMode = mode
			pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(pool.Close)
			db := tenant.NewShared(pool)
			for range 2 { // with a cold statement cache, and a warm one
				for name, leak := range leaks {
					checkScrubbed(t, name, leak(t.Context(), db))
					checkScrubbed(t, name, db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error {
						return leak(t.Context(), tx)
					}))
					checkScrubbed(t, name, db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error {
						return tx.InTx(t.Context(), acme, pgx.TxOptions{}, func(sp tenant.DB) error {
							return leak(t.Context(), sp)
						})
					}))
				}
			}
			checkScrubbed(t, "conflict at commit", db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error {
				_, err := tx.Exec(t.Context(), acme, takeLater, acme)
				return err
			}))
		})
	}
}

// leaks make the server quote the secret, on every path that an error takes.
var leaks = map[string]func(context.Context, tenant.DB) error{
	"conflict, Exec": func(ctx context.Context, db tenant.DB) error {
		_, err := db.Exec(ctx, acme, takeEmail, acme)
		return err
	},
	"raised, Exec": func(ctx context.Context, db tenant.DB) error {
		_, err := db.Exec(ctx, acme, `select tell()`)
		return err
	},
	"inner query, Exec": func(ctx context.Context, db tenant.DB) error {
		_, err := db.Exec(ctx, acme, `select inner_query()`)
		return err
	},
	"cast, Query": func(ctx context.Context, db tenant.DB) error {
		rows, err := db.Query(ctx, acme, castEmail, acme)
		for rows.Next() {
			return errors.New("a row came")
		}
		return errors.Join(err, rows.Err())
	},
	"conflict, QueryRow": func(ctx context.Context, db tenant.DB) error {
		return db.QueryRow(ctx, acme, takeEmail+` returning email`, acme).Scan(new(string))
	},
	"conflict, CopyFrom": func(ctx context.Context, db tenant.DB) error {
		_, err := db.CopyFrom(ctx, acme, pgx.Identifier{"accounts"}, []string{"tenant_id", "email"},
			pgx.CopyFromRows([][]any{{acme, secret}}))
		return err
	},
	"conflict, batch Exec": inBatch(nil, func(br pgx.BatchResults) error {
		_, err := br.Exec()
		return err
	}),
	"conflict, batch Query": inBatch(nil, func(br pgx.BatchResults) error {
		rows, err := br.Query()
		rows.Close()
		return errors.Join(err, rows.Err())
	}),
	"conflict, batch QueryRow": inBatch(nil, func(br pgx.BatchResults) error {
		return br.QueryRow().Scan(new(string))
	}),
	"conflict, batch Close": inBatch(nil, nil),
	"conflict, batch callback Exec": inBatch(func(q *pgx.QueuedQuery, _ *error) {
		q.Exec(func(pgconn.CommandTag) error { return nil })
	}, nil),
	"conflict, batch callback Query": inBatch(func(q *pgx.QueuedQuery, seen *error) {
		q.Query(func(rows pgx.Rows) error {
			rows.Close()
			*seen = rows.Err()
			return *seen
		})
	}, nil),
	"conflict, batch callback QueryRow": inBatch(func(q *pgx.QueuedQuery, seen *error) {
		q.QueryRow(func(row pgx.Row) error {
			*seen = row.Scan(new(string))
			return *seen
		})
	}, nil),
}

// inBatch sends the conflict in a batch, with a callback or a reader of the
// results, and returns all the errors that anybody saw.
func inBatch(callback func(*pgx.QueuedQuery, *error), read func(pgx.BatchResults) error) func(context.Context, tenant.DB) error {
	return func(ctx context.Context, db tenant.DB) error {
		var seen error
		b := new(pgx.Batch)
		q := b.Queue(takeEmail+` returning email`, acme)
		if callback != nil {
			callback(q, &seen)
		}
		br := db.SendBatch(ctx, acme, b)
		if read != nil {
			seen = read(br)
		}
		return errors.Join(br.Close(), seen)
	}
}

func checkScrubbed(t *testing.T, name string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", name)
		return
	}
	var own *tenant.Error
	if !errors.As(err, &own) {
		t.Errorf("%s: %T is not a *tenant.Error: %v", name, err, err)
	}
	for _, text := range append(stringsIn(reflect.ValueOf(err), 0), err.Error(), fmt.Sprintf("%+v %#v %q", err, err, err)) {
		if strings.Contains(text, secret) {
			t.Errorf("%s: the error says %q", name, text)
		}
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		t.Fatalf("%s: no *pgconn.PgError in %v", name, err)
	}
	if pg.Message+pg.Detail+pg.Hint+pg.Where+pg.InternalQuery != "" || len(pg.Code) != 5 {
		t.Errorf("%s: left over is %+v", name, *pg)
	}
	if strings.HasPrefix(name, "conflict") {
		if !errors.Is(err, tenant.ErrConflict) || pg.TableName != "accounts" || !strings.HasPrefix(pg.ConstraintName, "accounts_") {
			t.Errorf("%s: %v, %+v", name, err, *pg)
		}
	}
}

// stringsIn returns the strings reachable from v, unexported fields included.
func stringsIn(v reflect.Value, depth int) (found []string) {
	if depth > 12 {
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		return []string{v.String()}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return stringsIn(v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, stringsIn(v.Field(i), depth+1)...)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			return []string{string(v.Bytes())}
		}
		for i := range v.Len() {
			found = append(found, stringsIn(v.Index(i), depth+1)...)
		}
	}
	return found
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := pgtest.New(t, leakySchema, notesSchema)
	db := tenant.NewShared(pool)
	for sql, want := range map[string]string{
		`insert into accounts values ('` + acmeText + `', '` + secret + `')`: "unique_violation (SQLSTATE 23505): constraint accounts_email_key, table accounts",
		`insert into notes values ('` + acmeText + `', 1, null)`:             "not_null_violation (SQLSTATE 23502): table notes, column body",
		`select 1/0`:  "division_by_zero (SQLSTATE 22012)",
		`select nope`: "undefined_column (SQLSTATE 42703)",
		`do $$ begin raise sqlstate '22P06'; end $$`: "data exception (SQLSTATE 22P06)",
		`do $$ begin raise sqlstate 'AB123'; end $$`: "server error (SQLSTATE AB123)",
	} {
		_, err := db.Exec(ctx, acme, sql)
		if err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", sql, err, want)
		}
		if errors.Is(err, tenant.ErrConflict) != strings.Contains(want, "23505") {
			t.Errorf("%s: ErrConflict matches %t", sql, !strings.Contains(want, "23505"))
		}
	}

	cfg := pool.Config()
	cfg.ConnConfig.Database = "no_such_database"
	gone, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer gone.Close()
	_, err = tenant.NewShared(gone).Exec(ctx, acme, `select 1`)
	if want := "connect to PostgreSQL: invalid_catalog_name (SQLSTATE 3D000)"; err == nil || err.Error() != want {
		t.Errorf("a missing database gives %v, want %s", err, want)
	}
}

// What a caller wraps around our error stays around it.
func TestErrorsOfCallersPassThrough(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, leakySchema))
	b := new(pgx.Batch)
	b.Queue(takeEmail+` returning email`, acme).QueryRow(func(row pgx.Row) error {
		return fmt.Errorf("item 1: %w", row.Scan(new(string)))
	})
	err := db.SendBatch(t.Context(), acme, b).Close()
	if err == nil || !strings.HasPrefix(err.Error(), "item 1: unique_violation") || !errors.Is(err, tenant.ErrConflict) {
		t.Errorf("the batch returns %v", err)
	}
	err = db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error { return context.DeadlineExceeded })
	if err != context.DeadlineExceeded {
		t.Errorf("InTx returns %v", err)
	}
}
