package catalog

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// temporaryTable notes a temporary table. No query can name it: it is gone with
// the migration's session. What matters is that it hides nothing, now or later,
// so that each other statement still means what it says.
func (b *builder) temporaryTable(rv *pgast.RangeVar) {
	name := rv.GetRelname()
	if rel := b.cat.index.relations[qname{"public", name}]; rel != nil {
		b.hides(rv)
		return
	}
	b.temps[name] = true
}

func (b *builder) hides(rv *pgast.RangeVar) {
	b.add(diag.Diagnostic{
		Code:    diag.CodeTemporary,
		Pos:     b.src.pos(rv.GetLocation(), b.stmt),
		Width:   len(rv.GetRelname()),
		Message: "a temporary table has the name of the table " + rv.GetRelname(),
		Why:     "which of the two the following statements mean depends on the session in which they run",
		Fix:     "give the temporary table a name of its own",
	})
}

// temporaryIn reports whether a relation name means a temporary table.
func (b *builder) temporaryIn(rv *pgast.RangeVar) bool {
	return rv != nil && (rv.GetSchemaname() == "" || rv.GetSchemaname() == "pg_temp") && b.temps[rv.GetRelname()]
}

// onTemporary handles a statement about temporary tables alone, and reports
// whether it was one.
func (b *builder) onTemporary(n *pgast.Node) bool {
	switch s := n.GetNode().(type) {
	case *pgast.Node_CreateStmt:
		rv := s.CreateStmt.GetRelation()
		if rv.GetRelpersistence() == "t" {
			b.temporaryTable(rv)
			return true
		}
		if b.temporaryIn(rv) {
			b.hides(rv)
		}
	case *pgast.Node_CreateTableAsStmt:
		if rv := s.CreateTableAsStmt.GetInto().GetRel(); rv.GetRelpersistence() == "t" {
			b.temporaryTable(rv)
			return true
		}
	case *pgast.Node_SelectStmt:
		if rv := s.SelectStmt.GetIntoClause().GetRel(); rv.GetRelpersistence() == "t" {
			b.temporaryTable(rv)
			return true
		}
	case *pgast.Node_AlterTableStmt:
		return b.temporaryIn(s.AlterTableStmt.GetRelation())
	case *pgast.Node_IndexStmt:
		return b.temporaryIn(s.IndexStmt.GetRelation())
	case *pgast.Node_DropStmt:
		return b.dropTemporary(s.DropStmt)
	}
	return false
}

// dropTemporary forgets the temporary tables of a DROP TABLE and takes them out
// of it; it reports whether nothing else is left.
func (b *builder) dropTemporary(s *pgast.DropStmt) bool {
	if s.GetRemoveType() != pgast.ObjectType_OBJECT_TABLE || len(b.temps) == 0 {
		return false
	}
	var rest []*pgast.Node
	for _, o := range s.GetObjects() {
		names := pgast.Strings(o.GetList().GetItems())
		if len(names) == 1 && b.temps[names[0]] || len(names) == 2 && names[0] == "pg_temp" && b.temps[names[1]] {
			delete(b.temps, names[len(names)-1])
			continue
		}
		rest = append(rest, o)
	}
	if len(rest) == len(s.GetObjects()) {
		return false
	}
	s.Objects = rest
	return len(rest) == 0
}
