package query

import (
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// fromClause resolves a comma list. Each item sees those before it through
// LATERAL only; the level's other clauses see them all.
func (r *resolver) fromClause(sc *scope, list []*pgast.Node) []FromItem {
	var out []FromItem
	for _, n := range list {
		item, visible := r.fromItem(sc, n)
		r.checkNames(sc.items, visible)
		setLateral(visible, true, true)
		sc.items = append(sc.items, visible...)
		if item == nil {
			sc.broken = true
			continue
		}
		out = append(out, item)
	}
	setLateral(sc.items, false, true)
	return out
}

func setLateral(items []*nsItem, only, ok bool) {
	for _, it := range items {
		it.lateralOnly, it.lateralOK = only, ok
	}
}

// checkNames reports a name that two items of FROM share.
func (r *resolver) checkNames(a, b []*nsItem) {
	for _, y := range b {
		for _, x := range a {
			if !x.rel || !y.rel || x.name == "" || x.name != y.name {
				continue
			}
			if x.schema != "" && y.schema != "" && x.schema != y.schema {
				continue // two relations of different schemas, without aliases
			}
			at := r.stmtLoc()
			if y.rte != nil {
				at = y.rte.At
			}
			r.issue(diag.CodeAmbiguous, at, len(y.name), "FROM has the name "+y.name+" twice", "", "an alias")
		}
	}
}

// fromItem resolves one item and returns what names see of it. The item is nil
// when it could not be resolved.
func (r *resolver) fromItem(sc *scope, n *pgast.Node) (FromItem, []*nsItem) {
	if !r.enter(r.stmtLoc()) {
		return nil, nil
	}
	defer r.leave()
	switch x := n.GetNode().(type) {
	case *pgast.Node_RangeVar:
		return visible(r.rangeVar(sc, x.RangeVar))
	case *pgast.Node_RangeSubselect:
		return visible(r.rangeSubselect(sc, x.RangeSubselect))
	case *pgast.Node_RangeFunction:
		return visible(r.rangeFunction(sc, x.RangeFunction))
	case *pgast.Node_JoinExpr:
		return r.join(sc, x.JoinExpr)
	case *pgast.Node_RangeTableSample:
		s := x.RangeTableSample
		item, items := r.fromItem(sc, s.GetRelation())
		if rte, ok := item.(*RTE); ok {
			rte.Sample = true
		}
		r.issue(diag.CodeConstruct, r.at(s.GetLocation()), len("TABLESAMPLE"), "TABLESAMPLE is not accepted",
			"the sample depends on the rows of everybody", "")
		return item, items
	default:
		r.unknown(r.stmtLoc(), pgast.Kind(n)+" in FROM")
		return nil, nil
	}
}

// visible makes the ordinary view of one entry.
func visible(rte *RTE) (FromItem, []*nsItem) {
	if rte == nil {
		return nil, nil
	}
	return rte, []*nsItem{itemOf(rte)}
}

func itemOf(rte *RTE) *nsItem {
	return &nsItem{name: rte.Alias, schema: rte.schema, rte: rte, rel: rte.Alias != "", cols: true, lateralOK: true}
}

// rangeVar resolves the name of a relation or CTE in FROM.
func (r *resolver) rangeVar(sc *scope, n *pgast.RangeVar) *RTE {
	at, name := r.at(n.GetLocation()), n.GetRelname()
	if n.GetSchemaname() == "" && n.GetCatalogname() == "" {
		if entry := sc.ctes.find(name); entry != nil {
			return r.cteRTE(sc, entry, n)
		}
	}
	rel := r.relation(n)
	if rel == nil {
		return nil
	}
	rte := r.relationRTE(sc, rel, n)
	if rel.IsView() {
		r.expandView(rte, at)
	}
	r.aliasColumns(rte, n.GetAlias(), at)
	return rte
}

// relationRTE makes the entry of a relation, without its alias list.
func (r *resolver) relationRTE(sc *scope, rel *catalog.Relation, n *pgast.RangeVar) *RTE {
	rte := r.newRTE(sc, RelationRTE, r.at(n.GetLocation()), nameWidth(n))
	rte.Relation, rte.Only = rel, !n.GetInh()
	rte.Cols = r.cache.of(rel)
	if rte.Alias = n.GetAlias().GetAliasname(); rte.Alias == "" {
		rte.Alias, rte.schema = rel.Name, rel.Schema
	}
	return rte
}

func nameWidth(n *pgast.RangeVar) int {
	if n.GetSchemaname() != "" {
		return len(n.GetSchemaname()) + 1 + len(n.GetRelname())
	}
	return len(n.GetRelname())
}

// relation looks a table or view up, or reports that there is none.
func (r *resolver) relation(n *pgast.RangeVar) *catalog.Relation {
	at, schema, name := r.at(n.GetLocation()), n.GetSchemaname(), n.GetRelname()
	switch {
	case n.GetCatalogname() != "":
		r.issue(diag.CodeUnknownRelation, at, len(n.GetCatalogname()), "a name with a database before the schema is not accepted", "", schema+"."+name)
		return nil
	case schema == "pg_catalog", schema == "information_schema", schema == "pg_toast", schema == "" && strings.HasPrefix(name, "pg_"):
		r.issue(diag.CodeSystemRelation, at, nameWidth(n), "the system relation "+name+" is not accepted",
			"the catalogs and statistics speak of every tenant's rows", "when it is meant for the operator: -- tenant: unscoped admin: why")
		return nil
	}
	if rel := r.cat.Lookup(schema, name); rel != nil {
		return rel
	}
	full, fix := name, ""
	if schema != "" {
		full = schema + "." + name
	}
	var known []string
	for _, rel := range r.cat.Relations {
		known = append(known, rel.ShortName())
	}
	if near := diag.Nearest(full, known); near != "" {
		fix = near
	}
	why := ""
	if pos, ok := r.cat.Copied(schema, name); ok {
		why = "it takes its columns from a query, at " + pos.String() + ", and the schema is read without a server"
		fix = "CREATE TABLE with its columns there, and INSERT … SELECT for the rows"
	}
	r.issue(diag.CodeUnknownRelation, at, nameWidth(n), "the schema has no relation "+full, why, fix)
	return nil
}

// aliasColumns applies the alias list of `d AS x(a, b)`, which renames by position.
func (r *resolver) aliasColumns(rte *RTE, alias *pgast.Alias, at Loc) {
	names := alias.GetColnames()
	if len(names) == 0 {
		return
	}
	if len(names) > len(rte.Cols) {
		r.issue(diag.CodeColumnCount, at, rte.Width, "the alias list of "+rte.Alias+" has more names than there are columns", "", "")
		names = names[:len(rte.Cols)]
	}
	cols := append([]RTECol(nil), rte.Cols...)
	for i, n := range names {
		cols[i].Name = n.GetString_().GetSval()
	}
	rte.Cols = cols
}

// rangeSubselect resolves a subquery or VALUES in FROM.
func (r *resolver) rangeSubselect(sc *scope, n *pgast.RangeSubselect) *RTE {
	rte := r.newRTE(sc, SubqueryRTE, r.stmtLoc(), 0)
	rte.Alias, rte.Lateral = n.GetAlias().GetAliasname(), n.GetLateral()
	before := sc.lateral
	sc.lateral = n.GetLateral()
	q := r.query(sc, n.GetSubquery())
	sc.lateral = before
	if q == nil {
		return nil
	}
	rte.Sub, rte.At = q, q.Loc()
	rte.Cols = r.outputColumns(q)
	r.aliasColumns(rte, n.GetAlias(), rte.At)
	return rte
}

// outputColumns are a query's columns as an entry of the level above has them.
func (r *resolver) outputColumns(q Query) []RTECol {
	targets := q.Columns()
	cols := make([]RTECol, len(targets))
	for i, t := range targets {
		cols[i] = RTECol{Name: t.Name, Type: t.Type, Collation: r.outputCollation(q, i)}
	}
	return cols
}
