package plan

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
)

// running parses and proves the texts that sqlc made of the statements, which
// are the ones that will run, and holds each proof against that of its source.
func (b *builder) running() []*prove.Proof {
	proofs := make([]*prove.Proof, len(b.in.Stmts))
	for i, s := range b.in.Stmts {
		q := b.queries[s.Name]
		if q == nil {
			diag.Bugf("plan: sqlc has no query %s (%s)", s.Name, s.Pos)
		}
		running := b.parse(s.Name, s.Command, q.Text, s.Annotation)
		proofs[i] = prove.One(b.in.Catalog, running)
		if why := disagreement(b.in.Proofs[i], proofs[i]); why != "" {
			diag.Bugf("plan: %s (%s): the text that was proven and the text that will run differ: %s\nrunning text: %s", s.Name, s.Pos, why, q.Text)
		}
	}
	return proofs
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
