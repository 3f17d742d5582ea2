package prove

import "github.com/tenantc/tenantc/internal/query"

// functionRows proves a function in FROM: built-in functions of their arguments
// are rows without tenant data. Its subqueries were noted when it was entered.
func (lv *level) functionRows(r *query.RTE) *result {
	return &result{cols: make([]labels, len(r.Cols))}
}
