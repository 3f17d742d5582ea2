package catalog

import (
	"fmt"
	"unicode/utf8"

	"github.com/tenantc/tenantc/internal/pgast"
)

// maxName is how many bytes of a name PostgreSQL keeps.
const maxName = 63

// objectName builds the name that PostgreSQL gives an index or constraint:
// name1_name2_label, of which the longer of the two names is cut until it fits.
func objectName(name1, name2, label string) string {
	room := maxName - len(label) - 1
	if name2 != "" {
		room--
	}
	n1, n2 := len(name1), len(name2)
	for n1+n2 > room {
		if n1 > n2 {
			n1--
		} else {
			n2--
		}
	}
	name := clip(name1, n1)
	if name2 != "" {
		name += "_" + clip(name2, n2)
	}
	return name + "_" + label
}

// clip cuts s to at most n bytes, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// columnsPart is the middle of a chosen name: the columns, joined.
func columnsPart(names []string) string {
	var buf string
	for _, n := range names {
		if buf != "" {
			buf += "_"
		}
		if buf += n; len(buf) > maxName {
			break
		}
	}
	return buf
}

// chooseIndexName returns the first free name of the form rel_columns_label,
// label1, label2.
func (b *builder) chooseIndexName(rel *Relation, columns []string, label string) string {
	middle := columnsPart(columns)
	for i := 0; ; i++ {
		name := objectName(rel.Name, middle, numbered(label, i))
		if q := (qname{rel.Schema, name}); !b.nameTaken(q) && b.constraintNames()[q] == 0 {
			return name
		}
	}
}

// chooseConstraintName is chooseIndexName for checks and foreign keys, whose
// names need only differ from those of other constraints in the schema.
func (b *builder) chooseConstraintName(rel *Relation, columns []string, label string) string {
	middle := columnsPart(columns)
	for i := 0; ; i++ {
		name := objectName(rel.Name, middle, numbered(label, i))
		if b.constraintNames()[qname{rel.Schema, name}] == 0 {
			return name
		}
	}
}

func numbered(label string, i int) string {
	if i == 0 {
		return label
	}
	return fmt.Sprintf("%s%d", label, i)
}

// constraintNames counts the constraints of each name. Drops and renames throw
// the count away; the next choice of a name takes it anew.
func (b *builder) constraintNames() map[qname]int {
	if b.names == nil {
		b.names = map[qname]int{}
		for _, rel := range b.cat.Relations {
			b.countNames(rel)
		}
	}
	return b.names
}

func (b *builder) countNames(rel *Relation) {
	for _, k := range rel.Keys {
		if k.Constraint {
			b.names[qname{rel.Schema, k.Name}]++
		}
	}
	for _, x := range rel.Exclusions {
		b.names[qname{rel.Schema, x.Name}]++
	}
	for _, fk := range rel.ForeignKeys {
		b.names[qname{rel.Schema, fk.Name}]++
	}
	for _, e := range rel.Checks {
		b.names[qname{rel.Schema, b.checks[e].name}]++
	}
}

// countName adds one name to a count that is already taken.
func (b *builder) countName(rel *Relation, name string) {
	if b.names != nil {
		b.names[qname{rel.Schema, name}]++
	}
}

// namesChanged makes the next choice of a name look again.
func (b *builder) namesChanged() { b.names = nil }

// outputName is the name that PostgreSQL gives an expression in a select list
// or an index, "" when it has none of its own.
func outputName(n *pgast.Node) string {
	name, _ := figureName(n)
	return name
}

// figureName returns a name and how strongly the expression suggests it: 2 for
// a name of its own, 1 for one that a type lends, 0 for none.
func figureName(n *pgast.Node) (string, int) {
	switch e := n.GetNode().(type) {
	case *pgast.Node_ColumnRef:
		fields := e.ColumnRef.GetFields()
		for i := len(fields) - 1; i >= 0; i-- {
			if s := fields[i].GetString_(); s != nil {
				return s.GetSval(), 2
			}
		}
	case *pgast.Node_AIndirection:
		ind := e.AIndirection.GetIndirection()
		for i := len(ind) - 1; i >= 0; i-- {
			if s := ind[i].GetString_(); s != nil {
				return s.GetSval(), 2
			}
		}
		return figureName(e.AIndirection.GetArg())
	case *pgast.Node_FuncCall:
		names := pgast.Strings(e.FuncCall.GetFuncname())
		if len(names) > 0 {
			return names[len(names)-1], 2
		}
	case *pgast.Node_AExpr:
		if e.AExpr.GetKind() == pgast.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pgast.Node_TypeCast:
		if name, strength := figureName(e.TypeCast.GetArg()); strength > 1 {
			return name, strength
		}
		names := pgast.Strings(e.TypeCast.GetTypeName().GetNames())
		if len(names) > 0 {
			return names[len(names)-1], 1
		}
	case *pgast.Node_CollateClause:
		return figureName(e.CollateClause.GetArg())
	case *pgast.Node_GroupingFunc:
		return "grouping", 2
	case *pgast.Node_CaseExpr:
		if name, strength := figureName(e.CaseExpr.GetDefresult()); strength > 1 {
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
		if e.MinMaxExpr.GetOp() == pgast.MinMaxOp_IS_LEAST {
			return "least", 2
		}
		return "greatest", 2
	case *pgast.Node_SubLink:
		return subLinkName(e.SubLink)
	case *pgast.Node_SqlvalueFunction:
		if name, ok := sqlValueNames[e.SqlvalueFunction.GetOp()]; ok {
			return name, 2
		}
	}
	return "", 0
}

func subLinkName(s *pgast.SubLink) (string, int) {
	switch s.GetSubLinkType() {
	case pgast.SubLinkType_EXISTS_SUBLINK:
		return "exists", 2
	case pgast.SubLinkType_ARRAY_SUBLINK:
		return "array", 2
	case pgast.SubLinkType_EXPR_SUBLINK:
		list := s.GetSubselect().GetSelectStmt().GetTargetList()
		if len(list) > 0 {
			if t := list[0].GetResTarget(); t.GetName() != "" {
				return t.GetName(), 2
			}
			return figureName(list[0].GetResTarget().GetVal())
		}
	}
	return "", 0
}

var sqlValueNames = map[pgast.SQLValueFunctionOp]string{
	pgast.SQLValueFunctionOp_SVFOP_CURRENT_DATE:        "current_date",
	pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIME:        "current_time",
	pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:      "current_time",
	pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP:   "current_timestamp",
	pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
	pgast.SQLValueFunctionOp_SVFOP_LOCALTIME:           "localtime",
	pgast.SQLValueFunctionOp_SVFOP_LOCALTIME_N:         "localtime",
	pgast.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP:      "localtimestamp",
	pgast.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:    "localtimestamp",
	pgast.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:        "current_role",
	pgast.SQLValueFunctionOp_SVFOP_CURRENT_USER:        "current_user",
	pgast.SQLValueFunctionOp_SVFOP_USER:                "user",
	pgast.SQLValueFunctionOp_SVFOP_SESSION_USER:        "session_user",
	pgast.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:     "current_catalog",
	pgast.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:      "current_schema",
}
