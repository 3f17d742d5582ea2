package sqlcrun

import "iter"

// Compiled is what sqlc made of its inputs. Its owner closes it.
type Compiled struct {
	Version string
	// Queries are those of the input, in its order. Each is made when its turn
	// comes, from sqlc's request on disk, since all of them together take much
	// memory: whoever needs them twice reads them twice. An error is the last that
	// comes.
	Queries iter.Seq2[*Query, error]
	// Imports are the packages that the types of their parameters and columns name.
	Imports []Import
	Tables  []*Table // tables and views outside PostgreSQL's own schemas
	// Types are the types that sqlc declares for tables and enums, by name.
	Types map[string]*TypeDecl
	// Structs names the struct of each of Input.Structs.
	Structs map[TableName]string

	remove func() // the folder of the request; nil for none
}

// Close removes sqlc's request. There are no queries after it.
func (c *Compiled) Close() {
	if c.remove != nil {
		c.remove()
	}
}

// TableName names a relation. Schema is "" for the default one.
type TableName struct{ Schema, Name string }

// DBType is a type as sqlc spells it: without "pg_catalog", but with "integer"
// where the schema says so.
type DBType struct {
	Schema, Name string
	Dims         int // dimensions of an array; 0 for none
}

// Table is a relation of sqlc's catalog.
type Table struct {
	TableName
	Columns []TableColumn
}

// TableColumn is a column of a Table.
type TableColumn struct {
	Name    string
	Type    *DBType
	NotNull bool
}

// Query is one query as sqlc compiled it.
type Query struct {
	Name    string // as written in the query file
	Command string // ":many"
	Text    string // what runs: stars expanded, macros resolved, $n only
	Params  []Param
	Columns []Result
	// Struct is the struct of sqlc's that the columns are scanned into: one of
	// Compiled.Types, or one made for the query. "" for a single scalar and for none.
	Struct string
	// Insert is the table of an INSERT, the target of :copyfrom; zero otherwise.
	Insert TableName
}

// Param is a parameter: $1 is the first.
type Param struct {
	Name    string // sqlc's name for it, as @name or the compared column; "" when it found none
	Named   bool   // the query names it
	NotNull bool
	DB      *DBType    // values of one type share it
	Table   *TableName // of the column that it is compared with or assigned to; nil for none
	Column  string     // that column
	Go      *Type
}

// Result is an output column.
type Result struct {
	NotNull bool
	DB      *DBType
	Table   *TableName // where sqlc believes it comes from; nil when nowhere
	Column  string     // its name there
	Embed   *TableName // of sqlc.embed: the table; Go is then its struct
	Go      *Type      // nil when the command hands no rows out
	Field   string     // sqlc's name of the struct field; "" for a single scalar
	Tag     string     // the field's tag, without quotes; "" usually
}

// Type is a Go type in sqlc's code. Values of one type share it.
type Type struct {
	Text    string   // "pgtype.UUID", "[]Role"
	Imports []Import // the packages that Text names
	Local   []string // the names of Compiled.Types that Text names
}

// Import is a package that a type names. Name is "" unless it differs from what
// the path says.
type Import struct{ Name, Path string }

// TypeDecl is a type that sqlc declares for a table or an enum.
type TypeDecl struct {
	Name   string
	Doc    string        // without markers
	Fields []StructField // of a struct
	// Source holds, for any other type, the declaration with its constants and
	// methods as sqlc wrote them; "" for a struct of a table.
	Source  string
	Consts  []string // that Source declares
	Imports []Import // that Source needs
	Local   []string // further types that Source names
}

// StructField is a field of the struct of a table.
type StructField struct {
	Name string
	Type *Type
	Tag  string // without quotes
}
