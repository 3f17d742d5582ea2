package oracle

import (
	"fmt"
	"strings"
)

// grower makes statements that mean to stay with the tenant $1. It knows what
// confines an instance, and makes no effort to be right: what stands in the
// wrong place, the judge refuses.
type grower struct {
	dice
	s       *schema
	params  []typ // of $1, $2, …; empty in a view, which has none
	views   []*view
	aliases int
	depth   int  // of queries around the one that grows
	global  bool // only global relations are wanted
}

// rel is an item of FROM in sight.
type rel struct {
	alias string
	cols  []output
	t     *table // nil for what is no plain table
	bare  bool   // its columns are named without the alias
}

type scope struct {
	rels []*rel
	up   *scope
}

// all returns the items in sight, the nearest level first.
func (sc *scope) all() []*rel {
	var out []*rel
	for ; sc != nil; sc = sc.up {
		out = append(out, sc.rels...)
	}
	return out
}

func (g *grower) alias(prefix string) string {
	g.aliases++
	return fmt.Sprintf("%s%d", prefix, g.aliases)
}

// col names a column, now and then (r.bare) without the item, as people do: it
// may then mean another one.
func (r *rel) col(o output) *node {
	if r.bare {
		return value(o.typ, "column", o.name)
	}
	return value(o.typ, "column", r.alias+"."+o.name)
}

func (r *rel) named(column string) *node {
	for _, o := range r.cols {
		if o.ref == column && o.of == r.t {
			return r.col(o)
		}
	}
	return nil
}

// param returns a parameter of the type: now and then the tenant, often one
// that is in use already.
func (g *grower) param(t typ) *node {
	if len(g.params) == 0 {
		return g.constant(t)
	}
	var fit []int
	for i, have := range g.params {
		if have == t && (i > 0 || g.in(30)) {
			fit = append(fit, i+1)
		}
	}
	if len(fit) == 0 || len(g.params) < 4 && g.in(30) {
		g.params = append(g.params, t)
		fit = []int{len(g.params)}
	}
	return value(t, "param", fmt.Sprintf("$%d", pick(g.dice, fit...)))
}

func (g *grower) tenantParam() *node { return value(g.s.tenantType, "param", "$1") }

func (g *grower) constant(t typ) *node {
	return value(t, "const", literal(t, pick(g.dice, domain(t)...))+suffix(t))
}

// suffix makes a constant one of its type also where nothing else says so.
func suffix(t typ) string {
	switch t {
	case text:
		return "::text"
	case identifier:
		return "::uuid"
	}
	return ""
}

// outputs of a table as an item of FROM.
func (t *table) outputs() []output {
	var out []output
	for _, c := range t.cols {
		out = append(out, output{name: c.name, typ: c.typ, tenant: t.tenant == c.name && t.class != global, of: t, ref: c.name})
	}
	return out
}

// column returns a column of the type that is in sight, or nil.
func (g *grower) column(sc *scope, t typ) *node {
	var near, far []*node
	for i, at := 0, sc; at != nil; i, at = i+1, at.up {
		for _, r := range at.rels {
			for _, o := range r.cols {
				if o.typ == t && i == 0 {
					near = append(near, r.col(o))
				} else if o.typ == t {
					far = append(far, r.col(o))
				}
			}
		}
	}
	if len(near) == 0 || len(far) > 0 && g.in(25) {
		near = far
	}
	if len(near) == 0 {
		return nil
	}
	return pick(g.dice, near...)
}

// tenantValue returns what is meant to be the tenant: $1, or a column in sight.
func (g *grower) tenantValue(sc *scope) *node {
	var cols []*node
	for _, r := range sc.all() {
		for _, o := range r.cols {
			if o.tenant {
				cols = append(cols, r.col(o))
			}
		}
	}
	switch {
	case len(cols) > 0 && (len(g.params) == 0 || g.in(50)):
		return pick(g.dice, cols...)
	case len(g.params) == 0:
		return nil
	}
	return g.tenantParam()
}

func (sc *scope) orEmpty() *scope {
	if sc == nil {
		return &scope{}
	}
	return sc
}

// tableRel makes an item of FROM of a table, now and then with an alias list.
func (g *grower) tableRel(t *table) (*rel, *node) {
	r := &rel{alias: g.alias("x"), t: t, cols: t.outputs(), bare: g.in(3)}
	if g.in(2) {
		r.alias = "x1" // several of one name: the inner one hides the outer one
	}
	names := frag("")
	if g.in(8) {
		list := make([]string, len(r.cols))
		for i, j := range g.Perm(len(r.cols)) {
			list[i] = t.cols[j].name
		}
		for i := range list {
			r.cols[i].name = list[i]
		}
		names = piece(fragment, "names", " ("+strings.Join(list, ", ")+")")
	}
	name := t.name
	if t.parts == "" && len(t.kids) > 0 && g.in(30) {
		name = "ONLY " + name
	}
	return r, piece(item, "table", name+" AS "+r.alias+"?", names)
}
