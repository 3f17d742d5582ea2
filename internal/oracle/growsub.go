package oracle

import (
	"fmt"
	"strings"
)

// subquery grows a query for FROM or WITH. Some have no test of the tenant of
// their own, and hand its column out, so that a test outside may do.
func (g *grower) subquery(up *scope) (*node, []output) {
	if !g.in(40) {
		return g.query(up, nil)
	}
	g.depth++
	defer func() { g.depth-- }()
	a, cols := g.open(up)
	if a == nil {
		return g.query(up, nil)
	}
	if !g.in(20) {
		return a, cols
	}
	b, other := g.open(up)
	if len(other) != len(cols) {
		return a, cols
	}
	for i := range cols {
		if cols[i].typ != other[i].typ {
			return a, cols
		}
	}
	return piece(subselect, "setop", "(?) "+pick(g.dice, "UNION", "UNION ALL", "INTERSECT", "EXCEPT")+" (?)?", a, b, frag("")), cols
}

// open grows a SELECT over every tenant's rows of a table, with the tenant's
// column in its output and wherever rows are gathered.
func (g *grower) open(up *scope) (*node, []output) {
	var fit []*table
	for _, t := range g.s.tables {
		if t.class == direct || t.class == root {
			fit = append(fit, t)
		}
	}
	keep := g.params
	g.params = nil
	defer func() { g.params = keep }()
	t := pick(g.dice, fit...)
	r, from := g.tableRel(t)
	sc := &scope{rels: []*rel{r}}
	items := []*node{from}
	var where []*node
	if g.in(40) {
		r2, it := g.tableRel(pick(g.dice, g.s.tables...))
		conj := g.confine(sc, r2)
		items[0] = newJoin(pick(g.dice, "", "LEFT ", "", "RIGHT ", "FULL "), items[0], it, conj)
		sc.rels = append(sc.rels, r2)
	}
	sc.up = up.orEmpty()
	if g.in(40) {
		where = append(where, g.condition(sc, 1))
	}
	tenant := r.named(t.tenant)
	cols := []output{{name: t.tenant, typ: g.s.tenantType, tenant: true}}
	targets := []*node{as(tenant, &cols[0], nil)}
	parts := [10]*node{partFrom: fromList(items), partWhere: whereList(where)}
	more := func(n *node, o output) {
		targets, cols = append(targets, as(n, &o, cols)), append(cols, o)
	}
	switch g.IntN(5) {
	case 0:
		keys := []*node{tenant}
		if g.in(40) {
			n, o := g.target(sc, integer, 1)
			if n.op == "column" {
				keys = append(keys, n)
				more(n, o)
			}
		}
		more(g.aggregate(sc, integer), output{name: "o9", typ: integer})
		parts[partGroup] = list("group", " GROUP BY ", ", ", "", 0, keys...)
		if g.in(15) {
			parts[partGroup].pre, parts[partGroup].post = " GROUP BY ROLLUP (", ")"
		} else if g.in(15) {
			parts[partGroup].pre, parts[partGroup].post = " GROUP BY GROUPING SETS (", ")"
		}
	case 1:
		if w := g.window(sc); w != nil {
			for _, k := range w.kids {
				if k.op == "partition" {
					k.kids = append([]*node{tenant.clone()}, k.kids...)
				}
			}
			more(w, output{name: "o9", typ: integer})
		}
	case 2:
		n, o := g.target(sc, integer, 1)
		more(n, o)
		parts[partDistinct], parts[partOrder] = piece(fragment, "distincton", "DISTINCT ON (1) "), frag(inOrder(2))
	default:
		for i := range 1 + g.IntN(2) {
			n, o := g.target(sc, pick(g.dice, r.cols...).typ, i+1)
			more(n, o)
		}
		if g.in(20) {
			parts[partDistinct] = frag("DISTINCT ")
		}
	}
	parts[partTargets] = targetList(targets)
	return newSelect(parts), cols
}

// query grows a query in a level below up. want says the types of its columns;
// nil leaves them open.
func (g *grower) query(up *scope, want []typ) (*node, []output) {
	g.depth++
	defer func() { g.depth-- }()
	if g.in(12) && g.depth < 3 {
		return g.setOp(up, want)
	}
	var with *node
	keep := g.views
	defer func() { g.views = keep }()
	if g.in(8) && g.depth < 3 {
		with = list("with", "WITH RECURSIVE ", ", ", " ", 0, g.cte(up))
	}
	q, cols := g.selectQuery(up, want)
	if with != nil {
		q.kids[partWith] = with
	}
	return q, cols
}

// cte makes an entry of WITH and puts it in sight.
func (g *grower) cte(up *scope) *node {
	if g.in(25) && len(g.params) > 0 {
		if n := g.recursive(up); n != nil {
			return n
		}
	}
	q, cols := g.subquery(up)
	v := &view{name: g.alias("c"), cols: cols}
	if g.in(4) {
		v.name = pick(g.dice, g.s.tables...).name // which it hides
	}
	g.views = append(g.views[:len(g.views):len(g.views)], v)
	return piece(fragment, "cte", v.name+" AS "+pick(g.dice, "", "", "MATERIALIZED ", "NOT MATERIALIZED ")+"(?)", q)
}

// recursive makes a walk along a foreign key of a table to itself, or along any
// columns that fit.
func (g *grower) recursive(up *scope) *node {
	var fit []*table
	for _, t := range g.s.tables {
		if t.column("ref") != nil && t.column("id") != nil {
			fit = append(fit, t)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	t := pick(g.dice, fit...)
	v := &view{name: g.alias("c")}
	names := []string{"id", "ref"}
	if t.class == direct {
		names = append(names, t.tenant)
	}
	targets := func(r *rel) (out []*node) {
		for _, n := range names {
			c := r.named(n)
			if c.typ == integer && n != t.tenant {
				c = value(integer, "cast", "?::int", c)
			}
			out = append(out, c)
		}
		return out
	}
	r1, from1 := g.tableRel(t)
	where1 := g.confine((&scope{up: up}).orEmpty(), r1)
	if g.in(50) {
		where1 = append(where1, g.condition(&scope{rels: []*rel{r1}}, 1))
	}
	for _, n := range names {
		c := t.column(n)
		v.cols = append(v.cols, output{name: n, typ: c.typ, tenant: n == t.tenant, of: t, ref: n})
	}
	r2, from2 := g.tableRel(t)
	self := &rel{alias: g.alias("r"), cols: v.cols}
	sc := &scope{rels: []*rel{self}, up: up}
	where2 := g.confine(sc, r2)
	if g.in(70) {
		where2 = append(where2, compare("=", r2.named("ref"), value(integer, "column", self.alias+".id")))
	}
	second := newSelect([10]*node{
		partTargets: targetList(targets(r2)), partWhere: whereList(where2),
		partFrom: fromList([]*node{piece(item, "table", v.name+" AS "+self.alias), from2}),
	})
	g.views = append(g.views[:len(g.views):len(g.views)], v)
	return piece(fragment, "recursive", fmt.Sprintf("%s (%s) AS (? UNION ?)", v.name, strings.Join(names, ", ")), g.simple(targets(r1), from1, where1), second)
}

func (g *grower) setOp(up *scope, want []typ) (*node, []output) {
	a, cols := g.selectQuery(up, want)
	var types []typ
	for _, c := range cols {
		types = append(types, c.typ)
	}
	side := g.selectQuery
	if g.depth < 3 && g.in(25) {
		side = g.setOp // a third one
	}
	g.depth++
	b, other := side(up, types)
	g.depth--
	for i := range cols {
		cols[i].tenant = cols[i].tenant && i < len(other) && other[i].tenant
		if i >= len(other) || cols[i].of != other[i].of || cols[i].ref != other[i].ref {
			cols[i].of = nil
		}
	}
	word := pick(g.dice, "UNION", "UNION ALL", "UNION", "INTERSECT", "EXCEPT", "EXCEPT ALL")
	tail := frag("")
	if g.in(20) {
		tail = g.total(len(cols), g.in(50))
	}
	return piece(subselect, "setop", "(?) "+word+" (?)?", a, b, tail), cols
}
