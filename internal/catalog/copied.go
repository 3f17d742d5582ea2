package catalog

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// copied notes a table whose columns only the server could tell: CREATE TABLE AS
// and SELECT INTO. Most are copies of rows that a migration keeps for a while,
// and no query names them; one that does is refused there. Such a table stands
// outside of what the catalog knows, so nothing may tie it to the other tables.
func (b *builder) copied(rv *pgast.RangeVar, ifNotExists bool) {
	q := qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}
	pos := b.src.pos(rv.GetLocation(), b.stmt)
	if b.nameTaken(q) {
		if !ifNotExists {
			b.exists("relation", q.String(), pos, b.posOf(q))
		}
		return
	}
	b.needSchema(q.schema, pos)
	if b.cat.index.copies == nil {
		b.cat.index.copies = map[qname]diag.Pos{}
	}
	b.cat.index.copies[q] = pos
}

// Copied returns where a table is made whose columns are not known.
func (c *Catalog) Copied(schema, name string) (diag.Pos, bool) {
	pos, ok := c.index.copies[qname{orPublic(schema), name}]
	return pos, ok
}

func (b *builder) isCopy(rv *pgast.RangeVar) bool {
	_, ok := b.cat.Copied(rv.GetSchemaname(), rv.GetRelname())
	return ok
}

// onCopied handles a statement about such a table alone, and reports whether it
// was one. What would tie the table to others is refused.
func (b *builder) onCopied(n *pgast.Node) bool {
	if len(b.cat.index.copies) == 0 {
		return false
	}
	switch s := n.GetNode().(type) {
	case *pgast.Node_AlterTableStmt:
		if !b.isCopy(s.AlterTableStmt.GetRelation()) {
			return false
		}
		for _, c := range s.AlterTableStmt.GetCmds() {
			switch cmd := c.GetAlterTableCmd(); cmd.GetSubtype() {
			case pgast.AlterTableType_AT_AddConstraint:
				if cmd.GetDef().GetConstraint().GetContype() == pgast.ConstrType_CONSTR_FOREIGN {
					b.tiesCopy(s.AlterTableStmt.GetRelation())
				}
			case pgast.AlterTableType_AT_AddColumn:
				for _, k := range cmd.GetDef().GetColumnDef().GetConstraints() {
					if k.GetConstraint().GetContype() == pgast.ConstrType_CONSTR_FOREIGN {
						b.tiesCopy(s.AlterTableStmt.GetRelation())
					}
				}
			case pgast.AlterTableType_AT_AddInherit, pgast.AlterTableType_AT_AttachPartition:
				b.tiesCopy(s.AlterTableStmt.GetRelation())
			}
		}
		return true
	case *pgast.Node_IndexStmt:
		return b.isCopy(s.IndexStmt.GetRelation())
	case *pgast.Node_CreatePolicyStmt:
		return b.isCopy(s.CreatePolicyStmt.GetTable())
	case *pgast.Node_CommentStmt:
		names := s.CommentStmt.GetObject().GetList().GetItems()
		if s.CommentStmt.GetObjtype() == pgast.ObjectType_OBJECT_COLUMN && len(names) > 1 {
			_, ok := b.cat.index.copies[splitName(names[:len(names)-1])]
			return ok
		}
	case *pgast.Node_RenameStmt:
		rv := s.RenameStmt.GetRelation()
		if rv == nil || !b.isCopy(rv) {
			return false
		}
		if s.RenameStmt.GetRenameType() == pgast.ObjectType_OBJECT_TABLE {
			q := qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}
			delete(b.cat.index.copies, q)
			b.copied(&pgast.RangeVar{Schemaname: q.schema, Relname: s.RenameStmt.GetNewname(), Location: rv.GetLocation()}, false)
		}
		return true
	case *pgast.Node_DropStmt:
		if s.DropStmt.GetRemoveType() != pgast.ObjectType_OBJECT_TABLE {
			return false
		}
		var rest []*pgast.Node
		for _, o := range s.DropStmt.GetObjects() {
			q := splitName(o.GetList().GetItems())
			if _, ok := b.cat.index.copies[q]; ok {
				delete(b.cat.index.copies, q)
				continue
			}
			rest = append(rest, o)
		}
		s.DropStmt.Objects = rest
		return len(rest) == 0
	}
	return false
}

func (b *builder) tiesCopy(rv *pgast.RangeVar) {
	b.unknownColumns(rangeName(rv), b.src.pos(rv.GetLocation(), b.stmt))
}
