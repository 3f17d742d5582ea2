package query

import (
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// columnRef resolves a, x.a and schema.x.a as an expression.
func (r *resolver) columnRef(sc *scope, n *pgast.ColumnRef) Expr {
	at := r.at(n.GetLocation())
	names, star := refNames(n)
	switch {
	case star && len(names) == 1:
		return r.wholeRow(sc, "", names[0], at) // count(x.*)
	case star && len(names) == 2:
		return r.wholeRow(sc, names[0], names[1], at)
	case star:
		return r.unknown(at, "* in an expression")
	}
	switch len(names) {
	case 1:
		if e := r.columnNamed(sc, names[0], at, false); e != nil {
			return e
		}
		it, ok := r.relationNamed(sc, "", names[0], at)
		switch {
		case !ok:
			return r.failed(at, names[0])
		case it != nil:
			return r.whole(it, at)
		}
		return r.unknownColumn(sc, names[0], at)
	case 2:
		return r.qualified(sc, "", names[0], names[1], at)
	case 3:
		return r.qualified(sc, names[0], names[1], names[2], at)
	}
	return r.unknown(at, "a name of "+strings.Join(names, "."))
}

// refNames returns the parts of a reference, and whether it ends in a star.
func refNames(n *pgast.ColumnRef) (names []string, star bool) {
	for _, f := range n.GetFields() {
		if f.GetAStar() != nil {
			return names, true
		}
		names = append(names, f.GetString_().GetSval())
	}
	return names, false
}

// qualified resolves rel.col. A name that is no column may be the call of a
// function on the row, which is refused.
func (r *resolver) qualified(sc *scope, schema, rel, col string, at Loc) Expr {
	it, ok := r.item(sc, schema, rel, at)
	if !ok {
		return r.failed(at, rel)
	}
	i, n := it.find(col)
	width := len(rel) + 1 + len(col)
	switch {
	case n > 1:
		r.issue(diag.CodeAmbiguous, at, width, "the name "+col+" is ambiguous, "+rel+" has it twice", "", "")
		return r.failed(at, col)
	case n == 1:
		return it.column(i, at)
	case it.hasSystemColumn(col):
		return r.systemColumn(it, col, at)
	}
	fix := ""
	var known []string
	for i := range it.width() {
		known = append(known, it.columnName(i))
	}
	if near := diag.Nearest(col, known); near != "" {
		fix = rel + "." + Ident(near)
	}
	r.issue(diag.CodeUnknownColumn, at, width, rel+" has no column "+col,
		"PostgreSQL would look for a function "+col+"("+rel+"), which is not accepted", fix)
	return r.failed(at, col)
}

// item finds the range table entry of a qualifier, or reports that there is none.
func (r *resolver) item(sc *scope, schema, rel string, at Loc) (*nsItem, bool) {
	it, ok := r.relationNamed(sc, schema, rel, at)
	if it != nil || !ok {
		return it, ok
	}
	name := rel
	if schema != "" {
		name = schema + "." + rel
	}
	if sc.inReturning() && schema == "" && (rel == "old" || rel == "new") {
		r.issue(diag.CodeConstruct, at, len(rel), strings.ToUpper(rel)+" in RETURNING is not supported yet", "", "")
		return nil, false
	}
	if sc.isBroken() {
		return nil, false
	}
	if sc.hidden(func(it *nsItem) bool { return it.name == rel }) != nil {
		r.issue(diag.CodeReference, at, len(name), rel+" stands beside this subquery, which sees it through LATERAL only", "", "LATERAL before the subquery")
		return nil, false
	}
	why, fix := "", diag.Nearest(rel, sc.itemNames())
	if alias := sc.aliasOf(rel); alias != "" {
		why, fix = "the relation has the alias "+alias+", which hides its name", alias
	}
	r.issue(diag.CodeUnknownRelation, at, len(name), "FROM has no "+name+" here", why, fix)
	return nil, false
}

// aliasOf is the alias under which a relation of that name is in view.
func (s *scope) aliasOf(relation string) string {
	for ; s != nil; s = s.outer {
		for _, it := range s.items {
			if it.rel && it.rte != nil && it.rte.Relation != nil && it.rte.Relation.Name == relation {
				return it.name
			}
		}
	}
	return ""
}

func (s *scope) inReturning() bool {
	for ; s != nil; s = s.outer {
		if s.returning {
			return true
		}
	}
	return false
}

func (r *resolver) wholeRow(sc *scope, schema, rel string, at Loc) Expr {
	it, ok := r.item(sc, schema, rel, at)
	if !ok {
		return r.failed(at, rel)
	}
	return r.whole(it, at)
}

// whole is an item used as a value. For a function that returns a plain type
// that is the value itself.
func (r *resolver) whole(it *nsItem, at Loc) Expr {
	if it.rte == nil {
		return r.unknown(at, "the row of a join as a value")
	}
	if it.rte.Kind == FunctionRTE && it.rte.scalar {
		return columnOf(it.rte, 0, at)
	}
	return &WholeRow{node: node{At: at}, RTE: it.rte}
}

// expandStar appends the columns of *, x.* or schema.x.*.
func (r *resolver) expandStar(sc *scope, n *pgast.ColumnRef, out []*Target) []*Target {
	at := r.at(n.GetLocation())
	names, _ := refNames(n)
	switch len(names) {
	case 0:
		found := false
		for _, it := range sc.items {
			if it.cols {
				found = true
				out = r.expandItem(it, at, out)
			}
		}
		if !found && !sc.broken {
			r.issue(diag.CodeReference, at, 1, "* needs a FROM", "", "")
		}
		return out
	case 1, 2:
		schema := ""
		if len(names) == 2 {
			schema = names[0]
		}
		it, ok := r.item(sc, schema, names[len(names)-1], at)
		if !ok {
			return out
		}
		return r.expandItem(it, at, out)
	}
	r.unknown(at, "a name of "+strings.Join(names, ".")+".*")
	return out
}

func (r *resolver) expandItem(it *nsItem, at Loc, out []*Target) []*Target {
	if it.lateralOnly && !it.lateralOK {
		r.issue(diag.CodeReference, at, 1, it.label()+" cannot be referred to from this part of the statement", "", "")
		return out
	}
	for i := range it.width() {
		e := it.column(i, at)
		out = append(out, &Target{Name: it.columnName(i), Expr: e, Type: e.Type()})
	}
	return out
}

func systemColumnType(name string) catalog.Type {
	switch name {
	case "ctid":
		return catalog.Builtin("tid")
	case "xmax":
		return catalog.Builtin("xid")
	}
	return catalog.Builtin("oid")
}
