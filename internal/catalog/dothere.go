package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// there answers EXISTS (SELECT … FROM a catalog WHERE name = '…' AND …).
func (b *builder) there(s *pgast.SelectStmt) (holds, known bool) {
	if len(s.GetFromClause()) != 1 || s.GetFromClause()[0].GetRangeVar() == nil || s.GetLarg() != nil || len(s.GetGroupClause()) > 0 ||
		s.GetHavingClause() != nil || s.GetLimitOffset() != nil || s.GetWithClause() != nil || s.GetWhereClause() == nil || !passesRows(s) {
		return false, false
	}
	rv := s.GetFromClause()[0].GetRangeVar()
	if rv.GetSchemaname() != "" && rv.GetSchemaname() != "pg_catalog" && rv.GetSchemaname() != "information_schema" {
		return false, false
	}
	conds := []*pgast.Node{s.GetWhereClause()}
	if and := s.GetWhereClause().GetBoolExpr(); and.GetBoolop() == pgast.BoolExprType_AND_EXPR {
		conds = and.GetArgs()
	}
	wanted := map[string]string{}
	for _, c := range conds {
		e := c.GetAExpr()
		ref := pgast.Strings(e.GetLexpr().GetColumnRef().GetFields())
		value, ok := constant(e.GetRexpr())
		if e.GetKind() != pgast.A_Expr_Kind_AEXPR_OP || len(e.GetName()) != 1 || e.GetName()[0].GetString_().GetSval() != "=" || len(ref) == 0 || !ok {
			return false, false
		}
		name := ref[len(ref)-1]
		if old, twice := wanted[name]; twice && old != value {
			return false, false
		}
		wanted[name] = value
	}
	return b.has(rv.GetRelname(), wanted)
}

// passesRows reports whether a SELECT gives a row for each that it finds, and no
// other: an aggregate would give one for none.
func passesRows(s *pgast.SelectStmt) bool {
	if limit := s.GetLimitCount(); limit != nil && limit.GetAConst().GetIval().GetIval() <= 0 {
		return false
	}
	return !slices.ContainsFunc(s.GetTargetList(), func(n *pgast.Node) bool {
		v := n.GetResTarget().GetVal()
		return v.GetColumnRef() == nil && v.GetAConst() == nil
	})
}

// asked is what a condition wants of the rows of a system catalog.
type asked map[string]string

// take returns what is wanted of the first of the columns of which something is,
// and notes that it was looked at.
func (a asked) take(names ...string) string {
	for _, n := range names {
		if v, ok := a[n]; ok {
			delete(a, n)
			return v
		}
	}
	return ""
}

// table takes the table that a condition names, as text or as a regclass; known
// is false where the name may be another's.
func (a asked) table(text, regclass string) (schema, table string, known bool) {
	name, ok := a[regclass]
	if !ok {
		return "", a.take(text), true
	}
	delete(a, regclass)
	q, plain := folded(name)
	if strings.Contains(name, ".") {
		schema = q.schema
	}
	return schema, q.name, plain
}

// has reports whether the schema has the object of a system catalog that wanted
// describes. Every column of wanted has to be one of those that are looked at.
func (b *builder) has(catalog string, wanted asked) (holds, known bool) {
	any := func(schema, table string, has func(*Relation) bool) bool {
		return slices.ContainsFunc(b.cat.Relations, func(r *Relation) bool {
			return (schema == "" || r.Schema == schema) && (table == "" || r.Name == table) && has(r)
		})
	}
	switch catalog {
	case "columns":
		schema, table, column := wanted.take("table_schema"), wanted.take("table_name"), wanted.take("column_name")
		views := any(schema, table, (*Relation).IsView)
		holds = any(schema, table, func(r *Relation) bool { return r.Column(column) != nil })
		return holds, len(wanted) == 0 && table != "" && column != "" && !views && !b.unseen(table)
	case "tables", "pg_tables":
		schema, table := wanted.take("table_schema", "schemaname"), wanted.take("table_name", "tablename")
		views := any(schema, table, (*Relation).IsView)
		return any(schema, table, func(*Relation) bool { return true }), len(wanted) == 0 && table != "" && !views && !b.unseen(table)
	case "pg_constraint", "table_constraints":
		schema := wanted.take("table_schema", "constraint_schema")
		in, table, plain := wanted.table("table_name", "conrelid")
		if in != "" {
			schema = in
		}
		name := wanted.take("constraint_name", "conname")
		holds = any(schema, table, func(r *Relation) bool { return b.constraintOn(r, name) })
		return holds, len(wanted) == 0 && name != "" && plain && !b.unseen(table) && !b.otherConstraint(name)
	case "pg_trigger":
		schema, table, plain := wanted.table("", "tgrelid")
		name := wanted.take("tgname")
		holds = any(schema, table, func(r *Relation) bool {
			return slices.ContainsFunc(r.Triggers, func(t *Trigger) bool { return t.Name == name })
		})
		return holds, len(wanted) == 0 && name != "" && plain && !b.unseen(table)
	case "pg_indexes":
		schema, table, name := wanted.take("schemaname"), wanted.take("tablename"), wanted.take("indexname")
		for q, ix := range b.indexes {
			holds = holds || q.name == name && (schema == "" || q.schema == schema) && (table == "" || ix.rel.Name == table)
		}
		return holds, len(wanted) == 0 && name != "" && !b.unseen(table)
	case "pg_type":
		name := wanted.take("typname")
		for _, u := range b.cat.Types {
			holds = holds || u.Name == name
		}
		holds = holds || builtinTypes[name] || any("", name, func(*Relation) bool { return true })
		return holds, len(wanted) == 0 && name != "" && !b.unseen(name)
	case "pg_namespace", "schemata":
		name := wanted.take("nspname", "schema_name")
		return name == "public" || b.cat.index.schemas[name], len(wanted) == 0 && name != "" && !strings.HasPrefix(name, "pg_") && name != "information_schema"
	case "pg_extension":
		name := wanted.take("extname")
		return true, len(wanted) == 0 && b.cat.HasExtension(name) // another may be there without the migrations
	}
	return false, false
}

// otherConstraint reports whether a name is one that some servers have among
// their constraints and others, or the catalog, do not: that of an index, a
// trigger, a NOT NULL, or of a domain.
func (b *builder) otherConstraint(name string) bool {
	for q, ix := range b.indexes {
		if q.name == name && ix.Exclusion == nil && (ix.Key == nil || !ix.Key.Constraint) {
			return true
		}
	}
	for _, notNull := range b.notNull {
		if notNull == name {
			return true
		}
	}
	for _, u := range b.cat.Types {
		if slices.ContainsFunc(u.Checks, func(e *Expr) bool { return b.checks[e].name == name }) {
			return true
		}
	}
	return slices.ContainsFunc(b.cat.Relations, func(r *Relation) bool {
		return slices.ContainsFunc(r.Triggers, func(t *Trigger) bool { return t.Name == name })
	})
}
