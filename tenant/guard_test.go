package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

// refusals are calls that hand their error to the caller.
var refusals = map[string]func(ctx context.Context, db tenant.DB) error{
	"Exec": func(ctx context.Context, db tenant.DB) error {
		return second(db.Exec(ctx, acme, insertNote, acme, 1, "a1"))
	},
	"Query": func(ctx context.Context, db tenant.DB) error {
		rows, err := db.Query(ctx, acme, insertNote, acme, 1, "a1")
		if rows.Err() != err {
			return fmt.Errorf("the rows have %w", rows.Err())
		}
		return err
	},
	"QueryRow": func(ctx context.Context, db tenant.DB) error {
		return db.QueryRow(ctx, acme, insertNote, acme, 1, "a1").Scan()
	},
	"SendBatch": func(ctx context.Context, db tenant.DB) error {
		b := new(pgx.Batch)
		note(b, acme, 1)
		b.Queue(listNotes, acme)
		return db.SendBatch(ctx, acme, b).Close()
	},
	"last of a batch": func(ctx context.Context, db tenant.DB) error {
		b := new(pgx.Batch)
		b.Queue(listNotes, acme)
		note(b, acme, 1)
		return second(db.SendBatch(ctx, acme, b).Exec())
	},
	"RunBatch": func(ctx context.Context, db tenant.DB) error {
		return tenant.RunBatch(ctx, db, acme, func(b *tenant.Batch) { tenant.QueueExec(b, insertNote, acme, 1, "a1") })
	},
	"CopyFrom": func(ctx context.Context, db tenant.DB) error {
		return second(db.CopyFrom(ctx, acme, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"},
			pgx.CopyFromRows([][]any{{acme, 1, "a1"}})))
	},
}

// A guard's error is the caller's as it is, even where it looks like one of
// the server's, and what was refused was not done, in a transaction neither.
func TestGuardRefuses(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	no := &pgconn.PgError{Code: "00000", Message: "words of the guard's"}
	guard := tenant.Guard(func(_ context.Context, s tenant.Statement) error {
		if strings.HasPrefix(s.SQL, "insert") || s.Call == tenant.CallCopy {
			return no
		}
		return nil
	})
	for name, call := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := tenant.NewShared(pgtest.New(t, notesSchema))
			first, last := new(journal), new(journal)
			db := tenant.Observe(plain, first, guard, last)
			if err := call(ctx, db); err != no {
				t.Errorf("%v, want the guard's error", err)
			}
			if err := db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error { return call(ctx, tx) }); err != no {
				t.Errorf("in a transaction: %v, want the guard's error", err)
			}
			if got := bodies(t, plain, acme); len(got) != 0 {
				t.Errorf("%q was written", got)
			}
			refused := 0
			for _, line := range first.take(t) {
				if strings.HasSuffix(line, ", refused") {
					refused++
				}
			}
			if refused < 2 {
				t.Errorf("the observer before the guard heard of %d refusals", refused)
			}
			for _, line := range last.take(t) {
				if strings.Contains(line, "insert") || strings.Contains(line, "copy") {
					t.Errorf("the observer behind the guard heard of %s", line)
				}
			}
		})
	}
	t.Run("InTx", func(t *testing.T) {
		t.Parallel()
		db := tenant.Observe(tenant.NewShared(pgtest.New(t, notesSchema)), tenant.Guard(func(_ context.Context, s tenant.Statement) error {
			if s.Call == tenant.CallTx {
				return no
			}
			return nil
		}))
		err := db.InTx(ctx, acme, pgx.TxOptions{}, func(tenant.DB) error { t.Error("fn ran"); return nil })
		if err != no {
			t.Errorf("%v, want the guard's error", err)
		}
	})
}

// An observed DB is as strict as the one below it.
func TestObservedRefusesAsBefore(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	j := new(journal)
	db := tenant.Observe(tenant.NewShared(pgtest.New(t, notesSchema)), j)
	begins := new(pgx.Batch)
	begins.BeginTx(pgx.TxOptions{})
	note(begins, acme, 1)
	if err := db.SendBatch(ctx, acme, begins).Close(); !errors.Is(err, tenant.ErrBatchTx) {
		t.Errorf("a batch with a transaction of its own: %v", err)
	}
	options := tenant.TxOptions{ReadOnly: true}
	db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
		nothing := func(tenant.DB) error { t.Error("fn ran"); return nil }
		if err := tenant.InTx(ctx, tx, acme, options, nothing); err == nil || errors.Is(err, tenant.ErrMismatch) {
			t.Errorf("a nested transaction takes options: %v", err)
		}
		if err := tenant.InTx(ctx, tx, busy, options, nothing); !errors.Is(err, tenant.ErrMismatch) {
			t.Errorf("another tenant in the transaction: %v", err)
		}
		return nil
	})
	if got := bodies(t, db, acme); len(got) != 0 {
		t.Errorf("%q was written", got)
	}
}
