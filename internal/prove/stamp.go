package prove

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/pgast"
	"github.com/tenantc/tenantc/internal/query"
)

// stamps recognizes the common harmless trigger: BEFORE ROW, in PL/pgSQL, whose
// body only assigns pure expressions of NEW and OLD to columns of NEW other
// than the tenant, keys and foreign keys, and returns NEW. It returns the
// columns that are assigned.
//
//	BEGIN NEW.updated_at := now(); RETURN NEW; END
func (p *prover) stamps(rel *catalog.Relation, t *catalog.Trigger) ([]int, bool) {
	f := t.Function
	if f == nil || !t.Before || !t.Row || t.Instead || f.Language != "plpgsql" || f.Settings || len(t.Args) > 0 || p.impure(t.When) != "" {
		return nil, false
	}
	body, ok := plainBody(f.Body)
	if !ok {
		return nil, false
	}
	var cols []int
	statements := strings.Split(body, ";")
	for i, st := range statements {
		st = strings.TrimSpace(st)
		if i == len(statements)-1 {
			return cols, st == "" && i >= 1 && strings.EqualFold(strings.Join(strings.Fields(statements[i-1]), " "), "return new")
		}
		if i == len(statements)-2 {
			continue // RETURN NEW, looked at above
		}
		col, ok := p.stamp(rel, st)
		if !ok {
			return nil, false
		}
		cols = append(cols, col)
	}
	return nil, false
}

// rewritten returns the columns that BEFORE ROW triggers may change on an
// INSERT or an UPDATE of rel, with what is generated from them: what a
// statement proposes for such a column, or knew of it, says nothing of the row
// that is stored. A trusted trigger keeps the tenant and the keys, and may
// change any other column.
func (p *prover) rewritten(rel *catalog.Relation, insert bool) map[int]bool {
	var set []*query.Assign
	rels := rel.Subtree()
	for up := rel; up.IsPartition && len(up.Parents) > 0; up = up.Parents[0] {
		rels = append(rels, up.Parents[0])
	}
	for _, r := range rels {
		for _, t := range r.Triggers {
			if t.Disabled || !t.Before || !t.Row || insert && !t.Insert || !insert && !t.Update {
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

// plainBody takes BEGIN and END off a PL/pgSQL body that has no quotes,
// comments or declarations, so that it can be split at its semicolons.
func plainBody(text string) (string, bool) {
	if strings.ContainsAny(text, "'\"$\\") || strings.Contains(text, "--") || strings.Contains(text, "/*") {
		return "", false
	}
	text = strings.TrimSpace(text)
	text = strings.TrimSuffix(text, ";")
	fields := strings.Fields(text)
	if len(fields) < 3 || !strings.EqualFold(fields[0], "begin") || !strings.EqualFold(fields[len(fields)-1], "end") {
		return "", false
	}
	return strings.TrimSpace(text[len("begin") : len(text)-len("end")]), true
}

// stamp reports whether one statement assigns a pure expression to a harmless
// column of NEW, and to which.
func (p *prover) stamp(rel *catalog.Relation, st string) (int, bool) {
	left, right, ok := strings.Cut(st, "=")
	if !ok {
		return 0, false
	}
	left = strings.ToLower(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(left), ":")))
	name, ok := strings.CutPrefix(left, "new.")
	col := rel.Column(strings.TrimSpace(name))
	if !ok || col == nil || p.carriesTenant(rel, col.Index) {
		return 0, false
	}
	tree, err := pgast.Parse("SELECT (" + right + ")")
	if err != nil || len(tree.Stmts) != 1 {
		return 0, false
	}
	sel := tree.Stmts[0].Stmt.GetSelectStmt()
	if sel == nil || len(sel.TargetList) != 1 || len(sel.FromClause) > 0 || sel.WhereClause != nil || sel.Op != pgast.SetOperation_SETOP_NONE {
		return 0, false
	}
	value := sel.TargetList[0].GetResTarget().GetVal()
	if value == nil {
		return 0, false
	}
	names := true
	pgast.Walk(value, func(m pgast.Message) bool {
		if c, is := m.(*pgast.ColumnRef); is {
			parts := pgast.Strings(c.Fields)
			if len(parts) != 2 || parts[0] != "new" && parts[0] != "old" || rel.Column(parts[1]) == nil {
				names = false
			}
		}
		return names
	})
	return col.Index, names && p.impure(&catalog.Expr{Node: value}) == ""
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
	for _, fk := range append(slices.Clone(rel.ForeignKeys), rel.Referenced...) {
		if fk.From == rel && slices.Contains(fk.Columns, col) || fk.To == rel && slices.Contains(fk.RefColumns, col) {
			return true
		}
	}
	return false
}
