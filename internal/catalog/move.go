package catalog

import (
	"slices"

	"github.com/tenantc/tenantc/internal/pgast"
)

// setSchema interprets ALTER … SET SCHEMA.
func (b *builder) setSchema(s *pgast.AlterObjectSchemaStmt) {
	to := s.GetNewschema()
	b.needSchema(to, b.stmt)
	switch s.GetObjectType() {
	case pgast.ObjectType_OBJECT_TABLE, pgast.ObjectType_OBJECT_VIEW, pgast.ObjectType_OBJECT_MATVIEW, pgast.ObjectType_OBJECT_FOREIGN_TABLE,
		pgast.ObjectType_OBJECT_SEQUENCE:
		rv := s.GetRelation()
		q := qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}
		switch rel := b.cat.index.relations[q]; {
		case b.nameTaken(qname{to, q.name}):
			b.exists("relation", qname{to, q.name}.String(), b.stmt, b.posOf(qname{to, q.name}))
		case rel != nil:
			b.moveRelation(rel, qname{to, q.name})
		case b.sequences[q]:
			delete(b.sequences, q)
			b.sequences[qname{to, q.name}] = true
		case !s.GetMissingOk() && s.GetObjectType() != pgast.ObjectType_OBJECT_SEQUENCE:
			b.noSuch("relation", q.String(), b.stmt)
		}
	case pgast.ObjectType_OBJECT_TYPE, pgast.ObjectType_OBJECT_DOMAIN:
		q := splitName(s.GetObject().GetList().GetItems())
		b.moveType(q, qname{to, q.name})
	case pgast.ObjectType_OBJECT_FUNCTION, pgast.ObjectType_OBJECT_PROCEDURE, pgast.ObjectType_OBJECT_AGGREGATE, pgast.ObjectType_OBJECT_ROUTINE:
		b.moveFunction(s.GetObject().GetObjectWithArgs(), to, "")
	case pgast.ObjectType_OBJECT_COLLATION:
		q := splitName(s.GetObject().GetList().GetItems())
		b.moveCollation(q, qname{to, q.name})
	case pgast.ObjectType_OBJECT_STATISTIC_EXT, pgast.ObjectType_OBJECT_TSCONFIGURATION, pgast.ObjectType_OBJECT_TSDICTIONARY,
		pgast.ObjectType_OBJECT_TSPARSER, pgast.ObjectType_OBJECT_TSTEMPLATE, pgast.ObjectType_OBJECT_CONVERSION:
		// None of them carries a fact.
	default:
		b.refuseNamed("ALTER … SET SCHEMA of " + s.GetObjectType().String())
	}
}

// moveType gives a type another name or schema, everywhere it is used.
func (b *builder) moveType(from, to qname) {
	u := b.cat.index.types[from]
	if u == nil {
		b.noSuch("type", from.String(), b.stmt)
		return
	}
	if old := b.cat.index.types[to]; old != nil {
		b.exists("type", to.String(), b.stmt, old.Pos)
		return
	}
	delete(b.cat.index.types, from)
	u.Schema, u.Name = to.schema, to.name
	b.cat.index.types[to] = u
	b.retype(Type{Schema: from.schema, Name: from.name}, Type{Schema: to.schema, Name: to.name})
}

// retype replaces one type's name by another wherever the catalog has it.
func (b *builder) retype(from, to Type) {
	fix := func(t *Type) {
		if t.Schema == from.Schema && t.Name == from.Name {
			t.Schema, t.Name = to.Schema, to.Name
		}
	}
	for _, rel := range b.cat.Relations {
		for _, c := range rel.Columns {
			fix(&c.Type)
		}
	}
	for _, u := range b.cat.Types {
		fix(&u.Of)
		for _, f := range u.Fields {
			fix(&f.Type)
		}
	}
	for _, f := range b.cat.Functions {
		fix(&f.Returns)
		for i := range f.Args {
			fix(&f.Args[i].Type)
		}
	}
	for _, o := range b.cat.Operators {
		fix(&o.Left)
		fix(&o.Right)
	}
	for _, c := range b.cat.Casts {
		fix(&c.From)
		fix(&c.To)
	}
	if len(b.cat.index.tainted) > 0 {
		b.taintRenamed(from, to)
	}
	b.boundTrees(func(n *pgast.Node) {
		pgast.Walk(n, func(m pgast.Message) bool {
			if t, ok := m.(*pgast.TypeName); ok && splitName(t.Names) == (qname{from.Schema, from.Name}) && (len(t.Names) > 1 || !builtinTypes[from.Name]) {
				t.Names = qname{to.Schema, to.Name}.nodes()
			}
			return true
		})
	})
}

// taintRenamed carries a taint over to a type's new name.
func (b *builder) taintRenamed(from, to Type) {
	if b.cat.index.tainted[from.Schema+"."+from.Name] {
		b.cat.index.tainted[to.Schema+"."+to.Name] = true
	}
}

func (b *builder) moveFunction(o *pgast.ObjectWithArgs, schema, name string) {
	f := b.functionNamed(o)
	if f == nil {
		b.noSuch("function", splitName(o.GetObjname()).String(), b.stmt)
		return
	}
	if b.called(f.Name) {
		// What calls the function is bound to it; its text is not.
		b.refuseNamed("renaming or moving a function that expressions, views, casts or types call")
	}
	b.cat.index.functions[f.Name] = remove(b.cat.index.functions[f.Name], f)
	if schema != "" {
		f.Schema = schema
	}
	if name != "" {
		f.Name = name
	}
	b.cat.index.functions[f.Name] = append(b.cat.index.functions[f.Name], f)
}

// called reports whether an expression, a view, a cast, an operator class or a
// type calls a function of that name.
func (b *builder) called(name string) bool {
	found := slices.ContainsFunc(b.cat.Casts, func(c *UserCast) bool { return c.Function == name }) ||
		slices.ContainsFunc(b.cat.Types, func(u *UserType) bool { return u.Diff == name }) ||
		slices.ContainsFunc(b.cat.OpClasses, func(c *OpClass) bool { return slices.Contains(c.Functions, name) })
	b.boundTrees(func(n *pgast.Node) { found = found || calls(n, name) })
	return found
}

// moveCollation gives a collation another name or schema, everywhere it is used.
func (b *builder) moveCollation(from, to qname) {
	c := b.cat.index.collations[from]
	if c == nil {
		b.noSuch("collation", from.String(), b.stmt)
		return
	}
	delete(b.cat.index.collations, from)
	c.Schema, c.Name = to.schema, to.name
	b.cat.index.collations[to] = c
	b.boundTrees(func(n *pgast.Node) {
		pgast.Walk(n, func(m pgast.Message) bool {
			if c, ok := m.(*pgast.CollateClause); ok && splitName(c.Collname) == from && (len(c.Collname) > 1 || !builtinCollations[from.name]) {
				c.Collname = to.nodes()
			}
			return true
		})
	})
}

// renameSchema moves everything that a schema holds.
func (b *builder) renameSchema(from, to string) {
	if !b.cat.index.schemas[from] || b.cat.index.schemas[to] {
		b.noSuch("schema", from, b.stmt)
		return
	}
	if from == "public" {
		b.refuseNamed("renaming the schema public")
		return
	}
	delete(b.cat.index.schemas, from)
	b.cat.index.schemas[to] = true
	for i, s := range b.cat.Schemas {
		if s == from {
			b.cat.Schemas[i] = to
		}
	}
	for _, rel := range b.cat.Relations {
		if rel.Schema == from {
			b.moveRelation(rel, qname{to, rel.Name})
		}
	}
	for _, u := range b.cat.Types {
		if u.Schema == from {
			b.moveType(qname{from, u.Name}, qname{to, u.Name})
		}
	}
	for _, f := range b.cat.Functions {
		if f.Schema == from {
			f.Schema = to
		}
	}
	for _, o := range b.cat.Operators {
		if o.Schema == from {
			o.Schema = to
		}
	}
	for _, c := range b.cat.Collations {
		if c.Schema == from {
			b.moveCollation(qname{from, c.Name}, qname{to, c.Name})
		}
	}
	for q := range b.sequences {
		if q.schema == from {
			delete(b.sequences, q)
			b.sequences[qname{to, q.name}] = true
		}
	}
}
