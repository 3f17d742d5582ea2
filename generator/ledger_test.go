package generator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantc/tenantc/internal/prove"
)

// What comes out of a ledger is what went in, each list empty or nil as it was.
func TestLedger(t *testing.T) {
	t.Parallel()
	in := []Query{
		{
			Name: "ListUsers", File: "queries/users.sql", Line: 1, Command: ":many", Verdict: prove.Confined.String(),
			Tenants: []Tenant{{"tenant", 1}, {"project", 300}},
			Relations: []Relation{
				{Table: "public.users", Alias: "u", Line: 2, Column: 130, Class: "direct", Rule: "direct", Because: []Reason{{Line: 3, Column: 7, Text: "u.tenant_id = $1"}}},
				{Table: "public.v", Alias: "v", File: "schema/1.sql", Class: "view", Because: []Reason{}},
			},
			Assumes: []string{"public.users_touch"}, Declared: []string{"trust"}, Unread: []Reason{{File: "x.sql", Text: "ü"}}, Diagnostics: []string{"TC4001"},
		},
		{Name: "", Verdict: prove.Refused.String(), Tenants: []Tenant{}, Relations: nil, Assumes: []string{}},
		{Name: "ListUsers2", File: "queries/users.sql", Line: 9, Command: ":many", Verdict: prove.Confined.String()},
	}
	var l ledger
	for _, q := range in {
		l.add(q)
	}
	l.log.Seal()
	if l.log.Len() != 3 || l.refused != 1 {
		t.Errorf("%d verdicts, %d refused, want 3 and 1", l.log.Len(), l.refused)
	}
	if diff := cmp.Diff(in, l.queries()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(in, l.queries()); diff != "" {
		t.Error("asked again:", diff)
	}
}
