package oracle

import (
	"fmt"
	"strings"
)

// selectQuery grows one SELECT.
func (g *grower) selectQuery(up *scope, want []typ) (*node, []output) {
	sc := &scope{up: up}
	if sc.up == nil {
		sc.up = &scope{}
	}
	n := 1
	for g.in(42) && n < 4 {
		n++
	}
	items, where := g.from(sc, n)
	for g.in(30) {
		where = append(where, g.condition(sc, 2))
	}
	g.Shuffle(len(where), func(i, j int) { where[i], where[j] = where[j], where[i] })
	parts := [10]*node{partFrom: fromList(items), partWhere: whereList(where)}
	var cols []output
	switch k := g.IntN(100); {
	case k < 20:
		cols = g.grouped(sc, want, &parts)
	case k < 27:
		cols = g.aggregated(sc, want, &parts)
	default:
		cols = g.plain(sc, want, &parts)
	}
	return newSelect(parts), cols
}

// wanted returns how many targets to make, and the type of each.
func (g *grower) wanted(sc *scope, want []typ) []typ {
	if want != nil {
		return want
	}
	var out []typ
	for range 1 + g.IntN(3) {
		r := pick(g.dice, sc.rels...)
		out = append(out, pick(g.dice, r.cols...).typ)
	}
	return out
}

// target makes one output column: mostly a column, which keeps its meaning.
func (g *grower) target(sc *scope, t typ, i int) (*node, output) {
	out := output{name: fmt.Sprintf("o%d", i+1), typ: t}
	var fit []*rel
	for _, r := range sc.rels {
		for _, o := range r.cols {
			if o.typ == t {
				fit = append(fit, r)
				break
			}
		}
	}
	if len(fit) > 0 && g.in(80) {
		r := pick(g.dice, fit...)
		var cols []output
		for _, o := range r.cols {
			if o.typ == t {
				cols = append(cols, o)
			}
		}
		o := pick(g.dice, cols...)
		out.tenant, out.of, out.ref = o.tenant, o.of, o.ref
		if g.in(40) {
			out.name = o.name
		}
		return r.col(o), out
	}
	if t == g.s.tenantType && g.in(20) && len(g.params) > 0 {
		out.tenant = true
		return value(t, "cast", "?"+pgCast(t), g.tenantParam()), out
	}
	return g.typed(g.scalar(sc, t, 2)), out
}

// typed casts what has no type of its own.
func (g *grower) typed(n *node) *node {
	if n.op == "param" || n.op == "const" {
		return value(n.typ, "cast", "?"+pgCast(n.typ), n)
	}
	return n
}

// as names a target, unless an earlier one has the name.
func as(n *node, o *output, have []output) *node {
	for _, h := range have {
		if h.name == o.name {
			o.name = fmt.Sprintf("o%d", len(have)+1)
		}
	}
	return piece(fragment, "target", "? AS "+o.name, n)
}

func (g *grower) plain(sc *scope, want []typ, parts *[10]*node) []output {
	var targets []*node
	var cols []output
	for i, t := range g.wanted(sc, want) {
		n, o := g.target(sc, t, i)
		targets = append(targets, as(n, &o, cols))
		cols = append(cols, o)
	}
	if want == nil && g.depth > 1 && g.in(8) {
		r := pick(g.dice, sc.rels...)
		parts[partTargets] = targetList([]*node{frag(r.alias + ".*")})
		return append([]output(nil), r.cols...)
	}
	if want == nil && g.in(12) {
		if w := g.window(sc); w != nil {
			o := output{name: fmt.Sprintf("o%d", len(cols)+1), typ: integer}
			targets, cols = append(targets, as(w, &o, cols)), append(cols, o)
		}
	}
	parts[partTargets] = targetList(targets)
	switch k := g.IntN(100); {
	case k < 8:
		parts[partDistinct] = frag("DISTINCT ")
		if g.in(30) {
			parts[partOrder] = g.total(len(cols), g.in(60))
		}
	case k < 11:
		// DISTINCT ON takes the first of each, so the order is total.
		parts[partDistinct] = piece(fragment, "distincton", "DISTINCT ON (1) ")
		parts[partOrder] = frag(inOrder(len(cols)))
	case k < 23:
		parts[partOrder] = g.total(len(cols), g.in(75))
	case k < 45 && g.depth == 1:
		// Something else comes first, and the outputs decide between peers.
		first := g.scalar(sc, pick(g.dice, integer, text), 2)
		if first.op != "param" && first.op != "const" {
			parts[partOrder] = piece(fragment, "total", " ORDER BY ?, "+strings.TrimPrefix(inOrder(len(cols)), " ORDER BY "), first)
		}
	case k < 26:
		parts[partLimit] = frag(" LIMIT 1")
	case k < 30 && len(g.params) > 0 && g.depth < 3:
		parts[partLock] = frag(pick(g.dice, " FOR UPDATE", " FOR SHARE", " FOR NO KEY UPDATE", " FOR KEY SHARE", " FOR UPDATE OF "+sc.rels[0].alias))
		if g.in(40) {
			parts[partOrder] = g.total(len(cols), g.in(60))
		}
	}
	return cols
}

func inOrder(n int) string {
	sql := " ORDER BY 1"
	for i := 2; i <= n; i++ {
		sql += fmt.Sprintf(", %d", i)
	}
	return sql
}

// window makes a window function whose value is the same for peers.
func (g *grower) window(sc *scope) *node {
	key := func() *node { return g.column(sc, pick(g.dice, integer, integer, g.s.tenantType)) }
	a, b := key(), key()
	if a == nil || b == nil {
		return nil
	}
	n := g.column(sc, integer)
	if n == nil {
		n = g.constant(integer)
	}
	part := list("partition", "PARTITION BY ", ", ", " ", 0, a)
	if g.in(40) {
		part.kids = nil
	}
	switch g.IntN(5) {
	case 4:
		return value(integer, "window", "sum(?) OVER (?ORDER BY ? RANGE UNBOUNDED PRECEDING)", n, part, b)
	case 0:
		return value(integer, "window", "rank() OVER (?ORDER BY ?)", part, b)
	case 1:
		return value(integer, "window", "sum(?) OVER (?ORDER BY ?)", n, part, b)
	case 2:
		return value(integer, "window", "max(?) OVER (?)", n, part)
	}
	return value(integer, "window", "count(*) OVER (?)", part)
}

// aggregate makes an aggregate of the type.
func (g *grower) aggregate(sc *scope, t typ) *node {
	c := g.column(sc, t)
	if c == nil {
		c = g.typed(g.scalar(sc, t, 1))
	}
	if g.in(15) {
		c = g.typed(g.scalar(sc, t, 2))
	}
	filter := list("filter", " FILTER (WHERE ", " AND ", ")", 0)
	if g.in(15) {
		filter.kids = append(filter.kids, g.condition(sc, 1))
	}
	switch {
	case t == integer && g.in(30):
		return value(t, "aggregate", "count(*)?", filter)
	case t == integer:
		return value(t, "aggregate", pick(g.dice, "sum", "min", "max", "count")+"(?)?", c, filter)
	case t == text && g.in(70):
		return value(t, "aggregate", pick(g.dice, "min", "max")+"(?)?", c, filter)
	}
	return value(t, "aggregate", "(array_agg(? ORDER BY ?))[1]", c, c.clone())
}

// aggregated makes one row of all: an aggregate without GROUP BY.
func (g *grower) aggregated(sc *scope, want []typ, parts *[10]*node) []output {
	var targets []*node
	var cols []output
	for i, t := range g.wanted(sc, want) {
		o := output{name: fmt.Sprintf("o%d", i+1), typ: t}
		n := g.aggregate(sc, t)
		if g.in(15) && t == g.s.tenantType && len(g.params) > 0 {
			n, o.tenant = value(t, "cast", "?"+pgCast(t), g.tenantParam()), true
		}
		targets, cols = append(targets, as(n, &o, cols)), append(cols, o)
	}
	parts[partTargets] = targetList(targets)
	if g.in(15) {
		parts[partHaving] = list("having", " HAVING ", " AND ", "", 0, compare(">", frag("count(*)"), g.constant(integer)))
	}
	return cols
}

// grouped makes a GROUP BY, now and then with grouping sets.
func (g *grower) grouped(sc *scope, want []typ, parts *[10]*node) []output {
	var targets, keys []*node
	var cols []output
	for i, t := range g.wanted(sc, want) {
		if g.in(60) || i == 0 {
			n, o := g.target(sc, t, i)
			if n.op == "column" {
				keys = append(keys, n)
				targets, cols = append(targets, as(n, &o, cols)), append(cols, o)
				continue
			}
		}
		o := output{name: fmt.Sprintf("o%d", i+1), typ: t}
		targets, cols = append(targets, as(g.aggregate(sc, t), &o, cols)), append(cols, o)
	}
	for g.in(30) || len(keys) == 0 {
		r := pick(g.dice, sc.rels...)
		keys = append(keys, r.col(pick(g.dice, r.cols...)))
	}
	parts[partTargets] = targetList(targets)
	if g.in(8) {
		keys[0] = value(keys[0].typ, "column", pick(g.dice, cols...).name) // of the output, or of the input
	}
	parts[partGroup] = list("group", " GROUP BY ", ", ", "", 0, keys...)
	switch g.IntN(9) {
	case 8:
		if len(keys) > 1 {
			parts[partGroup].pre, parts[partGroup].post = " GROUP BY GROUPING SETS ((", "), ("+keys[0].String()+"), ())"
		}
	case 0:
		parts[partGroup].pre, parts[partGroup].post = " GROUP BY ROLLUP (", ")"
	case 1:
		parts[partGroup].pre, parts[partGroup].post = " GROUP BY GROUPING SETS (", ")"
	}
	if g.in(35) {
		var conj []*node
		for range 1 + g.IntN(2) {
			k := pick(g.dice, keys...)
			switch {
			case g.in(25):
				conj = append(conj, compare(pick(g.dice, ">", ">="), frag("count(*)"), g.constant(integer)))
			case k.typ == g.s.tenantType && g.in(60):
				if v := g.tenantValue(sc); v != nil {
					conj = append(conj, g.equality(k, v))
				}
			default:
				conj = append(conj, compare(pick(g.dice, "=", "<", "<>"), k, g.scalar(&scope{up: sc.up}, k.typ, 1)))
			}
		}
		parts[partHaving] = list("having", " HAVING ", " AND ", "", 0, conj...)
	}
	if g.in(15) {
		parts[partOrder] = g.total(len(cols), g.in(60))
	}
	return cols
}

// addViews gives the schema views without parameters.
func (g *grower) addViews() {
	for range g.IntN(4) {
		v := &view{name: g.alias("view")}
		v.body, v.cols = g.query(nil, nil)
		g.s.views = append(g.s.views, v)
		g.views = append(g.views, v)
	}
}
