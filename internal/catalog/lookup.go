package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// catalogIndex finds things by name. Build fills it as it goes.
type catalogIndex struct {
	relations  map[qname]*Relation
	types      map[qname]*UserType
	functions  map[string][]*Function // by name without schema
	schemas    map[string]bool
	collations map[qname]*Collation
	extensions map[string]string  // name to the schema of its objects
	trusted    map[string]bool    // extensions declared under trust
	copies     map[qname]diag.Pos // tables whose columns only the server could tell
	tainted    map[string]bool    // equality keys of types whose equality the DDL may have redefined
	// strange: an extension that tenantc does not know may have made types.
	strange bool
}

func newIndex() catalogIndex {
	return catalogIndex{
		relations:  map[qname]*Relation{},
		types:      map[qname]*UserType{},
		functions:  map[string][]*Function{},
		schemas:    map[string]bool{"public": true},
		collations: map[qname]*Collation{},
		extensions: map[string]string{},
		trusted:    map[string]bool{},
		tainted:    map[string]bool{},
	}
}

// Lookup returns the relation of that name, or nil. An empty schema means the
// default search path, of which only public can hold relations of the schema:
// what pg_catalog has is not here, and a schema named like the role cannot be known.
func (c *Catalog) Lookup(schema, name string) *Relation {
	return c.index.relations[qname{orPublic(schema), name}]
}

// FunctionsNamed returns the user-defined functions of that name, all
// overloads. An empty schema means the search path.
func (c *Catalog) FunctionsNamed(schema, name string) []*Function {
	var out []*Function
	for _, f := range c.index.functions[name] {
		if f.Schema == orPublic(schema) {
			out = append(out, f)
		}
	}
	return out
}

// UserType returns the schema's own type t names, or nil for built-in types,
// arrays, row types of relations and types of extensions.
func (c *Catalog) UserType(t Type) *UserType {
	if t.Array {
		return nil
	}
	return c.index.types[qname{t.Schema, t.Name}]
}

// CalledTypes returns the types of that name, in the schema or, for "", in any,
// whose making may be what a call means: a range or multirange has constructors,
// and a call with one argument may be a cast, as `email('x')`. A row has none of
// both, and the labels of an enum are looked up by no one's code.
func (c *Catalog) CalledTypes(schema, name string) []*UserType {
	var out []*UserType
	for _, t := range c.Types {
		if t.Kind != Enum && t.Kind != Composite && t.Name == name && (schema == "" || t.Schema == schema) {
			out = append(out, t)
		}
	}
	return out
}

// Base returns the type below t's domains, with the modifiers of the innermost
// one; t itself when it is no domain.
func (c *Catalog) Base(t Type) Type {
	for range maxDomains {
		u := c.UserType(t)
		if u == nil || u.Kind != Domain {
			return t
		}
		t = u.Of
	}
	return t
}

// TypeCollation returns the collation that a domain gives to its values, or nil
// where t is none or gives none.
func (c *Catalog) TypeCollation(t Type) *Collation {
	for range maxDomains {
		u := c.UserType(t)
		if u == nil || u.Kind != Domain {
			return nil
		}
		if u.Collation != nil {
			return u.Collation
		}
		t = u.Of
	}
	return nil
}

// DomainDefault returns the default that a domain gives to columns without one of
// their own: that of the outermost domain which has one. It is nil for other types.
func (c *Catalog) DomainDefault(t Type) *Expr {
	for range maxDomains {
		u := c.UserType(t)
		if u == nil || u.Kind != Domain {
			return nil
		}
		if u.Default != nil {
			return u.Default
		}
		t = u.Of
	}
	return nil
}

// maxDomains bounds a walk through domains over domains. A domain is made over
// an existing type, so there is no circle; this keeps a mistake from hanging.
const maxDomains = 1000

// Dimension returns the dimension of that name, or nil.
func (c *Catalog) Dimension(name string) *Dimension {
	for _, d := range c.Dimensions {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// StrangeExtension is an extension of which it is not known whether it changes
// what an operator or a cast of a built-in type means.
type StrangeExtension struct {
	Name    string
	Trusted bool // declared to change none (trust.extensions)
}

// StrangeExtensions returns the extensions that the schema creates and that are
// on no list of known ones.
func (c *Catalog) StrangeExtensions() []StrangeExtension {
	var out []StrangeExtension
	for _, name := range c.Extensions {
		if !KnownExtension(name) && !knownExtensions[name] {
			out = append(out, StrangeExtension{name, c.index.trusted[name]})
		}
	}
	return out
}

// HasExtension reports whether the schema creates the extension.
func (c *Catalog) HasExtension(name string) bool {
	_, ok := c.index.extensions[name]
	return ok
}

func orPublic(schema string) string {
	if schema == "" {
		return "public"
	}
	return schema
}

// FullName returns the name with its schema, "public.users".
func (r *Relation) FullName() string { return r.Schema + "." + r.Name }

// ShortName returns the name as a query would write it: without "public.".
func (r *Relation) ShortName() string {
	if r.Schema == "public" {
		return r.Name
	}
	return r.FullName()
}

// Column returns the column of that name, or nil.
func (r *Relation) Column(name string) *Column {
	for _, c := range r.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// PrimaryKey returns the primary key, or nil.
func (r *Relation) PrimaryKey() *Key {
	for _, k := range r.Keys {
		if k.Primary {
			return k
		}
	}
	return nil
}

// ColumnNames returns the names of the columns with those indexes, "a, b".
func (r *Relation) ColumnNames(columns []int) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = r.Columns[c].Name
	}
	return strings.Join(names, ", ")
}

// IsView reports whether the relation is a view or a materialized view.
func (r *Relation) IsView() bool { return r.Kind == View || r.Kind == MaterializedView }

// PlainChildren reports whether other tables inherit from the relation,
// partitions apart: then no key of it holds for what a query reads.
func (r *Relation) PlainChildren() bool {
	for _, c := range r.Children {
		if !c.IsPartition {
			return true
		}
	}
	return false
}

// NeverNull reports whether a column is NULL in no row that a statement over the
// relation touches: children may hold NULL where their parent must not.
//
//	ALTER TABLE ONLY docs ALTER tenant_id SET NOT NULL
func (r *Relation) NeverNull(column int) bool {
	name := r.Columns[column].Name
	return !slices.ContainsFunc(r.Subtree(), func(s *Relation) bool { return !s.Column(name).NotNull })
}

// Subtree returns the relation with everything that inherits from it, parents
// first. A statement that names it without ONLY touches all of them.
func (r *Relation) Subtree() []*Relation {
	out := []*Relation{r}
	seen := map[*Relation]bool{r: true}
	for i := 0; i < len(out); i++ {
		for _, c := range out[i].Children {
			if !seen[c] {
				seen[c] = true
				out = append(out, c)
			}
		}
	}
	return out
}

// UncheckedKeys reports whether a migration left the triggers switched off that
// keep the foreign keys of this relation's rows, or of those in a partition.
func (r *Relation) UncheckedKeys() bool {
	return slices.ContainsFunc(r.Subtree(), func(s *Relation) bool { return s.TriggersDisabled })
}

// ReferencedBy returns the foreign keys that a change of this relation's rows
// sets off: its own, and those of the partitioned tables above it, whose
// RefColumns are indexes of that table.
func (r *Relation) ReferencedBy() []*ForeignKey {
	out := append([]*ForeignKey(nil), r.Referenced...)
	for p := r; p.IsPartition && len(p.Parents) > 0; {
		p = p.Parents[0]
		out = append(out, p.Referenced...)
	}
	return out
}
