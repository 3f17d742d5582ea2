package prove

import (
	"maps"
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// update proves an UPDATE: the target is an entry like any other, the SET list
// keeps the row with its tenant, and RETURNING speaks of the new row.
func (p *prover) update(q *query.Update, up *env) *result {
	res := &result{}
	p.with(q.With, nil, res)
	if !p.writable(q.Target) {
		return res
	}
	lv := p.newLevel(append([]query.FromItem{q.Target}, q.From...), q.Where, nil, nil)
	for _, a := range q.Set {
		lv.visit(a.Value, standing{kind: onRow})
	}
	lv.solve(res)
	p.setClause(lv, q.Target, q.Set, res)
	p.writes = append(p.writes, write{rel: q.Target.Relation, set: q.Set, lv: lv, at: q.Target.At})
	p.returning(q.Target, q.Returning, lv, lv.written(q.Target, q.Set), res)
	return res
}

// delete proves a DELETE.
func (p *prover) delete(q *query.Delete, up *env) *result {
	res := &result{}
	p.with(q.With, nil, res)
	if !p.writable(q.Target) {
		return res
	}
	lv := p.newLevel(append([]query.FromItem{q.Target}, q.Using...), q.Where, nil, nil)
	lv.solve(res)
	p.writes = append(p.writes, write{rel: q.Target.Relation, delete: true, at: q.Target.At})
	own := func(col int) labels { return lv.labelsOf(query.Column(q.Target, col)) }
	p.returning(q.Target, q.Returning, lv, own, res)
	return res
}

// written returns the labels of each column of the updated row: that of its
// SET expression where it is assigned. The row stays the tenant's own, so a
// column that is not assigned keeps what it had.
func (lv *level) written(target *query.RTE, set []*query.Assign) func(int) labels {
	rewritten := lv.p.rewritten(target.Relation, false)
	lv.target, lv.assigned = target, assignedColumns(target.Relation, set)
	maps.Copy(lv.assigned, rewritten)
	return func(col int) labels {
		for _, a := range set {
			if a.Column == col {
				out := labels{}
				if !a.Partial && !rewritten[col] {
					out.tenant = lv.p.stored(lv.labelsOf(a.Value), a.Value, target.Relation, col).tenant
				}
				out.own = newRow(target, col)
				return out
			}
		}
		if lv.assigned[col] { // a trigger's, or generated from an assigned column
			return labels{own: newRow(target, col)}
		}
		out := lv.p.instanceLabels(target, col)
		if out.own != nil {
			out.own = &ofInstance{p: lv.p, rte: target, col: col, new: true}
		}
		return out
	}
}

// newRow is column col of the target's row as it is being written.
func newRow(target *query.RTE, col int) ownColumns {
	return listed{{target.Relation, col, origin{rte: target, in: "new"}}}.own()
}

// rewrites reports whether a fact speaks of an assigned column of the target:
// it held of the old row.
func (lv *level) rewrites(f *fact) bool {
	touches := func(t term) bool { return t.rte == lv.target && lv.assigned[t.col] }
	for _, eq := range f.equal {
		if touches(eq.a) || touches(eq.b) {
			return true
		}
	}
	for _, m := range f.members {
		if touches(m.array) || slices.ContainsFunc(m.terms, touches) || m.choice != nil && m.choice.reads(touches) {
			return true
		}
	}
	return false
}

// writable refuses to write what is no plain table.
func (p *prover) writable(target *query.RTE) bool {
	switch target.Relation.Kind {
	case catalog.Table, catalog.PartitionedTable:
		return true
	}
	p.refuse(diag.CodeNotUnderstood, target.At, "writing through "+target.Relation.Name+", which is no plain table, is not understood")
	return false
}
