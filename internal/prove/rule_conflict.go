package prove

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// arbiter is a unique index or exclusion constraint that ON CONFLICT may meet.
type arbiter struct {
	name    string
	key     *catalog.Key // nil for an exclusion
	columns []int        // those compared by plain equality
}

// conflict accepts ON CONFLICT when every arbiter that can apply names a row of
// the tenant: its columns equal the values proposed, and that is all that is
// known of the row. The WHERE of DO UPDATE comes too late: the count says that
// the row exists.
//
//	INSERT … ON CONFLICT (email) DO UPDATE SET bio = EXCLUDED.bio   -- anybody's row
func (p *prover) conflict(q *query.Insert, rows [][]labels, res *result) {
	c := q.Conflict
	rel := q.Target.Relation
	ten := p.tenancy(rel)
	arbiters, problem := p.arbiters(q)
	if problem != "" {
		p.refuse(diag.CodeConflict, c.At, problem)
		return
	}
	var met []arbiter // those that can meet another tenant's row
	if ten.Owned() && ten.Class != catalog.Private {
		for _, a := range arbiters {
			if !(c.DoNothing && p.fresh(q, a)) && !p.confinesConflict(rel, a) {
				met = append(met, a)
			}
		}
	}
	if c.DoNothing {
		for _, a := range met {
			res.loose = append(res.loose, p.explainConflict(q, a, true))
		}
		return
	}
	// The conflict row and the proposed one; both are the tenant's by now, or the
	// statement is refused.
	lv := p.newLevel([]query.FromItem{q.Target, c.Excluded}, c.Where, nil, nil)
	lv.rows[c.Excluded] = &rowSource{rte: c.Excluded, res: &result{cols: p.excluded(q, rows)}}
	for _, a := range met {
		_, guarded := confineDirect(lv, lv.row(), q.Target) // by its WHERE alone
		res.loose = append(res.loose, p.explainConflict(q, a, guarded))
	}
	lv.settle(&Instance{RTE: q.Target})
	for _, a := range c.Set {
		lv.visit(a.Value, standing{kind: onRow})
	}
	for _, s := range lv.links {
		lv.proveLink(s)
		res.take(s.last)
	}
	p.setClause(lv, q.Target, c.Set, res)
	p.writes = append(p.writes, write{rel: rel, set: c.Set, lv: lv, at: c.At})
}

// excluded returns the labels of EXCLUDED's columns: what every row proposes.
func (p *prover) excluded(q *query.Insert, rows [][]labels) []labels {
	out := make([]labels, len(q.Target.Relation.Columns))
	rewritten := p.rewritten(q.Target.Relation, true)
	for col := range out {
		if rewritten[col] {
			continue
		}
		for i := range rows {
			l := p.proposedLabels(q, rows, i, col)
			if i == 0 {
				out[col] = l
			} else {
				out[col] = out[col].meet(l)
			}
		}
	}
	return out
}

// arbiters returns the arbiters that the clause can infer, read from the DDL.
func (p *prover) arbiters(q *query.Insert) ([]arbiter, string) {
	c, rel := q.Conflict, q.Target.Relation
	var out []arbiter
	switch {
	case c.Constraint != "":
		for _, k := range rel.Keys {
			if k.Name == c.Constraint {
				out = append(out, keyArbiter(k))
			}
		}
		for _, x := range rel.Exclusions {
			if x.Name == c.Constraint {
				out = append(out, exclusionArbiter(x))
			}
		}
	case len(c.Elems) > 0:
		for _, k := range rel.Keys {
			if infers(c.Elems, k) {
				out = append(out, keyArbiter(k))
			}
		}
		if len(out) == 0 {
			return nil, "no unique index or constraint of " + rel.Name + " matches the columns of ON CONFLICT"
		}
	default:
		for _, r := range rel.Subtree() {
			if r != rel && !r.IsPartition {
				continue // the row goes into a partition, never into a child
			}
			for _, k := range r.Keys {
				out = append(out, keyArbiter(k).in(r, rel))
			}
			for _, x := range r.Exclusions {
				out = append(out, exclusionArbiter(x).in(r, rel))
			}
		}
	}
	return out, ""
}

// in reads the columns of a partition's arbiter as those of the partitioned
// table, which may have them in another order.
func (a arbiter) in(part, rel *catalog.Relation) arbiter {
	columns := a.columns
	a.columns = nil
	for _, c := range columns {
		a.columns = append(a.columns, rel.Column(part.Columns[c].Name).Index)
	}
	return a
}

// infers reports whether the elements of the clause can infer the key: the
// same columns, and as many expressions. Predicates, collations and operator
// classes narrow the choice; leaving them out takes more arbiters for possible.
func infers(elems []query.ConflictElem, k *catalog.Key) bool {
	want, have := map[int]bool{}, map[int]bool{}
	wantExpr, haveExpr := 0, 0
	for _, e := range elems {
		if e.Column >= 0 {
			want[e.Column] = true
		} else {
			wantExpr++
		}
	}
	for _, e := range k.Elems {
		if e.Column >= 0 {
			have[e.Column] = true
		} else {
			haveExpr++
		}
	}
	if len(want) != len(have) || (wantExpr == 0) != (haveExpr == 0) {
		return false
	}
	for c := range want {
		if !have[c] {
			return false
		}
	}
	return true
}

func keyArbiter(k *catalog.Key) arbiter {
	a := arbiter{name: k.Name, key: k}
	for _, e := range k.Elems {
		if e.Column >= 0 && e.Collation == "" && e.OpClass == "" {
			a.columns = append(a.columns, e.Column)
		}
	}
	return a
}

func exclusionArbiter(x *catalog.Exclusion) arbiter {
	a := arbiter{name: x.Name}
	for _, e := range x.Elems {
		if e.Column >= 0 && e.Collation == "" && e.OpClass == "" && e.Operator == "=" {
			a.columns = append(a.columns, e.Column)
		}
	}
	return a
}

// confinesConflict reports whether the row that conflicts on a is the tenant's.
// The row proposed is, or the statement is refused for it; so the other is where
// the arbiter compares the tenant column, or the whole owning key, by plain
// equality. A NULL proposed there conflicts with nothing.
func (p *prover) confinesConflict(rel *catalog.Relation, a arbiter) bool {
	if a.key != nil && (a.key.NullsNotDistinct || a.key.Deferrable) || p.userOperator("=") {
		return false
	}
	return !slices.ContainsFunc(ownerOf(p.tenancy(rel)), func(col int) bool {
		return !slices.Contains(a.columns, col) || folds(rel.Columns[col].Collation)
	})
}

// fresh reports whether a compares a column that this INSERT fills with a value
// that no row can have: a random uuid, or the next value of an identity column
// that only its sequence ever filled. A serial column or one BY DEFAULT may hold
// values that a client chose, ahead of the sequence.
func (p *prover) fresh(q *query.Insert, a arbiter) bool {
	if a.key == nil || a.key.NullsNotDistinct {
		return false
	}
	rel := q.Target.Relation
	return slices.ContainsFunc(a.columns, func(col int) bool {
		c := rel.Columns[col]
		random := p.keepsRandom(c.Type)
		server := c.Drawn || random && p.freshDefault(c.Default)
		if !slices.Contains(q.Into, col) {
			return server
		}
		rows := 1
		if v, ok := q.Source.(*query.Values); ok {
			rows = len(v.Rows)
		}
		for i := range rows {
			switch e := proposedExpr(q, i, col).(type) {
			case *query.Default:
				if !server {
					return false
				}
			case *query.FuncCall:
				if !random || !p.freshCall(e.Schema, e.Name) {
					return false
				}
			default:
				return false
			}
		}
		return true
	})
}

// keepsRandom reports whether a column of the type stores a uuid as it is. A cast
// of the schema's may take a part of it.
func (p *prover) keepsRandom(t catalog.Type) bool {
	return len(p.cat.Casts) == 0 || p.cat.Base(t).Same(catalog.Builtin("uuid"))
}

// freshCalls return a value that nobody has seen before.
var freshCalls = map[string]bool{
	"gen_random_uuid": true, "uuidv4": true, "uuidv7": true, "uuid_generate_v1": true, "uuid_generate_v1mc": true, "uuid_generate_v4": true,
}

// freshCall reports whether a call surely returns such a value: a function of the
// schema's may have the name.
func (p *prover) freshCall(schema, name string) bool {
	return freshCalls[name] && len(p.cat.FunctionsNamed(schema, name)) == 0
}

// freshDefault reports whether a column's default is one of freshCalls.
func (p *prover) freshDefault(e *catalog.Expr) bool {
	if e == nil {
		return false
	}
	call := e.Node.GetFuncCall()
	if call == nil || len(call.Args) > 0 {
		return false
	}
	parts := append([]string{""}, pgast.Strings(call.Funcname)...)
	return p.freshCall(parts[len(parts)-2], parts[len(parts)-1])
}
