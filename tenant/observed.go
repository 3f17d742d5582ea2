package tenant

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// observed is a DB whose statements are observed.
type observed struct {
	db        DB
	observers []Observer
}

// errUnwound is the outcome where the caller's code did not return.
var errUnwound = errors.New("tenant: a function of the caller panicked or ended its goroutine")

// belongs is db's own answer. See [transactional].
func (d *observed) belongs(id Key) (bool, error) { return belongs(d.db, id) }

func (d *observed) Exec(ctx context.Context, id Key, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := admit(id); err != nil {
		return pgconn.CommandTag{}, err
	}
	var w sighting
	ctx, err := d.see(ctx, &w, Statement{CallExec, id, sql})
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := d.db.Exec(ctx, id, sql, args...)
	w.end(Outcome{Rows: tag.RowsAffected(), Err: err})
	return tag, err
}

func (d *observed) Query(ctx context.Context, id Key, sql string, args ...any) (pgx.Rows, error) {
	if err := admit(id); err != nil {
		return failedRows(err)
	}
	r := new(observedRows)
	ctx, err := d.see(ctx, &r.own, Statement{CallQuery, id, sql})
	if err != nil {
		return failedRows(err)
	}
	inner, err := d.db.Query(ctx, id, sql, args...)
	return r.over(&r.own, inner, err)
}

func (d *observed) QueryRow(ctx context.Context, id Key, sql string, args ...any) pgx.Row {
	if err := admit(id); err != nil {
		return failedRow{err}
	}
	r := new(observedRow)
	ctx, err := d.see(ctx, &r.own, Statement{CallQueryRow, id, sql})
	if err != nil {
		return failedRow{err}
	}
	r.w, r.inner = &r.own, d.db.QueryRow(ctx, id, sql, args...)
	return r
}

func (d *observed) CopyFrom(ctx context.Context, id Key, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	if err := admit(id); err != nil {
		return 0, err
	}
	var w sighting
	ctx, err := d.see(ctx, &w, Statement{CallCopy, id, copySQL(table, columns)})
	if err != nil {
		return 0, err
	}
	defer w.end(Outcome{Err: errUnwound}) // src is the caller's
	n, err := d.db.CopyFrom(ctx, id, table, columns, src)
	w.end(Outcome{Rows: n, Err: err})
	return n, err
}

func copySQL(table pgx.Identifier, columns []string) string {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = pgx.Identifier{column}.Sanitize()
	}
	return "copy " + table.Sanitize() + " (" + strings.Join(names, ", ") + ") from stdin"
}

func (d *observed) InTx(ctx context.Context, id Key, opts pgx.TxOptions, fn func(DB) error) error {
	if err := admit(id); err != nil {
		return err
	}
	begin := "begin"
	if nested, _ := belongs(d.db, id); nested {
		begin = "savepoint"
	}
	var w sighting
	ctx, err := d.see(ctx, &w, Statement{CallTx, id, begin})
	if err != nil {
		return err
	}
	defer w.end(Outcome{Err: errUnwound})
	err = d.db.InTx(ctx, id, opts, func(tx DB) error { return fn(&observed{tx, d.observers}) })
	w.end(Outcome{Err: err})
	return err
}

func (d *observed) SendBatch(ctx context.Context, id Key, b *pgx.Batch) pgx.BatchResults {
	if err := admit(id); err != nil {
		return failedBatch(err)
	}
	if beginsTx(b) { // which the copy would forget
		return failedBatch(ErrBatchTx)
	}
	all := &sightings{list: make([]sighting, len(b.QueuedQueries))}
	seen := all.observe(b) // what is shown is what is sent
	for i, q := range seen.QueuedQueries {
		if _, err := d.see(ctx, &all.list[i], Statement{CallBatch, id, q.SQL}); err != nil {
			all.end(Outcome{Err: err, Refused: true})
			return pgx.FailedBatchResults(&pgx.Batch{}, err)
		}
	}
	return observedResults{d.db.SendBatch(ctx, id, seen), all}
}

// sightings are the statements of a batch, in their order.
type sightings struct {
	list []sighting
	next int // the one whose result is read next
}

// take returns the statement whose result is read now. Behind the last one is
// one that nobody observes: the results have an error there.
func (all *sightings) take() *sighting {
	if all.next >= len(all.list) {
		return new(sighting)
	}
	all.next++
	return &all.list[all.next-1]
}

// end ends those that are not over. Those not told of yet have nobody to tell.
func (all *sightings) end(o Outcome) {
	for i := range all.list {
		all.list[i].end(o)
	}
}

// observe returns a copy of b in which each statement has a function: results
// that the caller does not read are read when the batch is closed, and only
// such a function sees them.
func (all *sightings) observe(b *pgx.Batch) *pgx.Batch {
	items := make([]pgx.QueuedQuery, len(b.QueuedQueries))
	queue := make([]*pgx.QueuedQuery, len(items))
	for i, q := range b.QueuedQueries {
		items[i] = pgx.QueuedQuery{SQL: q.SQL, Arguments: q.Arguments, Fn: func(inner pgx.BatchResults) error {
			all.next = i
			results := observedResults{inner, all}
			if q.Fn != nil {
				return q.Fn(results)
			}
			_, err := results.Exec()
			return err
		}}
		queue[i] = &items[i]
	}
	return &pgx.Batch{QueuedQueries: queue}
}

// observedResults tell which statement's result is read.
type observedResults struct {
	inner pgx.BatchResults
	all   *sightings
}

func (r observedResults) Exec() (pgconn.CommandTag, error) {
	w := r.all.take()
	tag, err := r.inner.Exec()
	w.end(Outcome{Rows: tag.RowsAffected(), Err: err})
	return tag, err
}

func (r observedResults) Query() (pgx.Rows, error) {
	w := r.all.take()
	inner, err := r.inner.Query()
	return new(observedRows).over(w, inner, err)
}

func (r observedResults) QueryRow() pgx.Row {
	return &observedRow{w: r.all.take(), inner: r.inner.QueryRow()}
}

func (r observedResults) Close() error {
	err := r.inner.Close()
	r.all.end(Outcome{Err: err})
	return err
}

func (r observedResults) Tx() pgx.Tx { return nil }
