package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// drop interprets DROP of every kind.
func (b *builder) drop(s *pgast.DropStmt) {
	cascade := s.GetBehavior() == pgast.DropBehavior_DROP_CASCADE
	for _, o := range s.GetObjects() {
		b.dropOne(s, o, cascade)
	}
}

func (b *builder) dropOne(s *pgast.DropStmt, o *pgast.Node, cascade bool) {
	q := splitName(o.GetList().GetItems())
	missingOK := s.GetMissingOk()
	switch s.GetRemoveType() {
	case pgast.ObjectType_OBJECT_TABLE, pgast.ObjectType_OBJECT_VIEW, pgast.ObjectType_OBJECT_MATVIEW, pgast.ObjectType_OBJECT_FOREIGN_TABLE:
		rel := b.cat.index.relations[q]
		switch {
		case rel != nil:
			b.dropRelation(rel, cascade)
		case !missingOK:
			b.noSuch("relation", q.String(), b.stmt)
		}
	case pgast.ObjectType_OBJECT_INDEX:
		switch ix := b.indexes[q]; {
		case ix != nil:
			b.dropReferencing(ix, cascade)
			b.removeIndex(ix)
		case !missingOK:
			b.noSuch("index", q.String(), b.stmt)
		}
	case pgast.ObjectType_OBJECT_SEQUENCE:
		b.dropSequence(q, cascade)
	case pgast.ObjectType_OBJECT_SCHEMA:
		b.dropSchema(o.GetString_().GetSval(), missingOK)
	case pgast.ObjectType_OBJECT_EXTENSION:
		b.dropExtension(o.GetString_().GetSval(), cascade, missingOK)
	case pgast.ObjectType_OBJECT_TYPE, pgast.ObjectType_OBJECT_DOMAIN:
		b.dropType(splitName(o.GetTypeName().GetNames()), cascade, missingOK)
	case pgast.ObjectType_OBJECT_COLLATION:
		b.dropCollation(q, missingOK)
	case pgast.ObjectType_OBJECT_FUNCTION, pgast.ObjectType_OBJECT_PROCEDURE, pgast.ObjectType_OBJECT_AGGREGATE, pgast.ObjectType_OBJECT_ROUTINE:
		b.dropFunction(o.GetObjectWithArgs(), cascade, missingOK)
	case pgast.ObjectType_OBJECT_OPERATOR:
		b.dropOperator(o.GetObjectWithArgs())
	case pgast.ObjectType_OBJECT_CAST:
		b.dropCast(o.GetList().GetItems())
	case pgast.ObjectType_OBJECT_TRIGGER, pgast.ObjectType_OBJECT_RULE, pgast.ObjectType_OBJECT_POLICY:
		b.dropHook(s.GetRemoveType(), pgast.Strings(o.GetList().GetItems()), missingOK)
	case pgast.ObjectType_OBJECT_OPCLASS, pgast.ObjectType_OBJECT_OPFAMILY:
		// A class once made taints its type for good.
	case pgast.ObjectType_OBJECT_LANGUAGE, pgast.ObjectType_OBJECT_PUBLICATION, pgast.ObjectType_OBJECT_STATISTIC_EXT,
		pgast.ObjectType_OBJECT_TSCONFIGURATION, pgast.ObjectType_OBJECT_TSDICTIONARY, pgast.ObjectType_OBJECT_TSPARSER,
		pgast.ObjectType_OBJECT_TSTEMPLATE, pgast.ObjectType_OBJECT_EVENT_TRIGGER, pgast.ObjectType_OBJECT_FDW,
		pgast.ObjectType_OBJECT_FOREIGN_SERVER, pgast.ObjectType_OBJECT_ACCESS_METHOD, pgast.ObjectType_OBJECT_CONVERSION,
		pgast.ObjectType_OBJECT_TRANSFORM:
		if cascade {
			b.refuseNamed("DROP … CASCADE of such an object")
		}
	default:
		b.refuseNamed("DROP " + s.GetRemoveType().String())
	}
}

// dropRelation drops a table or view with its indexes, the foreign keys on
// either side, its partitions, and under CASCADE its views and children.
func (b *builder) dropRelation(rel *Relation, cascade bool) {
	q := qname{rel.Schema, rel.Name}
	if b.cat.index.relations[q] != rel {
		return // gone already, in a circle of dependants
	}
	delete(b.cat.index.relations, q)
	b.cat.Relations = remove(b.cat.Relations, rel)
	if cascade {
		b.dropViewsOn(rel, "")
		b.dropColumnsOfType(Type{Schema: rel.Schema, Name: rel.Name})
	}
	for _, child := range slices.Clone(rel.Children) {
		if child.IsPartition || cascade {
			b.dropRelation(child, cascade)
		} else {
			b.unlink(rel, child)
		}
	}
	for _, parent := range slices.Clone(rel.Parents) {
		b.unlink(parent, rel)
	}
	for _, fk := range append(slices.Clone(rel.ForeignKeys), rel.Referenced...) {
		b.removeForeignKey(fk)
	}
	for _, ix := range rel.Indexes {
		delete(b.indexes, qname{rel.Schema, ix.Name})
	}
	delete(b.views, rel)
	delete(b.typed, rel)
	b.namesChanged()
}

func (b *builder) dropSchema(name string, missingOK bool) {
	if !b.cat.index.schemas[name] {
		if !missingOK {
			b.noSuch("schema", name, b.stmt)
		}
		return
	}
	for _, rel := range slices.Clone(b.cat.Relations) {
		if rel.Schema == name {
			b.dropRelation(rel, true)
		}
	}
	for _, f := range slices.Clone(b.cat.Functions) {
		if f.Schema == name {
			b.removeFunction(f)
			b.dropUsesOf(f)
		}
	}
	for _, u := range slices.Clone(b.cat.Types) {
		if u.Schema == name {
			b.dropType(qname{name, u.Name}, true, true)
		}
	}
	for q := range b.cat.index.collations {
		if q.schema == name {
			b.dropCollation(q, true)
		}
	}
	for q := range b.sequences {
		if q.schema == name {
			b.dropSequence(q, true)
		}
	}
	b.cat.Operators = without(b.cat.Operators, func(o *Operator) bool { return o.Schema == name })
	b.cat.Schemas = without(b.cat.Schemas, func(s string) bool { return s == name })
	delete(b.cat.index.schemas, name)
}

// dropSequence drops a sequence; under CASCADE the defaults that draw from it go too.
func (b *builder) dropSequence(q qname, cascade bool) {
	delete(b.sequences, q)
	if !cascade {
		return
	}
	for _, rel := range b.cat.Relations {
		for _, col := range rel.Columns {
			if col.Default != nil && strings.Contains(col.Default.Text, q.name) {
				col.Default = nil
			}
			if col.Serial && rel.Schema == q.schema && objectName(rel.Name, col.Name, "seq") == q.name {
				col.Serial = false
			}
		}
	}
}

// dropType drops a type; under CASCADE the columns of it go too.
func (b *builder) dropType(q qname, cascade, missingOK bool) {
	u := b.cat.index.types[q]
	if u == nil {
		if _, known := extensionTypes[q.name]; !known && !missingOK {
			b.noSuch("type", q.String(), b.stmt)
		}
		return
	}
	b.removeType(u)
	if !cascade {
		return
	}
	t := Type{Schema: q.schema, Name: q.name}
	b.dropColumnsOfType(t)
	for _, rel := range slices.Clone(b.cat.Relations) {
		if b.typed[rel] == u {
			b.dropRelation(rel, true)
		}
	}
	uses := func(x Type) bool { return x.Schema == t.Schema && x.Name == t.Name }
	for _, f := range slices.Clone(b.cat.Functions) {
		if uses(f.Returns) || slices.ContainsFunc(f.Args, func(a FuncArg) bool { return uses(a.Type) }) {
			b.removeFunction(f)
			b.dropUsesOf(f)
		}
	}
	for _, d := range slices.Clone(b.cat.Types) {
		if d.Kind == Domain && uses(d.Of) || d.Kind == Range && uses(d.Of) {
			b.dropType(qname{d.Schema, d.Name}, true, true)
		}
	}
}

func (b *builder) dropColumnsOfType(t Type) {
	for _, rel := range slices.Clone(b.cat.Relations) {
		for _, col := range slices.Clone(rel.Columns) {
			if col.Type.Schema == t.Schema && col.Type.Name == t.Name && slices.Contains(rel.Columns, col) {
				b.removeColumn(rel, col, true, true)
			}
		}
	}
}

func (b *builder) dropFunction(o *pgast.ObjectWithArgs, cascade, missingOK bool) {
	f := b.functionNamed(o)
	if f == nil {
		if !missingOK {
			b.noSuch("function", splitName(o.GetObjname()).String(), b.stmt)
		}
		return
	}
	b.removeFunction(f)
	if cascade {
		b.dropUsesOf(f)
	}
}

// dropUsesOf drops what CASCADE drops with a function: triggers, and the
// indexes, checks, defaults, computed columns and views whose expressions name it.
func (b *builder) dropUsesOf(f *Function) {
	uses := func(e *Expr) bool { return e != nil && calls(e.Node, f.Name) }
	if _, builtin := LookupBuiltin(f.Name); (builtin || len(b.cat.FunctionsNamed("", f.Name)) > 0) && b.called(f.Name) {
		b.refuseNamed("dropping one of several functions of a name, which expressions or views call, with CASCADE")
		return
	}
	for _, rel := range slices.Clone(b.cat.Relations) {
		for _, tr := range slices.Clone(rel.Triggers) {
			if tr.Function == f {
				b.removeTrigger(rel, tr)
			}
		}
		for _, ix := range slices.Clone(rel.Indexes) {
			if uses(ix.Predicate) || slices.ContainsFunc(ix.Elems, func(e KeyElem) bool { return uses(e.Expr) }) {
				b.removeIndex(ix)
			}
		}
		rel.Checks = without(rel.Checks, uses)
		for _, col := range slices.Clone(rel.Columns) {
			if uses(col.Default) {
				col.Default = nil
			}
			if uses(col.Generated) && slices.Contains(rel.Columns, col) {
				b.removeColumn(rel, col, true, true)
			}
		}
		if rel.Definition != nil && calls(rel.Definition, f.Name) {
			b.dropRelation(rel, true)
		}
		rel.Policies = without(rel.Policies, func(p *Policy) bool { return uses(p.Using) || uses(p.Check) })
	}
	b.namesChanged()
}

// calls reports whether a tree calls a function of that name, in any schema.
func calls(n *pgast.Node, name string) bool {
	found := false
	pgast.Walk(n, func(m pgast.Message) bool {
		if call, ok := m.(*pgast.FuncCall); ok {
			names := pgast.Strings(call.GetFuncname())
			found = found || len(names) > 0 && names[len(names)-1] == name
		}
		return !found
	})
	return found
}

func (b *builder) dropOperator(o *pgast.ObjectWithArgs) {
	q := splitName(o.GetObjname())
	var args []Type
	for _, n := range o.GetObjargs() {
		if n.GetTypeName() != nil {
			args = append(args, b.typeName(n.GetTypeName()))
		}
	}
	b.cat.Operators = without(b.cat.Operators, func(op *Operator) bool {
		return op.Schema == q.schema && op.Name == q.name && len(args) == 2 && op.Left.Same(args[0]) && op.Right.Same(args[1])
	})
}

func (b *builder) dropCast(types []*pgast.Node) {
	if len(types) != 2 {
		b.refuseNamed("this DROP CAST")
		return
	}
	from, to := b.typeName(types[0].GetTypeName()), b.typeName(types[1].GetTypeName())
	b.cat.Casts = without(b.cat.Casts, func(c *UserCast) bool { return c.From.Same(from) && c.To.Same(to) })
}

// dropHook drops a trigger, rule or policy: the last name is its own, those
// before are the table's.
func (b *builder) dropHook(kind pgast.ObjectType, names []string, missingOK bool) {
	if len(names) < 2 {
		b.refuseNamed("this DROP")
		return
	}
	schema := ""
	if len(names) > 2 {
		schema = names[len(names)-3]
	}
	table, name := names[len(names)-2], names[len(names)-1]
	rel := b.cat.Lookup(schema, table)
	if rel == nil {
		if !missingOK {
			b.noSuch("table", table, b.stmt)
		}
		return
	}
	before := len(rel.Triggers) + len(rel.Rules) + len(rel.Policies)
	switch kind {
	case pgast.ObjectType_OBJECT_TRIGGER:
		for _, tr := range slices.Clone(rel.Triggers) {
			if tr.Name == name {
				b.removeTrigger(rel, tr)
			}
		}
	case pgast.ObjectType_OBJECT_RULE:
		rel.Rules = without(rel.Rules, func(r *Rule) bool { return r.Name == name })
	case pgast.ObjectType_OBJECT_POLICY:
		rel.Policies = without(rel.Policies, func(p *Policy) bool { return p.Name == name })
	}
	if before == len(rel.Triggers)+len(rel.Rules)+len(rel.Policies) && !missingOK {
		b.noSuch("trigger, rule or policy", name+" on "+table, b.stmt)
	}
}

// dropExtension drops an extension; under CASCADE the columns of its types go too.
func (b *builder) dropExtension(name string, cascade, missingOK bool) {
	if !b.cat.HasExtension(name) {
		if !missingOK {
			b.noSuch("extension", name, b.stmt)
		}
		return
	}
	schema := b.cat.index.extensions[name]
	delete(b.cat.index.extensions, name)
	b.cat.Extensions = remove(b.cat.Extensions, name)
	if !cascade {
		return
	}
	if !knownExtensions[name] {
		b.refuseNamed("DROP EXTENSION … CASCADE of an extension that is not known")
		return
	}
	for t, ext := range extensionTypes {
		if ext == name {
			b.dropColumnsOfType(Type{Schema: orPublic(schema), Name: t})
		}
	}
}
