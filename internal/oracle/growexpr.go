package oracle

// scalar grows an expression of the type.
func (g *grower) scalar(sc *scope, t typ, depth int) *node {
	n := g.IntN(100)
	if depth <= 0 {
		n %= 72
	}
	switch {
	case n < 48:
		if c := g.column(sc, t); c != nil {
			return c
		}
		return g.constant(t)
	case n < 60:
		return g.param(t)
	case n < 72:
		return g.constant(t)
	case n < 76:
		return value(t, "coalesce", "COALESCE(?, ?)", g.scalar(sc, t, depth-1), g.scalar(sc, t, depth-1))
	case n < 80:
		return value(t, "case", "CASE WHEN ? THEN ? ELSE ? END", g.condition(sc, depth-1), g.typed(g.scalar(sc, t, depth-1)), g.typed(g.scalar(sc, t, depth-1)))
	case n < 83:
		return value(t, "nullif", "NULLIF(?, ?)", g.typed(g.scalar(sc, t, depth-1)), g.scalar(sc, t, depth-1))
	case n < 86:
		return value(t, "greatest", pick(g.dice, "GREATEST", "LEAST")+"(?, ?)", g.typed(g.scalar(sc, t, depth-1)), g.scalar(sc, t, depth-1))
	case n < 94 && g.depth < 3:
		return g.scalarQuery(sc, t)
	case t == integer:
		return value(t, "+", "(? + ?)", g.scalar(sc, t, depth-1), g.typed(g.scalar(sc, t, depth-1)))
	case t == text:
		return value(t, "lower", "lower(?)", g.scalar(sc, t, depth-1))
	}
	return g.cast(g.typed(g.scalar(sc, t, depth-1)))
}

// scalarQuery grows a subquery of one value.
func (g *grower) scalarQuery(sc *scope, t typ) *node {
	g.depth++
	defer func() { g.depth-- }()
	in := &scope{up: sc}
	items, where := g.from(in, 1+g.IntN(2))
	parts := [10]*node{partFrom: fromList(items), partWhere: whereList(where)}
	if g.in(60) {
		parts[partTargets] = targetList([]*node{g.aggregate(in, t)})
	} else {
		n, _ := g.target(in, t, 0)
		parts[partTargets] = targetList([]*node{n})
		parts[partOrder] = frag(" ORDER BY 1")
		parts[partLimit] = frag(" LIMIT 1")
	}
	return value(t, "scalar", "(?)", newSelect(parts))
}

// someType is a type that columns in sight have.
func (g *grower) someType(sc *scope) typ {
	all := sc.all()
	if len(all) == 0 {
		return integer
	}
	r := pick(g.dice, all...)
	return pick(g.dice, r.cols...).typ
}

// condition grows a condition that means nothing.
func (g *grower) condition(sc *scope, depth int) *node {
	t := g.someType(sc)
	n := g.IntN(100)
	if depth <= 0 {
		n %= 45
	}
	switch {
	case n < 25:
		return compare(pick(g.dice, "=", "=", "<", "<=", "<>", ">="), g.operand(sc, t, depth), g.scalar(sc, t, depth-1))
	case n < 32:
		return piece(boolean, "isnull", "? IS NULL", g.operand(sc, t, depth))
	case n < 38:
		return piece(boolean, "isnotnull", "? IS NOT NULL", g.operand(sc, t, depth))
	case n < 42:
		return piece(boolean, "in", "? IN (?, ?)", g.operand(sc, t, depth), g.scalar(sc, t, 0), g.constant(t))
	case n < 45:
		return piece(boolean, pick(g.dice, "isdistinct", "isnotdistinct"), "(? IS "+pick(g.dice, "", "NOT ")+"DISTINCT FROM ?)", g.operand(sc, t, depth), g.scalar(sc, t, 0))
	case n < 52:
		return piece(boolean, "or", "(? OR ?)", g.condition(sc, depth-1), g.condition(sc, depth-1))
	case n < 57:
		return piece(boolean, "not", "NOT (?)", g.condition(sc, depth-1))
	case n < 61:
		return piece(boolean, "coalesceb", "COALESCE(?, "+pick(g.dice, "true", "false")+")", g.condition(sc, depth-1))
	case n < 64:
		return piece(boolean, "caseb", "CASE WHEN ? THEN ? ELSE ? END", g.condition(sc, depth-1), g.condition(sc, depth-1), g.condition(sc, depth-1))
	case n < 67:
		return list("and", "(", " AND ", ")", 1, g.condition(sc, depth-1), g.condition(sc, depth-1))
	case n < 70:
		return rowOp(pick(g.dice, "=", "=", "<"), []*node{g.operand(sc, t, 0), g.operand(sc, integer, 0)}, []*node{g.scalar(sc, t, 0), g.scalar(sc, integer, 0)})
	case n < 72:
		if rels := sc.all(); len(rels) > 0 {
			r := pick(g.dice, rels...)
			return piece(boolean, "row", pick(g.dice, "? IS NULL", "? IS NOT NULL", "? IS DISTINCT FROM NULL", "NOT (? IS NULL)"), frag(r.alias))
		}
	case n < 74:
		if c := g.column(sc, text); c != nil {
			return piece(boolean, "like", "? LIKE ?", c, g.param(text))
		}
	case g.depth < 3:
		return g.linkQuery(sc, t)
	}
	return compare("=", g.operand(sc, t, 0), g.scalar(sc, t, 0))
}

// operand is a column mostly.
func (g *grower) operand(sc *scope, t typ, depth int) *node {
	if c := g.column(sc, t); c != nil && g.in(75) {
		return c
	}
	return g.typed(g.scalar(sc, t, depth-1))
}

// linkQuery grows a condition with a subquery.
func (g *grower) linkQuery(sc *scope, t typ) *node {
	not := pick(g.dice, "", "", "NOT ")
	if g.in(55) {
		g.depth++
		defer func() { g.depth-- }()
		in := &scope{up: sc}
		items, where := g.from(in, 1+g.IntN(2))
		if g.in(50) {
			where = append(where, g.condition(in, 1))
		}
		return piece(boolean, not+"exists", not+"EXISTS (?)", newSelect([10]*node{
			partTargets: targetList([]*node{value(integer, "const", "1")}), partFrom: fromList(items), partWhere: whereList(where),
		}))
	}
	q, _ := g.query(sc, []typ{t})
	return piece(boolean, not+"insub", "? "+not+"IN (?)", g.operand(sc, t, 0), q)
}
