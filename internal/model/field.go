package model

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantc/tenantc/internal/diag"
)

// field adds the field called name, declared by f, to m. Further names of one
// declaration share its type and column.
func (l *loader) field(m *Model, f *ast.Field, name *ast.Ident, col *column, path []string, through []*ast.TypeSpec) {
	if !name.IsExported() {
		l.report(diag.CodeModelUnexported, name.Pos(), len(name.Name),
			fmt.Sprintf("the field %s of %s has a column and is not exported", name.Name, m.Name),
			"the emitted package reads and writes it from outside", exported(name.Name))
		return
	}
	field := &Field{
		Name: name.Name, Pos: l.pos(name.Pos()), Column: col.name, PrimaryKey: col.primaryKey, Mark: col.mark,
		Embedded: through != nil, Base: path, Words: col.words, tag: placeOf(l.pos(col.pos)), typ: placeOf(l.pos(f.Type.Pos())),
	}
	if l.fieldType(m, field, f.Type) {
		m.Fields = append(m.Fields, field)
	}
}

// fieldType sets the type of a field. It reports false after a diagnostic.
func (l *loader) fieldType(m *Model, field *Field, e ast.Expr) bool {
	typ := l.info.TypeOf(e)
	if typ == nil {
		typ = types.Typ[types.Invalid]
	}
	field.FieldType = &FieldType{Type: typ, TypeText: l.text(e)}
	_, field.Pointer = types.Unalias(typ).(*types.Pointer)
	if !l.qualify(m, field, e) {
		return false
	}
	if known := l.spelled[field.TypeText]; known != nil && known.equal(field.FieldType) {
		field.FieldType = known
	} else {
		l.spelled[field.TypeText] = field.FieldType
	}
	return true
}

// equal reports whether nothing tells t from other.
func (t *FieldType) equal(other *FieldType) bool {
	return t.TypeText == other.TypeText && t.Qualified == other.Qualified && t.Pointer == other.Pointer &&
		slices.Equal(t.Imports, other.Imports) && types.Identical(t.Type, other.Type)
}

// exported suggests a name that begins with a capital, or "".
func exported(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	up := string(unicode.ToUpper(first)) + name[size:]
	if !ast.IsExported(up) {
		return ""
	}
	return up
}

// qualify finds what the type of a field needs in another package: its imports,
// and the text with this package's own names qualified. It reports false after
// a diagnostic.
func (l *loader) qualify(m *Model, field *Field, e ast.Expr) bool {
	ok := true
	refuse := func(code diag.Code, at *ast.Ident, message, why, fix string) {
		l.report(code, at.Pos(), len(at.Name), message, why, fix)
		ok = false
	}
	var own []token.Pos // where a name of this package stands
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			q, isName := n.X.(*ast.Ident)
			if !isName {
				return true
			}
			imported, isPackage := l.info.Uses[q].(*types.PkgName)
			switch {
			case isPackage && imported.Imported().Path() == "C":
				refuse(diag.CodeModelUnresolved, q, fmt.Sprintf("the type of %s.%s is one of cgo's", m.Name, field.Name),
					"another package has other types of that name", "")
			case !isPackage:
				refuse(diag.CodeModelUnresolved, q, fmt.Sprintf("the package %s of %s.%s cannot be told from the imports", q.Name, m.Name, field.Name),
					"no import of this file is called so, or several may be", fmt.Sprintf("import %s \"…\"", q.Name))
			default:
				field.Imports = append(field.Imports, l.imported(imported))
			}
			return false
		case *ast.Field:
			return true // of a struct or function type: its names are no types
		case *ast.Ident:
			switch obj := l.info.Uses[n].(type) {
			case nil:
				if l.info.Defs[n] == nil {
					refuse(diag.CodeModelUnresolved, n, fmt.Sprintf("the type %s of %s.%s is not declared in package %s", n.Name, m.Name, field.Name, l.pkg.Name),
						"a type of a dot import, or of a file that is not read, cannot be traced", "")
				}
			default:
				switch {
				case obj.Pkg() == nil || obj.Parent() != l.types.Scope():
				case !obj.Exported():
					refuse(diag.CodeModelUnexported, n, fmt.Sprintf("the type %s of %s.%s is not exported", n.Name, m.Name, field.Name),
						"the emitted package could not name it", exported(n.Name))
				default:
					own = append(own, n.Pos())
				}
			}
		}
		return true
	})
	slices.SortFunc(field.Imports, func(a, b Import) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Name, b.Name)) })
	field.Imports = slices.Compact(field.Imports)
	var b strings.Builder
	from := 0
	for _, p := range own { // in the order of the text
		at := int(p - e.Pos())
		b.WriteString(field.TypeText[from:at] + l.pkg.Name + ".")
		from = at
	}
	field.Qualified = b.String() + field.TypeText[from:]
	return ok
}

// imported returns the import that declares obj.
func (l *loader) imported(obj *types.PkgName) Import {
	out := Import{Name: obj.Name(), Path: obj.Imported().Path()}
	for _, f := range l.files {
		if f.FileStart <= obj.Pos() && obj.Pos() < f.FileEnd {
			for _, spec := range f.Imports {
				if l.info.Implicits[spec] == obj {
					out.Name = ""
				}
			}
		}
	}
	return out
}

// text returns the source of e.
func (l *loader) text(e ast.Expr) string {
	file := l.fset.File(e.Pos())
	return string(l.source[file.Name()][file.Offset(e.Pos()):file.Offset(e.End())])
}
