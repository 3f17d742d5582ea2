package tenant

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Error is an error that the server reported, without the server's words.
//
// PostgreSQL quotes values in its messages, and not only the caller's: a cast
// in a WHERE clause that fails on another tenant's row prints that row's
// value, because SQL does not say which condition is tried first. So only what
// the schema could say as well is kept. [errors.As] finds it as a
// [pgconn.PgError] with code, severity, position and the names of schema,
// table, column, data type and constraint; message, detail, hint, context and
// internal query are empty.
type Error struct {
	pg         *pgconn.PgError // ours alone, and scrubbed
	connecting bool
}

// scrub returns err with the first server error in it in place of the whole,
// because whatever wraps a server error repeats its text. An err without one
// comes from the client: it can quote arguments and rows of the caller's own
// tenant, never another's, and is returned as it is.
func scrub(err error) error {
	if err == nil {
		return nil
	}
	var own *Error
	if errors.As(err, &own) {
		return err
	}
	var raw *pgconn.PgError
	if !errors.As(err, &raw) {
		return err
	}
	var connecting *pgconn.ConnectError
	return &Error{connecting: errors.As(err, &connecting) || errors.Is(err, ErrUnavailable), pg: &pgconn.PgError{
		Severity:            raw.Severity,
		SeverityUnlocalized: raw.SeverityUnlocalized,
		Code:                raw.Code,
		Position:            raw.Position,
		InternalPosition:    raw.InternalPosition,
		SchemaName:          raw.SchemaName,
		TableName:           raw.TableName,
		ColumnName:          raw.ColumnName,
		DataTypeName:        raw.DataTypeName,
		ConstraintName:      raw.ConstraintName,
		File:                raw.File,
		Line:                raw.Line,
		Routine:             raw.Routine,
	}}
}

// Error names the condition, its SQLSTATE, and the constraint, table or column
// where the server named them:
//
//	unique_violation (SQLSTATE 23505): constraint users_email_key, table users
func (e *Error) Error() string {
	var b strings.Builder
	if e.connecting {
		b.WriteString("connect to PostgreSQL: ")
	}
	b.WriteString(conditionName(e.pg.Code))
	b.WriteString(" (SQLSTATE ")
	b.WriteString(e.pg.Code)
	b.WriteString(")")
	sep := ": "
	for _, part := range []struct{ what, name string }{
		{"constraint ", e.pg.ConstraintName},
		{"table ", e.pg.TableName},
		{"column ", e.pg.ColumnName},
		{"type ", e.pg.DataTypeName},
	} {
		if part.name != "" {
			b.WriteString(sep)
			b.WriteString(part.what)
			b.WriteString(part.name)
			sep = ", "
		}
	}
	return b.String()
}

// Unwrap returns the *pgconn.PgError that is left.
func (e *Error) Unwrap() error { return e.pg }

// Is makes unique and exclusion violations match ErrConflict, and what the
// server said to an attempt to connect ErrUnavailable.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrConflict:
		return e.pg.Code == "23505" || e.pg.Code == "23P01"
	case ErrUnavailable:
		return e.connecting
	}
	return false
}
