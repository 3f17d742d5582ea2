package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// labels say what is known of a value, whatever the row.
type labels struct {
	// tenant is the set of dimensions whose tenant every non-null value equals
	// (label T), as bits by Dimension.Index.
	tenant uint64
	// own lists columns of own rows that every non-null value is (label Key, a
	// column at a time).
	own []ownColumn
	// any marks NULL, which has every label.
	any bool
}

// ownColumn says: the value is column Col of some row of Rel that belongs to
// the tenant. Two values with the same origin come from the same row, so that
// keys of several columns can be told from a mix of two rows.
type ownColumn struct {
	rel    *catalog.Relation
	col    int
	origin origin
}

// origin identifies a row of a range table entry, seen through the subqueries
// that hand its columns on.
type origin struct {
	rte *query.RTE
	sub *query.SubLink      // the subquery whose row it is, where there is no rte
	fk  *catalog.ForeignKey // the row that the foreign key of rte's row refers to
	in  any                 // origin inside the subquery, or a pair of them; nil at the row itself
}

func (l labels) none() bool { return l.tenant == 0 && len(l.own) == 0 && !l.any }

func (l labels) isTenant(dim *catalog.Dimension) bool {
	return l.any || l.tenant&(1<<dim.Index) != 0
}

// through returns the labels as seen by a reader of rte or of sub's row.
func (l labels) through(rte *query.RTE, sub *query.SubLink) labels {
	out := labels{tenant: l.tenant, any: l.any}
	for _, o := range l.own {
		o.origin = origin{rte: rte, sub: sub, in: o.origin}
		out.own = append(out.own, o)
	}
	return out
}

// meet returns the labels that both have. Origins become pairs, so a tuple
// stays a tuple only where it is one on both sides.
func (l labels) meet(m labels) labels {
	if l.any {
		return m
	}
	if m.any {
		return l
	}
	out := labels{tenant: l.tenant & m.tenant}
	for _, a := range l.own {
		for _, b := range m.own {
			if a.rel == b.rel && a.col == b.col {
				out.own = append(out.own, ownColumn{a.rel, a.col, origin{in: [2]origin{a.origin, b.origin}}})
			}
		}
	}
	return out
}

// single keeps what is true of a value by itself: tuples fall apart. Each
// label then speaks of a row of its own, for one value can be column a of one
// row and column b of another.
//
//	max(p.a) … WHERE p.a = q.b     -- no row need have both
func (l labels) single(mark any) labels {
	out := labels{tenant: l.tenant, any: l.any}
	for _, o := range l.own {
		if o.origin.whole([]int{o.col}) {
			o.origin = origin{in: apart{mark, o.rel, o.col}}
			out.own = append(out.own, o)
		}
	}
	return out
}

// apart marks a row of which nothing is known but one column.
type apart struct {
	mark any
	rel  *catalog.Relation
	col  int
}

// whole reports whether the columns cols of the row are sure to be those of one
// row. The row that a foreign key refers to is there only when no column of the
// key is NULL, so every one that may be must be among cols, where it is compared.
func (o origin) whole(cols []int) bool {
	if o.fk != nil {
		for i, c := range o.fk.Columns {
			if !o.fk.From.Columns[c].NotNull && !slices.Contains(cols, o.fk.RefColumns[i]) {
				return false
			}
		}
	}
	switch in := o.in.(type) {
	case origin:
		return in.whole(cols)
	case [2]origin:
		return in[0].whole(cols) && in[1].whole(cols)
	}
	return true
}

func (l *labels) add(m labels) {
	l.tenant |= m.tenant
	l.own = append(l.own, m.own...)
	l.any = l.any || m.any
}

func meetAll(all [][]labels, width int) []labels {
	out := make([]labels, width)
	for i := range out {
		for j, row := range all {
			if i >= len(row) {
				out[i] = labels{}
				break
			}
			if j == 0 {
				out[i] = row[i]
			} else {
				out[i] = out[i].meet(row[i])
			}
		}
	}
	return out
}
