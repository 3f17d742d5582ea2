package prove

import "github.com/tenantc/tenantc/internal/query"

// What holds for each row of an entry that takes part in the result, before
// null-extension is looked into, is the block's WHERE, and the ON of each join
// above it on whose account its rows can be lost.
//
// A LEFT JOIN keeps its left side whatever ON says, so ON says nothing of a
// row there:
//
//	a LEFT JOIN b ON b.aid = a.id AND a.t = @t    -- every tenant's a

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

// nullExtends says whether a join may put NULLs in the place of a row of one side.
func nullExtends(kind query.JoinKind, left bool) bool {
	switch kind {
	case query.Inner:
		return false
	case query.Left:
		return !left
	case query.Right:
		return left
	}
	return true
}
