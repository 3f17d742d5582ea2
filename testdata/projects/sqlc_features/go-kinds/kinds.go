// Package kinds holds the Go types of columns that PostgreSQL's own types say
// too little about.
package kinds

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
)

// Details is what a jsonb column holds.
type Details struct {
	Gift  bool     `json:"gift"`
	Notes []string `json:"notes"`
}

// Money is a value of the composite type app.money_amount.
type Money struct {
	Currency string
	Cents    int64
}

// IsNull implements pgtype.CompositeIndexGetter.
func (m Money) IsNull() bool { return false }

// Index implements pgtype.CompositeIndexGetter.
func (m Money) Index(i int) any {
	switch i {
	case 0:
		return m.Currency
	case 1:
		return m.Cents
	}
	return nil
}

// ScanNull implements pgtype.CompositeIndexScanner.
func (m *Money) ScanNull() error { return fmt.Errorf("cannot scan NULL into a %T", m) }

// ScanIndex implements pgtype.CompositeIndexScanner.
func (m *Money) ScanIndex(i int) any {
	switch i {
	case 0:
		return &m.Currency
	case 1:
		return &m.Cents
	}
	return nil
}

var (
	_ pgtype.CompositeIndexGetter  = Money{}
	_ pgtype.CompositeIndexScanner = (*Money)(nil)
)
