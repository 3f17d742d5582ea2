package plan

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// running parses and proves the text that sqlc made of a statement, which is the
// one that will run, and holds its proof against that of the source.
func (b *builder) running(source *prove.Proof, q *sqlcrun.Query) *prove.Proof {
	s := source.Stmt
	out := prove.One(b.in.Catalog, b.parse(s.Name, s.Command, q.Text, s.Annotation))
	if why := disagreement(source, out); why != "" {
		diag.Bugf("plan: %s (%s): the text that was proven and the text that will run differ: %s\nrunning text: %s", s.Name, s.Pos, why, q.Text)
	}
	return out
}

// disagreement says in what two proofs of one statement differ, or "".
func disagreement(a, b *prove.Proof) string {
	if a.Verdict != b.Verdict {
		return "verdict " + a.Verdict.String() + " and " + b.Verdict.String()
	}
	if b.Open() {
		return "an assumption that nobody declared"
	}
	if len(a.Stmt.Params) != len(b.Stmt.Params) {
		return "the number of parameters"
	}
	if len(a.Tenants) != len(b.Tenants) {
		return "the number of tenant parameters"
	}
	for i := range a.Tenants {
		if a.Tenants[i] != b.Tenants[i] {
			return "the tenant parameter of " + a.Tenants[i].Dim.Name
		}
	}
	if len(a.Instances) != len(b.Instances) {
		return "the number of relation instances"
	}
	for i := range a.Instances {
		x, y := a.Instances[i], b.Instances[i]
		switch {
		case x.RTE.Relation != y.RTE.Relation, x.Class != y.Class:
			return "relation " + x.RTE.Alias + " and " + y.RTE.Alias
		case x.RTE.Alias != y.RTE.Alias:
			return "alias " + x.RTE.Alias + " and " + y.RTE.Alias
		case x.Rule != y.Rule:
			return "the rule of " + x.RTE.Alias + ": " + x.Rule + " and " + y.Rule
		}
	}
	return ""
}
