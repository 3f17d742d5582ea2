package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/query"
)

// bits is a set of the numbers of joins.
type bits []uint64

func (b bits) has(i int) bool { return i/64 < len(b) && b[i/64]&(1<<(i%64)) != 0 }

// take adds what is in the others, which are no longer, and reports whether
// there was anything new.
func (b bits) take(others ...bits) (grown bool) {
	for _, c := range others {
		for i, w := range c {
			if w&^b[i] != 0 {
				grown = true
			}
			b[i] |= w
		}
	}
	return grown
}

// reach says which ONs hold for the rows at a place of the FROM tree: those
// above it for which onHolds says so and, where a fact among these has a bare
// column of another entry, which is then a row and no NULLs, those that hold for
// that entry.
type reach struct {
	width int    // words of a set
	steps []bits // by number of the step
	row   bits   // what holds for a row that WHERE lets pass
	// anchored counts the facts of WHERE that have a bare column of an entry.
	anchored map[*query.RTE]int
}

// reached returns the reach of the block's facts. Entries anchor one another in
// circles, so it grows until nothing is new: from the innermost joins outward,
// where each leans on those below it, and back.
func (lv *level) reached() *reach {
	if lv.reach != nil {
		return lv.reach
	}
	n := len(lv.joins)
	r := &reach{width: (n + 63) / 64, steps: make([]bits, 2*n), anchored: map[*query.RTE]int{}}
	lv.reach = r
	words := make(bits, (3*n+1)*r.width)
	next := func() bits {
		set := words[:r.width:r.width]
		words = words[r.width:]
		return set
	}
	ons := make([]bits, n)
	for i := range n {
		ons[i], r.steps[2*i], r.steps[2*i+1] = next(), next(), next()
		ons[i][i/64] |= 1 << (i % 64)
	}
	r.row = next()
	for grown := n > 0; grown; {
		grown = false
		for i := range 2 * n {
			if i < n {
				i = n - 1 - i
			} else {
				i -= n
			}
			j := lv.joins[i]
			for _, f := range j.facts {
				for _, b := range f.anchors {
					ons[i].take(r.at(lv.path[b])) // what is new goes on to a side below
				}
			}
			for _, s := range j.sides {
				if s.held == s {
					grown = r.steps[s.no].take(ons[i], r.at(s.above)) || grown
				}
			}
		}
	}
	for _, f := range lv.where {
		for i, b := range f.anchors {
			if lv.path[b] != nil && !slices.Contains(f.anchors[:i], b) {
				r.anchored[b]++
				r.row.take(r.at(lv.path[b]))
			}
		}
	}
	return r
}

// at returns the joins whose ON holds below a step; see reached.
func (r *reach) at(s *step) bits {
	if s = s.holding(); s == nil {
		return nil
	}
	return r.steps[s.no]
}

// below returns the joins whose ON holds for the rows at a place, that WHERE
// lets pass.
func (lv *level) below(s *step) bits {
	r := lv.reached()
	if s.holding() == nil {
		return r.row
	}
	out := slices.Clone(r.row)
	out.take(r.at(s))
	return out
}

// without returns the joins whose ON holds for a row that WHERE lets pass,
// when the conjunct skip of it is left out.
func (lv *level) without(skip *fact) bits {
	r := lv.reached()
	if skip == nil || !slices.ContainsFunc(skip.anchors, func(b *query.RTE) bool { return r.anchored[b] == 1 }) {
		return r.row
	}
	out := make(bits, r.width)
	for _, f := range lv.where {
		if f == skip {
			continue
		}
		for _, b := range f.anchors {
			out.take(r.at(lv.path[b]))
		}
	}
	return out
}
