package prove

import (
	"fmt"
	"github.com/tenantc/tenantc/internal/diag"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// hooks assumes of a written relation that what runs with the write keeps the
// tenant: triggers, rules, defaults, generated columns, CHECKs, and expressions
// of indexes and partition keys. A trigger that only stamps columns is recognized; anything else
// must be declared.
//
//	BEGIN NEW.tenant_id := 2; RETURN NEW; END
//	number bigint DEFAULT next_number()        -- max(n) of all tenants
func (s *schema) hooks(w write) {
	rel := w.rel
	for _, t := range rel.Triggers { // of a partition, also those for rows of its parents
		if t.Disabled || !fires(t, rel, w) {
			continue
		}
		if _, ok := s.p.stamps(rel, t); ok {
			continue
		}
		s.assume(Assumption{
			Subject: "trigger " + rel.ShortName() + "." + t.Name, Declared: t.Trusted, Pos: t.Pos, Code: diag.CodeAssumeTrigger,
			Message: fmt.Sprintf("the trigger %s runs with writes to %s, and what it does is not proven", t.Name, rel.ShortName()),
			Why:     "its body may read or write any tenant's rows",
			Fix:     fmt.Sprintf("trust: {triggers: [%s]} once you have read it, or drop it", t.Name),
		})
	}
	for _, r := range rel.Rules {
		if r.Event == "select" || !w.event(r.Event) {
			continue
		}
		s.assume(Assumption{
			Subject: "rule " + rel.ShortName() + "." + r.Name, Pos: r.Pos, Code: diag.CodeAssumeRule,
			Message: fmt.Sprintf("the rule %s adds statements to writes of %s, which are not proven", r.Name, rel.ShortName()),
			Why:     "its statements may read or write any tenant's rows",
			Fix:     "DROP RULE " + query.Ident(r.Name) + " ON " + tableName(rel),
		})
	}
	for _, child := range rel.Children {
		s.hooks(write{rel: child, insert: w.insert, delete: w.delete, set: w.set, at: w.at})
	}
	if w.delete {
		return
	}
	check := func(what string, e *catalog.Expr) {
		if why := s.p.impure(e); why != "" {
			s.assume(Assumption{
				Subject: what + " of " + rel.ShortName() + ": " + e.Text, Pos: e.Pos, Code: diag.CodeAssumeDefault,
				Message: fmt.Sprintf("a %s of %s %s", what, rel.ShortName(), why),
				Why:     "it is computed with every write, and may depend on other tenants' rows",
				Fix:     "use built-in functions of the row's own columns there, or declare the function under trust.functions",
			})
		}
	}
	for _, c := range rel.Columns {
		check("default", c.Default)
		check("generated column", c.Generated)
		s.p.domainExprs(c.Type, func(e *catalog.Expr) { check("domain", e) })
	}
	for _, e := range rel.Checks {
		check("CHECK", e)
	}
	for _, e := range rel.IndexExprs {
		check("index expression", e)
	}
	for at := rel; at != nil; at = partitionOf(at) {
		for _, e := range at.PartitionBy {
			check("partition key", e)
		}
	}
}

// partitionOf returns the table of which rel is a partition, or nil.
func partitionOf(rel *catalog.Relation) *catalog.Relation {
	if !rel.IsPartition {
		return nil
	}
	return rel.Parents[0]
}

// fires reports whether a write sets the trigger off. An UPDATE may move a row
// to another partition, which deletes it here and inserts it there.
func fires(t *catalog.Trigger, rel *catalog.Relation, w write) bool {
	switch {
	case w.insert:
		return t.Insert
	case w.delete:
		return t.Delete
	case rel.IsPartition || rel.Kind == catalog.PartitionedTable:
		return t.Update || t.Insert || t.Delete
	}
	return t.Update
}
