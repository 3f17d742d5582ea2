package catalog

import "slices"

// handDownIndex gives each partition its part of a partitioned table's new
// index. Under ONLY the parts are attached later, and until then the key does
// not hold for the whole.
func (b *builder) handDownIndex(rel *Relation, ix *Index, recurse bool) {
	if rel.Kind != PartitionedTable {
		return
	}
	for _, child := range rel.Children {
		if !child.IsPartition {
			continue
		}
		if !recurse {
			if ix.Key != nil {
				ix.Key.Only = true
			}
			return
		}
		b.partOf(child, ix)
	}
}

// partOf attaches or makes a partition's part of its parent's index.
func (b *builder) partOf(child *Relation, ix *Index) {
	elems, ok := moveElems(ix.Elems, ix.rel, child)
	if !ok {
		return
	}
	for _, have := range child.Indexes {
		if have.parent == nil && samePart(have, ix, elems) {
			have.parent = ix
			return
		}
	}
	if part := b.copyIndex(child, ix, ix); part != nil {
		b.handDownIndex(child, part, true)
	}
}

// samePart reports whether a partition's index can serve as its part of ix.
// Expressions and predicates are compared by their text: a miss makes a second
// index, which says nothing that is not true.
func samePart(have, ix *Index, elems []KeyElem) bool {
	if (have.Key == nil) != (ix.Key == nil) || (have.Exclusion == nil) != (ix.Exclusion == nil) || have.Method != ix.Method ||
		len(have.Elems) != len(elems) || (have.Predicate == nil) != (ix.Predicate == nil) {
		return false
	}
	if k, p := have.Key, ix.Key; k != nil && (k.Only || p.Constraint && !k.Constraint || k.NullsNotDistinct != p.NullsNotDistinct || k.Deferrable != p.Deferrable) {
		return false
	}
	if ix.Predicate != nil && have.Predicate.Text != ix.Predicate.Text {
		return false
	}
	for i, e := range have.Elems {
		w := elems[i]
		if e.Column != w.Column || e.Collation != w.Collation || e.OpClass != w.OpClass || (e.Expr != nil && (w.Expr == nil || e.Expr.Text != w.Expr.Text)) {
			return false
		}
	}
	return true
}

// handDownForeignKey gives each partition the foreign key of its parent.
func (b *builder) handDownForeignKey(rel *Relation, fk *ForeignKey) {
	if rel.Kind != PartitionedTable {
		return
	}
	for _, child := range rel.Children {
		if child.IsPartition {
			b.foreignKeyPart(child, fk)
		}
	}
}

func (b *builder) foreignKeyPart(child *Relation, fk *ForeignKey) {
	cols, ok := moveColumns(fk.Columns, fk.From, child)
	set, ok2 := moveColumns(fk.SetColumns, fk.From, child)
	if !ok || !ok2 {
		return
	}
	for _, have := range child.ForeignKeys {
		if b.fkParent[have] == nil && have.To == fk.To && slices.Equal(have.Columns, cols) && slices.Equal(have.RefColumns, fk.RefColumns) &&
			have.OnDelete == fk.OnDelete && have.OnUpdate == fk.OnUpdate && have.MatchFull == fk.MatchFull &&
			have.Deferrable == fk.Deferrable && have.NotEnforced == fk.NotEnforced {
			b.fkParent[have] = fk
			return
		}
	}
	part := *fk
	part.From, part.Columns, part.SetColumns, part.RefColumns = child, cols, set, slices.Clone(fk.RefColumns)
	for i := 0; b.constraintOn(child, part.Name); i++ {
		part.Name = b.chooseConstraintName(child, columnNames(child, cols), "fkey")
	}
	b.putForeignKey(&part)
	b.fkParent[&part] = fk
	b.handDownForeignKey(child, &part)
}

// constraintOn reports whether a relation has a constraint of that name.
func (b *builder) constraintOn(rel *Relation, name string) bool {
	return slices.ContainsFunc(rel.ForeignKeys, func(fk *ForeignKey) bool { return fk.Name == name }) ||
		slices.ContainsFunc(rel.Checks, func(e *Expr) bool { return b.checks[e].name == name }) ||
		slices.ContainsFunc(rel.Indexes, func(ix *Index) bool { return ix.Name == name })
}

func columnNames(rel *Relation, cols []int) []string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = rel.Columns[c].Name
	}
	return names
}

func moveColumns(cols []int, from, to *Relation) ([]int, bool) {
	var out []int
	for _, c := range cols {
		col := to.Column(from.Columns[c].Name)
		if col == nil {
			return nil, false
		}
		out = append(out, col.Index)
	}
	return out, true
}

// attachInherited gives a partition what its partitioned table hands down:
// indexes and keys, foreign keys, row triggers.
func (b *builder) attachInherited(child, parent *Relation) {
	for _, ix := range slices.Clone(parent.Indexes) {
		b.partOf(child, ix)
	}
	for _, fk := range slices.Clone(parent.ForeignKeys) {
		b.foreignKeyPart(child, fk)
	}
	for _, tr := range parent.Triggers {
		b.cloneTrigger(child, tr)
	}
}
