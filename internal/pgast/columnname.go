package pgast

// Naming knows what a tree alone does not tell of the names of columns. The zero
// Naming knows nothing of it.
type Naming struct {
	// Param reports whether a node stands for a parameter in the text that the
	// server gets, and the cast that stands around it there, or nil. Nil means
	// that no node does.
	Param func(*Node) (cast *TypeCast, ok bool)

	// Sub returns the name of the only column of a subquery. It reports false
	// when that cannot be told; so does a nil Sub.
	Sub func(*SubLink) (string, bool)
}

// Unnamed is what a column without a name is called.
const Unnamed = "?column?"

// ColumnName returns the name that PostgreSQL gives to an output column without
// an alias, or "" for none: the column is called Unnamed then, and that of an
// index "expr". It reports false when the name cannot be told. The rules are
// those of FigureColname in PostgreSQL's parse_target.c.
func (k Naming) ColumnName(n *Node) (string, bool) {
	f := k.figure(n)
	return f.name, !f.unknown
}

// figure is a name and how strongly an expression suggests it: 2 for a name of
// its own, 1 for one that gives way to a better one, 0 for none.
type figure struct {
	name     string
	strength int
	unknown  bool
}

func (k Naming) figure(n *Node) figure {
	own := func(name string) figure { return figure{name: name, strength: 2} }
	if k.Param != nil {
		if cast, ok := k.Param(n); ok {
			return weaker(figure{}, castName(cast))
		}
	}
	switch x := n.GetNode().(type) {
	case *Node_ColumnRef:
		if name, ok := lastName(x.ColumnRef.GetFields()); ok {
			return own(name)
		}
	case *Node_AIndirection:
		if name, ok := lastName(x.AIndirection.GetIndirection()); ok {
			return own(name)
		}
		return k.figure(x.AIndirection.GetArg())
	case *Node_FuncCall:
		if name, ok := lastName(x.FuncCall.GetFuncname()); ok {
			return own(name)
		}
	case *Node_AExpr:
		if x.AExpr.GetKind() == A_Expr_Kind_AEXPR_NULLIF {
			return own("nullif")
		}
	case *Node_TypeCast:
		return weaker(k.figure(x.TypeCast.GetArg()), castName(x.TypeCast))
	case *Node_CollateClause:
		return k.figure(x.CollateClause.GetArg())
	case *Node_CaseExpr:
		return weaker(k.figure(x.CaseExpr.GetDefresult()), "case")
	case *Node_SubLink:
		return k.subLink(x.SubLink)
	}
	if name := keyword(n); name != "" {
		return own(name)
	}
	return figure{}
}

// weaker returns f, or name where f is no name of its own.
func weaker(f figure, name string) figure {
	if f.strength > 1 || f.unknown || name == "" {
		return f
	}
	return figure{name: name, strength: 1}
}

func castName(c *TypeCast) string {
	name, _ := lastName(c.GetTypeName().GetNames())
	return name
}

// lastName returns the last part of a name, passing over stars and subscripts.
func lastName(parts []*Node) (string, bool) {
	for i := len(parts) - 1; i >= 0; i-- {
		if s := parts[i].GetString_(); s != nil {
			return s.GetSval(), true
		}
	}
	return "", false
}

// subLink gives a subquery used as a value the name of its column, whatever that
// has it from: it is resolved before its name is asked for.
func (k Naming) subLink(s *SubLink) figure {
	switch s.GetSubLinkType() {
	case SubLinkType_EXISTS_SUBLINK:
		return figure{name: "exists", strength: 2}
	case SubLinkType_ARRAY_SUBLINK:
		return figure{name: "array", strength: 2}
	case SubLinkType_EXPR_SUBLINK:
		if k.Sub == nil {
			return figure{unknown: true}
		}
		name, ok := k.Sub(s)
		return figure{name: name, strength: 2, unknown: !ok}
	}
	return figure{}
}

// keyword returns the word by which an expression is called that begins with one,
// or "".
func keyword(n *Node) string {
	switch x := n.GetNode().(type) {
	case *Node_GroupingFunc:
		return "grouping"
	case *Node_MergeSupportFunc:
		return "merge_action"
	case *Node_AArrayExpr:
		return "array"
	case *Node_RowExpr:
		return "row"
	case *Node_CoalesceExpr:
		return "coalesce"
	case *Node_MinMaxExpr:
		if x.MinMaxExpr.GetOp() == MinMaxOp_IS_LEAST {
			return "least"
		}
		return "greatest"
	case *Node_SqlvalueFunction:
		return sqlValueNames[x.SqlvalueFunction.GetOp()]
	case *Node_XmlExpr:
		return xmlNames[x.XmlExpr.GetOp()]
	case *Node_XmlSerialize:
		return "xmlserialize"
	case *Node_JsonParseExpr:
		return "json"
	case *Node_JsonScalarExpr:
		return "json_scalar"
	case *Node_JsonSerializeExpr:
		return "json_serialize"
	case *Node_JsonObjectConstructor:
		return "json_object"
	case *Node_JsonArrayConstructor, *Node_JsonArrayQueryConstructor:
		return "json_array"
	case *Node_JsonObjectAgg:
		return "json_objectagg"
	case *Node_JsonArrayAgg:
		return "json_arrayagg"
	case *Node_JsonFuncExpr:
		return jsonNames[x.JsonFuncExpr.GetOp()]
	}
	return ""
}

var sqlValueNames = map[SQLValueFunctionOp]string{
	SQLValueFunctionOp_SVFOP_CURRENT_DATE:        "current_date",
	SQLValueFunctionOp_SVFOP_CURRENT_TIME:        "current_time",
	SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:      "current_time",
	SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP:   "current_timestamp",
	SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
	SQLValueFunctionOp_SVFOP_LOCALTIME:           "localtime",
	SQLValueFunctionOp_SVFOP_LOCALTIME_N:         "localtime",
	SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP:      "localtimestamp",
	SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:    "localtimestamp",
	SQLValueFunctionOp_SVFOP_CURRENT_ROLE:        "current_role",
	SQLValueFunctionOp_SVFOP_CURRENT_USER:        "current_user",
	SQLValueFunctionOp_SVFOP_USER:                "user",
	SQLValueFunctionOp_SVFOP_SESSION_USER:        "session_user",
	SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:     "current_catalog",
	SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:      "current_schema",
}

var xmlNames = map[XmlExprOp]string{
	XmlExprOp_IS_XMLCONCAT:    "xmlconcat",
	XmlExprOp_IS_XMLELEMENT:   "xmlelement",
	XmlExprOp_IS_XMLFOREST:    "xmlforest",
	XmlExprOp_IS_XMLPARSE:     "xmlparse",
	XmlExprOp_IS_XMLPI:        "xmlpi",
	XmlExprOp_IS_XMLROOT:      "xmlroot",
	XmlExprOp_IS_XMLSERIALIZE: "xmlserialize",
}

var jsonNames = map[JsonExprOp]string{
	JsonExprOp_JSON_EXISTS_OP: "json_exists",
	JsonExprOp_JSON_QUERY_OP:  "json_query",
	JsonExprOp_JSON_VALUE_OP:  "json_value",
}
