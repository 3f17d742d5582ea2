package prove

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// definition is what is proven of a CTE where it is defined.
type definition struct {
	res *result
	up  *env
	// pushable: the CTE did not prove by itself, and what a reference knows of its
	// columns may be tried.
	pushable bool
}

// with proves the WITH list of a query, in order.
func (p *prover) with(list []*query.CTE, up *env, res *result) {
	for _, cte := range list {
		def := &definition{up: up}
		p.ctes[cte] = def
		if cte.Recursive {
			def.res = p.recursive(cte, up)
		} else {
			p.handsOn(cte.Query)
			def.res = p.query(cte.Query, up, nil, false)
			switch cte.Query.(type) {
			case *query.Select, *query.SetOp:
				def.pushable = len(cte.Refs) > 0
			}
		}
		def.res = trim(def.res, len(cte.Names))
		if !def.pushable || def.res.ok() {
			res.take(def.res)
		}
	}
}

// trim gives res as many columns as there are names.
func trim(res *result, n int) *result {
	for len(res.cols) < n {
		res.cols = append(res.cols, labels{})
	}
	return res
}

// recursive proves a recursive CTE. It takes the labels of the first term to
// hold for the self reference, checks the recursive term under them, and
// starts again with what both have until nothing is lost. Nothing is pushed
// in: a walk through a foreign row and back would pass a filter outside.
func (p *prover) recursive(cte *query.CTE, up *env) *result {
	op := cte.Query.(*query.SetOp) // a UNION: nothing else is read to refer to itself
	if len(op.With) > 0 || op.Limit != nil || op.Offset != nil || len(op.OrderBy) > 0 {
		p.refuse(diag.CodeNotUnderstood, cte.At, "this recursive WITH is not understood: one UNION of a first and a recursive term is")
		return &result{}
	}
	first := p.query(op.Left, up, nil, false)
	width := len(op.Targets)
	assumed := make([]labels, width)
	for i := range assumed {
		if sameType(op.Targets[i], op.Left.Columns()[i]) {
			assumed[i] = first.col(i).single(column{cte, i})
		}
	}
	for {
		p.step()
		p.ctes[cte].res = &result{cols: assumed}
		again := p.query(op.Right, up, nil, false)
		next := make([]labels, width)
		same := true
		for i := range next {
			if sameType(op.Targets[i], op.Right.Columns()[i]) {
				next[i] = assumed[i].weaken(again.col(i), column{cte, i})
			}
			same = same && next[i].tenant == assumed[i].tenant && next[i].size() == assumed[i].size() && next[i].any == assumed[i].any
		}
		if same {
			res := &result{cols: assumed}
			res.take(first)
			res.take(again)
			return res
		}
		assumed = next
	}
}

// column marks the values of one column of a recursive CTE, which come from
// rows that need not be one.
type column struct {
	cte *query.CTE
	i   int
}

// weaken keeps the labels of l that m has too, each column by itself.
func (l labels) weaken(m labels, mark any) labels { return l.meet(m).single(mark) }
