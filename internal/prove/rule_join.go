package prove

import "github.com/tenantc/tenantc/internal/query"

// base returns the facts that hold for each row of r that takes part in the
// result, before null-extension is looked into: the block's WHERE, and the ON
// of each join above r on whose account r's rows can be lost.
//
// A LEFT JOIN keeps its left side whatever ON says, so ON says nothing of a
// row there:
//
//	a LEFT JOIN b ON b.aid = a.id AND a.t = @t    -- every tenant's a
func (lv *level) base(r *query.RTE) []*fact {
	out := lv.where
	for _, s := range lv.path[r] {
		if onHolds(s.join.Kind, s.left) {
			out = append(out[:len(out):len(out)], lv.on[s.join]...)
		}
	}
	return out
}

// onHolds says whether the ON of a join holds for the rows of one side.
func onHolds(kind query.JoinKind, left bool) bool {
	switch kind {
	case query.Inner:
		return true
	case query.Left:
		return !left
	case query.Right:
		return left
	}
	return false
}
