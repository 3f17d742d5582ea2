package catalog

import (
	"path"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// A migration that has run is not to be edited, so a statement whose effect on
// the schema cannot be followed would leave its user stuck. Whoever has read it
// may declare that the other statements say what it leaves: then it is passed
// over. It is named by its file and its text, so that one who edits it, or adds
// another, is asked again.
//
//	trust: {migrations: [0042_cleanup.sql:8c1f03d2a9b4]}

// refuseCode reports a statement of a migration whose effect only the server
// knows; d says what and why.
func (b *builder) refuseCode(d diag.Diagnostic) {
	d.Code, d.Pos = diag.CodeDynamicDDL, b.stmt
	d.Fix += "; or trust: {migrations: [" + migration(b.top) + "]} once you have read it: it is then passed over"
	b.add(d)
}

// migration names a statement of a migration.
func migration(s *source) string { return path.Base(s.name) + ":" + diag.Fingerprint(s.text) }

// passesOver reports whether a statement is declared to be passed over. One
// that says by itself what it does to the schema cannot be.
func (b *builder) passesOver(s *source) bool {
	switch s.node.GetNode().(type) {
	case *pgast.Node_DoStmt, *pgast.Node_CallStmt, *pgast.Node_CreateEventTrigStmt, *pgast.Node_SelectStmt,
		*pgast.Node_InsertStmt, *pgast.Node_UpdateStmt, *pgast.Node_DeleteStmt:
	default:
		return false
	}
	for _, n := range b.in.Tenancy.Trust.Migrations {
		if n.Name == migration(s) {
			if !b.passed[n.Name] {
				b.passed[n.Name] = true
				b.cat.PassedOver = append(b.cat.PassedOver, Passed{n.Name, b.stmt})
			}
			return true
		}
	}
	return false
}

// checkPassed reports the declarations to which no statement answers.
func (b *builder) checkPassed(list []config.Named) {
	for _, n := range list {
		if !b.passed[n.Name] {
			b.add(diag.Diagnostic{
				Code: diag.CodeTenancyNoSuch, Pos: n.Pos, Width: len(n.Name),
				Message: "there is no statement " + n.Name + " in the migrations to trust",
				Why:     "its text has changed, or the file is gone",
			})
		}
	}
}
