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
	// own are columns of own rows that every non-null value is (label Key, a column
	// at a time); nil when there are none.
	own ownColumns
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

func (l labels) isTenant(dim *catalog.Dimension) bool {
	return l.any || l.tenant&(1<<dim.Index) != 0
}

// through returns the labels as seen by a reader of rte or of sub's row.
func (l labels) through(rte *query.RTE, sub *query.SubLink) labels {
	if l.own != nil {
		l.own = &seen{rte, sub, l.own}
	}
	return l
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
	return labels{tenant: l.tenant & m.tenant, own: meetOwn(l.own, m.own)}
}

// single keeps what is true of a value by itself: tuples fall apart. Each
// label then speaks of a row of its own, for one value can be column a of one
// row and column b of another.
//
//	max(p.a) … WHERE p.a = q.b     -- no row need have both
func (l labels) single(mark any) labels {
	if l.own == nil {
		return l
	}
	var list listed
	for _, c := range l.own.columns(map[ownColumns][]keyColumn{}) {
		if c.alone {
			list = append(list, ownColumn{c.rel, c.col, origin{in: apart{mark, c.rel, c.col}}})
		}
	}
	l.own = list.own()
	return l
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

// has reports whether the value is column col of that row of rel.
func (l labels) has(rel *catalog.Relation, col int, at origin) bool {
	return l.own != nil && l.own.has(ownColumn{rel, col, at})
}

// size returns how many own columns the value is.
func (l labels) size() int {
	n := 0
	if l.own != nil {
		l.own.each(func(ownColumn) bool {
			n++
			return true
		})
	}
	return n
}

// maxRows bounds the own rows that are looked at for one tuple. Blocks that are
// joined with themselves again and again have as many as they like; what is not
// found among so many counts as none.
const maxRows = 10_000

// rows calls yield for the own rows of rel of which the value is the first of
// the columns cols, where they are sure to be those of one row, until it returns
// false.
func (l labels) rows(rel *catalog.Relation, cols []int, yield func(origin) bool) {
	if l.own == nil {
		return
	}
	n := 0
	l.own.each(func(o ownColumn) bool {
		if n++; n > maxRows {
			return false
		}
		return o.rel != rel || o.col != cols[0] || !o.origin.whole(cols) || yield(o.origin)
	})
}

func meetAll(all [][]labels, width int) []labels {
	out := make([]labels, width)
	for i := range out {
		for j, row := range all {
			if j == 0 {
				out[i] = row[i]
			} else {
				out[i] = out[i].meet(row[i])
			}
		}
	}
	return out
}
