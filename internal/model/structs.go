package model

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// candidate is a struct that may be a model.
type candidate struct {
	spec    *ast.TypeSpec
	st      *ast.StructType
	declare *declaration
	po      bool // a field has a po tag
}

// models makes the models of the package.
func (l *loader) models() {
	var candidates []candidate
	lent := map[*ast.TypeSpec]bool{} // embedded in a candidate
	for _, spec := range l.order {
		st, ok := spec.Type.(*ast.StructType)
		if !ok {
			continue
		}
		c := candidate{spec: spec, st: st, declare: &declaration{items: map[string]token.Pos{}}}
		if !l.inspect(&c) || c.declare.none {
			continue
		}
		candidates = append(candidates, c)
		l.lend(st, lent)
	}
	for _, c := range candidates {
		if lent[c.spec] && !c.declare.written {
			continue
		}
		if m := l.model(c); m != nil {
			l.pkg.Models = append(l.pkg.Models, m)
		}
	}
	l.onePerTable()
	if len(candidates) == 0 && !l.broken {
		l.rep.Add(diag.Diagnostic{
			Code: diag.CodeModelsNone, Pos: diag.Pos{File: l.dir}, Message: "the models folder holds no model",
			Why: "a model is a struct with a field that has a db or po tag", Fix: "ID uuid.UUID `db:\"id,primaryKey\"`",
		})
	}
}

// lend notes the structs of this package whose columns st takes over, however deep.
func (l *loader) lend(st *ast.StructType, lent map[*ast.TypeSpec]bool) {
	for _, f := range st.Fields.List {
		if t, ok := l.tags(f); len(f.Names) > 0 || !ok || t.db != nil || t.po != nil {
			continue
		}
		base, _ := l.local(f.Type)
		if base == nil || lent[base] {
			continue
		}
		if inner, ok := base.Type.(*ast.StructType); ok {
			lent[base] = true
			l.lend(inner, lent)
		}
	}
}

// inspect reads the blank fields of c, and reports whether c may be a model.
func (l *loader) inspect(c *candidate) bool {
	tagged := false
	for _, f := range c.st.Fields.List {
		t, ok := l.tags(f)
		if !ok {
			tagged = true // it was meant to be one
			continue
		}
		blank := len(f.Names) == 1 && f.Names[0].Name == "_"
		switch {
		case t.tenant == nil:
		case blank:
			l.tenantTag(c.declare, t.tenant)
		default:
			l.report(diag.CodeModelDeclaration, t.tenant.at(0), len(t.tenant.text), "a tenant tag stands on a field that is not blank",
				"it speaks of the model as a whole", "_ struct{} `tenant:\""+t.tenant.text+"\"`")
		}
		c.po = c.po || t.po != nil
		for _, v := range []*tagValue{t.db, t.po} {
			if v != nil && v.text != "-" && !strings.HasPrefix(v.text, "-,") {
				tagged = true
			}
		}
	}
	return tagged || c.declare.written
}

// model makes the model of c, or nil after a diagnostic.
func (l *loader) model(c candidate) *Model {
	name := c.spec.Name
	m := &Model{Name: name.Name, Pos: l.pos(name.Pos()), Doc: strings.TrimSpace(l.docs[c.spec].Text())}
	switch {
	case c.spec.TypeParams != nil:
		l.report(diag.CodeModelGeneric, name.Pos(), len(m.Name), fmt.Sprintf("the model %s is a generic type", m.Name),
			"it stands for many types, and a table has one", "")
		return nil
	case !name.IsExported():
		l.report(diag.CodeModelUnexported, name.Pos(), len(m.Name), fmt.Sprintf("the model %s is not exported", m.Name),
			"the emitted package could not name it", "export it, or mark it as no model with _ struct{} `tenant:\"-\"`")
		return nil
	}
	before := l.rep.Len()
	l.fields(m, c.st, nil, nil)
	l.distinct(m)
	l.declare(m, c.declare)
	l.table(m, c.spec, c.declare, c.po)
	if len(m.Fields) == 0 && l.rep.Len() == before {
		l.report(diag.CodeModelDeclaration, name.Pos(), len(m.Name), fmt.Sprintf("the model %s has no field with a column", m.Name), "", "")
	}
	return m
}

// fields adds the columns of st to m. path leads to st from the model, through
// the structs that are embedding.
func (l *loader) fields(m *Model, st *ast.StructType, path []string, through []*ast.TypeSpec) {
	for _, f := range st.Fields.List {
		t, ok := l.tags(f)
		if !ok {
			continue
		}
		col := l.column(f)
		switch {
		case len(f.Names) > 0:
			for _, name := range f.Names {
				if col != nil {
					l.field(m, f, name, col, path, through)
				}
			}
		case col != nil:
			l.field(m, f, embeddedName(f.Type), col, path, through)
		case t.db == nil && t.po == nil:
			l.embedded(m, f, path, through)
		}
	}
}

// embedded adds the columns of the struct that f embeds.
func (l *loader) embedded(m *Model, f *ast.Field, path []string, through []*ast.TypeSpec) {
	base, pointer := l.local(f.Type)
	text := l.text(f.Type)
	refuse := func(code diag.Code, what, why string) {
		l.report(code, f.Type.Pos(), len(text), fmt.Sprintf("%s embeds %s%s", m.Name, text, what), why,
			"write its columns out as fields, or mark it with `db:\"-\"` when it has none")
	}
	if base == nil {
		refuse(diag.CodeModelEmbedded, ", whose columns cannot be read", "models are read without the packages that they import")
		return
	}
	st, ok := base.Type.(*ast.StructType)
	switch {
	case !ok || slices.Contains(through, base) || !l.lends(st, nil):
		return
	case base.TypeParams != nil:
		refuse(diag.CodeModelGeneric, ", a generic struct with columns", "the types of its columns depend on a type parameter")
		return
	case pointer:
		refuse(diag.CodeModelEmbedded, " by pointer", "a nil pointer cannot be scanned into")
		return
	}
	name := embeddedName(f.Type)
	if name.IsExported() {
		path = append(slices.Clone(path), name.Name)
	}
	l.fields(m, st, path, append(slices.Clone(through), base))
}

// lends reports whether a struct has columns, its own or those of the structs
// of this package that it embeds.
func (l *loader) lends(st *ast.StructType, seen []*ast.StructType) bool {
	if slices.Contains(seen, st) {
		return false
	}
	for _, f := range st.Fields.List {
		t, ok := l.tags(f)
		if !ok || t.db != nil || t.po != nil {
			return true
		}
		if len(f.Names) > 0 {
			continue
		}
		base, _ := l.local(f.Type)
		if base == nil {
			return true // unknown; it is refused when its turn comes
		}
		if inner, ok := base.Type.(*ast.StructType); ok && l.lends(inner, append(seen, st)) {
			return true
		}
	}
	return false
}

// local returns the declaration of the type that an embedded field names,
// through aliases and derived types, when this package has it.
func (l *loader) local(e ast.Expr) (spec *ast.TypeSpec, pointer bool) {
	if star, ok := e.(*ast.StarExpr); ok {
		e, pointer = star.X, true
	}
	for range len(l.specs) + 1 { // a chain cannot be longer
		switch x := e.(type) {
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		}
		id, ok := e.(*ast.Ident)
		if !ok || l.specs[id.Name] == nil {
			return nil, pointer
		}
		spec = l.specs[id.Name]
		switch spec.Type.(type) {
		case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.IndexListExpr:
			if id, ok := spec.Type.(*ast.Ident); ok && types.Universe.Lookup(id.Name) != nil && l.specs[id.Name] == nil {
				return spec, pointer // as type ID string
			}
			e = spec.Type
		default:
			return spec, pointer
		}
	}
	return nil, pointer
}

// embeddedName returns the name under which a type is embedded.
func embeddedName(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.StarExpr:
		return embeddedName(e.X)
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return embeddedName(e.X)
	case *ast.IndexListExpr:
		return embeddedName(e.X)
	case *ast.Ident:
		return e
	}
	diag.Bugf("model: embedded field of type %T", e)
	return nil
}

// distinct reports columns and field names that m has twice, and fields that
// another one hides.
func (l *loader) distinct(m *Model) {
	columns, names := map[string]*Field{}, map[string]*Field{}
	for _, f := range m.Fields {
		if first := columns[f.Column]; first != nil {
			l.rep.Add(diag.Diagnostic{
				Code: diag.CodeModelDuplicateColumn, Pos: f.TagPos(), Width: len(f.Column),
				Message: fmt.Sprintf("%s has two fields for the column %s", m.Name, f.Column),
				Why:     "one would be read and the other written",
				Related: []diag.Related{{Pos: first.TagPos(), Message: "the field " + first.Name}},
			})
			continue
		}
		columns[f.Column] = f
		if first := names[f.Name]; first != nil {
			l.rep.Add(diag.Diagnostic{
				Code: diag.CodeModelDuplicateField, Pos: f.Pos, Width: len(f.Name),
				Message: fmt.Sprintf("%s has two fields called %s", m.Name, f.Name),
				Why:     "through embedding both have this short name",
				Related: []diag.Related{{Pos: first.Pos, Message: "the column " + first.Column}},
			})
			continue
		}
		names[f.Name] = f
		if hidden := l.hidden(m, f); hidden != nil {
			l.rep.Add(diag.Diagnostic{
				Code: diag.CodeModelDuplicateField, Pos: f.Pos, Width: len(f.Name),
				Message: fmt.Sprintf("%s.%s is not this field", m.Name, f.Path()),
				Why:     "the struct that has it is embedded without being exported, and another field or method of the name hides it",
				Related: []diag.Related{{Pos: *hidden, Message: "what hides it"}},
			})
		}
	}
}

// hidden returns the place of what the selector path of f finds instead of f,
// or nil. The zero place stands for two fields of one depth.
func (l *loader) hidden(m *Model, f *Field) *diag.Pos {
	obj := l.types.Scope().Lookup(m.Name)
	for _, name := range append(slices.Clone(f.Base), f.Name) {
		if obj == nil {
			return &diag.Pos{}
		}
		obj, _, _ = types.LookupFieldOrMethod(obj.Type(), true, l.types, name)
	}
	if obj == nil {
		return &diag.Pos{}
	}
	if at := l.pos(obj.Pos()); at != f.Pos {
		return &at
	}
	return nil
}

// onePerTable reports models that stand for a table which an earlier one has.
func (l *loader) onePerTable() {
	owner := map[string]*Model{}
	for _, m := range l.pkg.Models {
		table := strings.TrimPrefix(m.Table, "public.")
		first := owner[table]
		if first == nil {
			owner[table] = m
			continue
		}
		l.rep.Add(diag.Diagnostic{
			Code: diag.CodeModelDuplicateTable, Pos: m.TablePos,
			Message: fmt.Sprintf("%s and %s both stand for the table %s", first.Name, m.Name, table),
			Why:     "a table has one repository, and its methods return one type",
			Fix:     "_ struct{} `tenant:\"-\"` in the one that is no model",
			Related: []diag.Related{{Pos: first.TablePos, Message: "the model " + first.Name}},
		})
	}
}
