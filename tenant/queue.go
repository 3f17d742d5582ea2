package tenant

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Batch is a list of statements that run for one tenant in one round trip. Its
// methods and functions are made for generated code, in which each repository
// has a twin that adds its statements; like [DB] it is a raw door. [RunBatch]
// makes one.
type Batch struct {
	id    Key
	queue pgx.Batch
	reads []func(pgx.BatchResults) error
	over  bool  // nothing may be added any more
	ran   bool  // the results are decided
	err   error // of the batch as a whole
}

// RunBatch lets fn add statements to a batch of the tenant, and sends them. They
// run in their order, and unless db belongs to a transaction already they are a
// transaction of their own: all of them are kept, or none. A batch without
// statements sends nothing.
//
// The first error that a statement gives is the batch's, and every result's;
// that a row was not found is none, and known to its result alone. An error that
// is no [*Error] comes from the client, a value that cannot be read or a lost
// connection, and does not say whether the statements were kept.
func RunBatch(ctx context.Context, db DB, id Key, fn func(*Batch)) error {
	if err := admit(id); err != nil {
		return err
	}
	b := &Batch{id: id}
	defer func() { b.over = true }()
	fn(b)
	b.over = true
	if b.err == nil && len(b.reads) > 0 {
		b.err = b.send(ctx, db)
	}
	b.ran = true
	return b.err
}

func (b *Batch) send(ctx context.Context, db DB) (err error) {
	results := db.SendBatch(ctx, b.id, &b.queue)
	defer func() {
		if closed := results.Close(); err == nil {
			err = closed
		}
	}()
	for _, read := range b.reads {
		if err := read(results); err != nil {
			return err
		}
	}
	return nil
}

// Key returns the tenant's key.
func (b *Batch) Key() Key { return b.id }

// Fail ends the batch before it is sent: err is its error, unless it has one.
func (b *Batch) Fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// Read adds a statement that returns rows: read reads them to their end, closes them,
// and fills what [NewResult] made. It is for generated code, as what adds a statement
// of one kind is.
func (b *Batch) Read(sql string, args []any, read func(rows pgx.Rows, err error) error) {
	b.add(sql, args, func(results pgx.BatchResults) error { return read(results.Query()) })
}

// add panics once fn of RunBatch has returned: the statement would never run.
//
//go:noinline
func (b *Batch) add(sql string, args []any, read func(pgx.BatchResults) error) {
	if b.over {
		panic("tenant: a statement was added to a batch that was sent already")
	}
	b.queue.Queue(sql, args...)
	b.reads = append(b.reads, read)
}

// addRow is add for a statement that returns one row. missing is where it goes
// that there is none.
//
//go:noinline
func (b *Batch) addRow(sql string, args []any, missing *error, scan func(pgx.Row) error) {
	b.add(sql, args, func(results pgx.BatchResults) error {
		err := scan(results.QueryRow())
		if errors.Is(err, pgx.ErrNoRows) {
			*missing = ErrNotFound
			return nil
		}
		return err
	})
}

// Result is what one statement of a batch returns, once the batch has run.
type Result[T any] struct {
	_     [0]func() // is not compared, which saves code for each T
	b     *Batch
	value T
	err   error // of this statement alone: ErrNotFound or ErrStale
}

// Get returns the statement's result. It returns ErrNotRun until the batch has
// run, the batch's error when it failed, ErrNotFound where a single row was asked
// for and the tenant has none, and ErrStale where a row of one version was to be
// changed and it is not there.
func (r *Result[T]) Get() (T, error) {
	err := r.err
	switch {
	case r.b == nil || !r.b.ran && r.b.err == nil:
		err = ErrNotRun
	case r.b.err != nil:
		err = r.b.err
	}
	if err != nil {
		return *new(T), err
	}
	return r.value, nil
}

// NewResult returns a result, and where its value goes.
func NewResult[T any](b *Batch) (r *Result[T], value *T) {
	r = &Result[T]{b: b}
	return r, &r.value
}

// FailedResult fails the batch with err and returns a result of it.
func FailedResult[T any](b *Batch, err error) *Result[T] {
	b.Fail(err)
	return &Result[T]{b: b}
}

// The functions below are not inlined: each repository calls them a dozen times,
// and would be compiled with a copy each time.

// QueueOne adds a statement that returns one row, which scan reads.
//
//go:noinline
func QueueOne[T any](b *Batch, scan func(row pgx.Row, into *T) error, sql string, args ...any) *Result[T] {
	r := &Result[T]{b: b}
	b.addRow(sql, args, &r.err, func(row pgx.Row) error { return scan(row, &r.value) })
	return r
}

// QueueValue adds a statement that returns one row of a single value, always.
//
//go:noinline
func QueueValue[T any](b *Batch, sql string, args ...any) *Result[T] {
	return QueueOne(b, func(row pgx.Row, into *T) error { return row.Scan(into) }, sql, args...)
}

// QueueMany adds a statement that returns rows. collect reads them to their end
// and closes them; size is how many they may be, or 0 when nothing is known.
//
//go:noinline
func QueueMany[T any](b *Batch, collect func(rows pgx.Rows, err error, size int) ([]T, error), size int, sql string, args ...any) *Result[[]T] {
	r := &Result[[]T]{b: b}
	b.add(sql, args, func(results pgx.BatchResults) (err error) {
		rows, err := results.Query()
		r.value, err = collect(rows, err, size)
		return err
	})
	return r
}

// QueueMade is QueueMany for rows that are made each below a parent: none means that
// a parent is not the tenant's, and the result is ErrNotFound.
//
//go:noinline
func QueueMade[T any](b *Batch, collect func(rows pgx.Rows, err error, size int) ([]T, error), size int, sql string, args ...any) *Result[[]T] {
	r := &Result[[]T]{b: b}
	b.add(sql, args, func(results pgx.BatchResults) (err error) {
		rows, err := results.Query()
		if r.value, err = collect(rows, err, size); err == nil && len(r.value) == 0 {
			r.err = ErrNotFound
		}
		return err
	})
	return r
}

// NoRows returns the result of what is not sent, since it would make no rows.
func NoRows[T any](b *Batch) *Result[[]T] { return &Result[[]T]{b: b, value: []T{}} }

// QueueRows adds a statement whose result is the number of rows that it touched.
//
//go:noinline
func QueueRows(b *Batch, sql string, args ...any) *Result[int64] {
	return queueTag(b, func(tag pgconn.CommandTag) (int64, error) { return tag.RowsAffected(), nil }, sql, args)
}

// QueueVersion is QueueRows for a row of one version: where there is none by now the
// result is ErrStale, and what else is in the batch is kept.
//
//go:noinline
func QueueVersion(b *Batch, sql string, args ...any) *Result[int64] {
	return queueTag(b, func(tag pgconn.CommandTag) (int64, error) {
		if tag.RowsAffected() == 0 {
			return 0, ErrStale
		}
		return tag.RowsAffected(), nil
	}, sql, args)
}

// QueueTag adds a statement whose result is what the server says that it did.
//
//go:noinline
func QueueTag(b *Batch, sql string, args ...any) *Result[pgconn.CommandTag] {
	return queueTag(b, func(tag pgconn.CommandTag) (pgconn.CommandTag, error) { return tag, nil }, sql, args)
}

func queueTag[T any](b *Batch, of func(pgconn.CommandTag) (T, error), sql string, args []any) *Result[T] {
	r := &Result[T]{b: b}
	b.add(sql, args, func(results pgx.BatchResults) error {
		tag, err := results.Exec()
		if err == nil {
			r.value, r.err = of(tag)
		}
		return err
	})
	return r
}

// QueueExec adds a statement that has no result.
//
//go:noinline
func QueueExec(b *Batch, sql string, args ...any) {
	b.add(sql, args, func(results pgx.BatchResults) error {
		_, err := results.Exec()
		return err
	})
}
