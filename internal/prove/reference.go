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
	if !from.Owned() || !to.Owned() || from.Dim != to.Dim || from.Class == catalog.Derived && from.Owner == fk {
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
	rels := []*catalog.Relation{w.rel}
	if !w.insert {
		rels = w.rel.Subtree() // an UPDATE changes the children's rows too
	}
	var keys []*catalog.ForeignKey
	for _, r := range rels {
		keys = append(keys, r.ForeignKeys...)
	}
	for _, fk := range keys {
		if !p.idOnly(fk) || !s.writesKey(w, fk) {
			continue
		}
		s.assume(Assumption{
			Subject: "foreign key " + fkName(fk), Declared: fk.Consistent, Pos: fk.Pos, Code: diag.CodeAssumeReference,
			Message: fmt.Sprintf("the foreign key %s refers to %s without the tenant", fkName(fk), fk.To.Name),
			Why:     "a row can be made to point to another tenant's row, and joins follow it",
			Fix:     p.compositeKey(fk),
		})
	}
}

// writesKey reports whether the write gives fk's columns values that need not
// be the key of an own row.
func (s *schema) writesKey(w write, fk *catalog.ForeignKey) bool {
	p := s.p
	if w.insert {
		for i := range w.rows {
			list := make([]labels, len(fk.Columns))
			null, defaulted := false, false
			for j, c := range fk.Columns {
				e := proposedExpr(w.insertion, i, c)
				if _, is := e.(*query.Default); e == nil || is {
					col := w.rel.Columns[c]
					null = null || col.Default == nil && col.Generated == nil && col.Identity == 0 && !col.Serial
					defaulted = defaulted || col.Default != nil || col.Generated != nil || col.Identity != 0 || col.Serial
					continue
				}
				if k, is := e.(*query.Const); is && k.Null {
					null = true
				}
				list[j] = p.proposedLabels(w.insertion, w.rows, i, c)
			}
			// MATCH SIMPLE: one NULL and nothing is referred to.
			if null && !fk.MatchFull {
				continue
			}
			if defaulted || !isTuple(list, fk.To, fk.RefColumns) {
				return true
			}
		}
		return w.insertion.Source == nil || len(w.rows) == 0
	}
	list := make([]labels, len(fk.Columns))
	touched := false
	for j, c := range fk.Columns {
		for _, a := range w.set {
			if w.rel.Columns[a.Column].Name != fk.From.Columns[c].Name {
				continue
			}
			if k, is := a.Value.(*query.Const); is && k.Null {
				return false
			}
			touched = true
			if !a.Partial && p.assignable(a.Value, w.rel.Columns[c]) {
				list[j] = w.lv.labelsOf(a.Value)
			}
		}
	}
	return touched && !isTuple(list, fk.To, fk.RefColumns)
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
	return fk.From.Name + "." + name
}

// compositeKey writes the DDL of a foreign key that holds the tenant too.
func (p *prover) compositeKey(fk *catalog.ForeignKey) string {
	from, to := p.tenancy(fk.From), p.tenancy(fk.To)
	if from.Column() < 0 || to.Column() < 0 || from.Class == catalog.Derived || to.Class == catalog.Derived || slices.Contains(fk.RefColumns, to.Column()) {
		return "trust: {consistent: [" + fkName(fk) + "]} when it never crosses tenants"
	}
	names := func(rel *catalog.Relation, first int, cols []int) string {
		out := []string{rel.Columns[first].Name}
		for _, c := range cols {
			out = append(out, rel.Columns[c].Name)
		}
		return strings.Join(out, ", ")
	}
	own, ref := names(fk.From, from.Column(), fk.Columns), names(fk.To, to.Column(), fk.RefColumns)
	return fmt.Sprintf("ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES %s (%s) in the place of %s, with UNIQUE (%s) on %s",
		fk.From.Name, own, fk.To.Name, ref, fk.Name, ref, fk.To.Name)
}
