package tenant

import (
	"errors"

	"github.com/jackc/pgx/v5"
)

// observedRows are rows that are counted.
type observedRows struct {
	pgx.Rows
	w   *sighting
	n   int64    // handed out
	own sighting // w, outside of a batch
}

// over makes r the rows over inner, which a Query returned with err.
func (r *observedRows) over(w *sighting, inner pgx.Rows, err error) (pgx.Rows, error) {
	if err != nil {
		w.end(Outcome{Err: err})
		return inner, err
	}
	r.Rows, r.w = inner, w
	return r, nil
}

func (r *observedRows) Next() bool {
	if r.Rows.Next() {
		r.n++
		return true
	}
	r.end(r.Rows.Err())
	return false
}

// end tells of the rows. Those that the caller left unread were not returned,
// unless it looked at none of them and the statement was there for what it
// writes.
func (r *observedRows) end(err error) {
	n := r.n
	if tag := r.CommandTag(); n == 0 && err == nil && !tag.Select() {
		n = tag.RowsAffected()
	}
	r.w.end(Outcome{Rows: n, Err: err})
}

func (r *observedRows) Close() {
	r.Rows.Close()
	r.end(r.Rows.Err())
}

// Scan ends the rows where it fails, as pgx does.
func (r *observedRows) Scan(dest ...any) error {
	err := r.Rows.Scan(dest...)
	if err != nil {
		r.end(err)
	}
	return err
}

func (r *observedRows) Values() ([]any, error) {
	values, err := r.Rows.Values()
	if err != nil {
		r.end(err)
	}
	return values, err
}

// observedRow is a row that is counted when it is scanned.
type observedRow struct {
	inner pgx.Row
	w     *sighting
	own   sighting // w, outside of a batch
}

func (r *observedRow) Scan(dest ...any) error {
	defer r.w.end(Outcome{Err: errUnwound}) // a Scan of the caller's may panic
	err := r.inner.Scan(dest...)
	switch {
	case err == nil:
		r.w.end(Outcome{Rows: 1})
	case errors.Is(err, pgx.ErrNoRows):
		r.w.end(Outcome{})
	default:
		r.w.end(Outcome{Err: err})
	}
	return err
}
