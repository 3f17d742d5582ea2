package catalog

import (
	"slices"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// parents gives a new table the columns and checks of those it inherits from,
// or of the partitioned table it is a part of.
func (t *tableMaker) parents(list []*pgast.Node) bool {
	b := t.b
	for _, n := range list {
		rv := n.GetRangeVar()
		parent := b.relation(rv)
		if parent == nil || !b.mayHaveChildren(parent, t.partition, b.src.pos(rv.GetLocation(), b.stmt)) {
			return false
		}
		b.link(parent, t.rel)
		for _, pc := range parent.Columns {
			col := t.rel.Column(pc.Name)
			if col == nil {
				col = t.copyColumn(pc)
				col.local = false
			}
			col.inherited++
			col.NotNull = col.NotNull || pc.NotNull && !b.ownOnly[pc]
			if name := b.notNull[pc]; name != "" && b.notNull[col] == "" {
				b.notNull[col] = name
			}
			col.Generated = pc.Generated
			if pc.Default != nil {
				col.Default = pc.Default
			}
			col.Serial = col.Serial || pc.Serial
			if t.partition {
				col.Identity = pc.Identity
			}
		}
		for _, e := range parent.Checks {
			if info := b.checks[e]; !info.noInherit {
				b.inheritCheck(t.rel, e, info.name)
			}
		}
	}
	t.rel.IsPartition = t.partition
	return true
}

func (b *builder) mayHaveChildren(parent *Relation, partition bool, pos diag.Pos) bool {
	switch {
	case partition && parent.Kind == PartitionedTable, !partition && (parent.Kind == Table || parent.Kind == ForeignTable):
		return true
	}
	b.add(diag.Diagnostic{
		Code: diag.CodeInheritance, Pos: pos,
		Message: "a table cannot inherit from " + parent.ShortName() + " in this way",
		Why:     "PARTITION OF takes a partitioned table, INHERITS a plain one",
		Related: []diag.Related{{Pos: parent.Pos, Message: parent.ShortName() + " is made here"}},
	})
	return false
}

func (b *builder) link(parent, child *Relation) {
	parent.Children = append(parent.Children, child)
	child.Parents = append(child.Parents, parent)
}

func (b *builder) unlink(parent, child *Relation) {
	parent.Children = remove(parent.Children, child)
	child.Parents = remove(child.Parents, parent)
}

// forTree calls f for rel and, if recurse, for everything below it.
func (b *builder) forTree(rel *Relation, recurse bool, f func(*Relation)) {
	if !recurse {
		f(rel)
		return
	}
	for _, r := range rel.Subtree() {
		f(r)
	}
}

// The bits of LIKE … INCLUDING.
const (
	likeComments    = 1 << 0
	likeConstraints = 1 << 2
	likeDefaults    = 1 << 3
	likeGenerated   = 1 << 4
	likeIdentity    = 1 << 5
	likeIndexes     = 1 << 6
)

// like copies the columns of another table and what INCLUDING names.
func (t *tableMaker) like(c *pgast.TableLikeClause) {
	b := t.b
	from := b.relation(c.GetRelation())
	if from == nil {
		return
	}
	if from.IsView() {
		b.unknownColumns("LIKE a view", b.src.pos(c.GetRelation().GetLocation(), b.stmt))
		return
	}
	has := func(bit uint32) bool { return c.GetOptions()&bit != 0 }
	for _, fc := range from.Columns {
		if old := t.rel.Column(fc.Name); old != nil && old.local {
			b.exists("column", t.rel.Name+"."+fc.Name, b.src.pos(c.GetRelation().GetLocation(), b.stmt), old.Pos)
			continue
		}
		col := t.rel.Column(fc.Name)
		if col == nil {
			col = t.copyColumn(fc)
		}
		col.local = true
		if fc.NotNull {
			b.setNotNull(t.rel, col, b.notNull[fc])
			b.ownOnly[col] = b.ownOnly[fc]
		}
		if has(likeDefaults) && fc.Generated == nil {
			col.Default, col.Serial = fc.Default, fc.Serial
		}
		if has(likeGenerated) {
			col.Generated = fc.Generated
		}
		if has(likeIdentity) {
			col.Identity, col.Drawn = fc.Identity, fc.Drawn
		}
		if has(likeComments) {
			col.Comment = fc.Comment
		}
	}
	if has(likeConstraints) {
		for _, e := range from.Checks {
			copied := *e
			info := b.checks[e]
			b.putCheck(t.rel, &copied, check{name: info.name, noInherit: info.noInherit, local: true})
		}
	}
	if has(likeIndexes) {
		indexes := slices.Clone(from.Indexes)
		t.copies = append(t.copies, func() {
			for _, ix := range indexes {
				b.copyIndex(t.rel, ix, nil)
			}
		})
	}
}

// copyIndex makes rel an index like ix, with a name of its own. Columns go by
// name. It returns nil when rel lacks one of them.
func (b *builder) copyIndex(rel *Relation, ix, parent *Index) *Index {
	elems, ok := moveElems(ix.Elems, ix.rel, rel)
	if !ok {
		return nil
	}
	include, ok := moveColumns(ix.Include, ix.rel, rel)
	if !ok {
		return nil
	}
	c := &Index{Pos: ix.Pos, Method: ix.Method, Predicate: ix.Predicate, Elems: elems, Include: include, parent: parent}
	primary := ix.Key != nil && ix.Key.Primary
	label := "idx"
	switch {
	case primary:
		label = "pkey"
	case ix.Exclusion != nil:
		label = "excl"
	case ix.Key != nil && ix.Key.Constraint:
		label = "key"
	}
	var names []string
	if !primary {
		names = elemNames(rel, elems)
	}
	c.Name = b.chooseIndexName(rel, names, label)
	if ix.Key != nil {
		k := *ix.Key
		k.Name = c.Name
		c.Key = &k
		if primary {
			for _, e := range elems {
				if e.Column >= 0 {
					b.setNotNull(rel, rel.Columns[e.Column], "")
				}
			}
		}
	}
	if ix.Exclusion != nil {
		x := *ix.Exclusion
		x.Name, x.Elems = c.Name, slices.Clone(x.Elems)
		for i := range x.Elems {
			x.Elems[i].KeyElem = elems[i]
		}
		c.Exclusion = &x
		rel.Exclusions = append(rel.Exclusions, &x)
	}
	b.putIndex(rel, c)
	if label != "idx" {
		b.countName(rel, c.Name)
	}
	return c
}

// moveElems turns the column indexes of one relation into those of another.
func moveElems(elems []KeyElem, from, to *Relation) ([]KeyElem, bool) {
	out := slices.Clone(elems)
	for i, e := range out {
		if e.Column < 0 {
			continue
		}
		col := to.Column(from.Columns[e.Column].Name)
		if col == nil {
			return nil, false
		}
		out[i].Column = col.Index
	}
	return out, true
}

func elemNames(rel *Relation, elems []KeyElem) []string {
	var names []string
	for _, e := range elems {
		name := ""
		if e.Column >= 0 {
			name = rel.Columns[e.Column].Name
		} else {
			name = elemName(e.Expr.Node)
		}
		free := name
		for i := 1; slices.Contains(names, free); i++ {
			free = numbered(name, i)
		}
		names = append(names, free)
	}
	return names
}

// attach interprets ATTACH PARTITION and INHERIT: the child's columns count
// as inherited from now on.
func (b *builder) attach(parent, child *Relation, partition bool, pos diag.Pos) {
	if !b.mayHaveChildren(parent, partition, pos) {
		return
	}
	if slices.Contains(child.Subtree(), parent) || slices.Contains(parent.Children, child) {
		b.add(diag.Diagnostic{Code: diag.CodeInheritance, Pos: pos, Message: child.ShortName() + " cannot inherit from " + parent.ShortName() + ": it would be its own parent, or is its child already"})
		return
	}
	for _, pc := range parent.Columns {
		col := child.Column(pc.Name)
		if col == nil {
			b.noSuch("column", child.Name+"."+pc.Name, pos)
			return
		}
		col.inherited++
		if partition {
			col.local, col.Drawn = false, false // its rows are not the parent's sequence's
			pc.Drawn = false
			if pc.Identity != 0 {
				col.Identity = pc.Identity
			}
		}
	}
	b.link(parent, child)
	for _, e := range parent.Checks {
		if info := b.checks[e]; !info.noInherit {
			b.inheritCheck(child, e, info.name)
		}
	}
	if partition {
		child.IsPartition = true
		b.attachInherited(child, parent)
	}
}

// detach interprets DETACH PARTITION and NO INHERIT. A partition keeps its
// parts of keys and foreign keys, and loses the cloned triggers.
func (b *builder) detach(parent, child *Relation, pos diag.Pos) {
	if !slices.Contains(parent.Children, child) {
		b.noSuch("child", child.ShortName()+" of "+parent.ShortName(), pos)
		return
	}
	b.unlink(parent, child)
	for _, pc := range parent.Columns {
		if col := child.Column(pc.Name); col != nil {
			if col.inherited--; col.inherited == 0 {
				col.local = true
			}
		}
	}
	for _, ix := range child.Indexes {
		if ix.parent != nil && ix.parent.rel == parent {
			ix.parent = nil
		}
	}
	for _, fk := range child.ForeignKeys {
		if p := b.fkParent[fk]; p != nil && p.From == parent {
			delete(b.fkParent, fk)
		}
	}
	child.Triggers = without(child.Triggers, func(tr *Trigger) bool {
		p := b.triggers[tr]
		return p != nil && slices.Contains(parent.Triggers, p)
	})
	child.IsPartition = false
}
