package prove

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// insert proves an INSERT: its source by itself, each proposed row against the
// target's tenancy, the conflict row, and RETURNING.
func (p *prover) insert(q *query.Insert, up *env) *result {
	res := &result{}
	p.with(q.With, nil, res)
	target := q.Target
	if !p.writable(target) {
		return res
	}
	rows := p.proposed(q, res)
	if q.Overriding != "" {
		p.refuseFix(diag.CodeInsertTenant, target.At, "OVERRIDING is not understood", "it decides which of two values a generated column takes", "leave the identity column out, or list it without OVERRIDING where it is BY DEFAULT")
	}
	inst := Instance{RTE: target, Class: p.tenancy(target.Relation).Class}
	ok := true
	switch inst.Class {
	case catalog.Global:
		inst.Rule = "globalwrite"
	case catalog.Root, catalog.Direct, catalog.Shared, catalog.Derived:
		inst.Rule, inst.Because, ok = p.insertRows(q, rows, res)
	default:
		ok = false
		res.loose = append(res.loose, p.unclassified(target))
	}
	if q.Conflict != nil {
		p.conflict(q, rows, res)
	}
	if !ok {
		inst.Rule, inst.Because = "", nil
	}
	res.instances = append(res.instances, inst)
	p.writes = append(p.writes, write{rel: target.Relation, insert: true, insertion: q, rows: rows, at: target.At})
	p.returning(target, q.Returning, nil, p.insertedLabels(q, rows, ok), res)
	return res
}

// proposed proves the source of an INSERT and returns the labels of each row it
// proposes, by position in q.Into. A SELECT proposes one row for all of its.
func (p *prover) proposed(q *query.Insert, res *result) [][]labels {
	var rows [][]labels
	switch src := q.Source.(type) {
	case nil:
		return nil
	case *query.Values:
		in := p.values(src, nil, &rows)
		res.take(in)
	default:
		in := p.query(src, nil, nil, false)
		res.take(in)
		rows = [][]labels{in.cols}
	}
	return rows
}

// proposedExpr returns the expression that row i proposes for the column, or
// nil when the column is not listed or the source gives no expression.
func proposedExpr(q *query.Insert, row, col int) query.Expr {
	for j, c := range q.Into {
		if c != col {
			continue
		}
		switch src := q.Source.(type) {
		case *query.Values:
			if row < len(src.Rows) && j < len(src.Rows[row]) {
				return src.Rows[row][j]
			}
		case nil:
		default:
			if cols := src.Columns(); j < len(cols) {
				return cols[j].Expr
			}
		}
	}
	return nil
}

// proposedLabels returns the labels of what a row proposes for a column.
func (p *prover) proposedLabels(q *query.Insert, rows [][]labels, row, col int) labels {
	e := proposedExpr(q, row, col)
	if e == nil || row >= len(rows) {
		return labels{}
	}
	// A proposed value of another class is converted by assignment, which may
	// round or cut it: 1.6 becomes tenant 2.
	if c, ok := e.(*query.Const); !(ok && c.Null) && !p.assignable(e, q.Target.Relation.Columns[col]) {
		return labels{}
	}
	for j, c := range q.Into {
		if c == col && j < len(rows[row]) {
			return rows[row][j]
		}
	}
	return labels{}
}

// assignable reports whether storing e in col keeps its value.
func (p *prover) assignable(e query.Expr, col *catalog.Column) bool {
	class := p.cat.EqualityClass(col.Type)
	return class != "" && p.class(e) == class && len(p.cat.Base(col.Type).Mods) == 0 ||
		class != "" && p.class(e) == class && p.sameMods(e, col)
}

// sameMods allows varchar(n): a value too long raises, it is not cut, unless
// all that is too long are blanks, which no two tenants of one column differ in.
func (p *prover) sameMods(e query.Expr, col *catalog.Column) bool {
	base := p.cat.Base(col.Type)
	return base.Name == "varchar" && base.Schema == "pg_catalog" && !base.Array
}

// insertedLabels returns the labels of each column of the inserted row.
func (p *prover) insertedLabels(q *query.Insert, rows [][]labels, ok bool) func(int) labels {
	rel := q.Target.Relation
	ten := p.tenancy(rel)
	return func(col int) labels {
		if !ok || !ten.Owned() {
			return labels{}
		}
		// The row is the tenant's own, so its columns are those of an own row; with
		// a trigger that may change them there is an assumption.
		return p.instanceLabels(q.Target, col)
	}
}

// returning proves RETURNING and adds its outputs to res. own gives the labels
// of the written row's columns.
func (p *prover) returning(target *query.RTE, list []*query.Target, lv *level, own func(int) labels, res *result) {
	if len(list) == 0 {
		return
	}
	if lv == nil {
		lv = p.newLevel([]query.FromItem{target}, nil, nil, nil)
		lv.confined[target] = &Instance{RTE: target}
	}
	at := len(lv.links)
	for _, t := range list {
		lv.visit(t.Expr, standing{kind: onNewRow})
	}
	for _, s := range lv.links[at:] {
		if s.res == nil && !lv.proveLink(s) {
			res.take(s.last)
		} else {
			res.take(s.res)
		}
	}
	for _, t := range list {
		if c, ok := p.strip(t.Expr).(*query.ColRef); ok && c.RTE == target {
			res.cols = append(res.cols, own(c.Col))
			continue
		}
		if c, ok := p.strip(t.Expr).(*query.ColRef); ok && lv.has[c.RTE] {
			res.cols = append(res.cols, lv.labelsOf(c))
			continue
		}
		res.cols = append(res.cols, labels{})
	}
}
