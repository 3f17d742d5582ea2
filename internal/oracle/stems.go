package oracle

import (
	"slices"
	"strings"
)

// stem says when a rule that confines no instance by itself had its say in the
// acceptance of a statement.
type stem struct {
	name string
	in   func(st *statement, v Verdict) bool
}

// has makes a stem of the nodes that bring it about.
func has(ops ...string) func(*statement, Verdict) bool {
	return func(st *statement, _ Verdict) bool { return st.find(ops...) }
}

func (st *statement) find(ops ...string) bool {
	return len(st.root.find(func(n *node) bool { return slices.Contains(ops, n.op) })) > 0
}

func (st *statement) contains(words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(st.sql, w) })
}

// stems are read off the shape of a statement. Those of the rules that confine
// an instance are counted by instance, off the proof.
var stems = []stem{
	{"join", func(st *statement, _ Verdict) bool { return st.contains("LEFT JOIN", "RIGHT JOIN", "FULL JOIN") }},
	{"closure", func(st *statement, v Verdict) bool {
		// More instances have the tenant than are compared with it.
		n := 0
		for _, r := range v.Rules {
			if r == "direct" {
				n++
			}
		}
		return n > strings.Count(st.sql, "$1")
	}},
	{"conjunct", has("row=", "istrue", "in", "any", "isnotdistinct")},
	{"equality", has("cast")},
	{"resolve", has("names", "using", "natural")},
	{"correlated", func(st *statement, _ Verdict) bool { return st.find("exists", "scalar") || st.contains("LATERAL") }},
	{"semijoin", has("insub")},
	{"pushdown", has("sub", "cte")},
	{"labels", has("coalesce", "case", "greatest", "nullif", "aggregate")},
	{"setop", has("setop")},
	{"recursive", has("recursive")},
	{"source", has("values", "function")},
	{"function", has("lower", "aggregate", "window")},
	{"lock", func(st *statement, _ Verdict) bool { return st.locks }},
	{"conflict", has("conflict")},
	{"setclause", has("assign")},
	{"returning", func(st *statement, _ Verdict) bool { return st.contains(" RETURNING ") }},
	{"target", func(st *statement, _ Verdict) bool {
		return len(st.root.find(func(n *node) bool {
			return (n.op == "update" || n.op == "delete") && slices.ContainsFunc(n.kids, func(k *node) bool { return k.op == "from" && len(k.kids) > 0 })
		})) > 0
	}},
	{"dmlcte", func(st *statement, _ Verdict) bool {
		return len(st.root.kids[0].find(func(n *node) bool { return n.op == "insert" || n.op == "update" || n.op == "delete" })) > 0
	}},
	{"param", func(st *statement, v Verdict) bool { return v.Tenant > 0 && st.contains("$2") }},
	{"statement", func(*statement, Verdict) bool { return true }},
}

// instanceStems are the rules that a proof names for an instance, of a relation
// or of a row proposed. Rules of the schema (cascade, hooks, reference) have
// nothing to accept: without them a statement rests on an assumption, and is not run.
var instanceStems = []string{
	"direct", "derived", "identity", "compositefk", "shared", "insertvalues", "insertselect", "global", "globalwrite",
}

// shown counts the rules at work in a statement that has shown a row.
func (c *Counts) shown(st *statement, v Verdict) {
	for _, r := range v.Rules {
		c.Rules[r]++
	}
	for _, s := range stems {
		if s.in(st, v) {
			c.Rules[s.name]++
		}
	}
}

// Rare returns the rules that fired fewer than want times.
func (c *Counts) Rare(want int) []string {
	var out []string
	for _, r := range instanceStems {
		if c.Rules[r] < want {
			out = append(out, r)
		}
	}
	for _, s := range stems {
		if c.Rules[s.name] < want {
			out = append(out, s.name)
		}
	}
	return out
}
