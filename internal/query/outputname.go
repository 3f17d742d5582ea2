package query

import (
	"github.com/tenantc/tenantc/internal/pgast"
)

// outputName is the name that PostgreSQL gives to an output column without an
// alias ("FigureColname").
func outputName(n *pgast.Node) string {
	if name, _ := figureName(n); name != "" {
		return name
	}
	return "?column?"
}

// figureName returns a name and its strength: 2 a good one, 1 one that gives
// way to a better one, 0 none.
func figureName(n *pgast.Node) (string, int) {
	switch x := n.GetNode().(type) {
	case *pgast.Node_ColumnRef:
		names, _ := refNames(x.ColumnRef)
		if len(names) > 0 {
			return names[len(names)-1], 2
		}
	case *pgast.Node_AIndirection:
		list := x.AIndirection.GetIndirection()
		for i := len(list) - 1; i >= 0; i-- {
			if s := list[i].GetString_(); s != nil {
				return s.GetSval(), 2
			}
		}
		return figureName(x.AIndirection.GetArg())
	case *pgast.Node_FuncCall:
		names := pgast.Strings(x.FuncCall.GetFuncname())
		return names[len(names)-1], 2
	case *pgast.Node_AExpr:
		if x.AExpr.GetKind() == pgast.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
		if isAt(x.AExpr) {
			if c := x.AExpr.GetRexpr().GetTypeCast(); c != nil {
				return typeName(c), 1 // @name::type is a cast of a parameter
			}
		}
	case *pgast.Node_TypeCast:
		if name, strength := figureName(x.TypeCast.GetArg()); strength > 1 {
			return name, strength
		}
		if name := typeName(x.TypeCast); name != "" {
			return name, 1
		}
	case *pgast.Node_CollateClause:
		return figureName(x.CollateClause.GetArg())
	case *pgast.Node_GroupingFunc:
		return "grouping", 2
	case *pgast.Node_SubLink:
		return subLinkName(x.SubLink)
	case *pgast.Node_CaseExpr:
		if name, strength := figureName(x.CaseExpr.GetDefresult()); strength > 1 {
			return name, strength
		}
		return "case", 1
	case *pgast.Node_AArrayExpr:
		return "array", 2
	case *pgast.Node_RowExpr:
		return "row", 2
	case *pgast.Node_CoalesceExpr:
		return "coalesce", 2
	case *pgast.Node_MinMaxExpr:
		if x.MinMaxExpr.GetOp() == pgast.MinMaxOp_IS_LEAST {
			return "least", 2
		}
		return "greatest", 2
	case *pgast.Node_SqlvalueFunction:
		return sqlValueName(x.SqlvalueFunction.GetOp()), 2
	}
	return "", 0
}

func typeName(c *pgast.TypeCast) string {
	names := pgast.Strings(c.GetTypeName().GetNames())
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1]
}

func subLinkName(n *pgast.SubLink) (string, int) {
	switch n.GetSubLinkType() {
	case pgast.SubLinkType_EXISTS_SUBLINK:
		return "exists", 2
	case pgast.SubLinkType_ARRAY_SUBLINK:
		return "array", 2
	case pgast.SubLinkType_EXPR_SUBLINK:
		s := n.GetSubselect().GetSelectStmt()
		for s.GetLarg() != nil {
			s = s.GetLarg()
		}
		if len(s.GetValuesLists()) > 0 {
			return "column1", 2
		}
		if t := s.GetTargetList(); len(t) > 0 {
			rt := t[0].GetResTarget()
			if rt.GetName() != "" {
				return rt.GetName(), 2
			}
			return figureName(rt.GetVal())
		}
	}
	return "", 0
}

func sqlValueName(op pgast.SQLValueFunctionOp) string {
	switch op {
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		return "current_date"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIME, pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:
		return "current_time"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP, pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N:
		return "current_timestamp"
	case pgast.SQLValueFunctionOp_SVFOP_LOCALTIME, pgast.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		return "localtime"
	case pgast.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP, pgast.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		return "localtimestamp"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:
		return "current_role"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_USER:
		return "current_user"
	case pgast.SQLValueFunctionOp_SVFOP_USER:
		return "user"
	case pgast.SQLValueFunctionOp_SVFOP_SESSION_USER:
		return "session_user"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:
		return "current_catalog"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:
		return "current_schema"
	}
	return ""
}
