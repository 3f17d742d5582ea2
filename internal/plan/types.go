package plan

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// The packages that emitted code itself names.
const (
	pathContext = "context"
	pathErrors  = "errors"
	pathIter    = "iter"
	pathSlices  = "slices"
	pathStrconv = "strconv"
	pathTime    = "time"
	pathPgx     = "github.com/jackc/pgx/v5"
	pathPgconn  = "github.com/jackc/pgx/v5/pgconn"
	pathPgtype  = "github.com/jackc/pgx/v5/pgtype"
	pathUUID    = "github.com/google/uuid"
	pathTenant  = "github.com/tenantc/tenantc/tenant"
	pathFilter  = "github.com/tenantc/tenantc/tenant/filter"
)

// goType is a Go type that can be printed in any of the emitted packages.
type goType struct {
	// text has each package name as \x00path\x00 and each name that sqlc declares
	// as \x01Name\x01.
	text string
}

func (t goType) pointer() goType { return goType{"*" + t.text} }

// nilable reports whether the type has a nil, which can say that a value was not
// given.
func (t goType) nilable() bool {
	return t.text == "any" || strings.HasPrefix(t.text, "*") || strings.HasPrefix(t.text, "[]") || strings.HasPrefix(t.text, "map[")
}

// nullable reports whether the type has a value for NULL, as far as its form
// says so.
func (t goType) nullable() bool {
	return t.nilable() || strings.HasPrefix(t.text, "\x00"+pathPgtype+"\x00.") || strings.HasPrefix(t.text, "\x00database/sql\x00.Null")
}

// What expressions name of rows.go.
const (
	nullUUID       = "nullUUID"
	manyUUIDs      = "manyUUIDs"
	uuidColumn     = "uuidColumn"
	nullUUIDColumn = "nullUUIDColumn"
	timeColumn     = "timeColumn"
)

// The types for which pgx has no short way of its own; see argExpr and scanExpr.
const (
	uuidType = "\x00" + pathUUID + "\x00.UUID"
	timeType = "\x00" + pathTime + "\x00.Time"
)

// argExpr returns expr, a value of type t, in the form that pgx encodes best.
// uuid.UUID goes through database/sql's interface otherwise.
func (t goType) argExpr(u use, expr string) string {
	switch t.text {
	case uuidType:
		return u.pkg(pathPgtype) + ".UUID{Bytes: " + expr + ", Valid: true}"
	case "*" + uuidType:
		u.helper(nullUUID)
		return nullUUID + "(" + expr + ")"
	case "[]" + uuidType:
		u.helper(manyUUIDs)
		return manyUUIDs + "(" + expr + ")"
	}
	return expr
}

// scanExpr returns the destination for a column of PostgreSQL's type db at the
// address addr, where a value of type t stands.
func (t goType) scanExpr(u use, db, addr string) string {
	switch {
	case t.text == uuidType && db == "uuid":
		u.helper(uuidColumn)
		return "(*" + uuidColumn + ")(" + addr + ")"
	case t.text == "*"+uuidType && db == "uuid":
		u.helper(nullUUIDColumn)
		return nullUUIDColumn + "{" + addr + "}"
	case t.text == timeType && (db == "timestamptz" || db == "timestamp" || db == "date"):
		u.helper(timeColumn)
		return "(*" + timeColumn + ")(" + addr + ")"
	}
	return addr
}

// imports names the packages of a plan: one name a path, everywhere.
type imports struct {
	names map[string]string // by path
	paths map[string]string // by name
	taken map[string]bool
}

// newImports names the packages that emitted code itself needs.
func newImports() *imports {
	im := &imports{map[string]string{}, map[string]string{}, map[string]bool{}}
	for _, p := range []string{
		pathContext, pathErrors, pathIter, pathSlices, pathStrconv, pathTime, pathPgx, pathPgconn, pathPgtype, pathTenant, pathFilter,
	} {
		im.addAll(map[string]string{p: ""}, nil)
	}
	return im
}

// addAll names the packages of used, in order of their paths; used holds the
// name that each is wanted under, or "". Names that are given stay as they are.
// No package gets a name for which used up returns true; that may be nil. The
// new names are returned.
func (im *imports) addAll(used map[string]string, usedUp func(name string) bool) []string {
	var added []string
	for _, importPath := range slices.Sorted(maps.Keys(used)) {
		if im.names[importPath] != "" {
			continue
		}
		name := cmp.Or(used[importPath], sqlcrun.PackageName(importPath))
		base := name
		for n := 2; im.taken[name] || reservedName(name) || usedUp != nil && usedUp(name); n++ {
			name = base + strconv.Itoa(n)
		}
		im.names[importPath], im.paths[name], im.taken[name] = name, importPath, true
		added = append(added, name)
	}
	return added
}

// use is one file of an emitted package: it prints types and remembers the
// packages that they need.
type use struct {
	im   *imports
	gen  string // import path of gen, for packages other than gen; "" in gen itself
	need *[]string
	// local is called with each of sqlc's types that is printed, and helper with
	// each name of rows.go that an expression has.
	local  func(name string)
	helper func(name string)
}

// needs remembers a package.
func (u use) needs(importPath string) {
	if !slices.Contains(*u.need, importPath) {
		*u.need = append(*u.need, importPath)
	}
}

// pkg returns the name of a package and remembers it.
func (u use) pkg(importPath string) string {
	name := u.im.names[importPath]
	if name == "" {
		diag.Bugf("plan: package %s was not announced", importPath)
	}
	u.needs(importPath)
	return name
}

// typ prints a type.
func (u use) typ(t goType) string {
	var b strings.Builder
	for rest := t.text; rest != ""; {
		i := strings.IndexAny(rest, "\x00\x01")
		if i < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:i])
		mark := rest[i : i+1]
		name, after, _ := strings.Cut(rest[i+1:], mark)
		if mark == "\x00" {
			b.WriteString(u.pkg(name))
		} else {
			u.local(name)
			if u.gen != "" {
				b.WriteString(u.pkg(u.gen) + ".")
			}
			b.WriteString(name)
		}
		rest = after
	}
	return b.String()
}

// list returns the imports of the file, in the order of their paths.
func (u use) list() []Import {
	var out []Import
	for _, p := range slices.Sorted(slices.Values(*u.need)) {
		imp := Import{Path: p}
		if name := u.im.names[p]; name != path.Base(p) && p != pathPgx {
			imp.Name = name
		}
		out = append(out, imp)
	}
	return out
}

// fieldType returns the type of a model's field: names of the models' own
// package get its name in front.
func (b *builder) fieldType(f *model.FieldType) goType {
	if known, ok := b.fieldTypes[f]; ok {
		return known
	}
	list := make([]sqlcrun.Import, 0, len(f.Imports))
	for _, imp := range f.Imports {
		list = append(list, sqlcrun.Import(imp))
	}
	out := qualify(f.TypeText, list, func(name string) string { return "\x00" + b.in.Models.ImportPath + "\x00." + name })
	b.fieldTypes[f] = out
	return out
}

// sqlcType returns a type of sqlc's code.
func (b *builder) sqlcType(t *sqlcrun.Type) goType {
	if known, ok := b.types[t]; ok {
		return known
	}
	out := qualify(t.Text, t.Imports, func(name string) string {
		if slices.Contains(t.Local, name) {
			return "\x01" + name + "\x01"
		}
		return name
	})
	b.types[t] = out
	return out
}

// qualify reads the text of a type and marks its names: list has the imports of
// its qualifiers, and own returns what becomes of a name without one that Go
// does not declare itself.
func qualify(text string, list []sqlcrun.Import, own func(string) string) goType {
	// Nearly every type is a name, and a parser for each would be felt.
	name := strings.TrimPrefix(strings.TrimPrefix(text, "*"), "[]")
	prefix := text[:len(text)-len(name)]
	if qualifier, after, ok := strings.Cut(name, "."); ok && token.IsIdentifier(qualifier) && token.IsIdentifier(after) {
		if imp, ok := sqlcrun.ImportOf(qualifier, list); ok {
			return goType{prefix + "\x00" + imp.Path + "\x00." + after}
		}
	} else if token.IsIdentifier(name) {
		if !reservedName(name) {
			name = own(name)
		}
		return goType{prefix + name}
	}
	expr, err := parser.ParseExpr(text)
	if err != nil {
		diag.Bugf("plan: the type %q does not parse: %v", text, err)
	}
	type edit struct {
		from, to int
		with     string
	}
	var edits []edit
	skip := map[ast.Node]bool{}
	ast.Inspect(expr, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				imp, ok := sqlcrun.ImportOf(id.Name, list)
				if !ok {
					diag.Bugf("plan: package %s of the type %q is not known", id.Name, text)
				}
				edits = append(edits, edit{int(id.Pos()) - 1, int(id.End()) - 1, "\x00" + imp.Path + "\x00"})
				return false
			}
		case *ast.Field:
			for _, name := range n.Names {
				skip[name] = true
			}
		case *ast.Ident:
			if !skip[n] && !reservedName(n.Name) {
				edits = append(edits, edit{int(n.Pos()) - 1, int(n.End()) - 1, own(n.Name)})
			}
		}
		return true
	})
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.from] + e.with)
		at = e.to
	}
	b.WriteString(text[at:])
	return goType{strings.ReplaceAll(b.String(), "interface{}", "any")}
}
