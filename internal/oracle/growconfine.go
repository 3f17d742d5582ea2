package oracle

// tuples returns what in sight is meant to be the columns cols of one own row of t.
func (g *grower) tuples(sc *scope, t *table, cols []string) [][]*node {
	var out [][]*node
	for _, r := range sc.all() {
		tuple := func(names []string) {
			var nodes []*node
			for _, n := range names {
				if c := r.named(n); c != nil {
					nodes = append(nodes, c)
				}
			}
			if len(nodes) == len(cols) {
				out = append(out, nodes)
			}
		}
		if r.t == t {
			tuple(cols)
			continue
		}
		if r.t == nil {
			for _, o := range r.cols {
				if len(cols) == 1 && o.of == t && o.ref == cols[0] {
					out = append(out, []*node{r.col(o)})
				}
			}
			continue
		}
		for _, f := range r.t.fks {
			if f.to != t || !f.keeps(r.t) {
				continue
			}
			var names []string
			for _, want := range cols {
				for i, ref := range f.ref {
					if ref == want {
						names = append(names, f.cols[i])
					}
				}
			}
			tuple(names)
		}
	}
	return out
}

// equal equates tuples in one of the ways that SQL has.
func (g *grower) equal(a, b []*node) []*node {
	if len(a) > 1 && g.in(35) {
		return []*node{rowOp("=", a, b)}
	}
	var out []*node
	for i := range a {
		out = append(out, g.equality(a[i], b[i]))
	}
	return out
}

func rowOp(op string, a, b []*node) *node {
	return piece(boolean, "row=", "(? "+op+" ?)", list("tuple", "(", ", ", ")", 1, a...), list("tuple", "(", ", ", ")", 1, b...))
}

func compare(op string, a, b *node) *node { return piece(boolean, op, "(? "+op+" ?)", a, b) }

// equality writes a = b in one of the ways that hold for nothing else.
func (g *grower) equality(a, b *node) *node {
	if g.in(40) {
		a, b = b, a
	}
	switch n := g.IntN(32); {
	case n == 30:
		extra := g.constant(integer)
		return piece(boolean, "in", "(?, ?) IN ((?, ?))", a, extra, b, extra.clone())
	case n == 31 && a.typ != text:
		return piece(boolean, "insub", "? IN (VALUES (?))", a, value(b.typ, "cast", "?"+pgCast(b.typ), b))
	case n == 0:
		return piece(boolean, "istrue", "(?) IS TRUE", compare("=", a, b))
	case n == 1:
		return piece(boolean, "in", "? IN (?)", a, b)
	case n == 2:
		return piece(boolean, "any", "? = ANY (ARRAY[?])", a, b)
	case n == 3 && (b.op == "param" || a.op == "param"):
		return piece(boolean, "isnotdistinct", "(? IS NOT DISTINCT FROM ?)", a, b)
	case n == 4:
		extra := g.constant(integer)
		return rowOp("=", []*node{a, extra}, []*node{b, extra.clone()})
	case n == 5:
		return piece(boolean, "or", "(? OR ?)", compare("=", a, b), list("and", "(", " AND ", ")", 1, compare("=", a.clone(), b.clone()), compare("<>", a.clone(), g.constant(a.typ))))
	case n == 6 && a.op == "column":
		return compare("=", g.cast(a), b)
	}
	return compare("=", a, b)
}

// choice says that a is one of b and c.
func (g *grower) choice(sc *scope, a, b, c *node) *node {
	b, c = g.typed(b.clone()), g.typed(c.clone())
	if g.in(50) {
		b, c = c, b
	}
	switch g.IntN(6) {
	case 0:
		return piece(boolean, "in", "? IN (?, ?)", a, b, c)
	case 1:
		return piece(boolean, "any", "? = ANY (ARRAY[?, ?])", a, b, c)
	case 2:
		return compare("=", a, value(a.typ, "case", "CASE WHEN ? THEN ? ELSE ? END", g.condition(sc, 0), b, c))
	case 3:
		return compare("=", value(a.typ, "greatest", "GREATEST(?, ?)", b, c), a)
	case 4:
		return compare("=", a, value(a.typ, "nullif", "NULLIF(?, ?)", b, c))
	}
	return compare("=", a, value(a.typ, "coalesce", "COALESCE(?, ?)", b, c))
}

// cast converts within the family of a type.
func (g *grower) cast(a *node) *node {
	switch a.typ {
	case integer:
		return value(integer, "cast", "?::"+pick(g.dice, "int8", "int4", "int2", "posint"), a)
	case text:
		return value(text, "cast", "?"+pick(g.dice, "::text", "::varchar", "::word", "::varchar(1)", "::char(1)", "::foldedword", " COLLATE folded", ` COLLATE "C"`), a)
	}
	return value(a.typ, "cast", "?::uuid", a)
}

// confine returns conjuncts that keep r with the tenant, given what is in sight.
func (g *grower) confine(sc *scope, r *rel) []*node {
	if r.t == nil {
		for _, o := range r.cols {
			if o.tenant && g.in(80) {
				if v := g.tenantValue(sc); v != nil {
					return []*node{g.equality(r.col(o), v)}
				}
			}
		}
		return nil
	}
	if r.t.class == global {
		return nil
	}
	var ways []func() []*node
	add := func(weight int, f func() []*node) {
		for range weight {
			ways = append(ways, f)
		}
	}
	if t := r.t; t.class != derived {
		if t.shared && len(g.params) > 0 {
			add(12, func() []*node {
				same := compare("=", r.named(t.tenant), g.tenantParam())
				if g.in(20) {
					same = g.equality(r.named(t.tenant), g.tenantParam())
				}
				null := piece(boolean, "isnull", "? IS NULL", r.named(t.tenant))
				if g.in(30) {
					same = list("and", "(", " AND ", ")", 1, same, g.condition(sc, 0))
				}
				if g.in(30) {
					null = list("and", "(", " AND ", ")", 1, null, g.condition(sc, 0))
				}
				return []*node{piece(boolean, "or", "(? OR ?)", same, null)}
			})
		}
		if v := g.tenantValue(sc); v != nil {
			add(8, func() []*node { return []*node{g.equality(r.named(t.tenant), v)} })
		}
		if g.depth < 3 {
			add(2, func() []*node { return g.member(sc, []*node{r.named(t.tenant)}, nil, nil) })
		}
	}
	for _, f := range r.t.fks {
		if !f.keeps(r.t) {
			continue
		}
		var x, y []string
		for i, c := range f.cols {
			if c != r.t.tenant || r.t.class == derived {
				x, y = append(x, c), append(y, f.ref[i])
			}
		}
		if len(x) > 0 {
			g.byTuple(sc, r, x, f.to, y, add)
		}
	}
	for _, k := range r.t.keys {
		if k.usable {
			g.byTuple(sc, r, k.cols, r.t, k.cols, add)
		}
	}
	if r.t.class != derived && len(g.params) > 0 {
		if c := g.equalled(sc.rels); c != nil {
			add(2, func() []*node {
				return []*node{g.equality(r.named(r.t.tenant), c), compare("=", c.clone(), g.tenantParam())}
			})
		}
	}
	if len(ways) == 0 {
		return nil
	}
	return pick(g.dice, ways...)()
}

// equalled picks a column of the tenant's type that is about to be tested for
// the tenant, and is meant to be it from then on, whatever it is for. It
// returns nil where there is none, and in half of the cases.
func (g *grower) equalled(rels []*rel) *node {
	for _, i := range g.Perm(len(rels)) {
		r := rels[i]
		for _, j := range g.Perm(len(r.cols)) {
			if o := &r.cols[j]; o.typ == g.s.tenantType && !o.tenant && g.in(50) {
				o.tenant = true
				return r.col(*o)
			}
		}
	}
	return nil
}

// byTuple adds the ways to tie columns of r to an own row of t.
func (g *grower) byTuple(sc *scope, r *rel, cols []string, t *table, ref []string, add func(int, func() []*node)) {
	var mine []*node
	for _, c := range cols {
		mine = append(mine, r.named(c))
	}
	all := g.tuples(sc, t, ref)
	for _, tuple := range all {
		add(3, func() []*node { return g.equal(mine, tuple) })
	}
	if len(ref) == 1 && len(all) > 0 {
		add(1, func() []*node {
			other := pick(g.dice, all...)[0]
			if g.in(25) {
				other = g.scalar(sc, other.typ, 0)
			}
			return []*node{g.choice(sc, mine[0], pick(g.dice, all...)[0], other)}
		})
	}
	if g.depth < 3 {
		add(2, func() []*node { return g.member(sc, mine, t, ref) })
	}
}

// member says that the columns are those of an own row: by IN, ANY, a scalar
// subquery or EXISTS. Without a table they are the tenant's id.
func (g *grower) member(sc *scope, mine []*node, t *table, ref []string) []*node {
	if t == nil {
		var fit []*table
		for _, o := range g.s.tables {
			if o.tenant != "" && o.class != global {
				fit = append(fit, o)
			}
		}
		t = pick(g.dice, fit...)
		ref = []string{t.tenant}
	}
	g.depth++
	defer func() { g.depth-- }()
	in := &scope{up: sc}
	if g.in(50) {
		in.up = nil
	}
	r, from := g.tableRel(t)
	in.rels = []*rel{r}
	where := g.confine(in.up.orEmpty(), r)
	if g.in(30) {
		where = append(where, g.condition(in, 1))
	}
	var theirs []*node
	for _, c := range ref {
		theirs = append(theirs, r.named(c))
	}
	if g.in(35) {
		for i := range mine {
			where = append(where, compare("=", theirs[i], mine[i].clone()))
		}
		return []*node{piece(boolean, "exists", "EXISTS (?)", g.simple([]*node{value(integer, "const", "1")}, from, where))}
	}
	sub := g.simple(theirs, from, where)
	switch {
	case len(mine) > 1:
		return []*node{piece(boolean, "insub", "? IN (?)", list("tuple", "(", ", ", ")", 1, mine...), sub)}
	case g.in(20):
		return []*node{piece(boolean, "insub", "? = ANY (?)", mine[0], sub)}
	case g.in(15):
		return []*node{piece(boolean, "insub", "? = ANY (ARRAY(?))", mine[0], sub)}
	case g.in(20):
		sub = g.simple(theirs, from, where, frag(" ORDER BY 1"), frag(" LIMIT 1"))
		return []*node{compare("=", mine[0], value(mine[0].typ, "scalar", "(?)", sub))}
	}
	return []*node{piece(boolean, "insub", "? IN (?)", mine[0], sub)}
}
