// Package config reads sqlc.yaml, the one file that configures sqlc and tenantc.
//
// In comes the file; out goes one Block for each `sql:` entry that tenantc
// generates for. It refuses to know what the schema or the queries hold.
package config

import (
	"go.yaml.in/yaml/v3"

	"github.com/tenantc/tenantc/internal/diag"
)

// Config is sqlc.yaml as tenantc understands it.
type Config struct {
	Dir    string // folder of File, as given; every other path is relative to it, with slashes
	File   string // name in Dir, "sqlc.yaml", "sqlc.yml", "sqlc.json" or as given
	Blocks []*Block
}

// Block is one `sql:` entry with a tenantc codegen.
type Block struct {
	Pos      diag.Pos
	Schema   []string // files, folders or globs, as written
	Queries  []string // the same
	Out      string   // folder of the emitted package, cleaned
	Package  string   // name of the emitted package; by default the base of Out
	Models   string   // folder of the model structs, cleaned; "" means none
	Tenancy  Tenancy
	Go       GoOptions
	Database map[string]any // the entry's `database`, handed to sqlc as it is; nil when absent
	Checks   map[string]any // strict_function_checks, strict_order_by, analyzer, as written; nil when none
	OutPos   diag.Pos       // where Out stands

	schema, queries []source
	options         *yaml.Node // of the codegen; nil when absent
}

// GoOptions are sqlc's own options for Go that are handed on to it.
type GoOptions struct {
	// Raw holds every sqlc option as written, for the child's config: bool,
	// string, int, []any and map[string]any. The file's top-level overrides
	// are merged in as sqlc merges them. It is never nil.
	Raw                 map[string]any
	SQLPackage          string // "pgx/v5", the only one understood
	QueryParameterLimit int    // sqlc's default is 1; -1 when not set
}

// Isolation says what keeps tenants apart.
type Isolation int8

const (
	IsolationRow      Isolation = iota // tenant column in each row, the default
	IsolationDatabase                  // the placement alone; the id only routes
)

// Nulls says what a row without a tenant means.
type Nulls int8

const (
	NullsError     Nulls = iota // a nullable tenant column is an error, the default
	NullsNobody                 // such rows belong to nobody and are never read
	NullsEverybody              // such rows may be read by every tenant (per table only)
)

// Tenancy is the `tenancy:` mapping.
type Tenancy struct {
	Isolation          Isolation
	Dimensions         []Dimension // widest first; never empty after Load
	Tables             []Table     // in the order of the file
	Nulls              Nulls
	UnclassifiedGlobal bool // `unclassified: global`
	Trust              Trust
}

// Dimension is one level of ownership, as organization over project.
type Dimension struct {
	Pos     diag.Pos
	Name    string   // "tenant" by default
	Columns []string // column names that carry it; {"tenant_id"} by default
	Root    string   // the relation whose key names the tenant, "schema.table" or "table"; "" for none
	Type    string   // Go type of the id as stated, or ""
}

// Table is what sqlc.yaml declares of one relation.
type Table struct {
	Pos     diag.Pos
	Name    string // as written, "table" or "schema.table"
	Global  bool
	Via     []string          // columns of the owning foreign key
	Columns map[string]string // dimension name to column name
	Root    string            // dimension that this relation is the root of, or ""
	Dim     string            // dimension by which it is owned where it has several, or ""
	Nulls   Nulls
	HasNull bool // Nulls was written
}

// Trust lists declarations that a proof may lean on, and then names.
type Trust struct {
	Triggers      []Named // trigger names
	AllTriggers   bool    // triggers: all
	Extensions    []Named // extensions that change no operator or cast of a built-in type
	Functions     []Named // "schema.name" or "name"
	Consistent    []Named // "table.column": an id-only foreign key that never crosses tenants
	AllConsistent bool    // consistent: all
	Migrations    []Named // "file:fingerprint" of a statement whose effect on the schema cannot be followed
}

// Named is a declared name and where it stands.
type Named struct {
	Name string
	Pos  diag.Pos
}
