package prove

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/pgast"
)

// stamps recognizes the common harmless trigger: BEFORE ROW, in PL/pgSQL, whose
// body only assigns pure expressions of NEW and OLD to columns of NEW other
// than the tenant, keys and foreign keys, and returns NEW.
//
//	BEGIN NEW.updated_at := now(); RETURN NEW; END
func (p *prover) stamps(rel *catalog.Relation, t *catalog.Trigger) bool {
	f := t.Function
	if f == nil || !t.Before || !t.Row || t.Instead || f.Language != "plpgsql" || f.Settings || len(t.Args) > 0 || p.impure(t.When) != "" {
		return false
	}
	body, ok := plainBody(f.Body)
	if !ok {
		return false
	}
	statements := strings.Split(body, ";")
	for i, st := range statements {
		st = strings.TrimSpace(st)
		if i == len(statements)-1 {
			return st == "" && i >= 1 && strings.EqualFold(strings.Join(strings.Fields(statements[i-1]), " "), "return new")
		}
		if i == len(statements)-2 {
			continue // RETURN NEW, looked at above
		}
		if !p.stamp(rel, st) {
			return false
		}
	}
	return false
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
// column of NEW.
func (p *prover) stamp(rel *catalog.Relation, st string) bool {
	left, right, ok := strings.Cut(st, "=")
	if !ok {
		return false
	}
	left = strings.ToLower(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(left), ":")))
	name, ok := strings.CutPrefix(left, "new.")
	col := rel.Column(strings.TrimSpace(name))
	if !ok || col == nil || p.carriesTenant(rel, col.Index) {
		return false
	}
	tree, err := pgast.Parse("SELECT (" + right + ")")
	if err != nil || len(tree.Stmts) != 1 {
		return false
	}
	sel := tree.Stmts[0].Stmt.GetSelectStmt()
	if sel == nil || len(sel.TargetList) != 1 || len(sel.FromClause) > 0 || sel.WhereClause != nil || sel.Op != pgast.SetOperation_SETOP_NONE {
		return false
	}
	value := sel.TargetList[0].GetResTarget().GetVal()
	if value == nil {
		return false
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
	return names && p.impure(&catalog.Expr{Node: value}) == ""
}

// carriesTenant reports whether a column is the tenant's, of a key, or of a
// foreign key.
func (p *prover) carriesTenant(rel *catalog.Relation, col int) bool {
	if slices.Contains(rel.Tenancy.Columns, col) {
		return true
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
