package oracle

import "fmt"

// A weakening changes a statement in one place, so that what kept it with the
// tenant may be gone. It reports whether it found a place.
type weakening struct {
	name string
	do   func(d dice, root *node) bool
}

// weakenings of every kind. Each is to be noticed, by the judge or by what the
// statement then shows.
var weakenings = []weakening{
	{"drop a conjunct", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.isConjuncts() && len(n.kids) > 0 })
		return n != nil && n.drop(d.IntN(len(n.kids)))
	}},
	{"= becomes <=", func(d dice, root *node) bool { return d.operator(root, pick(d, "<=", ">=", "<>")) }},
	{"= becomes IS NOT DISTINCT FROM", func(d dice, root *node) bool { return d.operator(root, "IS NOT DISTINCT FROM") }},
	{"OR beside a conjunct", func(d dice, root *node) bool {
		other := d.one(root, isCondition)
		return other != nil && d.wrap(root, "or", "(? OR "+pick(d, "1 = 1", "?")+")", other)
	}},
	{"NOT around a condition", func(d dice, root *node) bool { return d.wrap(root, "not", "NOT (?)", nil) }},
	{"COALESCE around a condition", func(d dice, root *node) bool { return d.wrap(root, "coalesceb", "COALESCE(?, true)", nil) }},
	{"CASE around a condition", func(d dice, root *node) bool {
		other := d.one(root, isCondition)
		return other != nil && d.wrap(root, "caseb", "CASE WHEN ? THEN ? ELSE true END", other)
	}},
	{"another parameter", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "param" })
		if n == nil {
			return false
		}
		other := root.find(func(m *node) bool { return m.op == "param" && m.typ == n.typ && m.text[0] != n.text[0] })
		if len(other) == 0 || d.in(30) {
			n.text = []string{fmt.Sprintf("$%d", 7+d.IntN(2))}
			return true
		}
		n.text = append([]string(nil), pick(d, other...).text...)
		return true
	}},
	{"another join", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "kind" })
		if n == nil {
			return false
		}
		before := n.text[0]
		n.text = []string{pick(d, "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT JOIN", "JOIN")}
		return n.text[0] != before
	}},
	{"the sides of a join swapped", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "join" })
		if n == nil {
			return false
		}
		n.kids[0], n.kids[2] = n.kids[2], n.kids[0]
		return true
	}},
	{"a conjunct in another place", func(d dice, root *node) bool {
		from := d.one(root, func(n *node) bool { return n.isConjuncts() && len(n.kids) > 0 })
		to := d.one(root, func(n *node) bool { return n.isConjuncts() && n != from })
		if from == nil || to == nil {
			return false
		}
		i := d.IntN(len(from.kids))
		c := from.kids[i]
		for _, below := range c.find(func(*node) bool { return true }) {
			if below == to {
				return false
			}
		}
		from.drop(i)
		to.kids = append(to.kids, c)
		return true
	}},
	{"a key without a column", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool {
			return n.op == "row=" && len(n.kids[0].kids) > 1 && len(n.kids[0].kids) == len(n.kids[1].kids)
		})
		if n == nil {
			return false
		}
		i := d.IntN(len(n.kids[0].kids))
		return n.kids[0].drop(i) && n.kids[1].drop(i)
	}},
	{"a grouping key less", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return (n.op == "group" || n.op == "partition") && len(n.kids) > 0 })
		return n != nil && n.drop(d.IntN(len(n.kids)))
	}},
	{"LIMIT, OFFSET or DISTINCT ON", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "select" })
		if n == nil {
			return false
		}
		order := inOrder(len(n.kids[partTargets].kids))
		switch d.IntN(3) {
		case 0:
			n.kids[partOrder], n.kids[partLimit] = frag(order), frag(" LIMIT 1")
		case 1:
			n.kids[partOrder], n.kids[partLimit] = frag(order), frag(" OFFSET 1")
		default:
			n.kids[partDistinct], n.kids[partOrder] = frag("DISTINCT ON (1) "), frag(order)
		}
		return true
	}},
	{"an aggregate or a window", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "target" && n.kids[0].op == "column" })
		if n == nil {
			return false
		}
		c := n.kids[0]
		switch {
		case c.typ == identifier || d.in(30):
			n.kids[0] = value(c.typ, "window", "first_value(?) OVER (ORDER BY ?)", c, c.clone())
		case d.in(50):
			n.kids[0] = value(c.typ, "aggregate", pick(d, "max", "min")+"(?)", c)
		default:
			n.kids[0] = value(c.typ, "window", pick(d, "max", "min")+"(?) OVER ()", c)
		}
		return true
	}},
	{"another alias list", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "table" && len(n.kids) == 1 })
		if n == nil {
			return false
		}
		n.kids[0].text = []string{" (" + pick(d, "id, tenant_id", "tenant_id, id", "id", "pid, id", "ref, id, tenant_id") + ")"}
		return true
	}},
	{"another column", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "column" })
		if n == nil {
			return false
		}
		other := d.one(root, func(m *node) bool { return m.op == "column" && m.typ == n.typ && m.text[0] != n.text[0] })
		if other == nil {
			return false
		}
		n.text = append([]string(nil), other.text...)
		return true
	}},
	{"NOT in front of EXISTS or IN", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "exists" || n.op == "insub" })
		if n == nil {
			return false
		}
		n.become(piece(boolean, "not", "NOT (?)", n.clone()))
		return true
	}},
	{"a lock", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "select" && len(n.kids[partFrom].kids) > 0 })
		if n == nil {
			return false
		}
		n.kids[partLock] = frag(" FOR UPDATE")
		return true
	}},
	{"another value written", func(d dice, root *node) bool {
		rows := root.find(func(n *node) bool { return n.op == "tuple" || n.op == "targets" || n.op == "assign" })
		if len(rows) == 0 {
			return false
		}
		n := pick(d, rows...)
		i := d.IntN(len(n.kids))
		k := n.kids[i]
		if k.sort != scalar {
			return false
		}
		t := k.typ
		if t == noType {
			return false
		}
		n.kids[i] = pick(d, value(t, "null", null), value(t, "param", "$8"), value(t, "cast", "$8"+pgCast(t)), value(t, "const", literal(t, pick(d, domain(t)...))+suffix(t)))
		return true
	}},
	{"another arbiter", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "arbiter" })
		if n == nil {
			return false
		}
		switch {
		case d.in(50) && len(n.kids) > 1:
			return n.drop(d.IntN(len(n.kids)))
		case d.in(50):
			n.kids = []*node{frag("id")}
		default:
			n.kids, n.min = nil, 0
		}
		return true
	}},
	{"another column set", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "assign" })
		if n == nil {
			return false
		}
		n.text = []string{pick(d, "tenant_id", "pid", "ref", "id", "org", "code") + " = ", ""}
		return true
	}},
	{"UNION instead", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "select" && len(n.kids[partWhere].kids) > 0 })
		if n == nil {
			return false
		}
		b := n.clone()
		b.kids[partWith] = frag("")
		b.kids[partWhere].drop(d.IntN(len(b.kids[partWhere].kids)))
		a := n.clone()
		for _, side := range []*node{a, b} {
			side.kids[partOrder], side.kids[partLimit], side.kids[partLock] = frag(""), frag(""), frag("")
		}
		*n = *piece(subselect, "setop", "(?) "+pick(d, "UNION", "EXCEPT", "INTERSECT", "UNION ALL")+" (?)?", a, b, frag(""))
		return true
	}},
	{"a subquery without its condition", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool { return n.op == "select" && len(n.kids[partWhere].kids) > 0 })
		if n == nil {
			return false
		}
		n.kids[partWhere].kids = nil
		return true
	}},
	{"a cast", func(d dice, root *node) bool {
		n := d.one(root, func(n *node) bool {
			return n.op == "param" && (n.text[0] == "$1" || d.in(30)) || n.op == "column" && d.in(20)
		})
		if n == nil {
			return false
		}
		casts := map[typ][]string{integer: {"::int2", "::float8", "::numeric", "::text::int"}, text: {"::varchar(1)", "::char(1)", "::text COLLATE folded"}, identifier: {"::text::uuid"}}[n.typ]
		if len(casts) == 0 {
			return false
		}
		n.become(value(n.typ, "cast", "(?"+pick(d, casts...)+")", n.clone()))
		return true
	}},
}

func (n *node) isConjuncts() bool {
	return n.isList && (n.op == "where" || n.op == "on" || n.op == "and" || n.op == "having")
}

func isCondition(n *node) bool { return n.sort == boolean }

// drop takes a kid out of a list, if the list can do without.
func (n *node) drop(i int) bool {
	if len(n.kids) <= n.min {
		return false
	}
	n.kids = append(n.kids[:i:i], n.kids[i+1:]...)
	return true
}

// one picks a node that keep says, or nil.
func (d dice) one(root *node, keep func(*node) bool) *node {
	all := root.find(keep)
	if len(all) == 0 {
		return nil
	}
	return pick(d, all...)
}

// operator puts another operator in the place of some =.
func (d dice) operator(root *node, op string) bool {
	n := d.one(root, func(n *node) bool { return n.op == "=" })
	if n == nil {
		return false
	}
	n.op = op
	n.text = []string{"(", " " + op + " ", ")"}
	return true
}

// wrap puts a condition into another one. other, where the format has a place
// for it, goes with it.
func (d dice) wrap(root *node, op, format string, other *node) bool {
	n := d.one(root, isCondition)
	if n == nil {
		return false
	}
	kids := []*node{n.clone()}
	holes := 0
	for _, c := range format {
		if c == '?' {
			holes++
		}
	}
	if holes == 2 {
		kids = append(kids, other.clone())
	}
	n.become(piece(boolean, op, format, kids...))
	return true
}
