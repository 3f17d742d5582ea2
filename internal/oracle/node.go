package oracle

import (
	"regexp"
	"strconv"
	"strings"
)

// sort says what may stand in a node's place.
type sort int8

const (
	fragment sort = iota // nothing else
	boolean
	scalar
	item      // of FROM
	subselect // in parentheses or not
)

// typ is a family of types whose values may be compared with each other.
type typ int8

const (
	noType typ = iota
	integer
	text
	identifier // uuid
)

// node is a piece of SQL: text with children in its holes, or a list.
type node struct {
	sort sort
	op   string // what weakening looks for: "=", "column", "join", "select"
	typ  typ    // of a scalar
	kids []*node

	text []string // around the kids of what is no list

	isList         bool
	pre, sep, post string
	empty          string // the whole text of a list without kids
	min            int    // kids that a list needs
}

// piece makes a node from a format, in which each ? is a hole.
func piece(s sort, op, format string, kids ...*node) *node {
	n := &node{sort: s, op: op, kids: kids, text: strings.Split(format, "?")}
	if len(n.text) != len(kids)+1 {
		panic("a format and its kids differ: " + format)
	}
	return n
}

// value makes a scalar of a type.
func value(t typ, op, format string, kids ...*node) *node {
	n := piece(scalar, op, format, kids...)
	n.typ = t
	return n
}

func frag(format string, kids ...*node) *node { return piece(fragment, "", format, kids...) }

// list makes a list that needs min kids.
func list(op, pre, sep, post string, min int, kids ...*node) *node {
	return &node{op: op, isList: true, pre: pre, sep: sep, post: post, min: min, kids: kids}
}

func (n *node) write(b *strings.Builder) {
	if n == nil {
		return
	}
	if !n.isList {
		for i, k := range n.kids {
			b.WriteString(n.text[i])
			k.write(b)
		}
		b.WriteString(n.text[len(n.kids)])
		return
	}
	if len(n.kids) == 0 {
		b.WriteString(n.empty)
		return
	}
	b.WriteString(n.pre)
	for i, k := range n.kids {
		if i > 0 {
			b.WriteString(n.sep)
		}
		k.write(b)
	}
	b.WriteString(n.post)
}

func (n *node) String() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *node) clone() *node {
	if n == nil {
		return nil
	}
	c := *n
	c.kids = make([]*node, len(n.kids))
	for i, k := range n.kids {
		c.kids[i] = k.clone()
	}
	return &c
}

// walk calls f for n and everything below it.
func (n *node) walk(f func(*node)) {
	if n == nil {
		return
	}
	f(n)
	for _, k := range n.kids {
		k.walk(f)
	}
}

// find returns the nodes that keep says, in order.
func (n *node) find(keep func(*node) bool) []*node {
	var out []*node
	n.walk(func(m *node) {
		if keep(m) {
			out = append(out, m)
		}
	})
	return out
}

// become turns n into m where it stands.
func (n *node) become(m *node) { *n = *m.clone() }

var parameter = regexp.MustCompile(`\$[0-9]+`)

// renumber gives the parameters of a statement the numbers from 1 on, since a
// weakened or shrunk one may have lost some. It returns the text and, for each
// new number, the old one.
func renumber(sql string) (string, []int) {
	var old []int
	number := map[string]int{}
	for _, p := range parameter.FindAllString(sql, -1) {
		if n, _ := strconv.Atoi(p[1:]); number[p] == 0 && n > 0 {
			number[p] = -1
		}
	}
	for n := 1; len(number) > len(old) && n < 1000; n++ {
		p := "$" + strconv.Itoa(n)
		if number[p] != 0 {
			old = append(old, n)
			number[p] = len(old)
		}
	}
	return parameter.ReplaceAllStringFunc(sql, func(p string) string { return "$" + strconv.Itoa(number[p]) }), old
}
