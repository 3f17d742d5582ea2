package tenant

import "github.com/jackc/pgx/v5"

// fairRows are rows that end their turn when they are closed.
type fairRows struct {
	pgx.Rows
	turn turn
}

var fairRowsSlab slab[fairRows]

func (r *fairRows) Close() {
	r.Rows.Close()
	r.turn.end()
}

func (r *fairRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

// Scan ends the rows where it fails, as pgx does.
func (r *fairRows) Scan(dest ...any) error {
	err := r.Rows.Scan(dest...)
	if err != nil {
		r.Close()
	}
	return err
}

func (r *fairRows) Values() ([]any, error) {
	values, err := r.Rows.Values()
	if err != nil {
		r.Close()
	}
	return values, err
}

// fairRow is a row that ends its turn when it is scanned.
type fairRow struct {
	inner pgx.Row
	turn  turn
}

var fairRowSlab slab[fairRow]

func (r *fairRow) Scan(dest ...any) error {
	defer r.turn.end() // a Scan of the caller's may panic
	return r.inner.Scan(dest...)
}

// fairResults end their turn when they are closed.
type fairResults struct {
	pgx.BatchResults
	turn turn
}

func (r *fairResults) Close() error {
	defer r.turn.end() // a function of the caller's may panic
	return r.BatchResults.Close()
}
