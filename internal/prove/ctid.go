package prove

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// ctid says where a row lies, which depends on the rows of all tenants. Within
// one statement it also tells the rows of a relation apart, as a key does, and
// so much is understood: it is compared by `=` with a ctid of the same relation,
// and handed from a subquery to such a comparison.
//
//	DELETE FROM docs WHERE ctid IN (SELECT ctid FROM docs WHERE tenant_id = @t LIMIT 100)
//
// Nothing else may be done with it: returned, ordered by or compared with a
// value it would show the place.

// placeColumn stands for ctid where a column is named by its index.
const placeColumn = -1

// placeOf returns the relation of which e is the ctid of a row, or nil: e is
// ctid itself, or an output column or scalar subquery that hands one on.
func (p *prover) placeOf(e query.Expr) *catalog.Relation {
	switch e := e.(type) {
	case *query.SystemColumn:
		if e.Name == "ctid" && e.RTE.Kind == query.RelationRTE {
			return e.RTE.Relation
		}
	case *query.ColRef:
		switch t := e.Type(); {
		case !t.IsZero() && !t.Same(catalog.Builtin("tid")):
			return nil // however many blocks have handed it on
		case e.RTE.Sub != nil:
			return p.placeOut(e.RTE.Sub, e.Col)
		case e.RTE.CTE != nil && !e.RTE.CTE.Recursive:
			return p.placeOut(e.RTE.CTE.Query, e.Col)
		}
	case *query.SubLink:
		if e.Kind == query.ScalarSubLink {
			return p.placeOut(e.Query, 0)
		}
	}
	return nil
}

// placeOut says so of an output column of a plain SELECT. Others are refused
// when they hand one out.
func (p *prover) placeOut(q query.Query, col int) *catalog.Relation {
	if sel, ok := q.(*query.Select); ok && col < len(sel.Targets) {
		return p.placeOf(sel.Targets[col].Expr)
	}
	return nil
}

// samePlace reports whether a = b compares the ctids of two rows of one
// relation all of whose rows are its own: partitions and children count theirs anew.
func (p *prover) samePlace(a, b query.Expr) bool {
	rel := p.placeOf(a)
	return rel != nil && rel == p.placeOf(b) && rel.Kind == catalog.Table && len(rel.Children) == 0 && !p.userOperator("=")
}

// visitPlaces visits the sides of an equality of ctids, and reports whether it
// is one. A row that is being written lies elsewhere by then.
func (lv *level) visitPlaces(e query.Expr, st standing) bool {
	var sides []query.Expr
	switch e := e.(type) {
	case *query.Op:
		if e.Name != "=" || e.Schema != "" || !lv.p.samePlace(e.Left, e.Right) {
			return false
		}
		sides = []query.Expr{e.Left, e.Right}
	case *query.SubLink: // ctid IN (SELECT ctid …)
		if e.Kind != query.AnySubLink || e.Op != "=" || len(e.Test) != 1 || !lv.p.inPlaces(e.Test[0], e.Query) {
			return false
		}
		sides = []query.Expr{e.Test[0], e}
	case *query.ArrayOp: // ctid = ANY (ARRAY (SELECT ctid …))
		sl, ok := e.Array.(*query.SubLink)
		if !ok || e.Name != "=" || e.All || sl.Kind != query.ArraySubLink || !lv.p.inPlaces(e.Left, sl.Query) {
			return false
		}
		sides = []query.Expr{e.Left, sl}
	default:
		return false
	}
	if st.kind == onNewRow {
		return false
	}
	for _, side := range sides {
		if sl, ok := side.(*query.SubLink); ok {
			lv.p.handsOn(sl.Query)
			lv.note(sl, st)
		}
	}
	return true
}

// inPlaces is samePlace for the only column of a subquery.
func (p *prover) inPlaces(e query.Expr, q query.Query) bool {
	sel, ok := q.(*query.Select)
	return ok && len(sel.Targets) == 1 && p.samePlace(e, sel.Targets[0].Expr)
}

// handsOn lets a plain SELECT hand out ctids: whatever reads its output is
// looked at, too.
func (p *prover) handsOn(q query.Query) {
	sel, _ := q.(*query.Select)
	p.places[sel] = true
}

// refusePlace refuses a ctid that is not just compared.
func (p *prover) refusePlace(e query.Expr) {
	p.refuseFix(diag.CodeNotUnderstood, e.Loc(), "the system column ctid is not understood here",
		"it tells where rows lie, which depends on all of them; what is understood is a comparison by = with a ctid of the same table without partitions", "the key of the row")
}

// refuseRowWithPlace refuses a whole row that has a ctid among its columns.
func (p *prover) refuseRowWithPlace(e *query.WholeRow) {
	for i := range e.RTE.Cols {
		if p.placeOf(query.Column(e.RTE, i)) != nil {
			p.refusePlace(e)
			return
		}
	}
}
