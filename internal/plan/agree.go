package plan

import (
	"crypto/sha256"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// running returns the reading of the text that sqlc made of a statement, which
// is the one that will run, and holds its proof against that of the source.
func (b *builder) running(s *statement, q *sqlcrun.Query) *reading {
	r := s.reading
	if sha256.Sum256([]byte(q.Text)) != s.expected {
		r = b.draft.read(s, q.Text)
	}
	if r.differs != "" {
		diag.Bugf("plan: %s (%s): the text that was proven and the text that will run differ: %s\nrunning text: %s", s.name, s.pos, r.differs, q.Text)
	}
	return r
}

// disagreement says in what two proofs of one statement differ, or "".
func disagreement(a, b *evidence) string {
	if a.verdict != b.verdict {
		return "verdict " + a.verdict.String() + " and " + b.verdict.String()
	}
	if b.open {
		return "an assumption that nobody declared"
	}
	if a.params != b.params {
		return "the number of parameters"
	}
	if len(a.tenants) != len(b.tenants) {
		return "the number of tenant parameters"
	}
	for i := range a.tenants {
		if a.tenants[i] != b.tenants[i] {
			return "the tenant parameter of " + a.tenants[i].Dim.Name
		}
	}
	if len(a.instances) != len(b.instances) {
		return "the number of relation instances"
	}
	for i := range a.instances {
		x, y := a.instances[i], b.instances[i]
		switch {
		case x.relation != y.relation, x.class != y.class:
			return "relation " + x.alias + " and " + y.alias
		case x.alias != y.alias:
			return "alias " + x.alias + " and " + y.alias
		case x.rule != y.rule:
			return "the rule of " + x.alias + ": " + x.rule + " and " + y.rule
		}
	}
	return ""
}
