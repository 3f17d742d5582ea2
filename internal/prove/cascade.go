package prove

import (
	"fmt"
	"github.com/tenantc/tenantc/internal/diag"
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
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
	s.actions(w.rel, w.delete, changed, map[reached]bool{})
}

// reached is a foreign key whose action was looked at. A row that is deleted
// and one that is changed set off different actions.
type reached struct {
	fk      *catalog.ForeignKey
	deleted bool
}

// actions looks at the foreign keys that refer to the rows of rel, which
// include those of its children and partitions.
func (s *schema) actions(rel *catalog.Relation, deleted bool, changed map[string]bool, seen map[reached]bool) {
	for _, r := range rel.Subtree() {
		for _, fk := range r.ReferencedBy() {
			if !deleted && !changesKey(fk, changed) || seen[reached{fk, deleted}] {
				continue
			}
			seen[reached{fk, deleted}] = true
			s.action(fk, deleted, seen)
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
func (s *schema) action(fk *catalog.ForeignKey, deleted bool, seen map[reached]bool) {
	action := fk.OnUpdate
	if deleted {
		action = fk.OnDelete
	}
	if why, byConsistent := s.crosses(fk, action, deleted); why != "" {
		a := Assumption{
			Subject: "action of foreign key " + fkName(fk), Declared: byConsistent && fk.Consistent, Pos: fk.Pos, Code: diag.CodeAssumeCascade,
			Message: fmt.Sprintf("the foreign key %s acts across tenants when a row of %s goes or changes", fkName(fk), fk.To.ShortName()),
			Why:     why, Fix: s.mendAction(fk),
		}
		if byConsistent {
			does := "block it"
			if action != catalog.NoAction && action != catalog.Restrict {
				does = "be changed with it"
			}
			a.Group = s.p.keysTo(fk, "foreign keys act across tenants when a row of "+fk.To.ShortName()+" goes or changes",
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
			s.actions(fk.From, true, nil, seen)
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
	s.actions(fk.From, false, changed, seen)
}

// mendAction says what would keep the action with the tenant.
func (s *schema) mendAction(fk *catalog.ForeignKey) string {
	switch {
	case s.p.tenancy(fk.From).Class != catalog.Unclassified:
		return s.p.compositeKey(fk)
	case s.p.mayOwn(fk):
		return s.p.declareVia(fk)
	}
	return "give " + fk.From.ShortName() + " the tenant column"
}

// setColumns returns the columns that SET NULL or SET DEFAULT assigns.
func (s *schema) setColumns(fk *catalog.ForeignKey, deleted bool) []int {
	if deleted && len(fk.SetColumns) > 0 {
		return fk.SetColumns
	}
	return fk.Columns
}

// crosses says how an action may leave the tenant, or ""; and whether a
// declaration that the key never crosses tenants would answer that.
func (s *schema) crosses(fk *catalog.ForeignKey, action catalog.Action, deleted bool) (why string, byConsistent bool) {
	p := s.p
	child, parent := p.tenancy(fk.From), p.tenancy(fk.To)
	acts := action != catalog.NoAction && action != catalog.Restrict
	if !acts && !parent.Owned() || child.Class == catalog.Private && parent.Class == catalog.Private {
		return "", false
	}
	if child.Class == catalog.Unclassified {
		return "whose rows " + fk.From.ShortName() + " holds is not declared", false
	}
	if child.Class == catalog.Global {
		if !parent.Owned() {
			return "", false // both are nobody's
		}
		if !acts {
			return fk.From.ShortName() + " is nobody's, and its rows would block the tenant's", false
		}
		return "rows of " + fk.From.ShortName() + ", which are nobody's, would be changed with a tenant's row", false
	}
	if acts && (action == catalog.SetNull || action == catalog.SetDefault) {
		for _, c := range s.setColumns(fk, deleted) {
			if slices.Contains(child.Columns, c) || child.Owner != nil && slices.Contains(child.Owner.Columns, c) {
				return "it would set " + fk.From.Columns[c].Name + ", by which " + fk.From.ShortName() + " is owned", false
			}
		}
	}
	if child.Owner == fk && child.Class == catalog.Derived {
		return "", false
	}
	if !parent.Owned() {
		return "rows of every tenant in " + fk.From.ShortName() + " would be changed with one row of " + fk.To.ShortName() + ", which is nobody's", false
	}
	if pairsIn(fk, child, parent, parent.Dim) {
		return "", false
	}
	if acts {
		return "another tenant's row of " + fk.From.ShortName() + " that refers to this one would be changed with it", true
	}
	return "another tenant's row of " + fk.From.ShortName() + " that refers to this one would block it", true
}
