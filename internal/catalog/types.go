package catalog

import (
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/pgast"
)

// Catalog is the schema after the last migration, with the tenancy of each
// relation. It is immutable once Build has returned it.
type Catalog struct {
	Relations  []*Relation // tables, views and materialized views that exist, in order of creation
	Dimensions []*Dimension
	Types      []*UserType
	Functions  []*Function // user-defined functions, procedures and aggregates
	Operators  []*Operator // user-defined
	Casts      []*UserCast // user-defined
	OpClasses  []*OpClass  // user-defined, those dropped later among them
	Collations []*Collation
	Extensions []string
	Schemas    []string // besides public, in order of creation
	PassedOver []Passed // statements of migrations that nobody has followed (trust.migrations)

	private bool
	index   catalogIndex
}

// Private reports whether each tenant has a database of its own, so that no
// relation has a tenant column.
func (c *Catalog) Private() bool { return c.private }

// Passed is a statement of a migration that is declared to be passed over.
type Passed struct {
	Name string // "file:fingerprint"
	Pos  diag.Pos
}

// Dimension is one level of ownership, as organization over project.
type Dimension struct {
	Index int // 0 is the widest, the one that places
	Name  string
	Root  *Relation // nil when no root is declared
	// Type is the type of the tenant columns: that of the root's key, else of the
	// first tenant column found. The zero Type when there is none.
	Type Type
}

// Type is a type as PostgreSQL's catalogs spell it: "int4", never "integer".
type Type struct {
	Schema string  // "pg_catalog" for built-in types, else the schema of a user-defined one, "public" for extensions' types
	Name   string  // element type's name for arrays
	Mods   []int32 // type modifiers as written, {255} for varchar(255)
	Array  bool
}

// IsZero reports whether the type is unknown.
func (t Type) IsZero() bool { return t.Name == "" }

// Same reports whether t and u are one type, modifiers apart.
func (t Type) Same(u Type) bool {
	return t.Schema == u.Schema && t.Name == u.Name && t.Array == u.Array
}

// Builtin returns the built-in type of that name.
func Builtin(name string) Type { return Type{Schema: "pg_catalog", Name: name} }

func (t Type) String() string {
	var b strings.Builder
	if t.Schema != "" && t.Schema != "pg_catalog" && t.Schema != "public" {
		b.WriteString(t.Schema + ".")
	}
	b.WriteString(t.Name)
	if t.Array {
		b.WriteString("[]")
	}
	return b.String()
}

// RelKind is the kind of a relation.
type RelKind int8

const (
	Table RelKind = iota
	PartitionedTable
	ForeignTable
	View
	MaterializedView
)

// Relation is a table or view.
type Relation struct {
	Schema, Name string
	Kind         RelKind
	Pos          diag.Pos // the name in CREATE
	Columns      []*Column
	Keys         []*Key
	ForeignKeys  []*ForeignKey // from this relation
	Referenced   []*ForeignKey // to this relation
	Exclusions   []*Exclusion
	Checks       []*Expr  // table and column CHECKs; also those of domains are on the types
	Indexes      []*Index // all of them, also those of Keys and Exclusions
	IndexExprs   []*Expr  // expressions and predicates of indexes
	PartitionBy  []*Expr  // expressions of the partition key
	Triggers     []*Trigger
	Rules        []*Rule
	Policies     []*Policy
	RLS, Forced  bool
	Parents      []*Relation // INHERITS, or the partitioned table
	Children     []*Relation // direct ones, partitions included
	IsPartition  bool
	// TriggersDisabled: a migration switched off all triggers, also those that
	// keep foreign keys, and did not switch them on again.
	TriggersDisabled bool
	Options          []string // as security_invoker=true

	// Definition is a view's query; nil for tables. Locations in it are offsets
	// into DefinitionText, which is the whole file. Its relations are qualified:
	// they are those that the names meant when the view was made.
	Definition     *pgast.Node
	DefinitionText *diag.Lines
	ColumnAliases  []string // CREATE VIEW v (a, b)
	// Stale says why a view's text no longer says what the view reads, as after a
	// column below it was renamed; "" when it does. Definition is then nil, and a
	// query that uses the view is refused.
	Stale string
	// Outdated: a materialized view that was filled from a view, or by a function,
	// which has been replaced since, and no migration has filled it again.
	Outdated bool

	Tenancy Tenancy
	Model   *model.Model // the struct that stands for it, or nil
}

// Class is the tenancy of a relation.
type Class int8

const (
	Unclassified Class = iota // declared nothing: refused where it is used
	Root                      // the tenants table
	Direct                    // has the tenant column
	Derived                   // owned through a foreign key
	Shared                    // direct, nullable, NULL rows are everybody's
	Global                    // nobody's data
	ViewClass                 // analysed like a subquery
	Private                   // in a database of the tenant's own: all rows are the tenant's
)

// Tenancy says whose rows a relation holds.
type Tenancy struct {
	Class Class
	// Dim is the dimension in which the relation is owned. nil for Global,
	// Unclassified and ViewClass; for Private the one that places.
	Dim *Dimension
	// Columns holds the index of the relation's column for each dimension, by
	// Dimension.Index; -1 where it has none. For a root, its key.
	Columns []int
	// Owner is the owning foreign key of a Derived relation.
	Owner *ForeignKey
	// Nullable: the tenant column may be NULL; such rows are nobody's, or everybody's for Shared.
	Nullable bool
	// Mixed: a child or partition has another class; the relation may not be
	// read without ONLY.
	Mixed bool
	// Stored: a materialized view that is Direct, or Private, because its query was
	// proven to make the rows of a tenant from that tenant's rows alone.
	Stored bool
	Pos    diag.Pos // the declaration, or the zero Pos when it follows from the columns
}

// Owned reports whether the rows belong to tenants.
func (t Tenancy) Owned() bool {
	return t.Class == Root || t.Class == Direct || t.Class == Derived || t.Class == Shared || t.Class == Private
}

// Column returns the index of the tenant column in the relation's own dimension, or -1.
func (t Tenancy) Column() int {
	if t.Dim == nil || t.Dim.Index >= len(t.Columns) {
		return -1
	}
	return t.Columns[t.Dim.Index]
}

// Column is a column of a relation.
type Column struct {
	Index     int // position in Relation.Columns
	Name      string
	Pos       diag.Pos
	Type      Type
	NotNull   bool
	Collation *Collation // nil: the type's own; a domain's is resolved here
	Default   *Expr      // nil when none
	Identity  byte       // 0, 'a' always, 'd' by default
	Drawn     bool       // an identity that holds no value which its sequence still has to give
	Serial    bool       // serial, bigserial: a default of nextval
	Generated *Expr      // GENERATED ALWAYS AS (…) STORED or VIRTUAL
	Comment   string

	local     bool // declared by the relation itself
	inBlock   bool // made by a statement inside DO
	inherited int  // number of parents that have it
}

// Expr is an expression of the DDL, with where it stands. Locations inside Node
// are offsets into its statement and good for nothing but their order.
type Expr struct {
	Node *pgast.Node
	Text string
	Pos  diag.Pos
}

// Key is a primary key, unique constraint or unique index.
type Key struct {
	Name             string
	Pos              diag.Pos
	Primary          bool
	Constraint       bool // made by a constraint, so that ON CONFLICT ON CONSTRAINT can name it
	Elems            []KeyElem
	Predicate        *Expr // partial index
	Deferrable       bool
	NullsNotDistinct bool
	Only             bool // CREATE INDEX … ON ONLY
}

// KeyElem is one element of a key.
type KeyElem struct {
	Column    int    // index, or -1 for an expression
	Expr      *Expr  // the expression, or nil
	Collation string // written collation, "" for the column's own
	OpClass   string // written operator class, "" for the default
}

// Columns returns the indexes of the key's columns, or false when an element
// is an expression or has a collation or operator class of its own.
func (k *Key) Columns() ([]int, bool) {
	cols := make([]int, 0, len(k.Elems))
	for _, e := range k.Elems {
		if e.Column < 0 || e.Collation != "" || e.OpClass != "" {
			return nil, false
		}
		cols = append(cols, e.Column)
	}
	return cols, true
}

// Index is an index of any kind; unique ones have a Key, those of exclusion
// constraints an Exclusion.
type Index struct {
	Name      string
	Pos       diag.Pos
	Method    string // "btree" unless written otherwise
	Elems     []KeyElem
	Include   []int
	Predicate *Expr
	Key       *Key
	Exclusion *Exclusion

	rel    *Relation
	parent *Index // of the partitioned table that this relation is a partition of
}

// Action is what a foreign key does when the referenced row changes.
type Action int8

const (
	NoAction Action = iota
	Restrict
	Cascade
	SetNull
	SetDefault
)

// ForeignKey is a foreign key with its columns in both relations.
type ForeignKey struct {
	Name               string
	Pos                diag.Pos
	From               *Relation
	Columns            []int // of From
	To                 *Relation
	RefColumns         []int // of To
	OnDelete, OnUpdate Action
	SetColumns         []int // ON DELETE SET NULL (…); empty means all
	MatchFull          bool
	Deferrable         bool
	NotValid           bool
	NotEnforced        bool
	Consistent         bool // declared never to cross tenants (trust.consistent)
}

// Exclusion is an exclusion constraint.
type Exclusion struct {
	Name       string
	Pos        diag.Pos
	Elems      []ExclusionElem
	Predicate  *Expr
	Deferrable bool
}

// ExclusionElem is one element of an exclusion constraint.
type ExclusionElem struct {
	KeyElem
	Operator string
}
