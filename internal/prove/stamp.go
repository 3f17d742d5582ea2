package prove

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// stamps recognizes the common harmless trigger: BEFORE ROW, in PL/pgSQL, whose
// body computes of NEW, OLD and variables alone, only assigns to variables and
// to columns of NEW other than the tenant, keys and foreign keys, and always
// returns NEW. It returns the columns that may be assigned.
//
//	BEGIN NEW.updated_at := now(); RETURN NEW; END
func (p *prover) stamps(rel *catalog.Relation, t *catalog.Trigger) ([]int, bool) {
	f := t.Function
	if f == nil || !t.Before || !t.Row || f.Language != "plpgsql" || f.Settings || len(t.Args) > 0 {
		return nil, false
	}
	body, ok := readPL(f.Body)
	if !ok {
		return nil, false
	}
	if slices.ContainsFunc(body.vars, func(v plVar) bool { return v.name == "new" || v.name == "old" }) {
		return nil, false // the row itself is out of sight
	}
	names := []string{"tg_op"} // INSERT or UPDATE
	known := func(parts []string) bool {
		return len(parts) == 1 && slices.Contains(names, parts[0]) ||
			len(parts) == 2 && (parts[0] == "new" || parts[0] == "old") && rel.Column(parts[1]) != nil
	}
	if t.When != nil && (!p.namesOnly(t.When.Node, known) || p.impure(t.When) != "") || !p.declares(body, &names) {
		return nil, false
	}
	var cols []int
	returns := false
	for _, s := range body.steps {
		if s.returns {
			if !strings.EqualFold(s.expr, "new") {
				return nil, false
			}
			returns = true
			continue
		}
		if !p.pureSelect("select "+s.expr, known) {
			return nil, false
		}
		switch name, isColumn := strings.CutPrefix(s.target, "new."); {
		case isColumn:
			col := rel.Column(name)
			if col == nil || p.carriesTenant(rel, col.Index) {
				return nil, false
			}
			cols = append(cols, col.Index)
		case s.target != "" && (s.target == "tg_op" || !slices.Contains(names, s.target)):
			return nil, false
		}
	}
	return cols, returns
}

// rewritten returns the columns that BEFORE ROW triggers may change on an
// INSERT or an UPDATE of rel, with what is generated from them: what a
// statement proposes for such a column, or knew of it, says nothing of the row
// that is stored. A trusted trigger keeps the tenant and the keys, and may
// change any other column.
func (p *prover) rewritten(rel *catalog.Relation, insert bool) map[int]bool {
	var set []*query.Assign
	for _, r := range rel.Subtree() {
		for _, t := range r.Triggers {
			runs := insert && t.Insert || !insert && (t.Update || t.Insert && r.IsPartition) // into which an UPDATE may move the row
			if t.Disabled || !t.Before || !t.Row || !runs {
				continue
			}
			cols, ok := p.stamps(r, t)
			if !ok {
				cols = nil
				for i := range r.Columns {
					if !p.carriesTenant(r, i) {
						cols = append(cols, i)
					}
				}
			}
			for _, c := range cols {
				if col := rel.Column(r.Columns[c].Name); col != nil {
					set = append(set, &query.Assign{Column: col.Index})
				}
			}
		}
	}
	return assignedColumns(rel, set)
}

// carriesTenant reports whether a column is the tenant's, of a key, or of a
// foreign key.
func (p *prover) carriesTenant(rel *catalog.Relation, col int) bool {
	if slices.Contains(rel.Tenancy.Columns, col) {
		return true
	}
	for i, c := range rel.Columns {
		// So is a column from which one of these is generated.
		if i != col && c.Generated != nil && computedFrom(rel, i, []*query.Assign{{Column: col}}) && p.carriesTenant(rel, i) {
			return true
		}
	}
	for _, k := range rel.Keys {
		for _, e := range k.Elems {
			if e.Column == col || e.Expr != nil {
				return true
			}
		}
	}
	for _, fk := range rel.ForeignKeys { // what others refer to is a key
		if slices.Contains(fk.Columns, col) {
			return true
		}
	}
	return false
}
