package tenant

import (
	"database/sql/driver"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// ID is a tenant's key of PostgreSQL's type uuid. It is a type of its own so
// that no other id of a program can be passed for it. The zero value is no
// tenant.
//
// It is a parameter and scan target for pgx in every query mode, and for
// database/sql. As a parameter it costs one allocation of 16 bytes, for the
// interface it travels in. NULL does not scan into it: where a column may hold
// NULL, scan into a *ID. As text and in JSON it is the usual form with dashes,
// and "" for the zero value.
type ID struct{ uuid [16]byte }

// ParseID reads an ID in any form that google/uuid reads. Text that is not a
// UUID is an error, and the nil UUID is ErrNoTenant.
func ParseID(s string) (ID, error) {
	u, err := uuid.Parse(s)
	if err != nil {
		return ID{}, fmt.Errorf("tenant: parse id: %w", err)
	}
	if u == uuid.Nil {
		return ID{}, fmt.Errorf("parse id: %w", ErrNoTenant)
	}
	return ID{u}, nil
}

// MustID is ParseID for constants in tests and examples: it panics where
// ParseID returns an error.
func MustID(s string) ID {
	id, err := ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// IDFrom makes a UUID the key of a tenant. From the nil UUID it makes the zero
// value.
func IDFrom(u uuid.UUID) ID { return ID{u} }

// NewID returns a new random ID, a UUID of version 7: ids made later sort
// later, so that a tenant's row is inserted at the end of its index.
func NewID() ID { return ID{uuid.Must(uuid.NewV7())} }

// UUID returns the key as a UUID.
func (id ID) UUID() uuid.UUID { return id.uuid }

// IsZero reports whether id is the zero value, which is no tenant.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the form with dashes, or "" for the zero value.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	return uuid.UUID(id.uuid).String()
}

func (id ID) given() bool { return id != ID{} }

func (id ID) identity() identity {
	if id.IsZero() {
		return identity{}
	}
	return identity{kind: kindID, uuid: id.uuid}
}

// UUIDValue implements [pgtype.UUIDValuer]. The zero value is ErrNoTenant.
func (id ID) UUIDValue() (pgtype.UUID, error) {
	if id.IsZero() {
		return pgtype.UUID{}, ErrNoTenant
	}
	return pgtype.UUID{Bytes: id.uuid, Valid: true}, nil
}

// ScanUUID implements [pgtype.UUIDScanner]. NULL is an error.
func (id *ID) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		return errScanNull
	}
	id.uuid = v.Bytes
	return nil
}

// Value implements [driver.Valuer]. The zero value is ErrNoTenant.
func (id ID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, ErrNoTenant
	}
	return id.String(), nil
}

// Scan implements [database/sql.Scanner]. It takes the 16 bytes or the text of
// a UUID; NULL is an error.
func (id *ID) Scan(src any) error {
	if src == nil {
		return errScanNull
	}
	return (*uuid.UUID)(&id.uuid).Scan(src)
}

// MarshalText implements [encoding.TextMarshaler].
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. Empty text is the zero
// value.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = ID{}
		return nil
	}
	u, err := uuid.ParseBytes(text)
	if err != nil {
		return fmt.Errorf("tenant: parse id: %w", err)
	}
	id.uuid = u
	return nil
}
