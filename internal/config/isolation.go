package config

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/tenantc/tenantc/internal/diag"
)

// onlyPlaced reports what stands in the `tenancy:` mapping o beside
// `isolation: database` and speaks of columns that carry a tenant: there are
// none, so whoever wrote it expects something that is not kept.
func (r *reader) onlyPlaced(o *object) {
	at := o.values["isolation"]
	refuse := func(n *yaml.Node, what, why string) {
		r.rep.Add(diag.Diagnostic{
			Code: diag.CodeTenancyConflict, Pos: r.pos(n), Width: len(n.Value),
			Message: "isolation: database and " + what, Why: why,
			Related: []diag.Related{{Pos: r.pos(at), Message: "the isolation is declared here"}},
		})
	}
	const noColumn = "a tenant's rows have a database of their own, and no column says whose they are"
	// keys refuses the keys of a mapping that are not read. What else is wrong
	// with it is told by its own reader.
	keys := func(of *yaml.Node, name string, unread ...string) {
		of = r.follow(of)
		if of == nil || of.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(of.Content); i += 2 {
			for _, key := range unread {
				if of.Content[i].Value == key {
					refuse(of.Content[i], fmt.Sprintf("%s%s", key, name), noColumn)
				}
			}
		}
	}
	if n := o.keys["nulls"]; n != nil {
		refuse(n, "nulls", noColumn)
	}
	if n := o.keys["unclassified"]; n != nil {
		refuse(n, "unclassified", "every table is the tenant's unless it is declared global")
	}
	if dims := r.follow(o.values["dimensions"]); dims != nil && dims.Kind == yaml.SequenceNode {
		for i, d := range dims.Content {
			if i > 0 {
				refuse(d, "a second dimension", "the database is the whole tenant's; a narrower owner within it needs columns, and isolation: row")
				continue
			}
			keys(d, " of a dimension", "columns", "root")
		}
	}
	if tables := r.follow(o.values["tables"]); tables != nil && tables.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(tables.Content); i += 2 {
			keys(tables.Content[i+1], " of "+tables.Content[i].Value, "via", "columns", "root", "dimension", "nulls")
		}
	}
	keys(o.values["trust"], " under trust", "consistent")
}
