package query

func (p *printer) subLink(e *SubLink, around precedence) {
	test := func() {
		if len(e.Test) == 1 {
			p.expr(e.Test[0], precOther+1)
			return
		}
		p.put("(")
		p.list(e.Test)
		p.put(")")
	}
	switch e.Kind {
	case ExistsSubLink:
		p.put("EXISTS (SELECT …)")
	case ScalarSubLink:
		p.put("(SELECT …)")
	case ArraySubLink:
		p.put("ARRAY(SELECT …)")
	case AnySubLink:
		p.level(precIn, around, func() {
			test()
			if e.Op == "=" {
				p.put(" IN (SELECT …)")
				return
			}
			p.put(" ", e.Op, " ANY (SELECT …)")
		})
	case AllSubLink:
		p.level(precIn, around, func() {
			test()
			p.put(" ", e.Op, " ALL (SELECT …)")
		})
	case RowSubLink:
		if len(e.Test) == 0 { // the source of SET (a, b) = (SELECT …)
			p.put("(SELECT …)")
			return
		}
		p.level(precCompare, around, func() {
			test()
			p.put(" ", e.Op, " (SELECT …)")
		})
	}
}

func (p *printer) call(e *FuncCall) {
	if e.Schema != "" {
		p.put(Ident(e.Schema), ".")
	}
	p.put(Ident(e.Name), "(")
	if e.Star {
		p.put("*")
	}
	if e.Distinct {
		p.put("DISTINCT ")
	}
	if e.Variadic {
		p.put("VARIADIC ")
	}
	p.list(e.Args)
	if len(e.OrderBy) > 0 && !e.Within {
		p.put(" ORDER BY ")
		p.keys(e.OrderBy)
	}
	p.put(")")
	if e.Within {
		p.put(" WITHIN GROUP (ORDER BY ")
		p.keys(e.OrderBy)
		p.put(")")
	}
	if e.Filter != nil {
		p.put(" FILTER (WHERE ")
		p.expr(e.Filter, precLowest)
		p.put(")")
	}
	if e.Over != nil {
		p.put(" OVER (")
		p.window(e.Over)
		p.put(")")
	}
}

func (p *printer) window(w *Window) {
	space := ""
	if len(w.PartitionBy) > 0 {
		p.put("PARTITION BY ")
		p.list(w.PartitionBy)
		space = " "
	}
	if len(w.OrderBy) > 0 {
		p.put(space, "ORDER BY ")
		p.keys(w.OrderBy)
		space = " "
	}
	for _, bound := range []Expr{w.Start, w.End} {
		if bound != nil {
			p.put(space, "offset ")
			p.expr(bound, precLowest)
			space = " "
		}
	}
}

func (p *printer) keys(keys []*SortKey) {
	for i, k := range keys {
		if i > 0 {
			p.put(", ")
		}
		p.expr(k.Expr, precLowest)
		if k.Desc {
			p.put(" DESC")
		}
		if k.Using != "" {
			p.put(" USING ", k.Using)
		}
	}
}

func (p *printer) cases(e *Case) {
	p.put("CASE")
	if e.Arg != nil {
		p.put(" ")
		p.expr(e.Arg, precLowest)
	}
	for _, w := range e.Whens {
		p.put(" WHEN ")
		p.expr(w.Cond, precLowest)
		p.put(" THEN ")
		p.expr(w.Then, precLowest)
	}
	if e.Else != nil {
		p.put(" ELSE ")
		p.expr(e.Else, precLowest)
	}
	p.put(" END")
}
