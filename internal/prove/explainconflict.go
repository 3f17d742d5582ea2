package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// explainConflict says why an arbiter lets another tenant's row in. noticed says
// that the row is left as it is, and only its being there shows.
func (p *prover) explainConflict(q *query.Insert, a arbiter, noticed bool) loose {
	rel := q.Target.Relation
	owner := p.ownerColumns(rel)
	f := finding{
		code: diag.CodeConflict, loc: q.Conflict.At, width: len("ON CONFLICT"),
		message: fmt.Sprintf("ON CONFLICT can meet another tenant's row of %s", rel.Name),
		why:     fmt.Sprintf("%s does not compare %s, so the row that has the same key may be anybody's, and would be changed", a.name, owner),
		fix:     p.fixArbiter(rel, a),
	}
	if noticed {
		f.code = diag.CodeExistence
		f.message = fmt.Sprintf("ON CONFLICT tells whether any tenant has the key in %s", rel.Name)
		f.why = fmt.Sprintf("%s does not compare %s: the row count says that the key exists, and the tenant's own row is missing without a word", a.name, owner)
		f.fix += "; or accept it: -- tenant: existence: the reason"
	}
	if a.key != nil {
		f.related = append(f.related, related{a.key.Pos, "the key " + a.name})
	}
	return loose{rte: q.Target, diag: f}
}

// fixArbiter names a key of rel that would do, or says what a key has to hold.
func (p *prover) fixArbiter(rel *catalog.Relation, a arbiter) string {
	owner := ownerOf(p.tenancy(rel))
	quoted := func(cols []int) string {
		var names []string
		for _, c := range cols {
			names = append(names, query.Ident(rel.Columns[c].Name))
		}
		return strings.Join(names, ", ")
	}
	for _, k := range rel.Keys {
		if cols, _ := k.Columns(); k != a.key && k.Predicate == nil && containsAll(cols, owner) {
			return fmt.Sprintf("name the key that holds the tenant: ON CONFLICT (%s)", quoted(cols))
		}
	}
	cols := owner
	for _, c := range a.columns {
		if !slices.Contains(cols, c) {
			cols = append(cols[:len(cols):len(cols)], c)
		}
	}
	computed := a.key == nil || slices.ContainsFunc(a.key.Elems, func(e catalog.KeyElem) bool { return e.Column < 0 })
	if computed || len(cols) == len(owner) {
		return fmt.Sprintf("a unique key that begins with %s, named by ON CONFLICT (%s, …)", quoted(owner), quoted(owner))
	}
	return fmt.Sprintf("CREATE UNIQUE INDEX ON %s (%s), and ON CONFLICT (%s)", query.Ident(rel.Name), quoted(cols), quoted(cols))
}

func containsAll(have, want []int) bool {
	return !slices.ContainsFunc(want, func(c int) bool { return !slices.Contains(have, c) })
}
