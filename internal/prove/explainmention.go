package prove

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// mention finds the conjunct that speaks of r's tenant column, and says why it
// is not enough.
func (lv *level) mention(r *query.RTE, col int) (cause, bool) {
	name := called(r)
	for f, on := range lv.around(r) {
		if !speaksOf(f.expr, r, col) && !alternativeExists(f.expr, r, col) || lv.p.leansOn(f.expr, r) {
			continue
		}
		c := cause{loc: query.Start(f.expr), text: query.String(f.expr)}
		switch e := f.expr.(type) {
		case *query.Bool:
			c = lv.mentionBool(r, col, e, c)
		case *query.Case:
			c = passable(name, c)
			if optionalCase(e) {
				c = switchedOff(name, c)
			}
		case *query.ArrayOp, *query.InList:
			if one := onlyElement(e); one != nil {
				c = lv.mentionOp(r, col, one, c)
				break
			}
			c.code = diag.CodeTenantList
			c.message = fmt.Sprintf("%s is compared with a list of tenants", name)
			c.why = "a list may hold more than one tenant"
		case *query.Op:
			c = lv.mentionOp(r, col, e, c)
		case *query.RowOp:
			c.code = diag.CodeOtherRelation
			c.message = fmt.Sprintf("%s is tied to what is not known to be the tenant's", name)
			c.why = fmt.Sprintf("`%s` only helps once the other side is confined", c.text)
			if e.Name != "=" {
				c.code = diag.CodeNotEquality
				c.message = fmt.Sprintf("the tenant of %s is compared by %s", name, e.Name)
				c.why = fmt.Sprintf("`%s` holds for more than one tenant", c.text)
			}
		case *query.SubLink:
			c = tiedToSubquery(name, c)
		case *query.DistinctFrom, *query.NullTest:
			c.code = diag.CodeNotEquality
			c.message = fmt.Sprintf("the tenant of %s is tested, but not for equality with the tenant", name)
			c.why = fmt.Sprintf("`%s` holds for rows of other tenants or of nobody", c.text)
			if n, ok := e.(*query.NullTest); ok && !n.Not && isColumn(n.Arg, r, col) {
				c.fix = lv.insteadOfNull(r)
			}
		default:
			c = passable(name, c)
		}
		if c.code == diag.CodeOptional && c.fix == "" {
			c.fix = lv.bareTest(r) + " in its place"
		}
		if !lv.factsFor(r).holds(f, on) {
			c.code = diag.CodeNullableSide
			c.message = fmt.Sprintf("the tenant test of %s stands on the wrong side of an outer join", name)
			c.why = fmt.Sprintf("the join keeps rows of %s whatever `%s` says", r.Alias, c.text)
			c.fix = lv.test(r)
		}
		return c, true
	}
	return cause{}, false
}

// around returns the facts of WHERE and of the joins above r, the outermost
// first, whether they hold for r or not, each with the number of its join.
func (lv *level) around(r *query.RTE) iter.Seq2[*fact, int] {
	return func(yield func(*fact, int) bool) {
		var above []*join
		for s := lv.path[r]; s != nil; s = s.above {
			above = append(above, s.join)
		}
		for _, f := range lv.where {
			if !yield(f, inWhere) {
				return
			}
		}
		for _, j := range slices.Backward(above) {
			for _, f := range j.facts {
				if !yield(f, j.no) {
					return
				}
			}
		}
	}
}

func passable(name string, c cause) cause {
	c.code = diag.CodeNotConjunct
	c.message = fmt.Sprintf("the tenant test of %s can be passed by another way", name)
	c.why = fmt.Sprintf("it stands in `%s`, which can be true without it", c.text)
	return c
}

func switchedOff(name string, c cause) cause {
	c.code = diag.CodeOptional
	c.message = fmt.Sprintf("the tenant test of %s can be switched off", name)
	c.why = fmt.Sprintf("`%s` is true for every row when the value says so", c.text)
	return c
}

func tiedToSubquery(name string, c cause) cause {
	c.code = diag.CodeOtherRelation
	c.message = fmt.Sprintf("%s is tied to a subquery whose rows are not known to be the tenant's", name)
	c.why = fmt.Sprintf("`%s` only helps where the subquery hands out the tenant itself", c.text)
	return c
}

// mentionBool says why an OR or NOT around the test is not enough.
func (lv *level) mentionBool(r *query.RTE, col int, e *query.Bool, c cause) cause {
	name := called(r)
	c = passable(name, c)
	c.fix = regroup(e, r, col)
	switch {
	case optional(e):
		c = switchedOff(name, c)
		c.fix = ""
	case lv.path[r].nullable() > 0 && orNull(e, r):
		c.code = diag.CodeNullableSide
		c.message = fmt.Sprintf("the tenant test of %s comes after the outer join that makes it NULL", name)
		c.why = fmt.Sprintf("a row of %s that is another tenant's takes the place of the NULLs, and `%s` then drops the whole row", r.Alias, c.text)
		c.fix = "in the ON of its join: " + lv.fix(r)
	case lv.p.ownOrShared(e, r, col) && lv.p.tenancy(r.Relation).Class == catalog.Direct && lv.p.tenancy(r.Relation).Nullable:
		c.fix = fmt.Sprintf("tables: {%s: {nulls: everybody}} when rows without a tenant are for everybody to read; else the equality alone", r.Relation.ShortName())
	}
	return c
}

// orNull reports whether a branch of e tests a column of r for NULL.
func orNull(e *query.Bool, r *query.RTE) bool {
	return e.Op == query.Or && slices.ContainsFunc(e.Args, func(arg query.Expr) bool {
		n, ok := arg.(*query.NullTest)
		if !ok || n.Not {
			return false
		}
		c, ok := uncast(n.Arg).(*query.ColRef)
		return ok && c.RTE == r // any column of it: they are NULL together
	})
}

// onlyElement reads `a IN (x)` and `a = ANY (ARRAY[x])` as `a = x`; nil for others.
func onlyElement(e query.Expr) *query.Op {
	switch e := e.(type) {
	case *query.InList:
		if !e.Not && len(e.List) == 1 {
			return &query.Op{Name: "=", Left: e.Test, Right: e.List[0]}
		}
	case *query.ArrayOp:
		if arr, ok := e.Array.(*query.Array); ok && !e.All && e.Name == "=" && len(arr.Elems) == 1 {
			return &query.Op{Name: "=", Left: e.Left, Right: arr.Elems[0]}
		}
	}
	return nil
}

// mentionOp says why a comparison of the tenant column is not enough.
func (lv *level) mentionOp(r *query.RTE, col int, e *query.Op, c cause) cause {
	name := called(r)
	column := r.Alias + "." + r.Relation.Columns[col].Name
	if e.Name != "=" {
		c.code = diag.CodeNotEquality
		c.message = fmt.Sprintf("the tenant of %s is compared by %s", name, operatorName(e.Name))
		c.why = fmt.Sprintf("`%s` holds for more than one tenant", c.text)
		return c
	}
	side, value := e.Left, e.Right
	if isColumn(value, r, col) || !speaksOf(side, r, col) {
		side, value = value, side
	}
	if !isColumn(side, r, col) {
		switch uncast(side).(type) {
		case *query.Coalesce, *query.NullIf, *query.Case, *query.MinMax, *query.Op, *query.Bool:
			return passable(name, c)
		}
		return inexact(column, c)
	}
	if speaksOf(value, r, col) && !isColumn(value, r, col) {
		return switchedOff(name, c)
	}
	switch o := uncast(value).(type) {
	case *query.Const:
		c.code = diag.CodeLiteralTenant
		c.message = fmt.Sprintf("the tenant of %s is a constant", name)
		c.why = fmt.Sprintf("`%s` names one fixed tenant, whoever calls", c.text)
	case *query.ParamRef:
		if _, bare := lv.p.strip(value).(*query.ParamRef); !bare || !lv.p.equates(e.Left, e.Right) {
			return lv.converted(r, col, o.Param, inexact(column, c))
		}
		if o.Param.Nullable {
			c.code = diag.CodeTwoTenants
			c.message = fmt.Sprintf("%s is compared with %s, which may be NULL", column, o.Param.Label())
			c.why = "NULL is no tenant, so it cannot be the tenant parameter"
			c.fix = fmt.Sprintf("sqlc.arg('%s') in the place of sqlc.narg", o.Param.Spelt)
			return c
		}
		c.code = diag.CodeTwoTenants
		c.message = fmt.Sprintf("%s is compared with %s, which is not the tenant parameter", column, paramName(lv.p.stmt, o.Param.Number))
		c.why = "a statement has one tenant parameter; any other value is the caller's to choose"
	case *query.ColRef:
		c.code = diag.CodeOtherRelation
		c.message = fmt.Sprintf("%s is tied to %s, which is not known to be the tenant's", name, query.String(o))
		c.why = fmt.Sprintf("`%s` only helps once the other side is confined", c.text)
	case *query.SubLink:
		return tiedToSubquery(name, c)
	default:
		if f := namedSource(value); f != "" {
			c.code = diag.CodeLiteralTenant
			c.message = fmt.Sprintf("the tenant of %s comes from %s()", name, f)
			c.why = "it is not the caller's tenant that the statement is given"
			return c
		}
		return inexact(column, c)
	}
	return c
}

func inexact(column string, c cause) cause {
	c.code = diag.CodeLossy
	c.message = fmt.Sprintf("the test of %s is not exact", column)
	c.why = fmt.Sprintf("`%s` can hold for two tenants: a side is converted or computed, or the collation folds texts", c.text)
	return c
}

// converted adds how a parameter comes to be of a type that the tenant column is
// not compared with exactly: by its first use, where sqlc takes the type from.
func (lv *level) converted(r *query.RTE, col int, param *query.Param, c cause) cause {
	p := lv.p
	want := r.Relation.Columns[col].Type
	if param.Type.IsZero() || p.cat.EqualityClass(param.Type) == p.cat.EqualityClass(want) || len(param.Uses) < 2 {
		return c
	}
	c.why = fmt.Sprintf("%s is of type %s, by its first use, so that `%s` converts a side and can hold for two tenants", param.Label(), param.Type, c.text)
	name := fmt.Sprintf("$%d", param.Number)
	if param.Name != "" {
		name = "sqlc.arg('" + param.Spelt + "')"
	}
	c.fix = fmt.Sprintf("where it is used first: %s::%s::%s", name, want, param.Type)
	return c
}

// insteadOfNull is the test that belongs in the place of `r.t IS NULL`, beside
// which no equality can be true.
func (lv *level) insteadOfNull(r *query.RTE) string {
	test := lv.bareTest(r)
	if ten := lv.p.tenancy(r.Relation); ten.Class == catalog.Shared {
		column, _, _ := strings.Cut(test, " = ")
		return fmt.Sprintf("(%s or %s is null) in its place; or -- tenant: unscoped public: … when only everybody's are meant", test, column)
	}
	return test + " in its place"
}

// namedSource returns the name of a function in e that takes its value from
// neither a column nor a parameter, as current_setting does; "" when there is none.
func namedSource(e query.Expr) string {
	name := ""
	query.Walk(e, func(e query.Expr) bool {
		f, ok := e.(*query.FuncCall)
		if !ok || name != "" {
			return name == ""
		}
		given := false
		for _, a := range f.Args {
			query.Walk(a, func(e query.Expr) bool {
				switch e.(type) {
				case *query.ColRef, *query.ParamRef:
					given = true
				}
				return !given
			})
		}
		if !given {
			name = f.Name
		}
		return name == ""
	})
	return name
}

// operatorName spells an operator as it is written.
func operatorName(op string) string {
	switch op {
	case "~~":
		return "LIKE"
	case "!~~":
		return "NOT LIKE"
	case "~~*":
		return "ILIKE"
	case "!~~*":
		return "NOT ILIKE"
	}
	return op
}

// uncast takes off every cast, for telling a person what stands there.
func uncast(e query.Expr) query.Expr {
	for {
		c, ok := e.(*query.Cast)
		if !ok {
			return e
		}
		e = c.Arg
	}
}

// alternativeExists reports whether e is an OR or NOT around an EXISTS that
// speaks of column col of r.
func alternativeExists(e query.Expr, r *query.RTE, col int) bool {
	found := false
	if _, ok := e.(*query.Bool); ok {
		query.Walk(e, func(e query.Expr) bool {
			if sl, ok := e.(*query.SubLink); ok && sl.Kind == query.ExistsSubLink {
				query.WalkDeep(sl, func(e query.Expr) bool {
					found = found || isColumn(e, r, col)
					return !found
				})
			}
			return !found
		})
	}
	return found
}

// isColumn reports whether e is column col of r, whatever it is cast to.
func isColumn(e query.Expr, r *query.RTE, col int) bool {
	c, ok := uncast(e).(*query.ColRef)
	return ok && c.RTE == r && c.Col == col
}

// speaksOf reports whether e mentions column col of r, outside of subqueries.
func speaksOf(e query.Expr, r *query.RTE, col int) bool {
	found := false
	query.Walk(e, func(e query.Expr) bool {
		found = found || isColumn(e, r, col)
		return !found
	})
	return found
}

// optional reports whether a branch of e has no column at all: a value alone
// can make it true.
func optional(e *query.Bool) bool {
	return slices.ContainsFunc(e.Args, func(arg query.Expr) bool { return !hasColumn(arg) })
}

// optionalCase reports whether a value alone leads e to a branch without a column.
func optionalCase(e *query.Case) bool {
	choice, free := false, !hasColumn(e.Else)
	for _, w := range e.Whens {
		choice = choice || !hasColumn(w.Cond) && !hasColumn(e.Arg)
		free = free || !hasColumn(w.Then)
	}
	return choice && free
}

func hasColumn(e query.Expr) bool {
	found := false
	query.WalkDeep(e, func(e query.Expr) bool {
		if _, ok := e.(*query.ColRef); ok {
			found = true
		}
		return !found
	})
	return found
}
