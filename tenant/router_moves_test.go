package tenant_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/tenant"
)

// move copies acme's notes to the database of its own kind.
func (f *fleet) move(t *testing.T, id tenant.ID, to tenant.Kind) {
	t.Helper()
	at := f.places[ids[5]]
	at.Kind = to
	if to == tenant.KindDatabase {
		if err := f.catalog.Remove(t.Context(), ids[5]); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.catalog.Put(t.Context(), id, at); err != nil {
		t.Fatal(err)
	}
}

func TestChangesArrive(t *testing.T) {
	t.Parallel()
	t.Run("by notification", func(t *testing.T) {
		t.Parallel()
		f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
		insert(t, f.router, acme, 1, "old place")
		f.move(t, acme, tenant.KindDatabase)
		until(t, "moved", f.router.News, func() bool { return len(bodies(t, f.router, acme)) == 0 })
	})
	t.Run("after listening was lost", func(t *testing.T) {
		t.Parallel()
		f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
		insert(t, f.router, acme, 1, "old place")
		if _, err := f.control.Exec(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and query = 'listen tenant_placements'`); err != nil {
			t.Fatal(err)
		}
		f.move(t, acme, tenant.KindDatabase)
		until(t, "moved", f.router.News, func() bool { return len(bodies(t, f.router, acme)) == 0 })
	})
	t.Run("by asking", func(t *testing.T) {
		t.Parallel()
		f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = 5 * time.Millisecond })
		// As behind a pooler that does not know about LISTEN.
		if _, err := f.control.Exec(t.Context(), `create or replace function tenant_placements_changed() returns trigger language plpgsql as
			$$ begin new.changed_in := pg_current_xact_id(); return new; end $$`); err != nil {
			t.Fatal(err)
		}
		insert(t, f.router, acme, 1, "old place")
		f.move(t, acme, tenant.KindDatabase)
		until(t, "moved", f.router.News, func() bool { return len(bodies(t, f.router, acme)) == 0 })
	})
	// A transaction that began before another and commits after it.
	t.Run("out of order", func(t *testing.T) {
		t.Parallel()
		ctx := t.Context()
		f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = 5 * time.Millisecond })
		if _, err := f.control.Exec(ctx, `create or replace function tenant_placements_changed() returns trigger language plpgsql as
			$$ begin new.changed_in := pg_current_xact_id(); return new; end $$`); err != nil {
			t.Fatal(err)
		}
		tx, err := f.control.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback(ctx)
		if _, err := tx.Exec(ctx, `update tenant_placements set state = 'suspended' where tenant = $1`, acme.String()); err != nil {
			t.Fatal(err)
		}
		f.router.Placement(ctx, acme)
		f.router.Placement(ctx, busy)
		if err := f.catalog.Remove(ctx, busy); err != nil {
			t.Fatal(err)
		}
		until(t, "the later one is seen", f.router.News, func() bool { _, err := f.router.Placement(ctx, busy); return err != nil })
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		until(t, "and the earlier one", f.router.News, func() bool { _, err := f.router.Placement(ctx, acme); return errors.Is(err, tenant.ErrSuspended) })
	})
}

// A process that has not heard of a move is turned away at the old place, and
// finds the new one.
func TestMoved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who   int // of ids
		fence string
	}{
		"policy": {2, `drop policy tenant on notes; create policy tenant on notes as restrictive
			using (tenant_id = (select current_setting('app.tenant_id')::uuid)) with check (false);`},
		"rights of the table": {0, `revoke all on notes from tenantc_app`},
		"schema":              {4, `do $$ declare s text; begin select nspname into s from pg_namespace where nspname like 't\_%'; execute format('revoke usage on schema %I from tenantc_app', s); end $$`},
		"trigger": {0, `create function fence() returns trigger language plpgsql as $$ begin raise exception using errcode = 'TM001'; end $$;
			create trigger fence before insert or update or delete on notes for each row execute function fence();`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
			id := ids[c.who]
			insert(t, f.router, id, 1, "old place")
			// A move that this process does not hear of.
			if _, err := f.control.Exec(ctx, `create or replace function tenant_placements_changed() returns trigger language plpgsql as
				$$ begin new.changed_in := pg_current_xact_id(); return new; end $$`); err != nil {
				t.Fatal(err)
			}
			f.move(t, id, tenant.KindDatabase)
			if _, err := f.owner[kinds[c.who]].Exec(ctx, c.fence, pgx.QueryExecModeSimpleProtocol); err != nil {
				t.Fatal(err)
			}
			_, err := f.router.Exec(ctx, id, insertNote, id, 2, "new place")
			if !errors.Is(err, tenant.ErrMoved) {
				t.Fatalf("got %v", err)
			}
			insert(t, f.router, id, 2, "new place")
			if got := bodies(t, f.router, id); !cmp.Equal(got, []string{"new place"}) {
				t.Errorf("read %q", got)
			}
			if n := f.router.Stats().Moves; n != 1 {
				t.Errorf("%d moves", n)
			}
		})
	}
}

// Every method says that a tenant has moved, and a mistake of the caller's own
// is no move.
func TestMovedInEveryMethod(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
	for name, call := range map[string]func(sql string) error{
		"Exec":     func(sql string) error { _, err := f.router.Exec(ctx, acme, sql); return err },
		"QueryRow": func(sql string) error { return f.router.QueryRow(ctx, acme, sql).Scan(new(int)) },
		"Query": func(sql string) error {
			rows, err := f.router.Query(ctx, acme, sql)
			if err != nil {
				return err
			}
			for rows.Next() {
			}
			return rows.Err()
		},
		"SendBatch": func(sql string) error {
			b := new(pgx.Batch)
			b.Queue(sql)
			return f.router.SendBatch(ctx, acme, b).Close()
		},
		"SendBatch, Exec": func(sql string) error {
			b := new(pgx.Batch)
			b.Queue(sql)
			br := f.router.SendBatch(ctx, acme, b)
			defer br.Close()
			_, err := br.Exec()
			return err
		},
		"SendBatch, QueryRow": func(sql string) error {
			b := new(pgx.Batch)
			b.Queue(sql)
			br := f.router.SendBatch(ctx, acme, b)
			defer br.Close()
			return br.QueryRow().Scan(new(int))
		},
		"InTx": func(sql string) error {
			return f.router.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error { _, err := tx.Exec(ctx, acme, sql); return err })
		},
	} {
		if err := call(`select moved from nothing`); errors.Is(err, tenant.ErrMoved) || code(err) != "42P01" {
			t.Errorf("%s: a table that there is nowhere: %v", name, err)
		}
		if err := call(`do $$ begin raise exception using errcode = 'TM001'; end $$`); !errors.Is(err, tenant.ErrMoved) || code(err) != "TM001" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A database that lets nobody in.
func TestMovedDatabase(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
	id, old := ids[5], f.owner[tenant.KindDatabase]
	insert(t, f.router, id, 1, "old place")
	if _, err := f.control.Exec(ctx, `create or replace function tenant_placements_changed() returns trigger language plpgsql as
		$$ begin new.changed_in := pg_current_xact_id(); return new; end $$`); err != nil {
		t.Fatal(err)
	}
	if err := f.catalog.Put(ctx, id, f.places[acme]); err != nil {
		t.Fatal(err)
	}
	for _, fence := range []string{
		`revoke connect on database ` + old.Config().ConnConfig.Database + ` from public`,
		`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'tenantc_app'`,
	} {
		if _, err := old.Exec(ctx, fence); err != nil {
			t.Fatal(err)
		}
	}
	_, err := f.router.Exec(ctx, id, insertNote, id, 2, "new place")
	if err != nil && code(err) == "" {
		// The connection was found broken before the server's last words were
		// read. The next one is refused.
		_, err = f.router.Exec(ctx, id, insertNote, id, 2, "new place")
	}
	if !errors.Is(err, tenant.ErrMoved) {
		t.Fatalf("got %v", err)
	}
	insert(t, f.router, id, 2, "new place")
}

// A call that is refused at its tenant's place asks the catalog what that means.
// It waits for the answer no longer than its own context lasts.
func TestMovedAndCancelled(t *testing.T) {
	t.Parallel()
	for method, call := range map[string]func(ctx context.Context, db tenant.DB) error{
		"Exec": func(ctx context.Context, db tenant.DB) error {
			_, err := db.Exec(ctx, acme, `select raised()`)
			return err
		},
		"Query": func(ctx context.Context, db tenant.DB) error {
			rows, _ := db.Query(ctx, acme, `select raised()`)
			rows.Close()
			return rows.Err()
		},
		"QueryRow": func(ctx context.Context, db tenant.DB) error {
			return db.QueryRow(ctx, acme, `select raised()`).Scan(new(int))
		},
		"SendBatch": func(ctx context.Context, db tenant.DB) error {
			b := new(pgx.Batch)
			b.Queue(`select raised()`)
			return db.SendBatch(ctx, acme, b).Close()
		},
		"InTx": func(ctx context.Context, db tenant.DB) error {
			return db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
				_, err := tx.Exec(ctx, acme, `select raised()`)
				return err
			})
		},
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			f := setupFleet(t, nil)
			insert(t, f.router, acme, 1, "a")
			if _, err := f.owner[tenant.KindShared].Exec(t.Context(), `create function raised() returns int language plpgsql as
				$$ begin raise exception using errcode = 'TM001'; end $$`); err != nil {
				t.Fatal(err)
			}
			lock, err := f.control.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer lock.Rollback(t.Context())
			if _, err := lock.Exec(t.Context(), `lock table tenant_placements in access exclusive mode`); err != nil {
				t.Fatal(err)
			}
			const asking = `(select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error)
			go func() { ended <- call(ctx, f.router) }()
			if _, err := lock.Exec(t.Context(), `do $$ begin
				while `+asking+` = 0 loop
					perform pg_sleep(0.001);
					perform pg_stat_clear_snapshot();
				end loop;
			end $$`); err != nil {
				t.Fatal(err)
			}
			cancel()
			if err := <-ended; !errors.Is(err, tenant.ErrMoved) {
				t.Errorf("got %v", err)
			}
			var n int
			if err := f.control.QueryRow(t.Context(), `select `+asking).Scan(&n); err != nil || n == 0 {
				t.Errorf("the call waited for the answer: %v", err)
			}
		})
	}
}
