package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
)

// bindTrust marks the triggers, functions and foreign keys that sqlc.yaml trusts.
func (b *builder) bindTrust() {
	trust := b.in.Tenancy.Trust
	for _, rel := range b.cat.Relations {
		for _, tr := range rel.Triggers {
			tr.Trusted = trust.AllTriggers || slices.ContainsFunc(trust.Triggers, func(n config.Named) bool {
				return n.Name == tr.Name || n.Name == rel.Name+"."+tr.Name || n.Name == rel.FullName()+"."+tr.Name
			})
		}
		for _, fk := range rel.ForeignKeys {
			fk.Consistent = trust.AllConsistent && !fk.NotValid && !fk.NotEnforced && !fk.Deferrable
		}
	}
	for _, n := range trust.Triggers {
		b.checkTrusted("trigger", n, func(rel *Relation) bool {
			return slices.ContainsFunc(rel.Triggers, func(tr *Trigger) bool {
				return n.Name == tr.Name || n.Name == rel.Name+"."+tr.Name || n.Name == rel.FullName()+"."+tr.Name
			})
		})
	}
	for _, n := range trust.Functions {
		schema, name, ok := strings.Cut(n.Name, ".")
		if !ok {
			schema, name = "", n.Name
		}
		functions := b.cat.FunctionsNamed(schema, name)
		for _, f := range functions {
			f.Trusted = true
		}
		if len(functions) == 0 {
			b.add(diag.Diagnostic{
				Code: diag.CodeTenancyNoSuch, Pos: n.Pos, Width: len(n.Name),
				Message: "there is no function " + n.Name + " in the schema to trust",
			})
		}
	}
	for _, n := range trust.Extensions {
		if !b.cat.HasExtension(n.Name) {
			b.add(diag.Diagnostic{
				Code: diag.CodeTenancyNoSuch, Pos: n.Pos, Width: len(n.Name),
				Message: "the schema does not create the extension " + n.Name,
			})
		}
		b.cat.index.trusted[n.Name] = true
	}
	for _, n := range trust.Consistent {
		b.bindConsistent(n)
	}
	b.checkPassed(trust.Migrations)
}

func (b *builder) checkTrusted(kind string, n config.Named, has func(*Relation) bool) {
	if !slices.ContainsFunc(b.cat.Relations, has) {
		b.add(diag.Diagnostic{
			Code: diag.CodeTenancyNoSuch, Pos: n.Pos, Width: len(n.Name),
			Message: "there is no " + kind + " " + n.Name + " in the schema to trust",
		})
	}
}

// bindConsistent marks the foreign key over table.column, or over
// table.(a, b) where it has several columns.
func (b *builder) bindConsistent(n config.Named) {
	refuse := func(message string, pos diag.Pos) {
		b.add(diag.Diagnostic{Code: diag.CodeConsistent, Pos: n.Pos, Width: len(n.Name), Message: message, Related: related(pos, "the foreign key")})
	}
	at := strings.LastIndexByte(n.Name, '.')
	if open := strings.IndexByte(n.Name, '('); open > 0 {
		at = strings.LastIndexByte(n.Name[:open], '.')
	}
	if at < 0 {
		refuse(n.Name+" is not of the form table.column", diag.Pos{})
		return
	}
	rel := b.cat.named(n.Name[:at])
	if rel == nil {
		refuse("there is no table "+n.Name[:at]+" in the schema", diag.Pos{})
		return
	}
	var names []string
	for part := range strings.SplitSeq(strings.Trim(n.Name[at+1:], "()"), ",") {
		names = append(names, strings.TrimSpace(part))
	}
	found := false
	for _, fk := range rel.ForeignKeys {
		if !slices.Equal(columnNames(rel, fk.Columns), names) {
			continue
		}
		found = true
		if fk.NotValid || fk.NotEnforced || fk.Deferrable {
			refuse("the foreign key over "+n.Name+" is deferrable, not valid or not enforced, so nothing can rest on it", fk.Pos)
			continue
		}
		fk.Consistent = true
	}
	if !found {
		refuse("no foreign key of "+rel.ShortName()+" has the column "+n.Name[at+1:], diag.Pos{})
	}
}
