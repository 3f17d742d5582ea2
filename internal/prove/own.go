package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// ownColumns are the columns of own rows that a value is. They are handed on
// from block to block, and most are never asked for: so a set holds how it is
// made of others, and no list. None is empty, and none is changed.
type ownColumns interface {
	// each calls yield for each of them until it returns false, and reports
	// whether it did not.
	each(yield func(ownColumn) bool) bool
	has(o ownColumn) bool
	// columns returns their columns, each once, whatever the row. known holds those
	// of sets that were asked already.
	columns(known map[ownColumns][]keyColumn) []keyColumn
}

// keyColumn is a column of which a value is that of some own row. alone says
// that one such row is sure to be there for the value by itself.
type keyColumn struct {
	rel   *catalog.Relation
	col   int
	alone bool
}

// addColumn adds c, or what it says of a column that is there.
func addColumn(list []keyColumn, c keyColumn) []keyColumn {
	for i, have := range list {
		if have.rel == c.rel && have.col == c.col {
			list[i].alone = have.alone || c.alone
			return list
		}
	}
	return append(list, c)
}

// columnsOf lists those of a set that is given one by one.
func columnsOf(own ownColumns) []keyColumn {
	var out []keyColumn
	own.each(func(o ownColumn) bool {
		out = addColumn(out, keyColumn{o.rel, o.col, o.origin.whole([]int{o.col})})
		return true
	})
	return out
}

// listed are own columns one by one.
type listed []ownColumn

// own returns the set of them, or nil.
func (l listed) own() ownColumns {
	if len(l) == 0 {
		return nil
	}
	return &l
}

func (l *listed) each(yield func(ownColumn) bool) bool {
	return !slices.ContainsFunc(*l, func(o ownColumn) bool { return !yield(o) })
}

func (l *listed) has(o ownColumn) bool { return slices.Contains(*l, o) }

func (l *listed) columns(map[ownColumns][]keyColumn) []keyColumn { return columnsOf(l) }

// ofInstance are those that column col of a confined instance is: that of its
// own row, and where it is in a foreign key that keeps the tenant, that of the
// row referred to.
type ofInstance struct {
	p   *prover
	rte *query.RTE
	col int
	new bool // of the row as it is being written
}

func (r *ofInstance) each(yield func(ownColumn) bool) bool {
	p, rel := r.p, r.rte.Relation
	own := origin{rte: r.rte}
	if r.new {
		own.in = "new"
	}
	if !yield(ownColumn{rel, r.col, own}) {
		return false
	}
	ten := p.tenancy(rel)
	for _, fk := range rel.ForeignKeys {
		if !slices.Contains(fk.Columns, r.col) || !p.tenancy(fk.To).Owned() || p.tenancy(fk.To).Dim != ten.Dim {
			continue
		}
		if fk != ten.Owner && !p.keepsTenant(fk) {
			continue
		}
		for i, c := range fk.Columns {
			if c == r.col && !yield(ownColumn{fk.To, fk.RefColumns[i], origin{rte: r.rte, fk: fk}}) {
				return false
			}
		}
	}
	return true
}

func (r *ofInstance) has(o ownColumn) bool {
	return o.origin.rte == r.rte && !r.each(func(own ownColumn) bool { return own != o })
}

func (r *ofInstance) columns(map[ownColumns][]keyColumn) []keyColumn { return columnsOf(r) }

// seen are those of a reader of rte or of sub's row.
type seen struct {
	rte *query.RTE
	sub *query.SubLink
	in  ownColumns
}

func (s *seen) each(yield func(ownColumn) bool) bool {
	return s.in.each(func(o ownColumn) bool {
		o.origin = origin{rte: s.rte, sub: s.sub, in: o.origin}
		return yield(o)
	})
}

func (s *seen) has(o ownColumn) bool {
	in, ok := o.origin.in.(origin)
	return ok && o.origin == origin{rte: s.rte, sub: s.sub, in: in} && s.in.has(ownColumn{o.rel, o.col, in})
}

func (s *seen) columns(known map[ownColumns][]keyColumn) []keyColumn { return s.in.columns(known) }

// union are those of all parts.
type union []ownColumns

// unionOf returns the set of all parts, or nil.
func unionOf(parts []ownColumns) ownColumns {
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0]
	}
	u := union(parts)
	return &u
}

func (u *union) each(yield func(ownColumn) bool) bool {
	return !slices.ContainsFunc(*u, func(part ownColumns) bool { return !part.each(yield) })
}

func (u *union) has(o ownColumn) bool {
	return slices.ContainsFunc(*u, func(part ownColumns) bool { return part.has(o) })
}

func (u *union) columns(known map[ownColumns][]keyColumn) []keyColumn {
	if out, ok := known[u]; ok {
		return out
	}
	var out []keyColumn
	for _, part := range *u {
		for _, c := range part.columns(known) {
			out = addColumn(out, c)
		}
	}
	known[u] = out
	return out
}

// pair are those that two values have in common, each of a pair of rows.
type pair struct {
	a, b   ownColumns
	common []keyColumn
}

// meetOwn returns what two values, of which there is one or the other, have in
// common, or nil.
func meetOwn(a, b ownColumns) ownColumns {
	if a == nil || b == nil {
		return nil
	}
	var common []keyColumn
	known := map[ownColumns][]keyColumn{}
	right := b.columns(known)
	for _, c := range a.columns(known) {
		for _, d := range right {
			if c.rel == d.rel && c.col == d.col {
				common = append(common, keyColumn{c.rel, c.col, c.alone && d.alone})
			}
		}
	}
	if common == nil {
		return nil
	}
	return &pair{a, b, common}
}

func (p *pair) each(yield func(ownColumn) bool) bool {
	return p.a.each(func(a ownColumn) bool {
		return p.b.each(func(b ownColumn) bool {
			return a.rel != b.rel || a.col != b.col || yield(ownColumn{a.rel, a.col, origin{in: [2]origin{a.origin, b.origin}}})
		})
	})
}

func (p *pair) has(o ownColumn) bool {
	in, ok := o.origin.in.([2]origin)
	return ok && o.origin == origin{in: in} && p.a.has(ownColumn{o.rel, o.col, in[0]}) && p.b.has(ownColumn{o.rel, o.col, in[1]})
}

func (p *pair) columns(map[ownColumns][]keyColumn) []keyColumn { return p.common }
