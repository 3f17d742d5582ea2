package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// createIndex interprets CREATE INDEX.
func (b *builder) createIndex(s *pgast.IndexStmt) {
	rel := b.relation(s.GetRelation())
	if rel == nil {
		return
	}
	pos := b.src.pos(s.GetRelation().GetLocation(), b.stmt)
	name := s.GetIdxname()
	if name != "" && b.nameTaken(qname{rel.Schema, name}) {
		if !s.GetIfNotExists() {
			b.exists("relation", name, pos, b.posOf(qname{rel.Schema, name}))
		} else if ix := b.indexes[qname{rel.Schema, name}]; s.GetUnique() && (ix == nil || ix.rel != rel) {
			b.exists("relation", name, pos, b.posOf(qname{rel.Schema, name}))
		}
		return
	}
	ix := &Index{Pos: pos, Method: s.GetAccessMethod(), Predicate: b.expr(s.GetWhereClause())}
	var names []string
	for _, n := range s.GetIndexParams() {
		elem, column, ok := b.indexElem(rel, n.GetIndexElem(), names)
		if !ok {
			return
		}
		names = append(names, column)
		ix.Elems = append(ix.Elems, elem)
	}
	for _, n := range s.GetIndexIncludingParams() {
		col := b.column(rel, n.GetIndexElem().GetName(), -1)
		if col == nil {
			return
		}
		ix.Include = append(ix.Include, col.Index)
		names = append(names, col.Name)
	}
	if name == "" {
		name = b.chooseIndexName(rel, names, "idx")
	}
	ix.Name = name
	if s.GetUnique() {
		ix.Key = &Key{Name: name, Pos: pos, NullsNotDistinct: s.GetNullsNotDistinct()}
	}
	b.putIndex(rel, ix)
	b.handDownIndex(rel, ix, s.GetRelation().GetInh())
}

// indexElem reads one element of an index, with the name that it lends to the
// index's. A bare column in brackets is the column.
func (b *builder) indexElem(rel *Relation, e *pgast.IndexElem, taken []string) (KeyElem, string, bool) {
	elem := KeyElem{
		Column:    -1,
		Collation: strings.Join(pgast.Strings(e.GetCollation()), "."),
		OpClass:   strings.Join(pgast.Strings(e.GetOpclass()), "."),
	}
	name := e.GetName()
	if ref := e.GetExpr().GetColumnRef(); ref != nil && len(ref.GetFields()) == 1 {
		name = ref.GetFields()[0].GetString_().GetSval()
	}
	if name != "" && b.unknown[rel] {
		// Not a column that can be counted on, and so never a usable key.
		elem.Expr = &Expr{Node: columnRef(name), Text: name, Pos: b.stmt}
		return elem, name, true
	}
	if name != "" {
		col := b.column(rel, name, -1)
		if col == nil {
			return elem, "", false
		}
		elem.Column = col.Index
		return elem, name, true
	}
	elem.Expr = b.expr(e.GetExpr())
	name = elemName(e.GetExpr())
	free := name
	for i := 1; slices.Contains(taken, free); i++ {
		free = fmt.Sprintf("%s%d", name, i)
	}
	return elem, free, true
}

// putIndex gives a relation an index, and the key of a unique one. The key
// shares the elements.
func (b *builder) putIndex(rel *Relation, ix *Index) {
	ix.rel = rel
	rel.Indexes = append(rel.Indexes, ix)
	b.indexes[qname{rel.Schema, ix.Name}] = ix
	if ix.Key != nil {
		ix.Key.Elems, ix.Key.Predicate = ix.Elems, ix.Predicate
		rel.Keys = append(rel.Keys, ix.Key)
	}
}

// removeIndex drops an index with its constraint, the foreign keys that need
// it apart, and the partitions' parts of it.
func (b *builder) removeIndex(ix *Index) {
	rel := ix.rel
	delete(b.indexes, qname{rel.Schema, ix.Name})
	rel.Indexes = remove(rel.Indexes, ix)
	rel.Keys = remove(rel.Keys, ix.Key)
	rel.Exclusions = remove(rel.Exclusions, ix.Exclusion)
	b.namesChanged()
	for _, child := range rel.Children {
		for _, part := range slices.Clone(child.Indexes) {
			if part.parent == ix {
				b.removeIndex(part)
			}
		}
	}
}

// renameIndex renames an index and its constraint.
func (b *builder) renameIndex(ix *Index, name string) {
	delete(b.indexes, qname{ix.rel.Schema, ix.Name})
	ix.Name = name
	if ix.Key != nil {
		ix.Key.Name = name
	}
	if ix.Exclusion != nil {
		ix.Exclusion.Name = name
	}
	b.indexes[qname{ix.rel.Schema, name}] = ix
	b.namesChanged()
}

// attachIndex interprets ALTER INDEX parent ATTACH PARTITION child.
func (b *builder) attachIndex(s *pgast.AlterTableStmt, cmd *pgast.AlterTableCmd) {
	parent := b.indexNamed(s.GetRelation())
	child := b.indexNamed(cmd.GetDef().GetPartitionCmd().GetName())
	if parent == nil || child == nil {
		return
	}
	child.parent = parent
	b.settleOnly(parent)
}

// settleOnly takes the mark ONLY from a partitioned table's key once each
// partition has its part of it.
func (b *builder) settleOnly(ix *Index) {
	if ix.Key == nil || !ix.Key.Only {
		return
	}
	for _, child := range ix.rel.Children {
		if child.IsPartition && !slices.ContainsFunc(child.Indexes, func(c *Index) bool {
			return c.parent == ix && (c.Key == nil || !c.Key.Only)
		}) {
			return
		}
	}
	ix.Key.Only = false
	if ix.parent != nil {
		b.settleOnly(ix.parent)
	}
}

func (b *builder) indexNamed(rv *pgast.RangeVar) *Index {
	ix := b.indexes[qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}]
	if ix == nil {
		b.noSuch("index", rangeName(rv), b.src.pos(rv.GetLocation(), b.stmt))
	}
	return ix
}

// remove returns list without x, in new memory: catalogs of clones may share it.
func remove[T comparable](list []T, x T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(y T) bool { return y == x })
}

func without[T any](list []T, drop func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), drop)
}

func columnRef(name string) *pgast.Node {
	field := &pgast.Node{Node: &pgast.Node_String_{String_: &pgast.String{Sval: name}}}
	return &pgast.Node{Node: &pgast.Node_ColumnRef{ColumnRef: &pgast.ColumnRef{Fields: []*pgast.Node{field}, Location: -1}}}
}
