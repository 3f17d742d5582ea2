package prove

import (
	"fmt"
	"github.com/tenantc/tenantc/internal/diag"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// standing is where an expression stands in its block.
type standing struct {
	kind standKind
	list bool        // in the SELECT list of a block that no outer row repeats
	item *query.RTE  // of inFrom
	fact *fact       // the conjunct that holds it, where there is one
	join *query.Join // of inOn
	rows *query.RTE  // the item of FROM that the call itself is
}

type standKind int8

const (
	// nowhere: LIMIT and VALUES, where no row of the block is at hand.
	nowhere standKind = iota
	// inConjunct: WHERE, or an ON that is as good.
	inConjunct
	// inOn: an ON below an outer join.
	inOn
	// onRow: what is computed of rows that WHERE has let pass.
	onRow
	// onNewRow: RETURNING and SET, computed of a row that is being written.
	onNewRow
	// inFrom: the arguments of a LATERAL function in FROM.
	inFrom
)

// subquery is a subquery in an expression, and what is proven of it.
type subquery struct {
	link *query.SubLink
	call *query.FuncCall // whose body it is; nil for a subquery that is written
	at   standing
	lv   *level // the block in which it stands; nil until visited

	exists *existsForm // how EXISTS reads as IN; nil for others
	res    *result     // nil until it is proven
	last   *result     // the last try
}

// subquery returns the one state of sl.
func (p *prover) subquery(sl *query.SubLink) *subquery {
	s := p.subs[sl]
	if s == nil {
		s = &subquery{link: sl}
		p.subs[sl] = s
	}
	return s
}

// visit looks at every node of e. It notes subqueries as standing at st, and
// refuses functions, operators and casts that may read more than their
// arguments. A node that it does not know is refused by name.
func (lv *level) visit(e query.Expr, st standing) {
	p := lv.p
	p.step()
	all := func(list ...query.Expr) {
		for _, a := range list {
			lv.visit(a, st)
		}
	}
	if lv.visitPlaces(e, st) {
		return
	}
	p.checkValue(e)
	switch e := e.(type) {
	case nil:
	case *query.Output, *query.ParamRef, *query.Const, *query.SQLValue, *query.Default:
	case *query.ColRef:
		if p.placeOf(e) != nil {
			p.refusePlace(e)
		}
	case *query.WholeRow:
		p.refuseRowWithPlace(e)
	case *query.SystemColumn:
		if e.Name == "ctid" {
			p.refusePlace(e)
		}
	case *query.Cast:
		p.checkCast(e)
		all(e.Arg)
	case *query.Collate:
		all(e.Arg)
	case *query.Bool:
		all(e.Args...)
	case *query.Op:
		p.checkOperator(e.Schema, e.Name, e.Loc())
		if !exactComparison(e) {
			all(e.Left, e.Right)
		}
	case *query.RowOp:
		p.checkOperator("", e.Name, e.Loc())
		all(e.Left...)
		all(e.Right...)
	case *query.Row:
		all(e.Args...)
	case *query.InList:
		p.checkOperator("", inOperator(e.Not), e.Loc())
		all(e.Test)
		all(e.List...)
	case *query.ArrayOp:
		p.checkOperator("", e.Name, e.Loc())
		all(e.Left, e.Array)
	case *query.SubLink:
		if e.Op != "" {
			p.checkOperator("", e.Op, e.Loc())
		}
		all(e.Test...)
		if e.Kind == query.ExistsSubLink {
			p.handsOn(e.Query)
		}
		lv.note(e, st)
	case *query.MultiAssign:
		lv.visit(e.Sub, st)
	case *query.FuncCall:
		p.checkFunction(e, st)
		if p.opensBody(e) {
			lv.note(e.Body, st)
			p.subquery(e.Body).call = e
		}
		if lv.aggregates(e) {
			st = standing{kind: onRow} // computed of each row, and of none when there is none
		}
		all(e.Args...)
		all(e.Filter)
		lv.visitKeys(e.OrderBy, st)
		if w := e.Over; w != nil {
			lv.visitWindow(w, st)
		}
	case *query.Case:
		if e.Arg != nil {
			p.checkOperator("", "=", e.Loc())
		}
		all(e.Arg, e.Else)
		for _, w := range e.Whens {
			all(w.Cond, w.Then)
		}
	case *query.Coalesce:
		all(e.Args...)
	case *query.MinMax:
		p.checkOperator("", "<", e.Loc())
		all(e.Args...)
	case *query.NullIf:
		p.checkOperator("", "=", e.Loc())
		all(e.Left, e.Right)
	case *query.NullTest:
		all(e.Arg)
	case *query.BoolTest:
		all(e.Arg)
	case *query.DistinctFrom:
		p.checkOperator("", "=", e.Loc())
		all(e.Left, e.Right)
	case *query.Array:
		all(e.Elems...)
	case *query.Subscript:
		all(e.Arg)
		all(e.Indexes...)
	case *query.Field:
		all(e.Arg)
	case *query.Merged:
		all(e.Left, e.Right)
	case *query.Grouping:
		all(e.Args...)
	default: // one of these is what the reader does not understand
		p.refuse(diag.CodeNotUnderstood, e.Loc(), fmt.Sprintf("%T is not understood", e))
	}
}

// aggregates reports whether f is an aggregate over this block's rows. One that
// has no column of the block may belong to an outer one.
func (lv *level) aggregates(f *query.FuncCall) bool {
	if !lv.unfounded || f.Over != nil || f.Builtin == nil || !f.Builtin.Aggregate {
		return false
	}
	found := false
	see := func(e query.Expr) bool {
		if c, ok := e.(*query.ColRef); ok && lv.has[c.RTE] {
			found = true
		}
		return !found
	}
	for _, a := range f.Args {
		query.WalkDeep(a, see)
	}
	return found
}

func (lv *level) visitKeys(keys []*query.SortKey, st standing) {
	for _, k := range keys {
		if k.Using != "" {
			lv.p.checkOperator("", k.Using, k.Expr.Loc())
		}
		lv.visit(k.Expr, st)
	}
}

func (lv *level) visitWindow(w *query.Window, st standing) {
	for _, e := range w.PartitionBy {
		lv.visit(e, st)
	}
	lv.visitKeys(w.OrderBy, st)
	lv.visit(w.Start, st)
	lv.visit(w.End, st)
}

// note records a subquery. A node that the tree shares, as a grouping
// expression named by its position in ORDER BY, is noted once, at the place
// that allows least.
func (lv *level) note(sl *query.SubLink, st standing) {
	s := lv.p.subquery(sl)
	if s.lv == lv {
		if st.kind < s.at.kind {
			s.at = st
		}
		return
	}
	s.lv, s.at, s.res, s.last = lv, st, nil, nil
	lv.links = append(lv.links, s)
}

// checkDomain refuses a domain, or a type made of one, whose CHECK may read
// more than its value.
func (p *prover) checkDomain(t catalog.Type, loc query.Loc) {
	p.domainExprs(t, func(e *catalog.Expr) {
		if why := p.impure(e); why != "" {
			p.refuse(diag.CodeFunction, loc, fmt.Sprintf("a value of %s is checked by a CHECK that %s", t, why))
		}
	})
}

// domainExprs calls f for the CHECKs and defaults of the domains that t is, or
// is made of: elements of arrays and ranges, fields of composites.
func (p *prover) domainExprs(t catalog.Type, f func(*catalog.Expr)) {
	seen := map[*catalog.UserType]bool{}
	var walk func(t catalog.Type)
	walk = func(t catalog.Type) {
		t.Array = false
		u := p.cat.UserType(t)
		if u == nil || seen[u] {
			return
		}
		seen[u] = true
		for _, e := range u.Checks {
			f(e)
		}
		f(u.Default) // nil where there is none
		walk(u.Of)
		for _, field := range u.Fields {
			walk(field.Type)
		}
	}
	walk(t)
}
