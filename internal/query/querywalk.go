package query

// WalkDeep is Walk that enters subqueries.
func WalkDeep(e Expr, visit func(Expr) bool) {
	Walk(e, func(e Expr) bool {
		if !visit(e) {
			return false
		}
		switch e := e.(type) {
		case *SubLink:
			walkQuery(e.Query, func(e Expr) { WalkDeep(e, visit) })
		case *MultiAssign:
			if e.Index == 0 {
				walkQuery(e.Sub.Query, func(e Expr) { WalkDeep(e, visit) })
			}
		}
		return true
	})
}

// walkQuery hands every expression of a query to visit, subqueries of FROM and
// WITH included.
func walkQuery(q Query, visit func(Expr)) {
	if q == nil {
		return
	}
	each := func(es []Expr) {
		for _, e := range es {
			visit(e)
		}
	}
	targets := func(ts []*Target) {
		for _, t := range ts {
			visit(t.Expr)
		}
	}
	set := func(as []*Assign) {
		for _, a := range as {
			visit(a.Value)
		}
	}
	tail := func(t *Tail) {
		for _, k := range t.OrderBy {
			visit(k.Expr)
		}
		visit(t.Offset)
		visit(t.Limit)
	}
	for _, c := range q.Ctes() {
		walkQuery(c.Query, visit)
	}
	switch q := q.(type) {
	case *Select:
		walkFrom(q.From, visit)
		targets(q.Targets)
		visit(q.Where)
		each(q.GroupBy)
		visit(q.Having)
		each(q.DistinctOn)
		tail(&q.Tail)
	case *SetOp:
		walkQuery(q.Left, visit)
		walkQuery(q.Right, visit)
		tail(&q.Tail)
	case *Values:
		for _, row := range q.Rows {
			each(row)
		}
		tail(&q.Tail)
	case *Insert:
		walkQuery(q.Source, visit)
		if c := q.Conflict; c != nil {
			for _, el := range c.Elems {
				visit(el.Expr)
			}
			visit(c.Predicate)
			set(c.Set)
			visit(c.Where)
		}
		targets(q.Returning)
	case *Update:
		walkFrom(q.From, visit)
		set(q.Set)
		visit(q.Where)
		targets(q.Returning)
	case *Delete:
		walkFrom(q.Using, visit)
		visit(q.Where)
		targets(q.Returning)
	}
}

func walkFrom(items []FromItem, visit func(Expr)) {
	for _, item := range items {
		switch it := item.(type) {
		case *RTE:
			if it.Kind == SubqueryRTE {
				walkQuery(it.Sub, visit)
			}
			for _, f := range it.Funcs {
				visit(f)
			}
		case *Join:
			walkFrom([]FromItem{it.Left, it.Right}, visit)
			visit(it.On)
		}
	}
}
