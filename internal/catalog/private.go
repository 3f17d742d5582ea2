package catalog

import (
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// privateClass decides the tenancy of a relation of a tenant's own database: all
// of its rows are the tenant's, unless they lie elsewhere or are declared
// nobody's. A materialized view holds what it was filled with, of which its
// query has to be asked.
func (c *classifier) privateClass(rel *Relation) {
	b := c.b
	t, m := c.declared(rel)
	ten := &rel.Tenancy
	ten.Columns, ten.Pos = []int{-1}, declaredPos(t, m)
	if m != nil && (m.Root || len(m.Via) > 0) {
		b.add(diag.Diagnostic{
			Code: diag.CodeModelTenancy, Pos: m.ClassPos,
			Message: "the model " + m.Name + " says by what a tenant owns its rows, and isolation is database",
			Why:     "a tenant's rows have a database of their own, and no column says whose they are",
			Fix:     "take the tag away; or isolation: row",
		})
	}
	switch global := t != nil && t.Global || m != nil && m.Global; {
	case rel.Kind == View:
		ten.Class = ViewClass
		if global {
			c.declaredView(rel, t)
		}
	case global:
		ten.Class = Global
	case rel.Kind == ForeignTable:
		b.add(diag.Diagnostic{
			Code: diag.CodeElsewhere, Pos: rel.Pos, Width: len(rel.Name),
			Message: "the rows of the foreign table " + rel.ShortName() + " do not lie in the tenant's database",
			Why:     "with isolation: database nothing but the database tells tenants apart, and what another server sends may be anybody's",
			Fix:     "tables: {" + rel.ShortName() + ": {global: true}} when they are nobody's data",
		})
	case rel.Kind == MaterializedView:
	default:
		ten.Class, ten.Dim = Private, b.cat.Dimensions[0]
		b.checkTenantless(rel)
	}
}

// checkTenantless warns of a column that looks like a tenant's.
func (b *builder) checkTenantless(rel *Relation) {
	dim := b.cat.Dimensions[0]
	col := rel.Column(dim.Name + "_id")
	if col == nil || rel.IsPartition {
		return
	}
	b.add(diag.Diagnostic{
		Code: diag.CodeTenantless, Severity: diag.Warning, Pos: col.Pos, Width: len(col.Name),
		Message: rel.ShortName() + "." + col.Name + " is a column like any other: isolation is database",
		Why:     "no statement compares it with the " + dim.Name + " that a method is given, and a Create takes it as a value like any other",
		Fix:     "isolation: row, whose code serves databases of one tenant too",
	})
}

// fetches refuses a statement that fills tables through dblink.
func (b *builder) fetches(n *pgast.Node) {
	if !b.cat.private {
		return
	}
	switch n.GetNode().(type) {
	case *pgast.Node_InsertStmt, *pgast.Node_UpdateStmt, *pgast.Node_DeleteStmt, *pgast.Node_MergeStmt, *pgast.Node_SelectStmt,
		*pgast.Node_CreateTableAsStmt:
	default:
		return // what it makes is looked into where it is used
	}
	pgast.Walk(n, func(m pgast.Message) bool {
		if call, ok := m.(*pgast.FuncCall); ok {
			if name := splitName(call.GetFuncname()).name; strings.HasPrefix(name, "dblink") {
				b.replicates(name + "()")
			}
		}
		return true
	})
}

// replicates refuses a statement that has rows of another database come in.
func (b *builder) replicates(what string) {
	if !b.cat.private {
		return
	}
	b.add(diag.Diagnostic{
		Code: diag.CodeElsewhere, Pos: b.stmt,
		Message: what + " fills tables with rows of another database",
		Why:     "with isolation: database nothing but the database tells tenants apart, and what another one sends may be anybody's",
		Fix:     "keep it out of the schema of a tenant's database",
	})
}
