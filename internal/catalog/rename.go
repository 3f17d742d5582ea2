package catalog

import (
	"slices"

	"github.com/tenantc/tenantc/internal/pgast"
)

// rename interprets ALTER … RENAME.
func (b *builder) rename(s *pgast.RenameStmt) {
	switch s.GetRenameType() {
	case pgast.ObjectType_OBJECT_TABLE, pgast.ObjectType_OBJECT_VIEW, pgast.ObjectType_OBJECT_MATVIEW, pgast.ObjectType_OBJECT_FOREIGN_TABLE,
		pgast.ObjectType_OBJECT_INDEX, pgast.ObjectType_OBJECT_SEQUENCE:
		b.renameRelation(s)
	case pgast.ObjectType_OBJECT_COLUMN:
		b.renameColumn(s)
	case pgast.ObjectType_OBJECT_ATTRIBUTE:
		b.renameAttribute(s)
	case pgast.ObjectType_OBJECT_TABCONSTRAINT:
		b.renameConstraint(s)
	case pgast.ObjectType_OBJECT_TYPE, pgast.ObjectType_OBJECT_DOMAIN:
		q := splitName(s.GetObject().GetList().GetItems())
		b.moveType(q, qname{q.schema, s.GetNewname()})
	case pgast.ObjectType_OBJECT_DOMCONSTRAINT:
		if u := b.userType(s.GetObject().GetList().GetItems(), Domain, "domain"); u != nil {
			for _, e := range u.Checks {
				if info := b.checks[e]; info.name == s.GetSubname() {
					info.name = s.GetNewname()
					b.checks[e] = info
				}
			}
		}
	case pgast.ObjectType_OBJECT_FUNCTION, pgast.ObjectType_OBJECT_PROCEDURE, pgast.ObjectType_OBJECT_AGGREGATE, pgast.ObjectType_OBJECT_ROUTINE:
		b.moveFunction(s.GetObject().GetObjectWithArgs(), "", s.GetNewname())
	case pgast.ObjectType_OBJECT_SCHEMA:
		b.renameSchema(s.GetSubname(), s.GetNewname())
	case pgast.ObjectType_OBJECT_COLLATION:
		q := splitName(s.GetObject().GetList().GetItems())
		b.moveCollation(q, qname{q.schema, s.GetNewname()})
	case pgast.ObjectType_OBJECT_TRIGGER, pgast.ObjectType_OBJECT_RULE, pgast.ObjectType_OBJECT_POLICY:
		b.renameHook(s)
	case pgast.ObjectType_OBJECT_ROLE, pgast.ObjectType_OBJECT_DATABASE, pgast.ObjectType_OBJECT_TABLESPACE, pgast.ObjectType_OBJECT_LANGUAGE,
		pgast.ObjectType_OBJECT_PUBLICATION, pgast.ObjectType_OBJECT_SUBSCRIPTION, pgast.ObjectType_OBJECT_STATISTIC_EXT,
		pgast.ObjectType_OBJECT_EVENT_TRIGGER, pgast.ObjectType_OBJECT_FDW, pgast.ObjectType_OBJECT_FOREIGN_SERVER,
		pgast.ObjectType_OBJECT_TSCONFIGURATION, pgast.ObjectType_OBJECT_TSDICTIONARY, pgast.ObjectType_OBJECT_TSPARSER,
		pgast.ObjectType_OBJECT_TSTEMPLATE, pgast.ObjectType_OBJECT_OPCLASS, pgast.ObjectType_OBJECT_OPFAMILY, pgast.ObjectType_OBJECT_CONVERSION:
		// None of them carries a fact.
	default:
		b.refuseNamed("ALTER … RENAME of " + s.GetRenameType().String())
	}
}

// renameRelation renames a table, view, index or sequence. ALTER TABLE may
// name any of them.
func (b *builder) renameRelation(s *pgast.RenameStmt) {
	rv := s.GetRelation()
	q := qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}
	to := qname{q.schema, s.GetNewname()}
	pos := b.src.pos(rv.GetLocation(), b.stmt)
	if b.nameTaken(to) {
		b.exists("relation", to.String(), pos, b.posOf(to))
		return
	}
	switch {
	case b.cat.index.relations[q] != nil:
		b.moveRelation(b.cat.index.relations[q], to)
	case b.indexes[q] != nil:
		b.renameIndex(b.indexes[q], to.name)
	case b.sequences[q]:
		delete(b.sequences, q)
		b.sequences[to] = true
	case s.GetMissingOk(), s.GetRenameType() == pgast.ObjectType_OBJECT_SEQUENCE:
		// A sequence that serial made is not tracked.
	default:
		b.noSuch("relation", q.String(), pos)
	}
}

// moveRelation gives a relation another name or schema. Its indexes move along.
func (b *builder) moveRelation(rel *Relation, to qname) {
	old := qname{rel.Schema, rel.Name}
	delete(b.cat.index.relations, old)
	for _, ix := range rel.Indexes {
		delete(b.indexes, qname{old.schema, ix.Name})
		b.indexes[qname{to.schema, ix.Name}] = ix
	}
	rel.Schema, rel.Name = to.schema, to.name
	b.cat.index.relations[to] = rel
	b.retype(Type{Schema: old.schema, Name: old.name}, Type{Schema: to.schema, Name: to.name})
	b.relationRenamed(rel, old.name)
	for _, e := range rel.exprs() {
		renamePrefix(e.Node, old.name, to.name)
	}
	b.namesChanged()
}

// exprs returns the expressions that belong to a table alone.
func (r *Relation) exprs() []*Expr {
	out := slices.Clone(r.Checks)
	for _, ix := range r.Indexes {
		for _, e := range ix.Elems {
			out = append(out, e.Expr)
		}
		out = append(out, ix.Predicate)
	}
	for _, c := range r.Columns {
		out = append(out, c.Generated)
	}
	return slices.DeleteFunc(out, func(e *Expr) bool { return e == nil })
}

// renamePrefix renames the table in `table.column`.
func renamePrefix(n *pgast.Node, from, to string) {
	pgast.Walk(n, func(m pgast.Message) bool {
		if ref, ok := m.(*pgast.ColumnRef); ok && len(ref.GetFields()) > 1 {
			if s := ref.GetFields()[len(ref.GetFields())-2].GetString_(); s.GetSval() == from {
				s.Sval = to
			}
		}
		return true
	})
}

// renameColumn renames a column of a table, its children and the expressions
// that stand on it, or the output column of a view.
func (b *builder) renameColumn(s *pgast.RenameStmt) {
	rv := s.GetRelation()
	if s.GetMissingOk() && b.cat.Lookup(rv.GetSchemaname(), rv.GetRelname()) == nil {
		return
	}
	if u := b.cat.index.types[qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}]; u != nil && u.Kind == Composite {
		b.renameAttribute(s)
		return
	}
	rel := b.relation(rv)
	if rel == nil {
		return
	}
	from, to := s.GetSubname(), s.GetNewname()
	if rel.IsView() {
		b.renameViewColumn(rel, from, to)
		return
	}
	if b.column(rel, from, rv.GetLocation()) == nil {
		return
	}
	if old := rel.Column(to); old != nil {
		b.exists("column", rel.Name+"."+to, b.stmt, old.Pos)
		return
	}
	done := map[*pgast.Node]bool{} // children share their parents' expressions
	b.forTree(rel, rv.GetInh(), func(r *Relation) {
		col := r.Column(from)
		if col == nil || r.Column(to) != nil {
			return
		}
		col.Name = to
		for _, e := range r.exprs() {
			if !done[e.Node] {
				done[e.Node] = true
				renameRefs(e.Node, from, to)
			}
		}
		b.columnRenamed(r, from, to)
	})
}

func renameRefs(n *pgast.Node, from, to string) {
	pgast.Walk(n, func(m pgast.Message) bool {
		if ref, ok := m.(*pgast.ColumnRef); ok && len(ref.GetFields()) > 0 {
			if s := ref.GetFields()[len(ref.GetFields())-1].GetString_(); s.GetSval() == from {
				s.Sval = to
			}
		}
		return true
	})
}

// renameViewColumn renames an output column by way of the alias list, which
// renames by position.
func (b *builder) renameViewColumn(view *Relation, from, to string) {
	i := slices.IndexFunc(view.Columns, func(c *Column) bool { return c.Name == from })
	if i < 0 {
		if b.unknown[view] || view.Columns == nil {
			b.makeStale(view, "its column "+from+" was renamed, and its columns are not known")
			return
		}
		b.column(view, from, -1)
		return
	}
	for j := len(view.ColumnAliases); j <= i; j++ {
		view.ColumnAliases = append(view.ColumnAliases, view.Columns[j].Name)
	}
	view.ColumnAliases[i], view.Columns[i].Name = to, to
	b.columnRenamed(view, from, to)
}

func (b *builder) renameAttribute(s *pgast.RenameStmt) {
	rv := s.GetRelation()
	u := b.cat.index.types[qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}]
	if u == nil || u.Kind != Composite {
		b.noSuch("composite type", rangeName(rv), b.stmt)
		return
	}
	for _, t := range b.typed {
		if t == u {
			b.refuseNamed("ALTER TYPE of a type that tables are made of")
			return
		}
	}
	for _, f := range u.Fields {
		if f.Name == s.GetSubname() {
			f.Name = s.GetNewname()
			return
		}
	}
	b.noSuch("attribute", u.Name+"."+s.GetSubname(), b.stmt)
}

func (b *builder) renameConstraint(s *pgast.RenameStmt) {
	rel := b.relation(s.GetRelation())
	if rel == nil {
		return
	}
	from, to := s.GetSubname(), s.GetNewname()
	for _, ix := range rel.Indexes {
		if ix.Name == from {
			b.renameIndex(ix, to)
			return
		}
	}
	b.namesChanged()
	for _, fk := range rel.ForeignKeys {
		if fk.Name == from {
			for _, f := range append(b.partsOf(fk), fk) {
				f.Name = to
			}
			return
		}
	}
	found := false
	for _, r := range rel.Subtree() {
		for _, e := range r.Checks {
			if info := b.checks[e]; info.name == from {
				info.name, found = to, true
				b.checks[e] = info
			}
		}
		for _, col := range r.Columns {
			if b.notNull[col] == from {
				b.notNull[col], found = to, true
			}
		}
	}
	if !found {
		b.noSuch("constraint", from, b.stmt)
	}
}

func (b *builder) renameHook(s *pgast.RenameStmt) {
	rel := b.relation(s.GetRelation())
	if rel == nil {
		return
	}
	from, to, found := s.GetSubname(), s.GetNewname(), false
	for _, tr := range rel.Triggers {
		if s.GetRenameType() == pgast.ObjectType_OBJECT_TRIGGER && tr.Name == from {
			tr.Name, found = to, true
		}
	}
	for _, r := range rel.Rules {
		if s.GetRenameType() == pgast.ObjectType_OBJECT_RULE && r.Name == from {
			r.Name, found = to, true
		}
	}
	if p := policy(rel, from); p != nil && s.GetRenameType() == pgast.ObjectType_OBJECT_POLICY {
		p.Name, found = to, true
	}
	if !found && !s.GetMissingOk() {
		b.noSuch("trigger, rule or policy", from, b.stmt)
	}
}
