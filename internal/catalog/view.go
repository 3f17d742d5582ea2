package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// viewDeps is what a view's query mentions. PostgreSQL binds a view to columns
// when it is made; we keep its text, so that a later change of the tables below
// must either be written into the text or make the view stale.
type viewDeps struct {
	vars  map[*pgast.RangeVar]*Relation // bound to a relation, and by now qualified
	loose map[*Relation]bool            // relations that a name may mean that is also a CTE's
	names map[string]bool               // every name in a column reference or USING
	calls map[string]bool               // every function
	stars bool                          // a star, NATURAL or a field of a row: new columns change it
}

// createView interprets CREATE [OR REPLACE] VIEW.
func (b *builder) createView(s *pgast.ViewStmt) {
	rv := s.GetView()
	pos := b.src.pos(rv.GetLocation(), b.stmt)
	if rv.GetRelpersistence() == "t" {
		b.temporaryTable(rv)
		return
	}
	q := qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}
	view := b.cat.index.relations[q]
	if b.maybeGone[view] {
		b.dropRelation(view, true)
		view = nil
	}
	switch {
	case view != nil && view.Kind == View && s.GetReplace():
		before := view.Columns
		view.Columns = nil
		b.defineView(view, s.GetQuery(), pgast.Strings(s.GetAliases()))
		for _, c := range view.Columns[min(len(before), len(view.Columns)):] {
			b.columnAppears(view, c.Name)
		}
		b.outdate(view)
	case b.nameTaken(q):
		b.exists("relation", q.String(), pos, b.posOf(q))
		return
	default:
		b.needSchema(q.schema, pos)
		view = &Relation{Schema: q.schema, Name: q.name, Kind: View, Pos: pos}
		b.defineView(view, s.GetQuery(), pgast.Strings(s.GetAliases()))
		b.addRelation(view)
	}
	view.Options = options(s.GetOptions())
}

// createTableAs interprets CREATE MATERIALIZED VIEW, and notes CREATE TABLE AS.
func (b *builder) createTableAs(s *pgast.CreateTableAsStmt) {
	rv := s.GetInto().GetRel()
	pos := b.src.pos(rv.GetLocation(), b.stmt)
	if s.GetObjtype() != pgast.ObjectType_OBJECT_MATVIEW {
		b.copied(rv, s.GetIfNotExists())
		return
	}
	q := qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}
	if old := b.cat.index.relations[q]; b.maybeGone[old] {
		b.dropRelation(old, true)
	}
	if b.nameTaken(q) {
		if !s.GetIfNotExists() {
			b.exists("relation", q.String(), pos, b.posOf(q))
		}
		return
	}
	b.needSchema(q.schema, pos)
	view := &Relation{Schema: q.schema, Name: q.name, Kind: MaterializedView, Pos: pos, Options: options(s.GetInto().GetOptions())}
	b.defineView(view, s.GetQuery(), pgast.Strings(s.GetInto().GetColNames()))
	b.unknown[view] = view.Columns == nil
	b.addRelation(view)
}

// defineView gives a view its query. Relations in it are bound now, as
// PostgreSQL does, by writing their schema into the tree.
func (b *builder) defineView(view *Relation, query *pgast.Node, aliases []string) {
	view.Definition, view.DefinitionText, view.ColumnAliases, view.Stale = query, b.src.lines, aliases, ""
	deps := &viewDeps{vars: map[*pgast.RangeVar]*Relation{}, loose: map[*Relation]bool{}, names: map[string]bool{}, calls: map[string]bool{}}
	b.views[view] = deps
	if b.src.nested {
		b.refuseNamed("a view made inside DO")
	}
	if query.GetSelectStmt() == nil {
		b.makeStale(view, "its query is no SELECT")
		return
	}
	b.bind(view, query, deps)
	pgast.Shift(query, b.src.base)
	names, ok := b.outputColumns(query.GetSelectStmt(), deps)
	if len(aliases) >= len(names) && len(aliases) > 0 && !ok {
		names, ok = aliases, true // a star may hide more, which an alias list then names last
	}
	if !ok {
		return
	}
	for i, name := range names {
		if i < len(aliases) {
			name = aliases[i]
		}
		view.Columns = append(view.Columns, &Column{Index: i, Name: name, Pos: view.Pos, local: true})
	}
}

// bind resolves the relations that a view's query reads.
func (b *builder) bind(view *Relation, query *pgast.Node, deps *viewDeps) {
	ctes := map[string]bool{}
	pgast.Walk(query, func(m pgast.Message) bool {
		if cte, ok := m.(*pgast.CommonTableExpr); ok {
			ctes[cte.GetCtename()] = true
		}
		return true
	})
	pgast.Walk(query, func(m pgast.Message) bool {
		switch n := m.(type) {
		case *pgast.RangeVar:
			b.bindRange(view, n, ctes, deps)
		case *pgast.ColumnRef:
			for _, f := range n.GetFields() {
				deps.names[f.GetString_().GetSval()] = true
				deps.stars = deps.stars || f.GetAStar() != nil
			}
		case *pgast.FuncCall:
			names := pgast.Strings(n.GetFuncname())
			deps.calls[names[len(names)-1]] = true
		case *pgast.JoinExpr:
			deps.stars = deps.stars || n.GetIsNatural()
			for _, name := range pgast.Strings(n.GetUsingClause()) {
				deps.names[name] = true
			}
		case *pgast.A_Indirection:
			deps.stars = deps.stars || slices.ContainsFunc(n.GetIndirection(), func(i *pgast.Node) bool { return i.GetAIndices() == nil })
		}
		return true
	})
}

func (b *builder) bindRange(view *Relation, rv *pgast.RangeVar, ctes map[string]bool, deps *viewDeps) {
	rel := b.cat.Lookup(rv.GetSchemaname(), rv.GetRelname())
	switch {
	case rv.GetSchemaname() == "" && ctes[rv.GetRelname()]:
		if rel != nil {
			deps.loose[rel] = true
			b.viewsOn[rel] = append(b.viewsOn[rel], view)
		}
	case rel != nil:
		deps.vars[rv] = rel
		b.viewsOn[rel] = append(b.viewsOn[rel], view)
		rv.Schemaname = rel.Schema
	case rv.GetSchemaname() == "pg_catalog", rv.GetSchemaname() == "information_schema", strings.HasPrefix(rv.GetRelname(), "pg_"):
		b.makeStale(view, "it reads "+rangeName(rv)+", which is no relation of the schema")
	default:
		b.noSuch("table", rangeName(rv), b.src.pos(rv.GetLocation(), b.stmt))
		b.makeStale(view, "it reads "+rangeName(rv)+", which the schema does not make")
	}
}

// makeStale marks a view whose query can no longer be read.
func (b *builder) makeStale(view *Relation, why string) {
	if view.Stale == "" {
		view.Stale = why
	}
	view.Definition = nil
}

// columnAppears tells the views on a relation that it has a new column of
// that name: a star would show it, and a name might now mean it.
func (b *builder) columnAppears(rel *Relation, name string) {
	for _, view := range b.viewsOn[rel] {
		if deps := b.views[view]; deps.on(rel) && (deps.stars || deps.names[name]) {
			b.makeStale(view, "column "+name+" was added to "+rel.ShortName()+" after the view was made")
		}
	}
}

// columnRenamed tells the views on a relation that a column changed its name.
func (b *builder) columnRenamed(rel *Relation, from, to string) {
	for _, view := range b.viewsOn[rel] {
		if deps := b.views[view]; deps.on(rel) && (deps.stars || deps.names[from] || deps.names[to]) {
			b.makeStale(view, "column "+from+" of "+rel.ShortName()+" was renamed after the view was made")
		}
	}
}

// relationRenamed writes a relation's new name into the views that read it.
// The old name stays as the alias under which the query knows it.
func (b *builder) relationRenamed(rel *Relation, old string) {
	for _, view := range b.viewsOn[rel] {
		deps := b.views[view]
		if deps.loose[rel] {
			b.makeStale(view, rel.ShortName()+" was renamed after the view was made, and the view has a CTE of its name")
		}
		for rv, r := range deps.vars {
			if r != rel {
				continue
			}
			rv.Schemaname, rv.Relname = rel.Schema, rel.Name
			if rv.Alias == nil {
				rv.Alias = &pgast.Alias{Aliasname: old}
			}
		}
	}
}

func (d *viewDeps) on(rel *Relation) bool {
	if d == nil {
		return false
	}
	if d.loose[rel] {
		return true
	}
	for _, r := range d.vars {
		if r == rel {
			return true
		}
	}
	return false
}

// dropViewsOn drops the views that read a relation, and those on these; with
// a column, the ones that name it. Whether a star was the column only the
// server knows: such a view becomes stale.
func (b *builder) dropViewsOn(rel *Relation, column string) {
	for _, view := range slices.Clone(b.viewsOn[rel]) {
		deps := b.views[view]
		switch {
		case !deps.on(rel):
		case column == "" || deps.names[column]:
			b.dropRelation(view, true)
		case deps.stars:
			b.makeStale(view, "column "+column+" of "+rel.ShortName()+" was dropped after the view was made")
			b.maybeGone[view] = true
		}
	}
}

// options returns the options of a view or table, "name=value".
func options(list []*pgast.Node) []string {
	var out []string
	for _, n := range list {
		d := n.GetDefElem()
		out = append(out, d.GetDefname()+"="+defValue(d.GetArg()))
	}
	return out
}

func dropOption(list []string, option string) []string {
	name, _, _ := strings.Cut(option, "=")
	return without(list, func(o string) bool { return strings.HasPrefix(o, name+"=") })
}

// defValue returns the text of an option's value; an option without one is true.
func defValue(n *pgast.Node) string {
	switch v := n.GetNode().(type) {
	case nil:
		return "true"
	case *pgast.Node_String_:
		return v.String_.GetSval()
	case *pgast.Node_Integer:
		return numbered("", int(v.Integer.GetIval()))
	case *pgast.Node_Boolean:
		if v.Boolean.GetBoolval() {
			return "true"
		}
		return "false"
	case *pgast.Node_TypeName:
		return strings.Join(pgast.Strings(v.TypeName.GetNames()), ".")
	case *pgast.Node_Float:
		return v.Float.GetFval()
	}
	return pgast.Kind(n)
}
