package oracle

import (
	"fmt"
	"strings"
)

// The parts of a SELECT, in the order of its kids.
const (
	partWith = iota
	partDistinct
	partTargets
	partFrom
	partWhere
	partGroup
	partHaving
	partOrder
	partLimit
	partLock
)

// newSelect makes a SELECT of its parts; those that are nil are empty.
func newSelect(parts [10]*node) *node {
	for i, p := range parts {
		if p == nil {
			parts[i] = frag("")
		}
	}
	return piece(subselect, "select", "?SELECT ?"+strings.Repeat("?", 8), parts[:]...)
}

func targetList(targets []*node) *node { return list("targets", "", ", ", "", 1, targets...) }
func fromList(items []*node) *node     { return list("from", " FROM ", ", ", "", 0, items...) }
func whereList(conj []*node) *node     { return list("where", " WHERE ", " AND ", "", 0, conj...) }

// simple makes a SELECT without the rarer parts; tail gives those from ORDER BY on.
func (g *grower) simple(targets []*node, from *node, where []*node, tail ...*node) *node {
	parts := [10]*node{partTargets: targetList(targets), partFrom: fromList([]*node{from}), partWhere: whereList(where)}
	for i, t := range tail {
		parts[partOrder+i] = t
	}
	return newSelect(parts)
}

// relation makes an item of FROM: a table mostly.
func (g *grower) relation(sc *scope, lateral bool) (*rel, *node) {
	n := g.IntN(100)
	if g.global {
		return g.tableRel(g.s.tables[1])
	}
	if len(g.views) > len(g.s.views) && g.in(25) {
		n = 0 // an entry of WITH: several references are what is looked for
	}
	switch {
	case n < 12 && len(g.views) > 0:
		v := pick(g.dice, g.views[max(0, len(g.views)-1-g.IntN(len(g.views))):]...)
		r := &rel{alias: g.alias("v"), cols: append([]output(nil), v.cols...)}
		return r, piece(item, "table", v.name+" AS "+r.alias)
	case n < 24 && g.depth < 2:
		up, word := sc.up, ""
		if lateral && g.in(40) {
			up, word = sc, "LATERAL "
		}
		q, cols := g.subquery(up)
		r := &rel{alias: g.alias("s"), cols: cols}
		return r, piece(item, "sub", word+"(?) AS "+r.alias, q)
	case n < 27:
		if g.in(50) {
			return g.unnest(sc, lateral)
		}
		r := &rel{alias: g.alias("f"), cols: []output{{name: "c", typ: integer}}}
		arg := g.constant(integer)
		if lateral && g.in(50) {
			if c := g.column(sc, integer); c != nil {
				arg = c
			}
		}
		if g.in(20) {
			r.cols = append(r.cols, output{name: "o", typ: integer})
			return r, piece(item, "function", "generate_series(1, ?) WITH ORDINALITY AS "+r.alias+"(c, o)", arg)
		}
		return r, piece(item, "function", "generate_series(1, ?) AS "+r.alias+"(c)", arg)
	case n < 30:
		r := &rel{alias: g.alias("w"), cols: []output{{name: "c", typ: integer}, {name: "t", typ: g.s.tenantType}}}
		row := func() *node {
			return list("tuple", "(", ", ", ")", 2, g.constant(integer), value(g.s.tenantType, "cast", "?"+pgCast(g.s.tenantType), g.param(g.s.tenantType)))
		}
		return r, piece(item, "values", "(?) AS "+r.alias+"(c, t)", list("rows", "VALUES ", ", ", "", 1, row(), row()))
	}
	t := pick(g.dice, g.s.tables...)
	return g.tableRel(t)
}

// unnest makes an item of the elements of an array.
func (g *grower) unnest(sc *scope, lateral bool) (*rel, *node) {
	t := pick(g.dice, integer, text, g.s.tenantType)
	r := &rel{alias: g.alias("f"), cols: []output{{name: "c", typ: t}}}
	if c := g.column(sc, text); c != nil && lateral && g.in(20) {
		r.cols[0].typ = text
		return r, piece(item, "function", "lower(?) AS "+r.alias+"(c)", c)
	}
	elems := list("array", "ARRAY[", ", ", "]", 1)
	for range 1 + g.IntN(2) {
		n := g.constant(t)
		switch {
		case len(g.params) > 0 && g.in(60):
			n = g.param(t)
		case lateral && g.in(40):
			if c := g.column(sc, t); c != nil {
				n = c
			}
		}
		elems.kids = append(elems.kids, value(t, "cast", "?"+pgCast(t), n))
	}
	arg := elems
	if g.in(40) && g.depth < 2 {
		up := sc.up
		if lateral && g.in(50) {
			up = sc
		}
		q, cols := g.query(up, []typ{t})
		arg = piece(fragment, "array", "ARRAY(?)", q)
		r.cols[0].tenant, r.cols[0].of, r.cols[0].ref = cols[0].tenant, cols[0].of, cols[0].ref
	}
	if g.in(20) {
		r.cols = append(r.cols, output{name: "o", typ: integer})
		return r, piece(item, "function", "unnest(?) WITH ORDINALITY AS "+r.alias+"(c, o)", arg)
	}
	return r, piece(item, "function", "unnest(?) AS "+r.alias+"(c)", arg)
}

func pgCast(t typ) string {
	switch t {
	case integer:
		return "::int"
	case text:
		return "::text"
	}
	return "::uuid"
}

// joinKinds with their weights.
var joinKinds = []struct {
	name   string
	weight int
	on     int // how many of a hundred conjuncts stand in ON
}{
	{",", 20, 0}, {"CROSS", 6, 0}, {"NATURAL", 4, 0}, {"USING", 8, 0},
	{"", 22, 85}, {"LEFT ", 22, 92}, {"RIGHT ", 10, 30}, {"FULL ", 8, 50},
}

// from grows a FROM clause and the conjuncts that belong to it.
func (g *grower) from(sc *scope, n int) (items, where []*node) {
	var near []*rel // those of the last item, which an ON can see
	for i := range n {
		total, kind := g.IntN(100), 0
		for total -= joinKinds[0].weight; total >= 0; total -= joinKinds[kind].weight {
			kind++
		}
		how := joinKinds[kind]
		seen := &scope{rels: near, up: sc.up}
		if how.name == "," || i == 0 {
			seen = sc
		}
		r, it := g.relation(sc, i > 0)
		if strings.HasPrefix(it.text[0], "LATERAL") && (how.name == "RIGHT " || how.name == "FULL ") {
			how = joinKinds[5]
		}
		conj := g.confine(seen, r)
		rels := []*rel{r}
		if i > 0 && g.in(15) {
			var rest []*node
			if r, it, rest = g.joined(sc, seen, r, it); r != rels[0] {
				rels = append(rels, r)
			}
			conj = append(conj, rest...)
		}
		if i > 0 && g.in(60) {
			if l := g.link(seen, r); l != nil {
				conj = append(conj, l)
			}
		}
		if i > 0 && g.in(20) {
			conj = append(conj, g.condition(&scope{rels: append(seen.rels[:len(seen.rels):len(seen.rels)], rels...), up: sc.up}, 1))
		}
		last := len(items) - 1
		on, rest := g.split(conj, how.on)
		switch {
		case i == 0 || how.name == ",":
			items, near = append(items, it), nil
		case how.name == "CROSS":
			items[last] = piece(item, "cross", "(? CROSS JOIN ?)", items[last], it)
		case how.name == "NATURAL" && len(near) == 1 && len(rels) == 1:
			items[last] = piece(item, "natural", "(? NATURAL "+pick(g.dice, "", "LEFT ", "", "FULL ")+"JOIN ?)", items[last], it)
		case how.name == "USING":
			if c := g.common(near, r); c != "" && len(rels) == 1 {
				items[last] = piece(item, "using", "(? ? ??)", items[last], piece(fragment, "kind", pick(g.dice, "", "LEFT ", "RIGHT ", "FULL ")+"JOIN"), it,
					list("columns", " USING (", ", ", ")", 1, frag(c)))
				break
			}
			items[last] = newJoin("", items[last], it, on)
		default:
			items[last] = newJoin(how.name, items[last], it, on)
		}
		if i == 0 || how.on == 0 {
			rest = conj
		}
		where = append(where, rest...)
		near = append(near, rels...)
		sc.rels = append(sc.rels, rels...)
	}
	return items, where
}

func newJoin(kind string, left, right *node, on []*node) *node {
	if kind == "NATURAL" {
		kind = ""
	}
	l := list("on", " ON ", " AND ", "", 0, on...)
	l.empty = " ON true"
	return piece(item, "join", "(? ? ??)", left, piece(fragment, "kind", kind+"JOIN"), right, l)
}

// joined joins one more item to one that is about to be joined itself. It
// returns the new one, both as one item, and the conjuncts that stand outside.
func (g *grower) joined(sc, seen *scope, r *rel, it *node) (*rel, *node, []*node) {
	in := &scope{rels: []*rel{r}, up: sc.up}
	r2, it2 := g.relation(&scope{up: sc.up}, false)
	tie := g.confine(in, r2)
	if l := g.link(in, r2); l != nil && g.in(60) {
		tie = append(tie, l)
	}
	on, rest := g.split(tie, 85)
	if g.in(25) {
		rest = append(rest, g.confine(seen, r2)...)
	}
	return r2, newJoin(pick(g.dice, "", "LEFT ", "LEFT ", "RIGHT ", "FULL "), it, it2, on), rest
}

// split puts about so many of a hundred conjuncts into the first list.
func (g *grower) split(conj []*node, percent int) (a, b []*node) {
	for _, c := range conj {
		if g.in(percent) {
			a = append(a, c)
		} else {
			b = append(b, c)
		}
	}
	return a, b
}

// link equates a column of r with one in sight.
func (g *grower) link(sc *scope, r *rel) *node {
	o := pick(g.dice, r.cols...)
	c := g.column(sc, o.typ)
	if c == nil {
		return nil
	}
	return compare("=", c, r.col(o))
}

// common names a column that r and just one of rels have.
func (g *grower) common(rels []*rel, r *rel) string {
	for _, o := range r.cols {
		n := 0
		for _, other := range rels {
			for _, p := range other.cols {
				if p.name == o.name && p.typ == o.typ {
					n++
				}
			}
		}
		if n == 1 {
			return o.name
		}
	}
	return ""
}

// total orders by every column of the output, so that LIMIT has one outcome.
func (g *grower) total(n int, limit bool) *node {
	var keys []string
	for _, i := range g.Perm(n) {
		keys = append(keys, fmt.Sprint(i+1)+pick(g.dice, "", "", " DESC"))
	}
	sql := " ORDER BY " + strings.Join(keys, ", ")
	if limit {
		sql += " LIMIT " + pick(g.dice, "1", "2")
	}
	return piece(fragment, "total", sql)
}
