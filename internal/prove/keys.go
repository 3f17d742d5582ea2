package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
)

// usableKey returns the columns of a key that tells rows apart, or none: plain columns
// with their own collation and default operator class, no predicate, not
// deferrable, and on a relation without plain-inheritance children, whose rows
// the index does not hold.
func usableKey(rel *catalog.Relation, k *catalog.Key) []int {
	if k.Predicate != nil || k.Deferrable || k.Only || hasPlainChildren(rel) {
		return nil
	}
	cols, _ := k.Columns()
	return cols
}

func hasPlainChildren(rel *catalog.Relation) bool {
	return slices.ContainsFunc(rel.Children, func(c *catalog.Relation) bool { return !c.IsPartition })
}

// isUsableKey reports whether cols, in any order, are a usable key of rel.
func isUsableKey(rel *catalog.Relation, cols []int) bool {
	want := slices.Sorted(slices.Values(cols))
	for _, k := range rel.Keys {
		if slices.Equal(want, slices.Sorted(slices.Values(usableKey(rel, k)))) {
			return true
		}
	}
	return false
}

// usableFK reports whether every row that a foreign key covers is sure to have
// its referenced row, under one idea of equality.
func (p *prover) usableFK(fk *catalog.ForeignKey) bool {
	if fk.NotValid || fk.NotEnforced || fk.Deferrable || hasPlainChildren(fk.From) || hasPlainChildren(fk.To) ||
		fk.From.UncheckedKeys() || fk.To.UncheckedKeys() {
		return false
	}
	for i := range fk.Columns {
		a, b := fk.From.Columns[fk.Columns[i]], fk.To.Columns[fk.RefColumns[i]]
		class := p.cat.EqualityClass(a.Type)
		if class == "" || class != p.cat.EqualityClass(b.Type) || folds(a.Collation) || folds(b.Collation) {
			return false
		}
	}
	return true
}

func folds(c *catalog.Collation) bool { return c != nil && (c.Nondeterministic || c.Unknown) }

// pairsTenant reports whether a foreign key pairs the tenant column of its
// relation with the tenant column (or root key) of the referenced one.
func (p *prover) pairsTenant(fk *catalog.ForeignKey) bool {
	from, to := p.tenancy(fk.From), p.tenancy(fk.To)
	return from.Dim == to.Dim && pairsIn(fk, from, to, from.Dim)
}

// pairsIn says so of the columns that carry one dimension.
func pairsIn(fk *catalog.ForeignKey, from, to catalog.Tenancy, dim *catalog.Dimension) bool {
	for i := range fk.Columns {
		if fk.Columns[i] == from.Columns[dim.Index] && fk.RefColumns[i] == to.Columns[dim.Index] {
			return true
		}
	}
	return false
}

// keepsTenant reports whether a row that refers through fk surely belongs to
// the tenant of the row to which it refers: the key pairs the tenant columns
// and none of them can be NULL, which MATCH SIMPLE would not check; or it is
// declared never to cross tenants.
func (p *prover) keepsTenant(fk *catalog.ForeignKey) bool {
	if !p.usableFK(fk) {
		return false
	}
	from := p.tenancy(fk.From)
	return fk.Consistent && p.idOnly(fk) || p.pairsTenant(fk) && fk.From.Columns[from.Column()].NotNull
}
