package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

// journal writes down what it sees, a line a statement that is over.
type journal struct {
	mu    sync.Mutex
	open  int
	lines []string
}

type mark struct{}

func (j *journal) Before(ctx context.Context, _ tenant.Statement) (context.Context, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open++
	return context.WithValue(ctx, mark{}, "seen"), nil
}

func (j *journal) After(ctx context.Context, s tenant.Statement, o tenant.Outcome) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open--
	who := "busy"
	if s.Tenant == tenant.Key(acme) {
		who = "acme"
	}
	what, _, _ := strings.Cut(s.SQL, " ")
	line := fmt.Sprintf("%s %v %s %d", who, s.Call, what, o.Rows)
	var pg *pgconn.PgError
	switch {
	case o.Refused:
		line += ", refused"
	case errors.As(o.Err, &pg):
		line += ", " + pg.Code
	case o.Err != nil:
		line += ", " + o.Err.Error()
	}
	if ctx.Value(mark{}) != "seen" {
		line += ", with another context"
	}
	if o.Duration <= 0 {
		line += ", in no time"
	}
	j.lines = append(j.lines, line)
}

// take returns the lines since the last call.
func (j *journal) take(t *testing.T) []string {
	t.Helper()
	if j.open != 0 {
		t.Errorf("%d statements are not over", j.open)
	}
	got := j.lines
	j.lines = nil
	return got
}

const castNotes = `select body::int from notes where tenant_id = $1 order by id`

func note(b *pgx.Batch, id tenant.Key, n int) *pgx.QueuedQuery {
	return b.Queue(insertNote, id, n, "new")
}

// observations are calls, each in a database where acme has the notes 1 and 2
// and busy the note 1, and what is seen of them.
var observations = map[string]struct {
	do   func(ctx context.Context, db tenant.DB)
	want []string
}{
	"exec": {func(ctx context.Context, db tenant.DB) {
		db.Exec(ctx, busy, insertNote, busy, 2, "b2")
		db.Exec(ctx, acme, insertNote, acme, 1, "again")
	}, []string{"busy Exec insert 1", "acme Exec insert 0, 23505"}},
	"query read to its end": {func(ctx context.Context, db tenant.DB) {
		rows, _ := db.Query(ctx, acme, listNotes, acme)
		for rows.Next() {
		}
	}, []string{"acme Query select 2"}},
	"query closed early": {func(ctx context.Context, db tenant.DB) {
		rows, _ := db.Query(ctx, acme, listNotes, acme)
		rows.Next()
		rows.Close()
		rows.Close()
	}, []string{"acme Query select 1"}},
	"query that writes": {func(ctx context.Context, db tenant.DB) {
		rows, _ := db.Query(ctx, acme, `update notes set body = 'x' where tenant_id = $1`, acme)
		rows.Close()
	}, []string{"acme Query update 2"}},
	"query that fails at its row": {func(ctx context.Context, db tenant.DB) {
		rows, _ := db.Query(ctx, acme, castNotes, acme)
		pgx.CollectRows(rows, pgx.RowTo[int])
	}, []string{"acme Query select 0, 22P02"}},
	"query that does not scan": {func(ctx context.Context, db tenant.DB) {
		rows, _ := db.Query(ctx, acme, listNotes, acme)
		rows.Next()
		rows.Scan()
	}, []string{"acme Query select 1, number of field descriptions must equal number of destinations, got 1 and 0"}},
	"row": {func(ctx context.Context, db tenant.DB) {
		var body string
		db.QueryRow(ctx, busy, getNote, busy, 1).Scan(&body)
		db.QueryRow(ctx, busy, getNote, busy, 9).Scan(&body)
		db.QueryRow(ctx, busy, `select body::int from notes where tenant_id = $1`, busy).Scan(&body)
	}, []string{"busy QueryRow select 1", "busy QueryRow select 0", "busy QueryRow select 0, 22P02"}},
	"batch of which some is read": {func(ctx context.Context, db tenant.DB) {
		b := new(pgx.Batch)
		note(b, acme, 3)
		b.Queue(listNotes, acme)
		b.Queue(getNote, acme, 1)
		b.Queue(`delete from notes where tenant_id = $1`, acme)
		results := db.SendBatch(ctx, acme, b)
		results.Exec()
		rows, _ := results.Query()
		pgx.CollectRows(rows, pgx.RowTo[string])
		results.Close()
	}, []string{"acme SendBatch insert 1", "acme SendBatch select 3", "acme SendBatch select 1", "acme SendBatch delete 3"}},
	"batch with functions": {func(ctx context.Context, db tenant.DB) {
		b := new(pgx.Batch)
		b.Queue(listNotes, acme).Query(func(rows pgx.Rows) error {
			_, err := pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
		note(b, acme, 3).Exec(func(pgconn.CommandTag) error { return nil })
		b.Queue(getNote, acme, 9).QueryRow(func(row pgx.Row) error {
			var body string
			return row.Scan(&body)
		})
		db.SendBatch(ctx, acme, b).Close()
	}, []string{"acme SendBatch select 2", "acme SendBatch insert 1", "acme SendBatch select 0"}},
	"batch that fails": {func(ctx context.Context, db tenant.DB) {
		b := new(pgx.Batch)
		note(b, busy, 2)
		note(b, busy, 2)
		note(b, busy, 3)
		db.SendBatch(ctx, busy, b).Close()
	}, []string{"busy SendBatch insert 1", "busy SendBatch insert 0, 23505", "busy SendBatch insert 0, 23505"}},
	"batch of generated code": {func(ctx context.Context, db tenant.DB) {
		tenant.RunBatch(ctx, db, acme, func(b *tenant.Batch) {
			tenant.QueueMany(b, collectText, 0, listNotes, acme)
			tenant.QueueOne(b, text, getNote, acme, 1)
			tenant.QueueRows(b, insertNote, acme, 3, "a3")
		})
	}, []string{"acme SendBatch select 2", "acme SendBatch select 1", "acme SendBatch insert 1"}},
	"copy": {func(ctx context.Context, db tenant.DB) {
		db.CopyFrom(ctx, acme, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"},
			pgx.CopyFromRows([][]any{{acme, 7, "a7"}, {acme, 8, "a8"}}))
	}, []string{"acme CopyFrom copy 2"}},
	"transactions": {func(ctx context.Context, db tenant.DB) {
		tenant.InTx(ctx, db, acme, tenant.TxOptions{Attempts: 2}, func(tx tenant.DB) error {
			tx.Exec(ctx, acme, insertNote, acme, 3, "a3")
			tx.InTx(ctx, acme, pgx.TxOptions{}, func(sp tenant.DB) error {
				sp.Exec(ctx, acme, insertNote, acme, 4, "a4")
				return errOnPurpose
			})
			tx.Exec(ctx, busy, insertNote, busy, 3, "not here")
			return nil
		})
	}, []string{
		"acme Exec insert 1", "acme Exec insert 1", "acme InTx savepoint 0, on purpose",
		"busy Exec insert 0, " + tenant.ErrMismatch.Error(), "acme InTx begin 0",
	}},
	"panics": {func(ctx context.Context, db tenant.DB) {
		defer func() { recover() }()
		db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
			tx.QueryRow(ctx, acme, getNote, acme, 1).Scan(panicking{})
			return nil
		})
	}, []string{
		"acme QueryRow select 0, tenant: a function of the caller panicked or ended its goroutine",
		"acme InTx begin 0, tenant: a function of the caller panicked or ended its goroutine",
	}},
	"nobody": {func(ctx context.Context, db tenant.DB) {
		db.Exec(ctx, nil, listNotes)
		db.QueryRow(ctx, tenant.ID{}, listNotes).Scan()
		db.Query(ctx, nil, listNotes)
		db.SendBatch(ctx, nil, new(pgx.Batch)).Close()
		db.CopyFrom(ctx, nil, nil, nil, nil)
		db.InTx(ctx, nil, pgx.TxOptions{}, nil)
	}, nil},
}

// What is seen is the same where policies stand behind the statements: the
// setting that goes before each is not shown.
func TestObserve(t *testing.T) {
	t.Parallel()
	for name, c := range observations {
		for _, policies := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/policies=%v", name, policies), func(t *testing.T) {
				t.Parallel()
				ctx := t.Context()
				pool := newPool(t, appConfig(t, pgtest.DSN(t, policySchema)))
				var plain tenant.DB = newRLS(t, pool)
				if !policies {
					pool = pgtest.New(t, notesSchema)
					plain = tenant.NewShared(pool)
				}
				insert(t, plain, acme, 1, "a1")
				insert(t, plain, acme, 2, "a2")
				insert(t, plain, busy, 1, "b1")
				j := new(journal)
				c.do(ctx, tenant.Observe(plain, j))
				if diff := cmp.Diff(c.want, j.take(t)); diff != "" {
					t.Error(diff)
				}
				returned(t, pool)
			})
		}
	}
}

// Policies confine what is observed, and no flight is added.
func TestObservedUnderPolicies(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, policySchema)
	proxy := pgtest.NewProxy(t, dsn, 0)
	cfg := appConfig(t, dsn)
	proxy.Through(&cfg.ConnConfig.Config)
	cfg.MaxConns = 1
	j := new(journal)
	db := tenant.Observe(newRLS(t, newPool(t, cfg)), j)
	insert(t, db, acme, 1, "a1")
	insert(t, db, busy, 1, "b1")
	checkConfined(t, db)
	checkFlights(t, proxy, db)
	if lines := j.take(t); len(lines) < 10 {
		t.Errorf("only %q was seen", lines)
	}
}

// What goes through a router is observed like anything else, wherever the tenant
// lives.
func TestObservedRouter(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	counters := tenant.NewCounters(len(ids))
	db := tenant.Observe(setupFleet(t, nil).router, counters)
	for i, id := range ids {
		insert(t, db, id, 1, "a note")
		err := db.InTx(ctx, id, pgx.TxOptions{}, func(tx tenant.DB) error { bodies(t, tx, id); return nil })
		if err != nil {
			t.Fatal(err)
		}
		got, _ := counters.Of(id)
		if got.Time = 0; got != (tenant.Count{Queries: 2, Rows: 2, Transactions: 1}) {
			t.Errorf("tenant %d: %+v", i, got)
		}
	}
}

// The context that Before returns is the one that the statement runs with.
func TestObserverContext(t *testing.T) {
	t.Parallel()
	db := tenant.Observe(tenant.NewShared(pgtest.New(t, notesSchema)), ended{})
	if _, err := db.Exec(t.Context(), acme, insertNote, acme, 1, "a1"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that the context was cancelled", err)
	}
}

// ended hands out contexts that have ended.
type ended struct{ tenant.Guard }

func (ended) Before(ctx context.Context, _ tenant.Statement) (context.Context, error) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx, nil
}
func (ended) After(context.Context, tenant.Statement, tenant.Outcome) {}

// Without observers nothing is put in between.
func TestObserveNobody(t *testing.T) {
	db := tenant.NewShared(nil)
	if tenant.Observe(db) != db {
		t.Error("Observe without observers is another DB")
	}
}
