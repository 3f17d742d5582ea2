package catalog

import "github.com/tenantc/tenantc/internal/pgast"

// boundTrees calls f for the trees whose names PostgreSQL looks up when they are
// made, and never again: the expressions of tables, types and functions, and the
// queries of views. Where what they name moves, its new name is written into them,
// so that another thing of the old name is not taken for it:
//
//	CREATE VIEW v AS SELECT code::short …; ALTER DOMAIN short RENAME TO shorter; CREATE DOMAIN short AS text
func (b *builder) boundTrees(f func(*pgast.Node)) {
	expr := func(list ...*Expr) {
		for _, e := range list {
			if e != nil {
				f(e.Node)
			}
		}
	}
	for _, u := range b.cat.Types {
		expr(u.Default)
		expr(u.Checks...)
	}
	for _, fn := range b.cat.Functions {
		for _, a := range fn.Args {
			expr(a.Default)
		}
	}
	for _, rel := range b.cat.Relations {
		expr(rel.exprs()...)
		expr(rel.PartitionBy...)
		for _, c := range rel.Columns {
			expr(c.Default)
		}
		for _, p := range rel.Policies {
			expr(p.Using, p.Check)
		}
		for _, t := range rel.Triggers {
			expr(t.When)
		}
		if rel.Definition != nil {
			f(rel.Definition)
		}
	}
}

// nodes spells a name as the grammar does.
func (q qname) nodes() []*pgast.Node {
	var out []*pgast.Node
	for _, part := range []string{q.schema, q.name} {
		out = append(out, &pgast.Node{Node: &pgast.Node_String_{String_: &pgast.String{Sval: part}}})
	}
	return out
}
