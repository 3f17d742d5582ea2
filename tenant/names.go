package tenant

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ErrBadName says that a schema, database or server has a name that this
// package does not use, or that a tenant's key makes no name.
var ErrBadName = errors.New("tenant: not a usable name")

// plainName reports whether name is made of what every name here is made of,
// quoted or not. PostgreSQL cuts a longer one, after which two could be the
// same. It is asked at each call.
func plainName(name string) bool {
	if name == "" || len(name) > 63 {
		return false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		case i > 0 && ('0' <= c && c <= '9' || c == '-'):
		default:
			return false
		}
	}
	return true
}

// checkName returns ErrBadName for a name that is not plain, or the system's.
func checkName(what, name string) error {
	switch {
	case !plainName(name):
		return fmt.Errorf("%w: %s %q: want letters, digits, _ and -, at most 63, beginning with a letter or _", ErrBadName, what, name)
	case strings.HasPrefix(name, "pg_"), name == "information_schema":
		return fmt.Errorf("%w: %s %q is the system's", ErrBadName, what, name)
	}
	return nil
}

// defaultName is "tenant_" and the key, a UUID without its dashes. Two keys of
// one kind have two names.
func defaultName(id Key) string {
	if who, err := identify(id); err == nil && who.kind == kindID {
		return "tenant_" + hex.EncodeToString(who.uuid[:])
	}
	return "tenant_" + id.String()
}

// quoteLiteral writes s as an SQL literal. Nothing here holds a backslash, so
// that standard_conforming_strings does not matter: see settingName.
func quoteLiteral(s string) string {
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
