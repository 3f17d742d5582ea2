package query

// What becomes of a field of the parser's tree.
const (
	handled = "handled" // a change of it is seen in what is resolved
	refused = "refused" // where it is set there is an issue
	// Anything else is the reason why the field may be left out of account.
	analysis = "set by PostgreSQL's analysis, never by the grammar"
	place    = "a place in the text"
	onlyOut  = "the message is refused as a whole"
)

// syntax lists every message that the resolver reads, with its fields. All
// other messages are refused by the default branches; TestUnknownNodes tries
// each of them. A new message or field in the parser fails the test until
// somebody has decided what becomes of it.
var syntax = map[string]map[string]string{
	"SelectStmt": {
		"distinct_clause": handled, "into_clause": refused, "target_list": handled, "from_clause": handled,
		"where_clause": handled, "group_clause": handled, "having_clause": handled, "window_clause": handled,
		"group_distinct": "removes grouping sets that occur twice, which changes no set's columns",
		"values_lists":   handled, "sort_clause": handled, "limit_offset": handled, "limit_count": handled,
		"limit_option": handled, "locking_clause": handled, "with_clause": handled, "op": handled, "all": handled,
		"larg": handled, "rarg": handled,
	},
	"InsertStmt": {
		"relation": handled, "cols": handled, "select_stmt": handled, "on_conflict_clause": handled,
		"returning_clause": handled, "with_clause": handled, "override": handled,
	},
	"UpdateStmt": {
		"relation": handled, "target_list": handled, "where_clause": handled, "from_clause": handled,
		"returning_clause": handled, "with_clause": handled,
	},
	"DeleteStmt": {
		"relation": handled, "using_clause": handled, "where_clause": handled, "returning_clause": handled, "with_clause": handled,
	},
	"WithClause": {"ctes": handled, "recursive": handled, "location": place},
	"CommonTableExpr": {
		"ctename": handled, "aliascolnames": handled, "ctequery": handled, "search_clause": refused, "cycle_clause": refused,
		"ctematerialized": "says how the query is run, not what it gives",
		"location":        place, "cterecursive": analysis, "cterefcount": analysis, "ctecolnames": analysis,
		"ctecoltypes": analysis, "ctecoltypmods": analysis, "ctecolcollations": analysis,
	},
	"RangeVar": {
		"catalogname": refused, "schemaname": handled, "relname": handled, "inh": handled, "alias": handled, "location": place,
		"relpersistence": "p for every name in a query; only CREATE and INTO set it",
	},
	"Alias":          {"aliasname": handled, "colnames": handled},
	"RangeSubselect": {"lateral": handled, "subquery": handled, "alias": handled},
	"RangeFunction": {
		"lateral": handled, "ordinality": handled, "functions": handled, "alias": handled, "coldeflist": handled,
		"is_rowsfrom": "the list of functions says it",
	},
	"RangeTableSample": {"relation": onlyOut, "method": onlyOut, "args": onlyOut, "repeatable": onlyOut, "location": place},
	"ColumnDef": {
		"colname": handled, "type_name": handled, "coll_clause": handled, "location": place,
		"compression": "not in a column list of a function", "inhcount": analysis, "is_local": analysis, "is_not_null": analysis,
		"is_from_type": analysis, "storage": analysis, "storage_name": "not in a column list of a function",
		"raw_default": "not in a column list of a function", "cooked_default": analysis, "identity": analysis,
		"identity_sequence": analysis, "generated": analysis, "coll_oid": analysis,
		"constraints": "not in a column list of a function", "fdwoptions": "not in a column list of a function",
	},
	"JoinExpr": {
		"jointype": handled, "is_natural": handled, "larg": handled, "rarg": handled, "using_clause": handled,
		"join_using_alias": handled, "quals": handled, "alias": handled, "rtindex": analysis,
	},
	"ResTarget": {"name": handled, "indirection": handled, "val": handled, "location": place},
	"ColumnRef": {"fields": handled, "location": place},
	"ParamRef":  {"number": handled, "location": place},
	"A_Const": {
		"ival": handled, "fval": handled, "boolval": handled, "sval": handled, "bsval": handled, "isnull": handled, "location": place,
	},
	"Integer": {"ival": handled}, "Float": {"fval": handled}, "Boolean": {"boolval": handled}, "String": {"sval": handled},
	"BitString": {"bsval": handled}, "List": {"items": handled}, "A_Star": {},
	"A_Expr": {
		"kind": handled, "name": handled, "lexpr": handled, "rexpr": handled, "rexpr_list_start": place, "rexpr_list_end": place, "location": place,
	},
	"BoolExpr": {"xpr": analysis, "boolop": handled, "args": handled, "location": place},
	"TypeCast": {"arg": handled, "type_name": handled, "location": place},
	"TypeName": {
		"names": handled, "type_oid": analysis, "setof": refused, "pct_type": handled, "typmods": handled, "typemod": analysis,
		"array_bounds": handled, "location": place,
	},
	"FuncCall": {
		"funcname": handled, "args": handled, "agg_order": handled, "agg_filter": handled, "over": handled, "agg_within_group": handled,
		"agg_star": handled, "agg_distinct": handled, "func_variadic": handled, "location": place,
		"funcformat": "says whether the call was written in SQL's own syntax",
	},
	"NamedArgExpr": {"xpr": analysis, "arg": handled, "name": "the overload that it picks is left open, and so are the types", "argnumber": analysis, "location": place},
	"SubLink": {
		"xpr": analysis, "sub_link_type": handled, "sub_link_id": analysis, "testexpr": handled, "oper_name": handled, "subselect": handled, "location": place,
	},
	"NullTest":     {"xpr": analysis, "arg": handled, "nulltesttype": handled, "argisrow": analysis, "location": place},
	"BooleanTest":  {"xpr": analysis, "arg": handled, "booltesttype": handled, "location": place},
	"CaseExpr":     {"xpr": analysis, "casetype": analysis, "casecollid": analysis, "arg": handled, "args": handled, "defresult": handled, "location": place},
	"CaseWhen":     {"xpr": analysis, "expr": handled, "result": handled, "location": place},
	"CoalesceExpr": {"xpr": analysis, "coalescetype": analysis, "coalescecollid": analysis, "args": handled, "location": place},
	"MinMaxExpr": {
		"xpr": analysis, "minmaxtype": analysis, "minmaxcollid": analysis, "inputcollid": analysis, "op": handled, "args": handled, "location": place,
	},
	"A_ArrayExpr": {"elements": handled, "list_start": place, "list_end": place, "location": place},
	"RowExpr": {
		"xpr": analysis, "args": handled, "row_typeid": analysis, "colnames": analysis, "location": place,
		"row_format": handled,
	},
	"A_Indirection":    {"arg": handled, "indirection": handled},
	"A_Indices":        {"is_slice": handled, "lidx": handled, "uidx": handled},
	"CollateClause":    {"arg": handled, "collname": handled, "location": place},
	"SQLValueFunction": {"xpr": analysis, "op": handled, "type": analysis, "typmod": "cuts digits off the clock's value", "location": place},
	"GroupingFunc":     {"xpr": analysis, "args": handled, "refs": analysis, "agglevelsup": analysis, "location": place},
	"GroupingSet":      {"kind": handled, "content": handled, "location": place},
	"SortBy": {
		"node": handled, "sortby_dir": handled, "use_op": handled, "location": place,
		"sortby_nulls": "where NULLs sort says nothing about which rows there are; with LIMIT the rows are a tenant's own in any order",
	},
	"WindowDef": {
		"name": handled, "refname": handled, "partition_clause": handled, "order_clause": handled, "frame_options": handled,
		"start_offset": handled, "end_offset": handled, "location": place,
	},
	"LockingClause": {
		"locked_rels": handled, "strength": handled,
		"wait_policy": "waiting for or skipping rows that are locked; which rows these can be is proven of the lock itself",
	},
	"OnConflictClause": {"action": handled, "infer": handled, "target_list": handled, "where_clause": handled, "location": place},
	"InferClause":      {"index_elems": handled, "where_clause": handled, "conname": handled, "location": place},
	"IndexElem": {
		"name": handled, "expr": handled, "collation": handled, "opclass": handled, "opclassopts": refused,
		"indexcolname": analysis, "ordering": "PostgreSQL refuses it in ON CONFLICT", "nulls_ordering": "PostgreSQL refuses it in ON CONFLICT",
	},
	"ReturningClause": {"options": refused, "exprs": handled},
	"MultiAssignRef":  {"source": handled, "colno": handled, "ncolumns": handled},
	"SetToDefault":    {"xpr": analysis, "type_id": analysis, "type_mod": analysis, "collation": analysis, "location": place},
	"CurrentOfExpr":   {"xpr": onlyOut, "cvarno": onlyOut, "cursor_name": onlyOut, "cursor_param": onlyOut},
}

// typed are the messages that stand in a field of their own type, not in a
// Node, and that are refused with it or belong to what is refused.
var typed = map[string]string{
	"IntoClause":      "SELECT INTO is refused",
	"CTESearchClause": "SEARCH is refused",
	"CTECycleClause":  "CYCLE is refused",
}
