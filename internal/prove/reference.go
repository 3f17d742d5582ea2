package prove

import (
	"fmt"
	"github.com/tenantc/tenantc/internal/diag"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// idOnly reports whether fk refers between owned relations of one dimension
// without the tenant: it is neither the owning key nor pairs the tenant columns.
func (p *prover) idOnly(fk *catalog.ForeignKey) bool {
	from, to := p.tenancy(fk.From), p.tenancy(fk.To)
	if p.columnless(fk.From) || !from.Owned() || !to.Owned() || from.Dim != to.Dim || from.Owner == fk {
		return false
	}
	return !p.pairsTenant(fk)
}

// reference assumes of an id-only foreign key whose columns are written that
// the row referred to is the tenant's, unless the value is known to be the key
// of an own row, or NULL.
//
//	INSERT INTO docs (tenant_id, owner_id) VALUES (@t, @user)   -- anybody's user
func (s *schema) reference(w write) {
	p := s.p
	if w.delete {
		return
	}
	var keys []*catalog.ForeignKey
	for _, r := range w.rel.Subtree() {
		// An INSERT goes into partitions, an UPDATE changes the children's rows too.
		if r == w.rel || r.IsPartition || !w.insert {
			keys = append(keys, r.ForeignKeys...)
		}
	}
	for _, fk := range keys {
		if !p.idOnly(fk) || !s.writesKey(w, fk) {
			continue
		}
		s.assume(Assumption{
			Subject: "foreign key " + fkName(fk), Declared: fk.Consistent, Pos: fk.Pos, Code: diag.CodeAssumeReference,
			Message: fmt.Sprintf("the foreign key %s refers to %s without the tenant", fkName(fk), fk.To.ShortName()),
			Why:     "a row can be made to point to another tenant's row, and joins follow it",
			Fix:     p.compositeKey(fk, p.stmt.Annotation.By),
			Group:   p.keysTo(fk, p.stmt.Annotation.By, "foreign keys refer to "+fk.To.ShortName()+" without the tenant", "a row can be made to point to another tenant's row, and joins follow it"),
		})
	}
}

// writesKey reports whether the write gives fk's columns values that need not
// be the key of an own row. fk may be of a partition or child, whose columns are
// those of the same name.
func (s *schema) writesKey(w write, fk *catalog.ForeignKey) bool {
	cols := make([]*catalog.Column, len(fk.Columns)) // in w.rel; nil where it is a child's own
	for j, c := range fk.Columns {
		cols[j] = w.rel.Column(fk.From.Columns[c].Name)
	}
	if w.insert {
		for i := range w.rows {
			if s.proposesForeign(w, fk, cols, i) {
				return true
			}
		}
		return false
	}
	changed := assignedColumns(w.rel, w.set)
	list := make([]labels, len(fk.Columns))
	// A row that moves to another partition is checked there like a new one.
	touched := w.rel.IsPartition || w.rel.Kind == catalog.PartitionedTable
	for j, col := range cols {
		if col == nil || !changed[col.Index] {
			continue
		}
		touched = true
		for _, a := range w.set {
			if a.Column != col.Index {
				continue
			}
			if k, is := a.Value.(*query.Const); is && k.Null {
				return false
			}
			if !a.Partial {
				list[j] = s.p.stored(w.lv.labelsOf(a.Value), a.Value, w.rel, col.Index)
			}
		}
	}
	return touched && !(isUsableKey(fk.To, fk.RefColumns) && isTuple(list, fk.To, fk.RefColumns))
}

// proposesForeign reports whether a proposed row gives fk's columns values that
// need not be the key of an own row.
func (s *schema) proposesForeign(w write, fk *catalog.ForeignKey, cols []*catalog.Column, row int) bool {
	list := make([]labels, len(cols))
	for j, col := range cols {
		e := proposedExpr(w.insertion, row, col.Index)
		if _, is := e.(*query.Default); e == nil || is {
			if s.p.filled(col) {
				return true
			}
			return false // a NULL, and nothing is referred to: MATCH FULL allows it only beside others
		}
		if k, is := e.(*query.Const); is && k.Null {
			return false
		}
		list[j] = s.p.proposedLabels(w.insertion, w.rows, row, col.Index)
	}
	// A key that a child of fk.To may repeat names two rows, of which fk means the
	// one in the parent.
	return !(isUsableKey(fk.To, fk.RefColumns) && isTuple(list, fk.To, fk.RefColumns))
}

// filled reports whether a column that an INSERT leaves out gets a value, be it
// the default of a domain.
func (p *prover) filled(c *catalog.Column) bool {
	return c.Default != nil || c.Generated != nil || c.Identity != 0 || c.Serial || p.cat.DomainDefault(c.Type) != nil
}

func fkName(fk *catalog.ForeignKey) string {
	var cols []string
	for _, c := range fk.Columns {
		cols = append(cols, fk.From.Columns[c].Name)
	}
	name := strings.Join(cols, ", ")
	if len(cols) > 1 {
		name = "(" + name + ")"
	}
	return fk.From.ShortName() + "." + name
}

// mayHold reports whether both ends of a foreign key have a tenant column of
// the dimension in that it could pair.
func (p *prover) mayHold(fk *catalog.ForeignKey, in string) bool {
	to := tenancyBy(p.cat, fk.To, in).Column()
	return tenancyBy(p.cat, fk.From, in).Column() >= 0 && to >= 0 && !slices.Contains(fk.RefColumns, to)
}

// compositeKey writes the DDL of a foreign key that holds the tenant too.
func (p *prover) compositeKey(fk *catalog.ForeignKey, in string) string {
	from, to := tenancyBy(p.cat, fk.From, in), tenancyBy(p.cat, fk.To, in)
	if !p.mayHold(fk, in) {
		return fmt.Sprintf("trust: {consistent: [%q]} when it never crosses tenants", fkName(fk))
	}
	names := func(rel *catalog.Relation, first int, cols []int) string {
		out := []string{query.Ident(rel.Columns[first].Name)}
		for _, c := range cols {
			out = append(out, query.Ident(rel.Columns[c].Name))
		}
		return strings.Join(out, ", ")
	}
	own, ref := names(fk.From, from.Column(), fk.Columns), names(fk.To, to.Column(), fk.RefColumns)
	return fmt.Sprintf("ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES %s (%s)%s in the place of %s, with UNIQUE (%s) on %s",
		tableName(fk.From), own, tableName(fk.To), ref, onDelete(fk), query.Ident(fk.Name), ref, tableName(fk.To))
}

// keysTo groups what is said of foreign keys that refer to one relation. One
// that cannot be declared consistent is told by itself.
func (p *prover) keysTo(fk *catalog.ForeignKey, in, many, why string) diag.Group {
	if fk.NotValid || fk.NotEnforced || fk.Deferrable {
		return diag.Group{}
	}
	own := p.mayHold(fk, in)
	return diag.Group{
		Key: fmt.Sprint(fk.To.FullName(), why, own), Subject: fkName(fk), Many: many, Why: why,
		Fix: "trust: {consistent: [%s]} when none of them crosses tenants", Instead: !own,
	}
}

// tableName is a relation as DDL writes it.
func tableName(rel *catalog.Relation) string {
	if rel.Schema == "public" {
		return query.Ident(rel.Name)
	}
	return query.Ident(rel.Schema) + "." + query.Ident(rel.Name)
}

// onDelete is the action of a key that gets the tenant column too, which it
// must not empty.
func onDelete(fk *catalog.ForeignKey) string {
	var cols []string
	for _, c := range fk.Columns {
		cols = append(cols, query.Ident(fk.From.Columns[c].Name))
	}
	switch fk.OnDelete {
	case catalog.Cascade:
		return " ON DELETE CASCADE"
	case catalog.Restrict:
		return " ON DELETE RESTRICT"
	case catalog.SetNull:
		return " ON DELETE SET NULL (" + strings.Join(cols, ", ") + ")"
	case catalog.SetDefault:
		return " ON DELETE SET DEFAULT (" + strings.Join(cols, ", ") + ")"
	}
	return ""
}
