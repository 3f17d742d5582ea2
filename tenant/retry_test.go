package tenant_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

const setBody = `update notes set body = $3 where tenant_id = $1 and id = $2`

// overtaken reads a note in tx and then lets somebody else change it, as often
// as times says. Its own change of the note is then a serialization failure.
func overtaken(t *testing.T, db tenant.DB, times int, runs *int) func(tenant.DB) error {
	return func(tx tenant.DB) error {
		*runs++
		var body string
		if err := tx.QueryRow(t.Context(), acme, getNote, acme, 1).Scan(&body); err != nil {
			return err
		}
		if *runs <= times {
			if _, err := db.Exec(t.Context(), acme, setBody, acme, 1, body+"+other"); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), acme, setBody, acme, 1, body+"+own")
		return err
	}
}

func TestInTxTriesAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		attempts int
		fail     int // attempts that somebody overtakes
		runs     int
		want     string
	}{
		{"nothing to try again", 3, 0, 1, "n+own"},
		{"once by default", 0, 1, 1, "n+other"},
		{"once", 1, 1, 1, "n+other"},
		{"second attempt", 2, 1, 2, "n+other+own"},
		{"third attempt", 5, 2, 3, "n+other+other+own"},
		{"attempts used up", 3, 9, 3, "n+other+other+other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := tenant.NewShared(pgtest.New(t, notesSchema))
			insert(t, db, acme, 1, "n")
			insert(t, db, busy, 1, "of busy")
			runs := 0
			opts := tenant.TxOptions{Isolation: pgx.RepeatableRead, Attempts: c.attempts, Backoff: time.Microsecond}
			err := tenant.InTx(t.Context(), db, acme, opts, overtaken(t, db, c.fail, &runs))
			var pg *pgconn.PgError
			switch failed := c.fail >= c.runs; {
			case !failed && err != nil:
				t.Errorf("InTx returns %v", err)
			case failed && (!errors.As(err, &pg) || pg.Code != "40001"):
				t.Errorf("InTx returns %v, want a serialization failure", err)
			}
			if runs != c.runs {
				t.Errorf("the function ran %d times, want %d", runs, c.runs)
			}
			if got := bodies(t, db, acme); len(got) != 1 || got[0] != c.want {
				t.Errorf("the note is %q, want %q", got, c.want)
			}
			if got := bodies(t, db, busy); len(got) != 1 || got[0] != "of busy" {
				t.Errorf("the other tenant's note is %q", got)
			}
		})
	}
}

// Two transactions each hold the row that the other wants. The server ends one,
// which runs again when the other is through.
func TestInTxTriesAgainAfterDeadlock(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	insert(t, db, acme, 1, "")
	insert(t, db, acme, 2, "")
	var bothHold, done sync.WaitGroup
	bothHold.Add(2)
	errs := make([]error, 2)
	for i := range errs {
		done.Go(func() {
			first := true
			errs[i] = tenant.InTx(t.Context(), db, acme, tenant.TxOptions{Attempts: 10}, func(tx tenant.DB) error {
				if _, err := tx.Exec(t.Context(), acme, `set local deadlock_timeout = '10ms'`); err != nil {
					return err
				}
				if _, err := tx.Exec(t.Context(), acme, setBody, acme, 1+i, "own"); err != nil {
					return err
				}
				if first {
					first = false
					bothHold.Done()
					bothHold.Wait()
				}
				_, err := tx.Exec(t.Context(), acme, setBody, acme, 2-i, "other's")
				return err
			})
		})
	}
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}

func TestInTxIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, notesSchema+`
create function end_connection() returns trigger language plpgsql as $$
begin
	perform pg_terminate_backend(pg_backend_pid());
	return null;
end $$;
create table doomed (tenant_id uuid not null);
create constraint trigger doomed after insert on doomed deferrable initially deferred
	for each row execute function end_connection();`))
	insert(t, db, acme, 1, "n")
	often := tenant.TxOptions{Isolation: pgx.RepeatableRead, Attempts: 5, Backoff: time.Hour}

	t.Run("an error of the function's", func(t *testing.T) {
		runs := 0
		err := tenant.InTx(t.Context(), db, acme, often, func(tenant.DB) error {
			runs++
			return errOnPurpose
		})
		if err != errOnPurpose || runs != 1 {
			t.Errorf("InTx returns %v after %d runs", err, runs)
		}
	})
	t.Run("a conflict", func(t *testing.T) {
		runs := 0
		err := tenant.InTx(t.Context(), db, acme, often, func(tx tenant.DB) error {
			runs++
			_, err := tx.Exec(t.Context(), acme, insertNote, acme, 1, "again")
			return err
		})
		if !errors.Is(err, tenant.ErrConflict) || runs != 1 {
			t.Errorf("InTx returns %v after %d runs", err, runs)
		}
	})
	t.Run("a commit without an answer", func(t *testing.T) {
		runs := 0
		err := tenant.InTx(t.Context(), db, acme, often, func(tx tenant.DB) error {
			runs++
			_, err := tx.Exec(t.Context(), acme, `insert into doomed values ($1)`, acme)
			return err
		})
		var pg *pgconn.PgError
		if !errors.Is(err, tenant.ErrCommitUnknown) || !errors.As(err, &pg) || pg.Code != "57P01" || runs != 1 {
			t.Errorf("InTx returns %v after %d runs", err, runs)
		}
	})
	t.Run("a commit that was not sent", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := tenant.InTx(ctx, db, acme, often, func(tenant.DB) error {
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) || errors.Is(err, tenant.ErrCommitUnknown) {
			t.Errorf("InTx returns %v", err)
		}
	})
	t.Run("ctx ends", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		runs := 0
		overtake := overtaken(t, db, 9, &runs)
		err := tenant.InTx(ctx, db, acme, often, func(tx tenant.DB) error {
			err := overtake(tx)
			cancel()
			return err
		})
		var pg *pgconn.PgError
		if !errors.Is(err, context.Canceled) || !errors.As(err, &pg) || pg.Code != "40001" || runs != 1 {
			t.Errorf("InTx returns %v after %d runs", err, runs)
		}
	})
	t.Run("a savepoint", func(t *testing.T) {
		err := db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error {
			unused := func(tenant.DB) error { t.Error("the function ran"); return nil }
			if err := tenant.InTx(t.Context(), tx, acme, tenant.TxOptions{Attempts: 2}, unused); err == nil {
				t.Error("a savepoint accepts attempts")
			}
			if err := tenant.InTx(t.Context(), tx, busy, tenant.TxOptions{Attempts: 2}, unused); !errors.Is(err, tenant.ErrMismatch) {
				t.Errorf("another tenant's savepoint gives %v", err)
			}
			ran := false
			err := tenant.InTx(t.Context(), tx, acme, tenant.TxOptions{}, func(tenant.DB) error { ran = true; return nil })
			if err != nil || !ran {
				t.Errorf("a savepoint without options: %v, ran %t", err, ran)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("no tenant", func(t *testing.T) {
		if err := tenant.InTx(t.Context(), db, tenant.ID{}, often, func(tenant.DB) error { return nil }); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("InTx returns %v", err)
		}
	})
}

// Each option reaches the server.
func TestInTxOptions(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t))
	opts := tenant.TxOptions{Isolation: pgx.Serializable, ReadOnly: true, Deferrable: true}
	err := tenant.InTx(t.Context(), db, acme, opts, func(tx tenant.DB) error {
		var level, readOnly, deferrable string
		err := tx.QueryRow(t.Context(), acme, `select current_setting('transaction_isolation'),
			current_setting('transaction_read_only'), current_setting('transaction_deferrable')`).Scan(&level, &readOnly, &deferrable)
		if level != "serializable" || readOnly != "on" || deferrable != "on" {
			t.Errorf("the transaction is %s, read only %s, deferrable %s", level, readOnly, deferrable)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
