package tenant

import "strings"

// quoteLiteral writes s as an SQL literal. Nothing here holds a backslash, so
// that standard_conforming_strings does not matter: see settingName.
func quoteLiteral(s string) string {
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
