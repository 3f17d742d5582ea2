package catalog

import (
	"slices"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// createTable interprets CREATE TABLE and CREATE FOREIGN TABLE.
func (b *builder) createTable(s *pgast.CreateStmt, kind RelKind) {
	rv := s.GetRelation()
	q := qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}
	pos := b.src.pos(rv.GetLocation(), b.stmt)
	if b.nameTaken(q) {
		if !s.GetIfNotExists() {
			b.exists("relation", q.String(), pos, b.posOf(q))
		}
		return
	}
	b.needSchema(q.schema, pos)
	rel := &Relation{Schema: q.schema, Name: q.name, Kind: kind, Pos: pos}
	if s.GetPartspec() != nil && kind == Table {
		rel.Kind = PartitionedTable
		for _, n := range s.GetPartspec().GetPartParams() {
			if e := b.expr(n.GetPartitionElem().GetExpr()); e != nil {
				rel.PartitionBy = append(rel.PartitionBy, e)
			}
		}
	}
	t := &tableMaker{b: b, rel: rel, partition: s.GetPartbound() != nil}
	if !t.parents(s.GetInhRelations()) || !t.ofType(s.GetOfTypename()) {
		return
	}
	for _, elt := range s.GetTableElts() {
		switch e := elt.GetNode().(type) {
		case *pgast.Node_ColumnDef:
			t.column(e.ColumnDef)
		case *pgast.Node_TableLikeClause:
			t.like(e.TableLikeClause)
		case *pgast.Node_Constraint:
			t.constraints = append(t.constraints, pending{e.Constraint, -1})
		default:
			b.refuseNamed("CREATE TABLE with " + pgast.Kind(elt))
		}
	}
	b.addRelation(rel)
	t.finish()
}

// tableMaker collects the parts of one CREATE TABLE.
type tableMaker struct {
	b           *builder
	rel         *Relation
	partition   bool
	constraints []pending
	copies      []func() // what LIKE copies once the table stands
}

// pending is a constraint that waits for all columns to be known. column is
// the index of the column at which it stands, or -1.
type pending struct {
	c      *pgast.Constraint
	column int
}

// column adds a column, or merges it with an inherited one of the same name.
func (t *tableMaker) column(def *pgast.ColumnDef) {
	b, rel := t.b, t.rel
	col := rel.Column(def.GetColname())
	switch {
	case col == nil && def.GetTypeName() == nil:
		b.noSuch("column", rel.Name+"."+def.GetColname(), b.src.pos(def.GetLocation(), b.stmt))
		return
	case col == nil:
		col = b.newColumn(def)
		col.Index = len(rel.Columns)
		rel.Columns = append(rel.Columns, col)
	case col.local && col.inherited == 0 && def.GetTypeName() != nil:
		b.exists("column", rel.Name+"."+col.Name, b.src.pos(def.GetLocation(), b.stmt), col.Pos)
		return
	case def.GetTypeName() != nil: // an inherited column, written again
		col.local = true
		col.Pos = b.src.pos(def.GetLocation(), b.stmt)
	}
	t.constraints = append(t.constraints, b.columnConstraints(rel, col, def)...)
}

// newColumn reads a column's name, type and collation.
func (b *builder) newColumn(def *pgast.ColumnDef) *Column {
	col := &Column{Name: def.GetColname(), Pos: b.src.pos(def.GetLocation(), b.stmt), local: true}
	b.setColumnType(col, def)
	return col
}

// setColumnType gives col the type of def, and the collation that goes with it.
func (b *builder) setColumnType(col *Column, def *pgast.ColumnDef) {
	col.Type, col.Collation, col.Serial = Type{}, nil, false
	tn := def.GetTypeName()
	names := pgast.Strings(tn.GetNames())
	if base, ok := serialTypes[names[0]]; ok && len(names) == 1 {
		col.Type, col.Serial, col.NotNull = Builtin(base), true, true
		return
	}
	col.Type = b.typeName(tn)
	if c := def.GetCollClause(); c != nil {
		col.Collation = b.collation(c)
	} else {
		col.Collation = b.cat.domainCollation(col.Type)
	}
}

// columnConstraints applies the constraints of a column that touch it alone
// and returns those that make keys, checks and foreign keys. DEFERRABLE and
// its like belong to the constraint before them.
func (b *builder) columnConstraints(rel *Relation, col *Column, def *pgast.ColumnDef) []pending {
	var later []pending
	for _, n := range def.GetConstraints() {
		c := n.GetConstraint()
		switch c.GetContype() {
		case pgast.ConstrType_CONSTR_NULL:
		case pgast.ConstrType_CONSTR_NOTNULL:
			b.setNotNull(rel, col, c.GetConname())
			b.ownOnly[col] = c.GetIsNoInherit()
		case pgast.ConstrType_CONSTR_DEFAULT:
			col.Default = b.exprIn(c.GetRawExpr(), -1, true)
		case pgast.ConstrType_CONSTR_GENERATED:
			col.Generated = b.exprIn(c.GetRawExpr(), c.GetLocation(), false)
		case pgast.ConstrType_CONSTR_IDENTITY:
			col.Identity = c.GetGeneratedWhen()[0]
			col.Drawn = col.Identity == 'a' && rel.Kind == Table && onward(c.GetOptions())
			col.NotNull = true
		case pgast.ConstrType_CONSTR_PRIMARY, pgast.ConstrType_CONSTR_UNIQUE, pgast.ConstrType_CONSTR_CHECK,
			pgast.ConstrType_CONSTR_FOREIGN, pgast.ConstrType_CONSTR_EXCLUSION:
			later = append(later, pending{c, col.Index})
		case pgast.ConstrType_CONSTR_ATTR_DEFERRABLE, pgast.ConstrType_CONSTR_ATTR_DEFERRED:
			if len(later) > 0 {
				later[len(later)-1].c.Deferrable = true
			}
		case pgast.ConstrType_CONSTR_ATTR_NOT_ENFORCED:
			if len(later) > 0 {
				later[len(later)-1].c.IsEnforced = false
			}
		case pgast.ConstrType_CONSTR_ATTR_NOT_DEFERRABLE, pgast.ConstrType_CONSTR_ATTR_IMMEDIATE, pgast.ConstrType_CONSTR_ATTR_ENFORCED:
		default:
			b.refuseNamed("a column constraint of kind " + c.GetContype().String())
		}
	}
	return later
}

func (b *builder) setNotNull(rel *Relation, col *Column, name string) {
	col.NotNull = true
	if name == "" && b.notNull[col] == "" {
		name = objectName(rel.Name, col.Name, "not_null")
	}
	if name != "" {
		b.notNull[col] = name
	}
}

// ofType gives a typed table the columns of its composite type.
func (t *tableMaker) ofType(tn *pgast.TypeName) bool {
	if tn == nil {
		return true
	}
	b := t.b
	typ := b.typeName(tn)
	u := b.cat.UserType(typ)
	if u == nil || u.Kind != Composite {
		if !typ.IsZero() {
			b.noSuch("composite type", typ.String(), b.src.pos(tn.GetLocation(), b.stmt))
		}
		return false
	}
	b.typed[t.rel] = u
	for _, f := range u.Fields {
		t.copyColumn(f)
	}
	return true
}

// copyColumn adds a column with the name, type and collation of c.
func (t *tableMaker) copyColumn(c *Column) *Column {
	col := &Column{Index: len(t.rel.Columns), Name: c.Name, Pos: c.Pos, Type: c.Type, Collation: c.Collation, local: true}
	t.rel.Columns = append(t.rel.Columns, col)
	return col
}

// finish makes the constraints, primary keys first as PostgreSQL does, then
// what LIKE and the partitioned table hand down.
func (t *tableMaker) finish() {
	b := t.b
	slices.SortStableFunc(t.constraints, func(x, y pending) int { return constraintOrder(x.c) - constraintOrder(y.c) })
	for _, copied := range t.copies {
		copied()
	}
	for _, p := range t.constraints {
		b.addConstraint(t.rel, p, true)
	}
	if t.partition {
		b.attachInherited(t.rel, t.rel.Parents[0])
	}
}

// constraintOrder is the order in which CREATE TABLE makes constraints, which
// decides the names that are chosen for them.
func constraintOrder(c *pgast.Constraint) int {
	switch c.GetContype() {
	case pgast.ConstrType_CONSTR_NOTNULL, pgast.ConstrType_CONSTR_CHECK:
		return 0
	case pgast.ConstrType_CONSTR_PRIMARY:
		return 1
	case pgast.ConstrType_CONSTR_FOREIGN:
		return 3
	}
	return 2
}

// addRelation makes a relation known.
func (b *builder) addRelation(rel *Relation) {
	b.cat.Relations = append(b.cat.Relations, rel)
	b.cat.index.relations[qname{rel.Schema, rel.Name}] = rel
}

// nameTaken reports whether a table, view, index, sequence or composite type
// has the name already: they share one name space.
func (b *builder) nameTaken(q qname) bool {
	u := b.cat.index.types[q]
	_, copied := b.cat.index.copies[q]
	return b.cat.index.relations[q] != nil || b.indexes[q] != nil || b.sequences[q] || copied || u != nil && u.Kind == Composite
}

func (b *builder) posOf(q qname) diag.Pos {
	if rel := b.cat.index.relations[q]; rel != nil {
		return rel.Pos
	}
	if ix := b.indexes[q]; ix != nil {
		return ix.Pos
	}
	if u := b.cat.index.types[q]; u != nil {
		return u.Pos
	}
	return diag.Pos{}
}

func (b *builder) needSchema(schema string, pos diag.Pos) {
	if !b.cat.index.schemas[schema] {
		b.noSuch("schema", schema, pos)
		b.cat.index.schemas[schema] = true // said once
	}
}
