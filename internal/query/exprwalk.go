package query

// walkExpr visits e and what is below it, parents first, without entering
// subqueries. Where visit returns false, what is below is left out.
func walkExpr(e Expr, visit func(Expr) bool) { walk(e, visit, false) }

// walkDeep is walkExpr that enters subqueries.
func walkDeep(e Expr, visit func(Expr) bool) { walk(e, visit, true) }

func walk(e Expr, visit func(Expr) bool, deep bool) {
	if e == nil || !visit(e) {
		return
	}
	list := func(es []Expr) {
		for _, e := range es {
			walk(e, visit, deep)
		}
	}
	keys := func(ks []*SortKey) {
		for _, k := range ks {
			walk(k.Expr, visit, deep)
		}
	}
	switch e := e.(type) {
	case *ColRef, *Output, *ParamRef, *Const, *WholeRow, *SQLValue, *SystemColumn, *Default, *Unknown:
	case *Cast:
		walk(e.Arg, visit, deep)
	case *Collate:
		walk(e.Arg, visit, deep)
	case *Bool:
		list(e.Args)
	case *Op:
		walk(e.Left, visit, deep)
		walk(e.Right, visit, deep)
	case *RowOp:
		list(e.Left)
		list(e.Right)
	case *Row:
		list(e.Args)
	case *InList:
		walk(e.Test, visit, deep)
		list(e.List)
	case *ArrayOp:
		walk(e.Left, visit, deep)
		walk(e.Array, visit, deep)
	case *SubLink:
		list(e.Test)
		if deep {
			walkQuery(e.Query, func(e Expr) { walk(e, visit, deep) })
		}
	case *MultiAssign:
		if e.Index == 0 {
			walk(e.Sub, visit, deep)
		}
	case *FuncCall:
		list(e.Args)
		keys(e.OrderBy)
		walk(e.Filter, visit, deep)
		if e.Over != nil {
			list(e.Over.PartitionBy)
			keys(e.Over.OrderBy)
			walk(e.Over.Start, visit, deep)
			walk(e.Over.End, visit, deep)
		}
	case *Case:
		walk(e.Arg, visit, deep)
		for _, w := range e.Whens {
			walk(w.Cond, visit, deep)
			walk(w.Then, visit, deep)
		}
		walk(e.Else, visit, deep)
	case *Coalesce:
		list(e.Args)
	case *MinMax:
		list(e.Args)
	case *NullIf:
		walk(e.Left, visit, deep)
		walk(e.Right, visit, deep)
	case *NullTest:
		walk(e.Arg, visit, deep)
	case *BoolTest:
		walk(e.Arg, visit, deep)
	case *DistinctFrom:
		walk(e.Left, visit, deep)
		walk(e.Right, visit, deep)
	case *Array:
		list(e.Elems)
	case *Subscript:
		walk(e.Arg, visit, deep)
		list(e.Indexes)
	case *Field:
		walk(e.Arg, visit, deep)
	case *Merged:
		walk(e.Left, visit, deep)
		walk(e.Right, visit, deep)
	case *Grouping:
		list(e.Args)
	}
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
