package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// An identity column GENERATED ALWAYS holds what its sequence gave, and so no
// value that the sequence still has to give: unless it is younger than its rows,
// once was BY DEFAULT, or a migration filled it or turned the sequence back.
//
//	ALTER TABLE docs ALTER id ADD GENERATED ALWAYS AS IDENTITY   -- 1, beside the row 1
//	INSERT INTO docs (id) OVERRIDING SYSTEM VALUE VALUES (100)
//	SELECT setval('docs_id_seq', 1)

// onward reports whether a sequence with these options gives each value once.
func onward(options []*pgast.Node) bool {
	for _, n := range options {
		switch n.GetDefElem().GetDefname() {
		case "start", "cache", "sequence_name":
		default:
			return false
		}
	}
	return true
}

// addIdentity makes a column an identity. It is as if it had been one from the
// start where the table is of the same file and nothing was written since, which
// is how pg_dump writes it.
func (a *alteration) addIdentity(cmd *pgast.AlterTableCmd) {
	b, c := a.b, cmd.GetDef().GetConstraint()
	when := c.GetGeneratedWhen()
	if when == "" {
		return
	}
	a.each(cmd, func(rel *Relation, col *Column) {
		col.Identity = when[0]
		col.Drawn = when[0] == 'a' && rel.Kind == Table && onward(c.GetOptions()) && !b.wrote && rel.Pos.File == b.stmt.File
	})
}

// writes looks at a statement of a migration that may write rows.
func (b *builder) writes(n *pgast.Node) {
	pgast.Walk(n, func(m pgast.Message) bool {
		switch x := m.(type) {
		case *pgast.InsertStmt:
			b.wrote = true
			if x.GetOverride() == pgast.OverridingKind_OVERRIDING_SYSTEM_VALUE {
				b.chosen(x.GetRelation(), nil)
			}
		case *pgast.MergeStmt:
			b.wrote = true
			b.chosen(x.GetRelation(), nil)
		case *pgast.CopyStmt: // gives an identity column what it is given
			b.wrote = true
			if x.GetIsFrom() {
				b.chosen(x.GetRelation(), pgast.Strings(x.GetAttlist()))
			}
		case *pgast.UpdateStmt, *pgast.DeleteStmt, *pgast.CallStmt:
			b.wrote = true
		case *pgast.FuncCall:
			switch splitName(x.GetFuncname()).name {
			case "set_config": // how pg_dump sets its path
			case "setval":
				b.undrawn()
			default:
				b.wrote = true
			}
		}
		return true
	})
}

// resequences interprets ALTER SEQUENCE: whose the sequence is is not known.
func (b *builder) resequences(s *pgast.AlterSeqStmt) {
	for _, n := range s.GetOptions() {
		if name := n.GetDefElem().GetDefname(); name != "owned_by" && name != "cache" {
			b.undrawn()
		}
	}
}

// writesText is writes for the body of a function or block that is run.
func (b *builder) writesText(body string) {
	b.wrote = true
	body = strings.ToLower(body)
	if slices.ContainsFunc([]string{"setval", "overriding", "copy", "sequence"}, func(word string) bool { return strings.Contains(body, word) }) {
		b.undrawn()
	}
}

// chosen notes that identity columns of a table, those named or all, may have got
// values that their sequences did not give.
func (b *builder) chosen(rv *pgast.RangeVar, names []string) {
	rel := b.cat.Lookup(rv.GetSchemaname(), rv.GetRelname())
	if rel == nil {
		return
	}
	for _, col := range rel.Columns {
		if len(names) == 0 || slices.Contains(names, col.Name) {
			col.Drawn = false
		}
	}
}

// undrawn notes that any sequence may have been turned back.
func (b *builder) undrawn() {
	for _, rel := range b.cat.Relations {
		for _, col := range rel.Columns {
			col.Drawn = false
		}
	}
}
