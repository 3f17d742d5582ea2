package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tenantc/tenantc/internal/diag"
)

// tenancy reads the `tenancy:` mapping; n is nil when it was not written.
func (r *reader) tenancy(n *yaml.Node) Tenancy {
	o := r.object(n, "tenancy", "isolation", "dimensions", "tables", "nulls", "unclassified", "trust")
	t := Tenancy{}
	if r.word(o.values["isolation"], "isolation", "row", "database") == "database" {
		t.Isolation = IsolationDatabase
		r.onlyPlaced(o)
	}
	t.Nulls = r.nulls(o.values["nulls"], false)
	t.UnclassifiedGlobal = r.word(o.values["unclassified"], "unclassified", "error", "global") == "global"
	t.Dimensions = r.dimensions(o.values["dimensions"])
	t.Tables = r.tables(o.values["tables"], t.Dimensions)
	t.Trust = r.trust(o.values["trust"])
	if t.Isolation == IsolationDatabase {
		for i := range t.Dimensions {
			t.Dimensions[i].Columns = nil // no column carries the tenant
		}
	}
	return t
}

// nulls reads what a row without a tenant means. Only a table may say that
// such rows are everybody's.
func (r *reader) nulls(n *yaml.Node, table bool) Nulls {
	words := []string{"error", "nobody"}
	if table {
		words = append(words, "everybody")
	}
	if n != nil && !table && n.Kind == yaml.ScalarNode && n.Value == "everybody" {
		r.report(diag.CodeConfigValue, n, "nulls cannot be everybody for all tables",
			"rows that every tenant may read are declared table by table", "tables: {templates: {nulls: everybody}}")
		return NullsError
	}
	switch r.word(n, "nulls", words...) {
	case "nobody":
		return NullsNobody
	case "everybody":
		return NullsEverybody
	}
	return NullsError
}

// dimensionName is what a dimension may be called: a word that Go, the query
// annotations and JSON can all use.
var dimensionName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// dimensions reads the levels of ownership, widest first. Without any there is
// one, tenant, carried by tenant_id. A dimension that names no columns is
// carried by its name with _id.
func (r *reader) dimensions(n *yaml.Node) []Dimension {
	var out []Dimension
	named := map[string]*yaml.Node{}   // dimension name to the node that has it
	carried := map[string]*yaml.Node{} // column to the node that has it
	rooted := map[string]*yaml.Node{}  // root relation to the node that has it
	for _, item := range r.list(n, "dimensions") {
		o := r.object(item, "a dimension", "name", "columns", "root", "type")
		r.need(o, "a dimension", "name")
		d := Dimension{Pos: r.pos(item), Name: r.str(o.values["name"], "the name of a dimension")}
		if d.Name == "" {
			continue
		}
		if !dimensionName.MatchString(d.Name) {
			r.report(diag.CodeConfigValue, o.values["name"], fmt.Sprintf("a dimension cannot be called %q", d.Name),
				"its name is a word of lower-case letters, digits and underscores", "name: "+suggestName(d.Name))
		}
		r.once(named, d.Name, o.values["name"], "the dimension "+d.Name+" is declared twice")
		for _, c := range r.texts(o.values["columns"], "columns") {
			r.once(carried, c.Value, c, "the column "+c.Value+" carries two dimensions")
			d.Columns = append(d.Columns, c.Value)
		}
		if !o.has("columns") {
			d.Columns = []string{d.Name + "_id"}
			r.once(carried, d.Columns[0], o.values["name"], "the column "+d.Columns[0]+" carries two dimensions")
		} else if len(d.Columns) == 0 {
			r.report(diag.CodeConfigValue, o.keys["columns"], "the dimension "+d.Name+" has no columns", "", "columns: ["+d.Name+"_id]")
		}
		if root := o.values["root"]; root != nil {
			d.Root = r.relation(root, "root")
			if d.Root != "" {
				r.once(rooted, bare(d.Root), root, "the relation "+d.Root+" is the root of two dimensions")
			}
		}
		d.Type = r.str(o.values["type"], "type")
		out = append(out, d)
	}
	if len(out) == 0 {
		out = []Dimension{{Name: "tenant", Columns: []string{"tenant_id"}}}
		if n != nil {
			out[0].Pos = r.pos(n)
		}
	}
	return out
}

func suggestName(name string) string {
	return strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "_"), "_0123456789")
}

// once records that n declares what, and reports it when another node has.
func (r *reader) once(seen map[string]*yaml.Node, what string, n *yaml.Node, message string) {
	first := seen[what]
	if first == nil {
		seen[what] = n
		return
	}
	r.rep.Add(diag.Diagnostic{
		Code: diag.CodeTenancyConflict, Pos: r.pos(n), Width: len(n.Value), Message: message,
		Related: []diag.Related{{Pos: r.pos(first), Message: "the first time"}},
	})
}

// tables reads what is declared of single relations.
func (r *reader) tables(n *yaml.Node, dims []Dimension) []Table {
	var out []Table
	list := r.object(n, "tables")
	seen := map[string]*yaml.Node{}
	roots := map[string]*yaml.Node{} // dimension to the node that names its root here
	for _, name := range list.order {
		key := list.keys[name]
		if r.relation(key, "the name of a table") == "" {
			continue
		}
		r.once(seen, bare(name), key, "the table "+bare(name)+" is declared twice")
		out = append(out, r.table(key, list.values[name], dims, roots))
	}
	return out
}

// table reads the declarations of one relation.
func (r *reader) table(key, n *yaml.Node, dims []Dimension, roots map[string]*yaml.Node) Table {
	what := "the table " + key.Value
	t := Table{Pos: r.pos(key), Name: key.Value}
	before := r.rep.Len()
	o := r.object(n, what, "global", "via", "columns", "root", "dimension", "nulls")
	if len(o.values) == 0 && r.rep.Len() == before {
		r.report(diag.CodeConfigValue, key, what+" is listed, but nothing is declared of it",
			"an entry says global, via, columns, root, dimension or nulls", "")
	}
	t.Global = r.flag(o.values["global"], "global")
	viaSeen := map[string]*yaml.Node{}
	for _, c := range r.texts(o.values["via"], "via") {
		r.once(viaSeen, c.Value, c, "via names the column "+c.Value+" twice")
		t.Via = append(t.Via, c.Value)
	}
	if o.has("via") && len(t.Via) == 0 && r.rep.Len() == before {
		r.report(diag.CodeConfigValue, o.keys["via"], "via of "+what+" names no column", "", "via: order_id")
	}
	if columns := r.object(o.values["columns"], "columns"); len(columns.order) > 0 {
		t.Columns = map[string]string{}
		for _, dim := range columns.order {
			r.dimension(columns.keys[dim], dims)
			t.Columns[dim] = r.str(columns.values[dim], "the column of "+dim)
		}
	}
	if root := o.values["root"]; root != nil {
		t.Root = r.str(root, "root")
		r.root(t, root, dims, roots)
	}
	if dim := o.values["dimension"]; dim != nil {
		t.Dim = r.str(dim, "dimension")
		r.dimension(dim, dims)
	}
	if o.has("nulls") {
		t.Nulls, t.HasNull = r.nulls(o.values["nulls"], true), true
	}
	if t.Global {
		r.onlyGlobal(o, what)
	}
	return t
}

// onlyGlobal reports what stands beside `global: true`.
func (r *reader) onlyGlobal(o *object, what string) {
	for _, key := range o.order {
		if key == "global" {
			continue
		}
		r.rep.Add(diag.Diagnostic{
			Code: diag.CodeTenancyConflict, Pos: r.pos(o.keys[key]), Width: len(key),
			Message: fmt.Sprintf("%s is global and has %s", what, key),
			Why:     "a global relation is owned by nobody, so there is nothing more to say of it",
			Related: []diag.Related{{Pos: r.pos(o.keys["global"]), Message: "declared global here"}},
		})
	}
}

// dimension reports n when it is a text that names no dimension.
func (r *reader) dimension(n *yaml.Node, dims []Dimension) {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		return // reported by its reader
	}
	names := make([]string, len(dims))
	for i, d := range dims {
		names[i] = d.Name
	}
	if !slices.Contains(names, n.Value) {
		r.report(diag.CodeTenancyConflict, n, fmt.Sprintf("there is no dimension %q", n.Value),
			"the dimensions are "+strings.Join(names, ", "), diag.Nearest(n.Value, names))
	}
}

// root checks that t may be the root of the dimension that n names.
func (r *reader) root(t Table, n *yaml.Node, dims []Dimension, roots map[string]*yaml.Node) {
	if t.Root == "" {
		return
	}
	r.dimension(n, dims)
	r.once(roots, t.Root, n, "the dimension "+t.Root+" has two roots")
	for _, d := range dims {
		switch {
		case d.Name == t.Root && d.Root != "" && bare(d.Root) != bare(t.Name):
			r.rep.Add(diag.Diagnostic{
				Code: diag.CodeTenancyConflict, Pos: r.pos(n), Width: len(n.Value),
				Message: fmt.Sprintf("the dimension %s has two roots, %s and %s", d.Name, d.Root, t.Name),
				Related: []diag.Related{{Pos: d.Pos, Message: "its root is named here"}},
			})
		case d.Name != t.Root && d.Root != "" && bare(d.Root) == bare(t.Name):
			r.rep.Add(diag.Diagnostic{
				Code: diag.CodeTenancyConflict, Pos: r.pos(n), Width: len(n.Value),
				Message: fmt.Sprintf("the relation %s is the root of two dimensions, %s and %s", t.Name, d.Name, t.Root),
				Related: []diag.Related{{Pos: d.Pos, Message: "it is named as a root here"}},
			})
		}
	}
}

// relation reads the name of a relation, "table" or "schema.table".
func (r *reader) relation(n *yaml.Node, what string) string {
	name := r.str(n, what)
	if name == "" {
		return ""
	}
	parts := strings.Split(name, ".")
	if len(parts) > 2 || slices.Contains(parts, "") {
		r.report(diag.CodeConfigValue, n, fmt.Sprintf("%q is not the name of a relation", name), "it is table or schema.table", "")
		return ""
	}
	return name
}

// bare drops the schema public: with and without it a name means one relation.
func bare(name string) string { return strings.TrimPrefix(name, "public.") }

// migrationName is a file and the fingerprint of a statement in it.
var migrationName = regexp.MustCompile(`^[^/:]+:[0-9a-f]{12}$`)

// trust reads the declarations that a proof may lean on.
func (r *reader) trust(n *yaml.Node) Trust {
	o := r.object(n, "trust", "triggers", "functions", "consistent", "extensions", "migrations")
	var t Trust
	t.Triggers, t.AllTriggers = r.listOrAll(o.values["triggers"], "triggers")
	t.Consistent, t.AllConsistent = r.listOrAll(o.values["consistent"], "consistent")
	for _, item := range r.list(o.values["extensions"], "extensions") {
		if name := r.str(item, "a name in extensions"); name != "" {
			t.Extensions = append(t.Extensions, Named{name, r.pos(item)})
		}
	}
	for _, item := range r.list(o.values["migrations"], "migrations") {
		name := r.str(item, "a name in migrations")
		switch {
		case name == "":
		case !migrationName.MatchString(name):
			r.report(diag.CodeConfigValue, item, fmt.Sprintf("%q is not a statement of a migration", name),
				"migrations lists them as file:fingerprint, which TC2012 prints", "")
		default:
			t.Migrations = append(t.Migrations, Named{name, r.pos(item)})
		}
	}
	for _, item := range r.list(o.values["functions"], "functions") {
		if name := r.str(item, "a name in functions"); name != "" {
			if strings.ContainsAny(name, "()") {
				r.report(diag.CodeConfigValue, item, fmt.Sprintf("%q is not the name of a function", name),
					"functions are trusted by name, whatever their arguments", name[:strings.IndexAny(name, "()")])
			}
			t.Functions = append(t.Functions, Named{name, r.pos(item)})
		}
	}
	for _, c := range t.Consistent {
		parts := strings.Split(c.Name, ".")
		if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") {
			r.rep.Add(diag.Diagnostic{
				Code: diag.CodeConfigValue, Pos: c.Pos, Width: len(c.Name),
				Message: fmt.Sprintf("%q is not a column", c.Name),
				Why:     "consistent lists foreign keys as table.column or schema.table.column, and \"table.(a, b)\" in quotes where they have several columns",
			})
		}
	}
	return t
}

// listOrAll reads a list of names, or the word all.
func (r *reader) listOrAll(n *yaml.Node, what string) (names []Named, all bool) {
	if n != nil && n.Kind == yaml.ScalarNode && n.Value == "all" {
		return nil, true
	}
	if n != nil && n.Kind == yaml.ScalarNode && !isNull(n) {
		r.wrongKind(n, what, "a list, or the word all")
		return nil, false
	}
	for _, item := range r.list(n, what) {
		name := r.str(item, "a name in "+what)
		switch name {
		case "":
		case "all":
			r.report(diag.CodeConfigValue, item, "all stands in the list of "+what, "it is written instead of the list", what+": all")
		default:
			names = append(names, Named{name, r.pos(item)})
		}
	}
	return names, false
}
