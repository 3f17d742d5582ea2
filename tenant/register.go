package tenant

import "github.com/jackc/pgx/v5/pgtype"

// RegisterType tells a connection's type map what K is in PostgreSQL. Only
// slices of keys as parameters need it, and only in the query modes exec and
// simple protocol, in which the server does not say what it expects:
//
//	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
//		tenant.RegisterType[tenant.ID](conn.TypeMap())
//		return nil
//	}
func RegisterType[K Key](m *pgtype.Map) {
	var key K
	var name string
	switch any(&key).(type) {
	case pgtype.UUIDScanner:
		name = "uuid"
	case pgtype.Int64Scanner:
		name = "int8"
	case pgtype.TextScanner:
		name = "text"
	default:
		return // K is the interface itself, or a pointer
	}
	m.RegisterDefaultPgType(key, name)
	m.RegisterDefaultPgType([]K(nil), "_"+name)
}
