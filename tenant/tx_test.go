package tenant_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

var errOnPurpose = errors.New("on purpose")

// step does something in a transaction and says how to end it.
type step func(t *testing.T, tx tenant.DB) error

func write(n int, body string, then error) step {
	return func(t *testing.T, tx tenant.DB) error {
		insert(t, tx, acme, n, body)
		return then
	}
}

// collide fails a statement, and keeps that to itself.
func collide(t *testing.T, tx tenant.DB) error {
	if _, err := tx.Exec(t.Context(), acme, insertNote, acme, 1, "again"); !errors.Is(err, tenant.ErrConflict) {
		t.Errorf("the second note 1 gives %v", err)
	}
	return nil
}

// nested runs inner in a savepoint and checks what that returns.
func nested(want error, inner step) step {
	return func(t *testing.T, tx tenant.DB) error {
		err := tx.InTx(t.Context(), acme, pgx.TxOptions{}, func(sp tenant.DB) error { return inner(t, sp) })
		if !errors.Is(err, want) {
			t.Errorf("the savepoint returns %v, want %v", err, want)
		}
		return nil
	}
}

func steps(all ...step) step {
	return func(t *testing.T, tx tenant.DB) error {
		for _, s := range all {
			if err := s(t, tx); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestInTx(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   step
		err  error
		want []string
	}{
		"commit":           {do: write(1, "a1", nil), want: []string{"a1"}},
		"rollback":         {do: write(1, "a1", errOnPurpose), err: errOnPurpose},
		"failed statement": {do: steps(write(1, "a1", nil), collide), err: pgx.ErrTxCommitRollback},
		"savepoint kept": {
			do:   steps(write(1, "a1", nil), nested(nil, write(2, "a2", nil)), write(3, "a3", nil)),
			want: []string{"a1", "a2", "a3"},
		},
		"savepoint taken back": {
			do:   steps(write(1, "a1", nil), nested(errOnPurpose, write(2, "a2", errOnPurpose)), write(3, "a3", nil)),
			want: []string{"a1", "a3"},
		},
		"savepoint with a failed statement": {
			do:   steps(write(1, "a1", nil), nested(pgx.ErrTxCommitRollback, steps(write(2, "a2", nil), collide)), write(3, "a3", nil)),
			want: []string{"a1", "a3"},
		},
		"savepoint in a savepoint": {
			do: steps(write(1, "a1", nil), nested(nil, steps(
				write(2, "a2", nil), nested(errOnPurpose, write(3, "a3", errOnPurpose)), write(4, "a4", nil)))),
			want: []string{"a1", "a2", "a4"},
		},
		"kept savepoint, rolled back around it": {
			do:  steps(nested(nil, write(1, "a1", nil)), write(2, "a2", errOnPurpose)),
			err: errOnPurpose,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := tenant.NewShared(pgtest.New(t, notesSchema))
			err := db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error { return c.do(t, tx) })
			if !errors.Is(err, c.err) {
				t.Errorf("InTx returns %v, want %v", err, c.err)
			}
			if got := bodies(t, db, acme); !slices.Equal(got, c.want) {
				t.Errorf("notes are %q, want %q", got, c.want)
			}
		})
	}
}

// A panic passes through InTx as it is, and leaves nothing behind: no row, and
// no connection that is still out.
func TestInTxPanic(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t, notesSchema)
	db := tenant.NewShared(pool)
	func() {
		defer func() {
			if got := recover(); got != errOnPurpose {
				t.Errorf("recovered %v", got)
			}
		}()
		db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error {
			insert(t, tx, acme, 1, "a1")
			return tx.InTx(t.Context(), acme, pgx.TxOptions{}, func(tenant.DB) error { panic(errOnPurpose) })
		})
	}()
	if got := bodies(t, db, acme); len(got) != 0 {
		t.Errorf("%v stayed", got)
	}
	if n := pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are still out", n)
	}
}

func TestTxEndsWithFn(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	var kept tenant.DB
	err := db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tx tenant.DB) error {
		kept = tx
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for method, err := range everyMethod(t.Context(), kept, acme) {
		if !errors.Is(err, pgx.ErrTxClosed) {
			t.Errorf("%s on a transaction that ended: %v", method, err)
		}
	}
}

func TestTxOptions(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	opts := pgx.TxOptions{IsoLevel: pgx.Serializable, AccessMode: pgx.ReadOnly}
	err := db.InTx(t.Context(), acme, opts, func(tx tenant.DB) error {
		var level, readOnly string
		err := tx.QueryRow(t.Context(), acme, `select current_setting('transaction_isolation'), current_setting('transaction_read_only')`).
			Scan(&level, &readOnly)
		if err != nil {
			return err
		}
		if level != "serializable" || readOnly != "on" {
			t.Errorf("the transaction is %s, read only %s", level, readOnly)
		}
		if err := tx.InTx(t.Context(), acme, opts, func(tenant.DB) error { return nil }); err == nil {
			t.Error("a savepoint accepts options")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
