package catalog

import (
	"cmp"
	"path"
	"strings"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
)

// checkNumbers reports migrations that are read in another order than that of the
// numbers with which their names begin. By name 10_drop.sql comes before 2_add.sql,
// and what the one takes away and the other makes would still be there.
func checkNumbers(files []config.File, rep *diag.List) {
	last := map[string]config.File{} // by folder
	for _, f := range files {
		if downFile(f.Name) || number(f.Name) == "" {
			continue
		}
		folder := path.Dir(f.Name)
		before, ok := last[folder]
		if ok && compareNumbers(number(f.Name), number(before.Name)) < 0 {
			rep.Add(diag.Diagnostic{
				Code:    diag.CodeMigrationNumber,
				Pos:     diag.Pos{File: f.Name, Line: 1, Column: 1},
				Message: path.Base(f.Name) + " is read after " + path.Base(before.Name) + ", which has the higher number",
				Why:     "files are read by name, as sqlc does, and most migration tools run them by number: the schema would end up as another one",
				Fix:     "write the numbers with as many digits: " + padded(f.Name, len(number(before.Name))) + "; or list the files under schema in their order",
				Related: []diag.Related{{Pos: diag.Pos{File: before.Name, Line: 1, Column: 1}, Message: "this one is read before"}},
			})
			return
		}
		last[folder] = f
	}
}

// number returns the digits with which the name of a migration begins, or "".
func number(name string) string {
	base := path.Base(name)
	if base[0] == 'V' { // Flyway
		base = base[1:]
	}
	digits := base[:len(base)-len(strings.TrimLeft(base, "0123456789"))]
	if rest := base[len(digits):]; rest == "" || !strings.ContainsAny(rest[:1], "_-.") {
		return ""
	}
	return digits
}

// padded returns the name of a migration with zeros before its number.
func padded(name string, digits int) string {
	n := number(name)
	return strings.Replace(path.Base(name), n, strings.Repeat("0", max(0, digits-len(n)))+n, 1)
}

// compareNumbers compares two rows of digits as numbers.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
