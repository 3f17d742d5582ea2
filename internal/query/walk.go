package query

// Column returns a reference to a column of rte.
func Column(rte *RTE, col int) *ColRef {
	c := &ColRef{RTE: rte, Col: col}
	c.At = rte.At
	if col < len(rte.Cols) {
		c.T = rte.Cols[col].Type
	}
	return c
}

// Start returns the place of e's first token that has one: an operator's own
// place is where the operator stands.
func Start(e Expr) Loc {
	at := e.Loc()
	Walk(e, func(e Expr) bool {
		if l := e.Loc(); l.Source != nil && l.Source == at.Source && l.Offset < at.Offset {
			at = l
		}
		return true
	})
	return at
}

// Walk calls visit for e and, where it returns true, for the expressions in e,
// in the order of the text. It does not go into subqueries.
func Walk(e Expr, visit func(Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	list := func(es ...Expr) {
		for _, x := range es {
			if x != nil {
				Walk(x, visit)
			}
		}
	}
	keys := func(ks []*SortKey) {
		for _, k := range ks {
			list(k.Expr)
		}
	}
	switch e := e.(type) {
	case *Cast:
		list(e.Arg)
	case *Collate:
		list(e.Arg)
	case *Bool:
		list(e.Args...)
	case *Op:
		list(e.Left, e.Right)
	case *RowOp:
		list(e.Left...)
		list(e.Right...)
	case *Row:
		list(e.Args...)
	case *InList:
		list(e.Test)
		list(e.List...)
	case *ArrayOp:
		list(e.Left, e.Array)
	case *SubLink:
		list(e.Test...)
	case *MultiAssign:
		list(e.Sub.Test...)
	case *FuncCall:
		list(e.Args...)
		keys(e.OrderBy)
		list(e.Filter)
		if e.Over != nil {
			list(e.Over.PartitionBy...)
			keys(e.Over.OrderBy)
			list(e.Over.Start, e.Over.End)
		}
	case *Case:
		list(e.Arg)
		for _, w := range e.Whens {
			list(w.Cond, w.Then)
		}
		list(e.Else)
	case *Coalesce:
		list(e.Args...)
	case *MinMax:
		list(e.Args...)
	case *NullIf:
		list(e.Left, e.Right)
	case *NullTest:
		list(e.Arg)
	case *BoolTest:
		list(e.Arg)
	case *DistinctFrom:
		list(e.Left, e.Right)
	case *Array:
		list(e.Elems...)
	case *Subscript:
		list(e.Arg)
		list(e.Indexes...)
	case *Field:
		list(e.Arg)
	case *Merged:
		list(e.Left, e.Right)
	case *Grouping:
		list(e.Args...)
	}
}
