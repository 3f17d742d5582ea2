package prove

import (
	"fmt"
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// cascade assumes of the foreign keys that refer to a relation from which a
// statement deletes, or whose referenced columns it changes, that their
// actions stay with the tenant.
//
//	DELETE FROM docs WHERE tenant_id = @t AND id = @id   -- through c.doc_id → docs (id): anybody's c
func (s *schema) cascade(w write) {
	if w.insert {
		return
	}
	changed := map[string]bool{}
	for _, a := range w.set {
		changed[w.rel.Columns[a.Column].Name] = true
	}
	f := followed{in: s.p.stmt.Annotation.By, seen: map[reached]bool{}}
	if ten := s.p.tenancy(w.rel); ten.Owned() {
		f.in = ten.Dim.Name
	}
	s.actions(w.rel, w.delete, changed, f)
}

// followed is what is known while the actions of one write are followed. All that
// they reach is looked at in the dimension of the rows that are written: where an
// organization's row takes tasks with it, what these take has to be the
// organization's, and not only of their projects.
type followed struct {
	in   string // the dimension; "" where the rows written are no tenant's
	seen map[reached]bool
}

// reached is a foreign key whose action was looked at. A row that is deleted
// and one that is changed set off different actions.
type reached struct {
	fk      *catalog.ForeignKey
	deleted bool
}

// actions looks at the foreign keys that refer to the rows of rel, which
// include those of its children and partitions.
func (s *schema) actions(rel *catalog.Relation, deleted bool, changed map[string]bool, f followed) {
	for _, r := range rel.Subtree() {
		for _, fk := range r.ReferencedBy() {
			if !deleted && !changesKey(fk, changed) || f.seen[reached{fk, deleted}] {
				continue
			}
			f.seen[reached{fk, deleted}] = true
			s.action(fk, deleted, f)
		}
	}
}

// changesKey reports whether a change of the named columns may change what fk
// refers to. A generated column changes with any column it is made of.
func changesKey(fk *catalog.ForeignKey, changed map[string]bool) bool {
	return len(changed) > 0 && slices.ContainsFunc(fk.RefColumns, func(c int) bool {
		col := fk.To.Columns[c]
		return changed[col.Name] || col.Generated != nil
	})
}

// action looks at what one foreign key does, and at what that sets off.
func (s *schema) action(fk *catalog.ForeignKey, deleted bool, f followed) {
	action := fk.OnUpdate
	if deleted {
		action = fk.OnDelete
	}
	in := f.in
	if ten := fk.To.Tenancy; ten.Owned() && !tenancyBy(s.p.cat, fk.To, in).Owned() {
		in = ten.Dim.Name // it was reached across dimensions, which has been told
	}
	if c := s.crosses(fk, action, deleted, in); c.why != "" {
		a := Assumption{
			Subject: "action of foreign key " + fkName(fk), Declared: c.byConsistent && fk.Consistent, Pos: fk.Pos, Code: diag.CodeAssumeCascade,
			Message: fmt.Sprintf("the foreign key %s acts across tenants when a row of %s goes or changes", fkName(fk), fk.To.ShortName()),
			Why:     c.why, Fix: c.fix,
		}
		if c.byConsistent {
			does := "block it"
			if action != catalog.NoAction && action != catalog.Restrict {
				does = "be changed with it"
			}
			a.Group = s.p.keysTo(fk, in, "foreign keys act across tenants when a row of "+fk.To.ShortName()+" goes or changes",
				"another tenant's row that refers to this one by one of them would "+does)
		}
		s.assume(a)
	}
	var set []int
	switch action {
	case catalog.NoAction, catalog.Restrict:
		return
	case catalog.Cascade:
		if deleted {
			s.hooks(write{rel: fk.From, delete: true})
			s.actions(fk.From, true, nil, f)
			return
		}
		set = fk.Columns
	default:
		set = s.setColumns(fk, deleted)
	}
	changed := map[string]bool{}
	for _, c := range set {
		changed[fk.From.Columns[c].Name] = true
	}
	s.hooks(write{rel: fk.From})
	s.actions(fk.From, false, changed, f)
}

// setColumns returns the columns that SET NULL or SET DEFAULT assigns.
func (s *schema) setColumns(fk *catalog.ForeignKey, deleted bool) []int {
	if deleted && len(fk.SetColumns) > 0 {
		return fk.SetColumns
	}
	return fk.Columns
}

// crossing says how an action may leave the tenant, and what would keep it.
// byConsistent: a declaration that the key never crosses tenants would.
type crossing struct {
	why, fix     string
	byConsistent bool
}

// crosses says how an action may leave the tenant of the dimension in; the zero
// crossing is none.
func (s *schema) crosses(fk *catalog.ForeignKey, action catalog.Action, deleted bool, in string) crossing {
	p := s.p
	child, parent := tenancyBy(p.cat, fk.From, in), tenancyBy(p.cat, fk.To, in)
	acts := action != catalog.NoAction && action != catalog.Restrict
	name := fk.From.ShortName()
	if !acts && !parent.Owned() || child.Class == catalog.Private && parent.Class == catalog.Private {
		return crossing{}
	}
	if child.Class == catalog.Unclassified && !fk.From.Tenancy.Owned() {
		fix := fmt.Sprintf("tables: {%s: {global: true}} when it is nobody's data, else give it the tenant column", name)
		if parent.Owned() {
			fix = p.declareOwned(fk)
		}
		return crossing{why: "whose rows " + name + " holds is not declared", fix: fix}
	}
	if child.Class == catalog.Global {
		switch {
		case !parent.Owned():
			return crossing{} // both are nobody's
		case !acts:
			return crossing{why: name + " is nobody's, and its rows would block the tenant's", fix: p.declareOwned(fk)}
		}
		return crossing{why: "rows of " + name + ", which are nobody's, would be changed with a tenant's row", fix: p.declareOwned(fk)}
	}
	if acts && (action == catalog.SetNull || action == catalog.SetDefault) {
		owning := func(c int) bool {
			return slices.Contains(child.Columns, c) || child.Owner != nil && slices.Contains(child.Owner.Columns, c)
		}
		set := s.setColumns(fk, deleted)
		if i := slices.IndexFunc(set, owning); i >= 0 {
			return crossing{
				why: "it would set " + fk.From.Columns[set[i]].Name + ", by which " + name + " is owned",
				fix: otherAction(fk, deleted, slices.DeleteFunc(slices.Clone(fk.Columns), owning)),
			}
		}
	}
	if child.Owner == fk {
		return crossing{}
	}
	if !parent.Owned() {
		return crossing{
			why: "rows of every tenant in " + name + " would be changed with one row of " + fk.To.ShortName() + ", which is nobody's",
			fix: otherAction(fk, deleted, nil) + "; or a statement that is meant for every tenant: -- tenant: unscoped admin: …",
		}
	}
	if action == catalog.Cascade && !deleted {
		for _, f := range furtherOf(p.cat, fk.From, child) {
			if slices.Contains(fk.Columns, f.col) && !pairsIn(fk, child, parent, f.dim) {
				return crossing{
					why: "it would give " + fk.From.Columns[f.col].Name + " of " + name + " a value that need not be the " + f.dim.Name + "'s",
					fix: otherAction(fk, deleted, nil),
				}
			}
		}
	}
	// Rows that are a wider dimension's are none of those tenants' that they name.
	if child.Owned() && pairsIn(fk, child, parent, parent.Dim) {
		return crossing{}
	}
	what := "block it"
	if acts {
		what = "be changed with it"
	}
	return crossing{why: "another tenant's row of " + name + " that refers to this one would " + what, fix: p.compositeKey(fk, in), byConsistent: true}
}

// declareOwned says how a table becomes its parents' owners'.
func (p *prover) declareOwned(fk *catalog.ForeignKey) string {
	if !p.mayOwn(fk) {
		return "give " + fk.From.ShortName() + " the tenant column"
	}
	return p.declareVia(fk)
}

// otherAction writes the action that changes no row of another, or only the
// columns given.
func otherAction(fk *catalog.ForeignKey, deleted bool, set []int) string {
	event := "UPDATE"
	if deleted {
		event = "DELETE"
	}
	if !deleted || len(set) == 0 {
		return fmt.Sprintf("ON %s NO ACTION in %s", event, query.Ident(fk.Name))
	}
	return fmt.Sprintf("ON DELETE SET NULL (%s) in %s", fk.From.ColumnNames(set), query.Ident(fk.Name))
}
