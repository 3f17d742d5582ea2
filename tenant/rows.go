package tenant

import (
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// rows are pgx's rows with scrubbed errors and without their connection.
type rows struct{ pgx.Rows }

var rowsSlab slab[rows]

// scrubRows wraps what a Query returned. Rows come with an error too, as pgx
// has it: a caller may look at rows.Err alone.
func scrubRows(inner pgx.Rows, err error) (pgx.Rows, error) {
	if err != nil {
		return failedRows(scrub(err))
	}
	r := rowsSlab.take()
	r.Rows = inner
	return r, nil
}

func (r *rows) Err() error             { return scrub(r.Rows.Err()) }
func (r *rows) Scan(dest ...any) error { return scrub(r.Rows.Scan(dest...)) }
func (r *rows) Conn() *pgx.Conn        { return nil }

func (r *rows) Values() ([]any, error) {
	values, err := r.Rows.Values()
	return values, scrub(err)
}

// row is pgx's row with scrubbed errors. A second Scan is an error.
type row struct{ inner pgx.Row }

var rowSlab slab[row]

func scrubRow(inner pgx.Row) pgx.Row {
	r := rowSlab.take()
	r.inner = inner
	return r
}

func (r *row) Scan(dest ...any) error {
	inner := r.inner
	if inner == nil {
		return errScannedRow
	}
	r.inner = nil
	return scrub(inner.Scan(dest...))
}

// slab hands out zero values of T from chunks, so that 31 of 32 calls allocate
// nothing. A value is never taken back: a caller that holds on to its rows
// must not find another tenant's in them.
//
// One counter serves all processors. Whoever takes from it has just taken a
// connection, which costs a lock; a sync.Pool would cost four times as much.
type slab[T any] struct{ current atomic.Pointer[chunk[T]] }

type chunk[T any] struct {
	taken atomic.Int32 // at least
	items [32]T
}

func (s *slab[T]) take() *T {
	c := s.current.Load()
	for {
		if c != nil {
			if n := int(c.taken.Add(1)); n <= len(c.items) {
				return &c.items[n-1]
			}
		}
		next := new(chunk[T])
		next.taken.Store(1)
		if s.current.CompareAndSwap(c, next) {
			return &next.items[0]
		}
		c = s.current.Load()
	}
}

// failedRow is the row of a statement that was not sent.
type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

// noRows are the rows of a statement that failed before it had any.
type noRows struct{ err error }

func failedRows(err error) (pgx.Rows, error) { return noRows{err}, err }

func (noRows) Close()                                       {}
func (r noRows) Err() error                                 { return r.err }
func (noRows) CommandTag() pgconn.CommandTag                { return pgconn.CommandTag{} }
func (noRows) FieldDescriptions() []pgconn.FieldDescription { return nil }
func (noRows) Next() bool                                   { return false }
func (r noRows) Scan(...any) error                          { return r.err }
func (r noRows) Values() ([]any, error)                     { return nil, r.err }
func (noRows) RawValues() [][]byte                          { return nil }
func (noRows) Conn() *pgx.Conn                              { return nil }
func (noRows) TypeMap() *pgtype.Map                         { return nil }
