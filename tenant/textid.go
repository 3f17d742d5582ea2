package tenant

import (
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
)

// TextID is a tenant's key of a text type, such as a slug. The zero value,
// which is the empty text, is no tenant.
//
// It is a parameter and scan target for pgx in every query mode, and for
// database/sql. NULL does not scan into it: where a column may hold NULL, scan
// into a *TextID. As text and in JSON it is itself.
//
// Keys are compared byte by byte. A column whose collation is looser than that
// (citext, a nondeterministic collation) holds one tenant under several keys;
// bring them into one form before they get here.
type TextID struct{ text string }

// NewTextID makes s the key of a tenant. From "" it makes the zero value.
func NewTextID(s string) TextID { return TextID{s} }

// IsZero reports whether id is the zero value, which is no tenant.
func (id TextID) IsZero() bool { return id.text == "" }

// String returns the key itself.
func (id TextID) String() string { return id.text }

func (id TextID) given() bool { return id != TextID{} }

func (id TextID) identity() identity {
	if id.IsZero() {
		return identity{}
	}
	return identity{kind: kindTextID, text: id.text}
}

// TextValue implements [pgtype.TextValuer]. The zero value is ErrNoTenant.
func (id TextID) TextValue() (pgtype.Text, error) {
	if id.IsZero() {
		return pgtype.Text{}, ErrNoTenant
	}
	return pgtype.Text{String: id.text, Valid: true}, nil
}

// ScanText implements [pgtype.TextScanner]. NULL is an error.
func (id *TextID) ScanText(v pgtype.Text) error {
	if !v.Valid {
		return errScanNull
	}
	id.text = v.String
	return nil
}

// Value implements [driver.Valuer]. The zero value is ErrNoTenant.
func (id TextID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, ErrNoTenant
	}
	return id.text, nil
}

// Scan implements [database/sql.Scanner]. It takes text; NULL is an error.
func (id *TextID) Scan(src any) error {
	var v pgtype.Text
	if err := v.Scan(src); err != nil {
		return fmt.Errorf("tenant: scan id: %w", err)
	}
	return id.ScanText(v)
}

// MarshalText implements [encoding.TextMarshaler].
func (id TextID) MarshalText() ([]byte, error) { return []byte(id.text), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (id *TextID) UnmarshalText(text []byte) error {
	id.text = string(text)
	return nil
}
