package tenant

import (
	"database/sql/driver"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// Int64ID is a tenant's key of one of PostgreSQL's integer types. The zero
// value is no tenant, and that is the number 0 as well: sequences start at 1,
// and a 0 is far more often a field that nobody filled in than a tenant.
//
// It is a parameter and scan target for pgx in every query mode, and for
// database/sql. NULL does not scan into it: where a column may hold NULL, scan
// into a *Int64ID. As text it is decimal, and "" for the zero value. In JSON it
// is a number, as the int64 it stands for would be; a decimal string, which is
// what clients send that lose precision beyond 2⁵³, is read too.
type Int64ID struct{ number int64 }

// NewInt64ID makes n the key of a tenant. From 0 it makes the zero value.
func NewInt64ID(n int64) Int64ID { return Int64ID{n} }

// ParseInt64ID reads a decimal number. Text that is none is an error, and 0 is
// ErrNoTenant.
func ParseInt64ID(s string) (Int64ID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return Int64ID{}, fmt.Errorf("tenant: parse id: %w", err)
	}
	if n == 0 {
		return Int64ID{}, fmt.Errorf("parse id: %w", ErrNoTenant)
	}
	return Int64ID{n}, nil
}

// Int64 returns the key as a number.
func (id Int64ID) Int64() int64 { return id.number }

// IsZero reports whether id is the zero value, which is no tenant.
func (id Int64ID) IsZero() bool { return id.number == 0 }

// String returns the decimal form, or "" for the zero value.
func (id Int64ID) String() string {
	if id.IsZero() {
		return ""
	}
	return strconv.FormatInt(id.number, 10)
}

func (id Int64ID) given() bool { return id != Int64ID{} }

func (id Int64ID) identity() identity {
	if id.IsZero() {
		return identity{}
	}
	return identity{kind: kindInt64ID, number: id.number}
}

// Int64Value implements [pgtype.Int64Valuer]. The zero value is ErrNoTenant.
func (id Int64ID) Int64Value() (pgtype.Int8, error) {
	if id.IsZero() {
		return pgtype.Int8{}, ErrNoTenant
	}
	return pgtype.Int8{Int64: id.number, Valid: true}, nil
}

// ScanInt64 implements [pgtype.Int64Scanner]. NULL is an error.
func (id *Int64ID) ScanInt64(v pgtype.Int8) error {
	if !v.Valid {
		return errScanNull
	}
	id.number = v.Int64
	return nil
}

// Value implements [driver.Valuer]. The zero value is ErrNoTenant.
func (id Int64ID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, ErrNoTenant
	}
	return id.number, nil
}

// Scan implements [database/sql.Scanner]. It takes an integer or its text;
// NULL is an error.
func (id *Int64ID) Scan(src any) error {
	var v pgtype.Int8
	if b, ok := src.([]byte); ok {
		src = string(b)
	}
	if err := v.Scan(src); err != nil {
		return fmt.Errorf("tenant: scan id: %w", err)
	}
	return id.ScanInt64(v)
}

// MarshalText implements [encoding.TextMarshaler].
func (id Int64ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. Empty text is the zero
// value.
func (id *Int64ID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = Int64ID{}
		return nil
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return fmt.Errorf("tenant: parse id: %w", err)
	}
	id.number = n
	return nil
}

// MarshalJSON implements [encoding/json.Marshaler].
func (id Int64ID) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, id.number, 10), nil
}

// UnmarshalJSON implements [encoding/json.Unmarshaler]. null leaves id as it is.
func (id *Int64ID) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	if n := len(data); n >= 2 && data[0] == '"' && data[n-1] == '"' {
		data = data[1 : n-1]
	}
	return id.UnmarshalText(data)
}
