package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// derive classifies a relation that is owned through a foreign key. Where the
// key will not do, the relation stays unclassified: refused wherever it is used.
func (c *classifier) derive(rel *Relation, via []string, pos diag.Pos) {
	refuse := func(why, fix string, rel2 []diag.Related) {
		c.b.add(diag.Diagnostic{
			Code: diag.CodeVia, Pos: pos,
			Message: rel.ShortName() + " cannot be owned through (" + strings.Join(via, ", ") + "): " + why,
			Fix:     fix, Related: rel2,
		})
	}
	var cols []int
	for _, name := range via {
		col := rel.Column(name)
		if col == nil {
			refuse("it has no column "+name, diag.Nearest(name, columnNames(rel, allColumns(rel))), nil)
			return
		}
		cols = append(cols, col.Index)
	}
	var owner *ForeignKey
	for _, fk := range rel.ForeignKeys {
		if sameSet(fk.Columns, cols) {
			if owner != nil {
				refuse("two foreign keys have these columns", "", related(fk.Pos, "the second one"))
				return
			}
			owner = fk
		}
	}
	if owner == nil {
		refuse("no foreign key has just these columns", "add the foreign key, or declare the column of the tenant", related(rel.Pos, rel.ShortName()+" is made here"))
		return
	}
	if why := c.b.unusable(owner); why != "" {
		refuse(why, "", related(owner.Pos, "the foreign key"))
		return
	}
	for _, i := range cols {
		if !rel.Columns[i].NotNull {
			refuse(rel.Columns[i].Name+" may be NULL, and then the row is nobody's",
				"alter table "+rel.ShortName()+" alter column "+rel.Columns[i].Name+" set not null", related(rel.Columns[i].Pos, "the column"))
			return
		}
	}
	to := owner.To
	if c.state[to] == 1 {
		refuse("the chain of owners comes back to "+to.ShortName(), "", related(owner.Pos, "the foreign key"))
		return
	}
	c.class(to)
	switch to.Tenancy.Class {
	case Root, Direct, Derived:
	default:
		refuse(to.ShortName()+" is no tenant's own data", "declare whose data "+to.ShortName()+" is", related(to.Pos, to.ShortName()+" is made here"))
		return
	}
	dim := to.Tenancy.Dim
	if col := rel.Tenancy.Columns[dim.Index]; col >= 0 {
		c.b.add(diag.Diagnostic{
			Code: diag.CodeTenancyContradicted, Pos: pos,
			Message: rel.ShortName() + " has the column " + rel.Columns[col].Name + " and is declared to be owned through (" + strings.Join(via, ", ") + ")",
			Why:     "two statements of ownership can come to differ; the column alone is enough, and cheaper to check",
			Fix:     "take via away",
			Related: related(rel.Columns[col].Pos, "the column"),
		})
		return
	}
	rel.Tenancy.Class, rel.Tenancy.Dim, rel.Tenancy.Owner = Derived, dim, owner
}

// unusable says why a foreign key does not hold for every row, or "".
func (b *builder) unusable(fk *ForeignKey) string {
	switch {
	case fk.NotValid:
		return "the foreign key is NOT VALID, so old rows may break it"
	case fk.NotEnforced:
		return "the foreign key is NOT ENFORCED"
	case fk.Deferrable:
		return "the foreign key is deferrable, so a transaction may break it for a while"
	case fk.From.UncheckedKeys() || fk.To.UncheckedKeys():
		return "a migration switched off the triggers that keep the foreign key"
	case fk.From.PlainChildren() || fk.To.PlainChildren():
		return "tables inherit from one of its sides, and their rows are not under it"
	}
	for i := range fk.Columns {
		from, to := fk.From.Columns[fk.Columns[i]], fk.To.Columns[fk.RefColumns[i]]
		class := b.cat.EqualityClass(from.Type)
		if class == "" || class != b.cat.EqualityClass(to.Type) {
			return "its columns " + from.Name + " (" + from.Type.String() + ") and " + to.Name + " (" + to.Type.String() + ") differ in what equality means"
		}
		if from.Collation.folds() || to.Collation.folds() {
			return "its collation makes different texts equal"
		}
	}
	return ""
}

// folds reports whether different texts may be equal under the collation.
func (c *Collation) folds() bool { return c != nil && (c.Nondeterministic || c.Unknown) }

// checkMixed compares every relation with its children and partitions.
func (b *builder) checkMixed() {
	for _, rel := range b.cat.Relations {
		for _, child := range rel.Subtree()[1:] {
			if sameTenancy(rel, child) {
				continue
			}
			rel.Tenancy.Mixed = true
			if !slices.Contains(rel.Children, child) {
				continue // told at its own parent
			}
			b.add(diag.Diagnostic{
				Code: diag.CodeTenancyMixed, Pos: child.Pos, Width: len(child.Name),
				Message: child.ShortName() + " and its parent " + rel.ShortName() + " differ in whose rows they hold",
				Why:     "a query over " + rel.ShortName() + " reads " + child.ShortName() + " too: it is " + describe(child) + ", " + rel.ShortName() + " is " + describe(rel),
				Related: related(rel.Pos, rel.ShortName()+" is made here"),
			})
		}
	}
}

func describe(rel *Relation) string {
	t := rel.Tenancy
	switch {
	case t.Class == Direct && t.Column() >= 0:
		return "the tenant's by " + rel.Columns[t.Column()].Name
	case t.Class == Derived && t.Owner != nil:
		return "owned through " + t.Owner.To.ShortName()
	}
	return t.Class.String()
}

// sameTenancy reports whether two relations belong to tenants in the same way.
func sameTenancy(a, b *Relation) bool {
	x, y := a.Tenancy, b.Tenancy
	if x.Class != y.Class || x.Dim != y.Dim {
		return false
	}
	for i := range x.Columns {
		if columnName(a, x.Columns[i]) != columnName(b, y.Columns[i]) {
			return false
		}
	}
	if (x.Owner == nil) != (y.Owner == nil) {
		return false
	}
	return x.Owner == nil || x.Owner.To == y.Owner.To && a.ColumnNames(x.Owner.Columns) == b.ColumnNames(y.Owner.Columns) &&
		slices.Equal(x.Owner.RefColumns, y.Owner.RefColumns)
}

func columnName(rel *Relation, i int) string {
	if i < 0 {
		return ""
	}
	return rel.Columns[i].Name
}

// String returns the word for the class that messages use.
func (c Class) String() string {
	switch c {
	case Unclassified:
		return "unclassified"
	case Root:
		return "root"
	case Direct:
		return "direct"
	case Derived:
		return "derived"
	case Shared:
		return "shared"
	case Global:
		return "global"
	case ViewClass:
		return "view"
	case Private:
		return "private"
	}
	return "unclassified"
}
