package prove

import (
	"slices"

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
	switch inst.Class {
	case catalog.Global:
		inst.Rule = "globalwrite"
	case catalog.Private:
		if target.Relation.Tenancy.Mixed {
			res.loose = append(res.loose, mixed(target, nil))
			break
		}
		inst.Rule, inst.Because = databaseRule, ofDatabase(target.Relation)
	case catalog.Root, catalog.Direct, catalog.Shared, catalog.Derived:
		inst.Rule, inst.Because = p.insertRows(q, rows, res)
		p.insertFurther(q, rows, res)
	default:
		res.loose = append(res.loose, p.unclassified(target))
	}
	if q.Conflict != nil {
		p.conflict(q, rows, res)
	}
	res.instances = append(res.instances, inst)
	p.writes = append(p.writes, write{rel: target.Relation, insert: true, insertion: q, rows: rows, at: target.At})
	// The row is the tenant's own, or the statement is refused: its columns are
	// those of an own row. With a trigger that may change them there is an assumption.
	own := func(col int) labels { return p.instanceLabels(target, col) }
	p.returning(target, q.Returning, nil, own, res)
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
			return src.Rows[row][j]
		case nil:
		default:
			return src.Columns()[j].Expr
		}
	}
	return nil
}

// proposedLabels returns the labels of what a row proposes for a column.
func (p *prover) proposedLabels(q *query.Insert, rows [][]labels, row, col int) labels {
	e := proposedExpr(q, row, col)
	if e == nil {
		return labels{}
	}
	l := rows[row][slices.Index(q.Into, col)]
	return p.stored(l, e, q.Target.Relation, col) // 1.6 becomes tenant 2
}

// stored returns what the labels of e are worth once it is stored in a column.
// No two tenants differ in blanks at the end where the column is the tenant's, but
// two values of a longer one may.
func (p *prover) stored(l labels, e query.Expr, rel *catalog.Relation, col int) labels {
	switch kept := p.kept(e.Type(), rel.Columns[col].Type); {
	case kept == whole:
		return l
	case kept == butBlanks && slices.Contains(rel.Tenancy.Columns, col):
		return labels{tenant: l.tenant, any: l.any}
	}
	return labels{}
}

// keeping is what is left of a value that PostgreSQL makes of another type where
// nobody wrote a cast.
type keeping int8

const (
	altered   keeping = iota // another class or a modifier rounds and cuts
	butBlanks                // a text too long raises, unless all that is too long are blanks
	whole
)

func (p *prover) kept(from, to catalog.Type) keeping {
	class, base, of := p.cat.EqualityClass(to), p.cat.Base(to), p.cat.Base(from)
	switch {
	case class == "" || class != p.cat.EqualityClass(from):
		return altered
	case len(base.Mods) == 0:
		return whole
	case class != "text":
		return altered
	case len(of.Mods) > 0 && of.Mods[0] <= base.Mods[0]:
		return whole
	}
	return butBlanks
}

// returning proves RETURNING and adds its outputs to res. own gives the labels
// of the written row's columns.
func (p *prover) returning(target *query.RTE, list []*query.Target, lv *level, own func(int) labels, res *result) {
	if lv == nil {
		lv = p.newLevel([]query.FromItem{target}, nil, nil, nil)
		lv.settle(&Instance{RTE: target})
	}
	at := len(lv.links)
	for _, t := range list {
		lv.visit(t.Expr, standing{kind: onNewRow})
	}
	for _, s := range lv.links[at:] {
		lv.proveLink(s)
		res.take(s.last)
	}
	for _, t := range list {
		if c, ok := p.strip(t.Expr).(*query.ColRef); ok && c.RTE == target {
			res.cols = append(res.cols, own(c.Col))
			continue
		}
		if c, ok := p.strip(t.Expr).(*query.ColRef); ok {
			res.cols = append(res.cols, lv.labelsOf(c))
			continue
		}
		res.cols = append(res.cols, labels{})
	}
}
