package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

func (a *alteration) dropColumn(cmd *pgast.AlterTableCmd) {
	col := a.rel.Column(cmd.GetName())
	if col == nil {
		if !cmd.GetMissingOk() {
			a.b.column(a.rel, cmd.GetName(), -1)
		}
		return
	}
	a.b.removeColumn(a.rel, col, cmd.GetBehavior() == pgast.DropBehavior_DROP_CASCADE, a.recurse)
}

// removeColumn drops a column with everything that stands on it: indexes, keys
// and checks that mention it, foreign keys from it, those to it, and columns
// computed from it. Views go under CASCADE only; otherwise PostgreSQL would
// have refused, and the view's mention means another relation's column.
func (b *builder) removeColumn(rel *Relation, col *Column, cascade, recurse bool) {
	if cascade {
		b.dropViewsOn(rel, col.Name)
	}
	for _, ix := range slices.Clone(rel.Indexes) {
		if indexUses(ix, col) {
			b.dropReferencing(ix, true)
			b.removeIndex(ix)
		}
	}
	for _, fk := range slices.Clone(rel.ForeignKeys) {
		if slices.Contains(fk.Columns, col.Index) {
			b.removeForeignKey(fk)
		}
	}
	for _, fk := range slices.Clone(rel.Referenced) {
		if slices.Contains(fk.RefColumns, col.Index) {
			b.removeForeignKey(fk)
		}
	}
	rel.Checks = without(rel.Checks, func(e *Expr) bool { return mentions(e.Node, col.Name) })
	b.namesChanged()
	b.cutColumn(rel, col)
	for _, other := range slices.Clone(rel.Columns) {
		if other.Generated != nil && mentions(other.Generated.Node, col.Name) {
			b.removeColumn(rel, other, cascade, recurse)
		}
	}
	for _, child := range rel.Children {
		c := child.Column(col.Name)
		if c == nil {
			continue
		}
		c.inherited--
		switch {
		case c.inherited > 0:
		case recurse && !c.local:
			b.removeColumn(child, c, cascade, true)
		default:
			c.local = true
		}
	}
}

// indexUses reports whether dropping the column drops the index.
func indexUses(ix *Index, col *Column) bool {
	if slices.Contains(ix.Include, col.Index) || ix.Predicate != nil && mentions(ix.Predicate.Node, col.Name) {
		return true
	}
	return slices.ContainsFunc(ix.Elems, func(e KeyElem) bool {
		return e.Column == col.Index || e.Expr != nil && mentions(e.Expr.Node, col.Name)
	})
}

// mentions reports whether an expression names a column or a row of that name.
func mentions(n *pgast.Node, name string) bool {
	found := false
	pgast.Walk(n, func(m pgast.Message) bool {
		if ref, ok := m.(*pgast.ColumnRef); ok {
			found = found || slices.Contains(pgast.Strings(ref.GetFields()), name)
		}
		return !found
	})
	return found
}

// cutColumn takes the column out of the relation and moves the indexes of the
// columns behind it.
func (b *builder) cutColumn(rel *Relation, col *Column) {
	at := col.Index
	rel.Columns = remove(rel.Columns, col)
	for i, c := range rel.Columns {
		c.Index = i
	}
	delete(b.notNull, col)
	for _, ix := range rel.Indexes {
		for i := range ix.Elems {
			ix.Elems[i].Column = shifted(ix.Elems[i].Column, at)
			if ix.Exclusion != nil {
				ix.Exclusion.Elems[i].Column = ix.Elems[i].Column
			}
		}
		shift(ix.Include, at)
	}
	for _, fk := range rel.ForeignKeys {
		shift(fk.Columns, at)
		shift(fk.SetColumns, at)
	}
	for _, fk := range rel.Referenced {
		shift(fk.RefColumns, at)
	}
}

func shift(columns []int, at int) {
	for i := range columns {
		columns[i] = shifted(columns[i], at)
	}
}

func shifted(column, at int) int {
	if column > at {
		return column - 1
	}
	return column
}

// dropConstraint interprets DROP CONSTRAINT: a check, key, exclusion, foreign
// key, or a NOT NULL by its name.
func (b *builder) dropConstraint(rel *Relation, cmd *pgast.AlterTableCmd) {
	name := cmd.GetName()
	cascade := cmd.GetBehavior() == pgast.DropBehavior_DROP_CASCADE
	for _, fk := range rel.ForeignKeys {
		if fk.Name == name {
			b.removeForeignKey(fk)
			return
		}
	}
	for _, ix := range rel.Indexes {
		if ix.Name == name && (ix.Exclusion != nil || ix.Key != nil && ix.Key.Constraint) {
			b.dropReferencing(ix, cascade)
			b.removeIndex(ix)
			return
		}
	}
	for _, e := range rel.Checks {
		if b.checks[e].name == name {
			b.removeCheck(rel, e)
			return
		}
	}
	for _, col := range rel.Columns {
		if b.notNull[col] == name && col.NotNull {
			for _, r := range rel.Subtree() {
				if c := r.Column(col.Name); c != nil {
					c.NotNull = false
					delete(b.notNull, c)
				}
			}
			return
		}
	}
	switch {
	case !cmd.GetMissingOk():
		b.noSuch("constraint", name, b.stmt)
	case strings.Contains(name, "_not_null"): // a name that the server chose, of a column that is not told
		b.refuseNamed("DROP CONSTRAINT IF EXISTS " + name)
	}
}

func (b *builder) removeCheck(rel *Relation, e *Expr) {
	name := b.checks[e].name
	rel.Checks = remove(rel.Checks, e)
	delete(b.checks, e)
	b.namesChanged()
	for _, child := range rel.Children {
		for _, have := range child.Checks {
			if info := b.checks[have]; info.name == name && info.inherited && !info.local {
				b.removeCheck(child, have)
				break
			}
		}
	}
}

// removeForeignKey drops a foreign key with the partitions' parts of it.
func (b *builder) removeForeignKey(fk *ForeignKey) {
	for _, part := range b.partsOf(fk) {
		part.From.ForeignKeys = remove(part.From.ForeignKeys, part)
		part.To.Referenced = remove(part.To.Referenced, part)
		delete(b.fkParent, part)
	}
	fk.From.ForeignKeys = remove(fk.From.ForeignKeys, fk)
	fk.To.Referenced = remove(fk.To.Referenced, fk)
	delete(b.fkParent, fk)
	b.namesChanged()
}

// dropReferencing drops the foreign keys that need an index, as CASCADE does.
// Which of two equal keys a foreign key needs only the server knows.
func (b *builder) dropReferencing(ix *Index, cascade bool) {
	if !cascade || ix.Key == nil {
		return
	}
	cols, ok := ix.Key.Columns()
	if !ok {
		return
	}
	for _, fk := range slices.Clone(ix.rel.Referenced) {
		if b.fkParent[fk] != nil || !sameSet(cols, fk.RefColumns) {
			continue
		}
		for _, k := range ix.rel.Keys {
			if other, ok := k.Columns(); ok && k != ix.Key && sameSet(other, fk.RefColumns) {
				b.refuseNamed("dropping one of two equal keys of " + ix.rel.ShortName() + " with CASCADE while a foreign key refers to them")
				return
			}
		}
		b.removeForeignKey(fk)
	}
}
