package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/query"
)

// equates reports whether `a = b` makes a and b one value, so that equalities
// may be chained. Both sides need one equality class: equality across classes
// is not transitive, as int8 = float8 loses digits and text = citext folds case.
// A nondeterministic collation calls different texts equal, and an operator of
// the schema may call anything equal.
func (p *prover) equates(a, b query.Expr) bool {
	ca, cb := p.class(a), p.class(b)
	return ca != "" && ca == cb && !p.userOperator("=") && p.deterministic(a) && p.deterministic(b)
}

// class returns the key of e's equality class, or "" when e's type is not
// known or has no dependable equality.
func (p *prover) class(e query.Expr) string {
	return p.cat.EqualityClass(e.Type())
}

// strip takes off casts that keep the value: inside one equality class and
// without a modifier, which would cut or round.
func (p *prover) strip(e query.Expr) query.Expr {
	for {
		c, ok := e.(*query.Cast)
		if !ok || len(c.Type().Mods) > 0 {
			return e
		}
		if class := p.class(c); class == "" || class != p.class(c.Arg) {
			return e
		}
		if d := p.cat.UserType(c.Type()); d != nil && len(p.cat.Base(c.Type()).Mods) > 0 {
			return e // a domain over varchar(3) cuts as well
		}
		if folds(p.cat.TypeCollation(c.Type())) {
			return e // and a domain may fold texts
		}
		e = c.Arg
	}
}

// deterministic reports whether e is compared under a collation that calls
// only identical texts equal. A bare parameter or constant takes the collation
// of what it is compared with.
func (p *prover) deterministic(e query.Expr) bool {
	if folds(p.cat.TypeCollation(p.strip(e).Type())) {
		return false
	}
	switch e := p.strip(e).(type) {
	case *query.ColRef:
		coll := e.RTE.Cols[e.Col].Collation
		return coll == nil || !coll.Nondeterministic && !coll.Unknown
	case *query.ParamRef, *query.Const:
		return true
	case *query.SubLink:
		return p.deterministicOutput(e.Query, 0)
	case *query.Array:
		return !slices.ContainsFunc(e.Elems, p.folding)
	case *query.NullIf:
		return !slices.ContainsFunc([]query.Expr{e.Left, e.Right}, p.folding)
	case *query.Coalesce, *query.MinMax, *query.Case:
		return !slices.ContainsFunc(chosen(e), p.folding) // it has the collation of one of them, or none
	}
	if elem := p.elementType(e); !elem.IsZero() {
		return !collatable(p.cat.EqualityClass(elem)) // an array is compared as its elements are
	}
	return !collatable(p.class(e))
}

func (p *prover) folding(e query.Expr) bool { return !p.deterministic(e) }

// deterministicOutput says so of an output column of q.
func (p *prover) deterministicOutput(q query.Query, i int) bool {
	switch q := q.(type) {
	case *query.SetOp:
		return p.deterministicOutput(q.Left, i) && p.deterministicOutput(q.Right, i)
	case *query.Values:
		for _, row := range q.Rows {
			if !p.deterministic(row[i]) {
				return false
			}
		}
		return true
	}
	return p.deterministic(q.Columns()[i].Expr)
}

// collatable reports whether values of an equality class are compared under a
// collation.
func collatable(class string) bool { return !uncollated[class] }

// uncollated lists the built-in classes that no collation touches. What is not
// listed is taken to have one.
var uncollated = map[string]bool{
	"integer": true, "uuid": true, "bool": true,
	"float4": true, "float8": true, "numeric": true, "date": true, "timestamp": true,
	"timestamptz": true, "time": true, "timetz": true, "interval": true, "bytea": true,
	"oid": true, "inet": true, "cidr": true, "macaddr": true, "jsonb": true,
}

// userOperator reports whether the schema defines an operator of that name, on
// whatever types.
func (p *prover) userOperator(name string) bool {
	for _, op := range p.cat.Operators {
		if op.Name == name {
			return true
		}
	}
	return false
}
