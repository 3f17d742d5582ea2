package catalog

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// OpClass is a user-defined operator class. Operators and Functions are the last
// parts of the names of what it calls.
type OpClass struct {
	Name                 string
	Pos                  diag.Pos
	Operators, Functions []string
}

// createOpClass interprets CREATE OPERATOR CLASS: a default one decides what a
// unique index on the type means, and what sorting and grouping call.
func (b *builder) createOpClass(s *pgast.CreateOpClassStmt) {
	c := &OpClass{Name: splitName(s.GetOpclassname()).name, Pos: b.stmt}
	for _, n := range s.GetItems() {
		item := n.GetCreateOpClassItem()
		names := pgast.Strings(item.GetName().GetObjname())
		switch {
		case len(names) == 0: // STORAGE
		case item.GetItemtype() == opClassFunction:
			c.Functions = append(c.Functions, names[len(names)-1])
		default:
			c.Operators = append(c.Operators, names[len(names)-1])
		}
	}
	b.cat.OpClasses = append(b.cat.OpClasses, c)
	if s.GetIsDefault() {
		b.taint(b.typeName(s.GetDatatype()))
	}
}

// opClassFunction is the grammar's number for FUNCTION in an operator class.
const opClassFunction = 2
