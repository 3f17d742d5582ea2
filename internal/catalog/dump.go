package catalog

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Dump prints the catalog for people and golden tests: one relation a
// paragraph, in order of creation, after the dimensions, types and functions.
func (c *Catalog) Dump(w io.Writer) {
	d := &dumper{}
	d.head(c)
	for _, rel := range c.Relations {
		d.relation(rel)
	}
	io.WriteString(w, d.String())
}

type dumper struct{ strings.Builder }

func (d *dumper) line(format string, args ...any) {
	fmt.Fprintf(d, format, args...)
	d.WriteByte('\n')
}

func (d *dumper) head(c *Catalog) {
	for _, dim := range c.Dimensions {
		root := "no root"
		if dim.Root != nil {
			root = "root " + dim.Root.FullName()
		}
		d.line("dimension %s: %s, %s", dim.Name, root, orNone(dim.Type.String()))
	}
	for _, s := range c.Schemas {
		d.line("schema %s", s)
	}
	for _, e := range c.Extensions {
		d.line("extension %s", e)
	}
	for _, m := range c.PassedOver {
		d.line("passed over %s", m.Name)
	}
	for _, k := range c.Collations {
		d.line("collation %s.%s%s", k.Schema, k.Name, flags(k.Nondeterministic, "nondeterministic", k.Unknown, "unknown"))
	}
	for _, t := range c.Types {
		d.userType(t)
	}
	for _, f := range c.Functions {
		d.function(f)
	}
	for _, o := range c.Operators {
		d.line("operator %s.%s (%s, %s)", o.Schema, o.Name, o.Left, o.Right)
	}
	for _, k := range c.OpClasses {
		d.line("operator class %s calls %s", k.Name, strings.Join(append(slices.Clone(k.Functions), k.Operators...), ", "))
	}
	for _, k := range c.Casts {
		d.line("cast %s as %s%s", k.From, k.To, flags(k.Implicit, "implicit"))
	}
}

func orNone(s string) string {
	if s == "" {
		return "no type"
	}
	return s
}

// flags returns the words whose condition holds, each after a space. Its
// arguments alternate: bool, string.
func flags(args ...any) string {
	var b strings.Builder
	for i := 0; i+1 < len(args); i += 2 {
		if args[i].(bool) {
			b.WriteString(" " + args[i+1].(string))
		}
	}
	return b.String()
}

func (d *dumper) userType(t *UserType) {
	name := t.Schema + "." + t.Name
	switch t.Kind {
	case Enum:
		d.line("enum %s (%s)", name, strings.Join(t.Labels, ", "))
	case Domain:
		d.line("domain %s %s%s%s%s%s", name, typeText(t.Of), collationText(t.Collation), flags(t.NotNull, "not null"), exprText(" default ", t.Default), exprsText(t.Checks))
	case Composite:
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = f.Name + " " + typeText(f.Type) + collationText(f.Collation)
		}
		d.line("composite %s (%s)", name, strings.Join(fields, ", "))
	case Range:
		d.line("range %s of %s", name, t.Of)
	default:
		d.line("base type %s", name)
	}
}

func (d *dumper) function(f *Function) {
	args := make([]string, len(f.Args))
	modes := map[byte]string{'o': "out ", 'b': "inout ", 'v': "variadic ", 't': "table "}
	for i, a := range f.Args {
		args[i] = modes[a.Mode] + strings.TrimSpace(a.Name+" "+typeText(a.Type)) + flags(a.Default != nil, "default")
	}
	kind := "function"
	switch {
	case f.Aggregate:
		kind = "aggregate"
	case f.Procedure:
		kind = "procedure"
	}
	d.line("%s %s.%s(%s) returns %s%s %s %c%s", kind, f.Schema, f.Name, strings.Join(args, ", "), strings.TrimPrefix(flags(f.SetOf, "setof "), " "),
		typeText(f.Returns), f.Language, f.Volatility, flags(f.Definer, "definer", f.Settings, "settings", f.Trigger, "trigger", f.Trusted, "trusted"))
}

var relKinds = map[RelKind]string{
	Table: "table", PartitionedTable: "partitioned table", ForeignTable: "foreign table", View: "view", MaterializedView: "materialized view",
}

func (d *dumper) relation(r *Relation) {
	d.line("\n%s %s%s", relKinds[r.Kind], r.FullName(), flags(r.IsPartition, "partition", r.RLS, "rls", r.Forced, "forced", r.TriggersDisabled, "triggers disabled"))
	for _, p := range r.Parents {
		d.line("  parent %s", p.FullName())
	}
	for _, o := range r.Options {
		d.line("  option %s", o)
	}
	for _, c := range r.Columns {
		d.line("  %s", columnText(c))
	}
	if len(r.ColumnAliases) > 0 {
		d.line("  aliases %s", strings.Join(r.ColumnAliases, ", "))
	}
	if r.Stale != "" {
		d.line("  stale: %s", r.Stale)
	}
	for _, k := range r.Keys {
		d.line("  %s %s (%s)%s%s", keyKind(k), k.Name, elemsText(r, k.Elems), exprText(" where ", k.Predicate),
			flags(k.Deferrable, "deferrable", k.NullsNotDistinct, "nulls not distinct", k.Only, "only", acrossTenants(r, k), "over all tenants"))
	}
	for _, ix := range r.Indexes {
		if ix.Key == nil && ix.Exclusion == nil {
			d.line("  index %s %s (%s)%s", ix.Name, ix.Method, elemsText(r, ix.Elems), exprText(" where ", ix.Predicate))
		}
	}
	for _, x := range r.Exclusions {
		parts := make([]string, len(x.Elems))
		for i, e := range x.Elems {
			parts[i] = elemsText(r, []KeyElem{e.KeyElem}) + " with " + e.Operator
		}
		d.line("  exclusion %s (%s)%s%s", x.Name, strings.Join(parts, ", "), exprText(" where ", x.Predicate), flags(x.Deferrable, "deferrable"))
	}
	for _, fk := range r.ForeignKeys {
		d.line("  foreign key %s", foreignKeyText(fk))
	}
	for _, e := range r.Checks {
		d.line("  check %s", e.Text)
	}
	d.hooks(r)
	d.tenancy(r)
}

func (d *dumper) hooks(r *Relation) {
	for _, t := range r.Triggers {
		when := "after"
		switch {
		case t.Before:
			when = "before"
		case t.Instead:
			when = "instead of"
		}
		level := "statement"
		if t.Row {
			level = "row"
		}
		d.line("  trigger %s %s%s each %s %s(%s)%s%s", t.Name, when, flags(t.Insert, "insert", t.Update, "update", t.Delete, "delete", t.Truncate, "truncate"),
			level, t.FuncName, strings.Join(t.Args, ", "), exprText(" when ", t.When),
			flags(t.Disabled, "disabled", t.Function == nil, "unknown", t.Trusted, "trusted"))
	}
	for _, rule := range r.Rules {
		d.line("  rule %s on %s%s", rule.Name, rule.Event, flags(rule.Instead, "instead"))
	}
	for _, p := range r.Policies {
		d.line("  policy %s for %s%s%s%s", p.Name, p.Command, flags(p.Restrictive, "restrictive"), exprText(" using ", p.Using), exprText(" check ", p.Check))
	}
}

func (d *dumper) tenancy(r *Relation) {
	t := r.Tenancy
	d.WriteString("  tenancy " + t.Class.String())
	if t.Dim != nil {
		d.WriteString(" " + t.Dim.Name)
	}
	if c := t.Column(); c >= 0 {
		d.WriteString(" by " + r.Columns[c].Name)
	}
	if t.Owner != nil {
		d.WriteString(" through " + t.Owner.Name)
	}
	d.line("%s", flags(t.Nullable, "nullable", t.Mixed, "mixed"))
}

func columnText(c *Column) string {
	s := c.Name + " " + typeText(c.Type) + collationText(c.Collation)
	s += flags(c.NotNull, "not null", c.Serial, "serial", c.Identity == 'a', "identity always", c.Identity == 'a' && !c.Drawn, "with other values", c.Identity == 'd', "identity by default")
	s += exprText(" default ", c.Default) + exprText(" generated ", c.Generated)
	if c.Comment != "" {
		s += fmt.Sprintf(" comment %q", c.Comment)
	}
	return s
}

// typeText is a type with its modifiers, "?" for one that is not known.
func typeText(t Type) string {
	if t.IsZero() {
		return "?"
	}
	s := t.String()
	if len(t.Mods) > 0 {
		mods := make([]string, len(t.Mods))
		for i, m := range t.Mods {
			mods[i] = fmt.Sprint(m)
		}
		s = strings.TrimSuffix(s, "[]") + "(" + strings.Join(mods, ",") + ")"
		if t.Array {
			s += "[]"
		}
	}
	return s
}

func collationText(c *Collation) string {
	if c == nil {
		return ""
	}
	return " collate " + c.Name + flags(c.Nondeterministic, "nondeterministic", c.Unknown, "unknown")
}

func exprText(prefix string, e *Expr) string {
	if e == nil {
		return ""
	}
	return prefix + "(" + e.Text + ")"
}

func exprsText(list []*Expr) string {
	var b strings.Builder
	for _, e := range list {
		b.WriteString(exprText(" check ", e))
	}
	return b.String()
}

func elemsText(r *Relation, elems []KeyElem) string {
	parts := make([]string, len(elems))
	for i, e := range elems {
		if e.Column >= 0 {
			parts[i] = r.Columns[e.Column].Name
		} else {
			parts[i] = e.Expr.Text
		}
		if e.Collation != "" {
			parts[i] += " collate " + e.Collation
		}
		if e.OpClass != "" {
			parts[i] += " " + e.OpClass
		}
	}
	return strings.Join(parts, ", ")
}

var actionWords = map[Action]string{Restrict: "restrict", Cascade: "cascade", SetNull: "set null", SetDefault: "set default"}

func foreignKeyText(fk *ForeignKey) string {
	s := fmt.Sprintf("%s (%s) to %s (%s)", fk.Name, fk.From.ColumnNames(fk.Columns), fk.To.FullName(), fk.To.ColumnNames(fk.RefColumns))
	if w := actionWords[fk.OnDelete]; w != "" {
		s += " on delete " + w
		if len(fk.SetColumns) > 0 {
			s += " (" + fk.From.ColumnNames(fk.SetColumns) + ")"
		}
	}
	if w := actionWords[fk.OnUpdate]; w != "" {
		s += " on update " + w
	}
	return s + flags(fk.MatchFull, "match full", fk.Deferrable, "deferrable", fk.NotValid, "not valid", fk.NotEnforced, "not enforced", fk.Consistent, "consistent")
}
