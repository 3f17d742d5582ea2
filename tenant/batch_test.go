package tenant_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

func TestBatch(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	var body string
	var called int
	b := new(pgx.Batch)
	b.Queue(insertNote, acme, 1, "a1")
	b.Queue(getNote, acme, 1).QueryRow(func(row pgx.Row) error { called++; return row.Scan(&body) })
	b.Queue(listNotes, acme).Query(func(rows pgx.Rows) error {
		called++
		if rows.Conn() != nil {
			t.Error("rows of a batch hand out the connection")
		}
		rows.Close()
		return rows.Err()
	})
	if err := db.SendBatch(ctx, acme, b).Close(); err != nil {
		t.Fatal(err)
	}
	if body != "a1" || called != 2 {
		t.Errorf("body %q, %d callbacks", body, called)
	}

	b = new(pgx.Batch)
	b.Queue(insertNote, acme, 2, "a2")
	b.Queue(getNote, acme, 2)
	b.Queue(listNotes, acme)
	br := db.SendBatch(ctx, acme, b)
	tag, err := br.Exec()
	if err != nil || tag.RowsAffected() != 1 {
		t.Errorf("Exec: %v, %v", tag, err)
	}
	if err := br.QueryRow().Scan(&body); err != nil || body != "a2" {
		t.Errorf("QueryRow: %q, %v", body, err)
	}
	rows, err := br.Query()
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if diff := cmp.Diff([]string{"a1", "a2"}, got); diff != "" || err != nil {
		t.Errorf("Query: %v (-want +got):\n%s", err, diff)
	}
	if err := br.Close(); err != nil {
		t.Error(err)
	}
}

// rewriter is a query rewriter, which makes pgx write into the batch it sends.
type rewriter = pgx.NamedArgs

func TestBatchIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	db := tenant.NewShared(pgtest.New(t, notesSchema))
	b := new(pgx.Batch)
	var bodies []string
	q := b.Queue(`select @body::text`, rewriter{"body": "a1"})
	q.QueryRow(func(row pgx.Row) error {
		var body string
		err := row.Scan(&body)
		bodies = append(bodies, body)
		return err
	})
	for range 2 {
		if err := db.SendBatch(t.Context(), acme, b).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"a1", "a1"}, bodies); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if b.Len() != 1 || b.QueuedQueries[0] != q || q.SQL != `select @body::text` || len(q.Arguments) != 1 {
		t.Errorf("the batch holds %+v", *b.QueuedQueries[0])
	}
	if _, ok := q.Arguments[0].(rewriter); !ok {
		t.Errorf("the argument is a %T", q.Arguments[0])
	}
}

func TestBatchMustNotBeginATransaction(t *testing.T) {
	t.Parallel()
	pool, sent := countedPool(t, notesSchema)
	b := new(pgx.Batch)
	b.BeginTx(pgx.TxOptions{})
	b.Queue(insertNote, acme, 1, "a1")
	br := tenant.NewShared(pool).SendBatch(t.Context(), acme, b)
	if br.Tx() != nil {
		t.Error("the results hand out a transaction")
	}
	if err := br.Close(); !errors.Is(err, tenant.ErrBatchTx) {
		t.Errorf("Close returns %v", err)
	}
	if n := sent.sent.Load(); n != 0 {
		t.Errorf("%d statements were sent", n)
	}
}
