package plan

// Plan is the code to emit.
type Plan struct {
	Packages []*Package // gen, gen/global, gen/unscoped: those that have something to hold
}

// Kind says which statements a package holds.
type Kind int8

const (
	Scoped   Kind = iota // one tenant's rows
	Global               // nobody's data
	Unscoped             // every tenant's rows, on purpose
)

// Package is one emitted Go package.
type Package struct {
	Kind         Kind
	Dir          string // relative to the configuration, with slashes
	Name         string
	Repositories []*Repository // by name; empty when others need only its types

	// Tenant is the argument that places a statement, the widest dimension's.
	// Unset outside of Scoped.
	Tenant Arg
	// Dimensions are the key types to declare: none where there is one dimension.
	Dimensions []Dimension
	Types      []*TypeDecl // structs and enums of sqlc's that methods name
	// Handle lists the methods of pgx that the package's own DB interface has.
	// Empty in Scoped.
	Handle []string

	// Private: each tenant has a database of its own, and New refuses a placement in
	// which it has not. Only in Scoped.
	Private bool

	Reads     bool // a method goes through rows
	Collect   bool // a method reads many rows of a single value
	QueueMany bool // a method in a batch does
	QueueOne  bool // a method in a batch reads a single value
	Counts    bool // a method reads a number
	Exists    bool // a method asks whether there is a row
	Affects   bool // a method returns how many rows it touched
	// Batch is what the batch across the repositories is called; "" when none has
	// a twin.
	Batch  string
	Assign bool // a method assembles a SET list
	Insert bool // a method assembles a column list
	Upsert bool // a method assembles both
	// Arrays: a method turns rows into columns that hold arrays; ServerFilled: it
	// leaves columns to the server.
	Arrays, ServerFilled bool
	// Helpers are further declarations of rows.go that expressions name, sorted.
	Helpers []string
	Dests   []*Dest // of rows that belong to no repository of the package

	Doc  []string // of the package
	Noun string   // what the placing dimension is called

	StoreImports, RowsImports, TypesImports, BatchImports *Imports
}

// Dimension is the type of one dimension's key.
type Dimension struct {
	Name string // "OrganizationID"
	Noun string // "organization"
	Key  string // "tenant.ID"
}

// TypeDecl is a type that sqlc declares and the code uses.
type TypeDecl struct {
	Name   string
	Doc    []string
	Fields []Field // of a struct
	Source string  // of anything else: the whole declaration
}

// Field is a field of an emitted struct.
type Field struct {
	Name, Type, Tag string // Tag is without quotes
	Doc             string // one line, after the field; "" usually
}

// Repository is one emitted type with its methods, in a file of its own.
type Repository struct {
	Name    string // "Users"
	File    string // "users.go"
	Doc     []string
	Cols    *Cols   // for conditions; nil when no method takes any
	Key     *KeyVar // for orders; nil when no method takes one
	Structs []*Struct
	Dest    *Dest     // of the rows of its relation; nil when nothing reads any
	Dests   []*Dest   // of rows that queries of its own read otherwise
	Methods []*Method // CRUD first, then hand-written ones in the order of the file
	Twin    *Twin     // nil when no method has one
	Imports *Imports
	Scoped  bool
	Package string // its name
}

// Struct is a struct that a method takes or returns.
type Struct struct {
	Name   string
	Doc    []string
	Fields []Field
	Parts  *Parts // what of a statement follows from its fields; nil for nothing
}

// Parts is a method of a struct that adds what is given of it to a statement.
type Parts struct {
	Of, Stmt string // names of the receiver and of the assembly
	Verb     string // the method, and the assembly's: "assign" or "insert"
	Optional []Option
}

// KeyVar is the variable with the order of a relation's key.
type KeyVar struct {
	Name string // "userKey"
	Expr string
	Of   string // "users"
}

// Cols is the variable with the columns of a model.
type Cols struct {
	Name   string // "UserCols"
	Doc    []string
	Fields []Col
}

// Col is one typed column.
type Col struct {
	Name string
	Type string // "filter.Ordered[models.User, int32]"
	New  string // "filter.NewOrdered[*models.User, int32](\"age\")"
}

// Dest is a function that says where the columns of a row go, with those that
// read a row or many.
type Dest struct {
	Name    string   // "userDest"
	Scan    string   // "scanUser"
	Collect string   // "collectUsers"
	Count   string   // "userCount"
	Each    string   // "eachUser"
	Param   string   // "u"
	Type    string   // "models.User"
	Exprs   []string // "&u.Name"
	One     bool     // a method reads one
	Many    bool     // a method reads many
	Loops   bool     // a method goes through them
}

// Shape is how a method speaks with the database. Its value is the name of the
// template that prints it.
type Shape string

// The shapes.
const (
	One        Shape = "one"
	Many       Shape = "many"
	Exec       Shape = "exec"
	ExecRows   Shape = "execrows"
	ExecResult Shape = "execresult"
	BatchExec  Shape = "batchexec"
	BatchOne   Shape = "batchone"
	BatchMany  Shape = "batchmany"
	CopyFrom   Shape = "copyfrom"

	// Of generated methods only: many rows, in an order, a page of them, one after
	// the other or that in an order; a number, and whether there are any. They take
	// conditions.
	List      Shape = "list"
	ListBy    Shape = "listby"
	Page      Shape = "page"
	ForEach   Shape = "foreach"
	ForEachBy Shape = "foreachby"
	Count     Shape = "count"
	Exists    Shape = "exists"

	Load Shape = "load" // the rows that many rows refer to

	Create      Shape = "create"      // an INSERT with columns that may be left out
	Update      Shape = "update"      // an UPDATE of the columns given
	UpdateWhere Shape = "updatewhere" // the same, with conditions
	DeleteWhere Shape = "deletewhere" // a DELETE with conditions
	CreateMany  Shape = "createmany"  // an INSERT of rows that travel as one array a column
	Upsert      Shape = "upsert"      // a Create with an ON CONFLICT
)

// Method is one emitted method.
type Method struct {
	Receiver string // the repository's name
	Twin     string // type of the repository in a batch; "" when the method has no twin
	Name     string
	Doc      []string
	// Commented is set when Doc has text of the user's, of whatever form.
	Commented bool
	Source    string // "queries/users.sql:12"
	Shape     Shape

	Consts []Const // texts; the first is the statement, or its head
	Args   []Arg   // behind ctx
	// Key is set when the placing key is also an argument of the statement: it is
	// then converted to an interface once, under the name Var.key.
	Key bool
	// Place is the expression of the placing key; "" outside of Scoped.
	Place string
	SQL   []string // the statement's arguments
	Row   *Row     // of shapes that return rows
	Size  string   // expression for how many they may be; "" when nothing is known
	Var   *Vars    // shared by methods that have the same names

	Item     string        // type of a batch's or copy's element
	Table    []string      // of CopyFrom: schema and name
	Columns  []string      // of CopyFrom
	Order    string        // of ListBy, Page and ForEachBy: the variable with the key, or "nil"
	Optional []Option      // of Create, Upsert and Update: columns that may be left out
	Stale    bool          // of Update: no row is tenant.ErrStale
	Kept     []string      // of Upsert: those that a conflict leaves as they are, as SQL spells them
	Inputs   []InputColumn // of CreateMany
	Travel   string        // of CreateMany: the function that makes arguments of rows
	Left     []string      // of CreateMany: selectors of the fields that must be nil
	Derived  bool          // of CreateMany: no row is made unless each has its parent
	Load     *Loader       // of Load
	Filter   *Filter       // of a hand-written query that takes conditions; else nil
}

// Const is a constant text. A Shared one is declared by another method.
type Const struct {
	Name, Text string
	Shared     bool
}

// Arg is an argument of a method.
type Arg struct{ Name, Type string }

// Row is what a row is read into.
type Row struct {
	Type string // "models.User", "int64"
	Of   *Dest  // nil for a single value
	// Of a single value: what stands around its address to make it the destination.
	Before, After string
}

// Option is a column that a call may leave out.
type Option struct {
	Given  string // expression that is true when it is not
	Column string // as SQL spells it
	Value  string // expression
}

// Vars are the names of a method's local variables, chosen so that no argument
// has one of them.
type Vars struct {
	Key, Row, Rows, Err, SQL, Args, Tag, Batch, Results, Item, Items, Out, Index, Stmt string
	// Of methods that take conditions: the first one that is asked for, the
	// others, the order, the cursor, and what is paged.
	Cond, Conds, By, After, Paging string
	// Given is the struct of a Create or Update.
	Given string
}

// Import is an import. Name is "" unless it has to be written.
type Import struct{ Name, Path string }
