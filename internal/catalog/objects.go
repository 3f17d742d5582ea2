package catalog

import "github.com/tenantc/tenantc/internal/diag"

// Trigger is a user trigger.
type Trigger struct {
	Name                             string
	Pos                              diag.Pos
	Function                         *Function // nil when the function is not in the DDL
	FuncName                         string    // as written
	Before                           bool
	Instead                          bool
	Row                              bool
	Insert, Update, Delete, Truncate bool
	When                             *Expr
	Args                             []string
	Disabled                         bool
	Trusted                          bool // declared to keep the tenant (trust.triggers)
}

// Rule is a rewrite rule.
type Rule struct {
	Name    string
	Pos     diag.Pos
	Event   string // "select", "insert", "update", "delete"
	Instead bool
}

// Policy is a row-level security policy.
type Policy struct {
	Name         string
	Pos          diag.Pos
	Command      string // "all", "select", …
	Restrictive  bool
	Using, Check *Expr
}

// UserTypeKind is the kind of a user-defined type.
type UserTypeKind int8

const (
	Enum UserTypeKind = iota
	Domain
	Composite
	Range
	Base // CREATE TYPE with input functions, or a shell: nothing is known of it
)

// UserType is a type of the schema.
type UserType struct {
	Schema, Name string
	Kind         UserTypeKind
	Pos          diag.Pos
	Labels       []string // Enum
	Of           Type     // Domain: the type below, itself perhaps a domain
	NotNull      bool     // Domain
	Checks       []*Expr  // Domain
	Default      *Expr    // Domain
	Collation    *Collation
	Fields       []*Column // Composite
	Diff         string    // Range: the function that says how far apart two bounds are; "" for none
}

// Function is a user-defined function, procedure or aggregate.
type Function struct {
	Schema, Name string
	Pos          diag.Pos
	Args         []FuncArg
	Returns      Type
	SetOf        bool
	ReturnsTable bool
	Trigger      bool // returns trigger
	Aggregate    bool
	Procedure    bool
	Language     string // lower case
	Volatility   byte   // 'i', 's', 'v'
	Definer      bool   // SECURITY DEFINER
	Body         string // text of AS, or "" for a BEGIN ATOMIC body
	Settings     bool   // SET … clauses, but for a plain search_path
	Trusted      bool   // declared to read nothing but its arguments (trust.functions)
}

// FuncArg is an argument of a function.
type FuncArg struct {
	Name    string
	Type    Type
	Mode    byte  // 'i', 'o', 'b', 'v', 't'
	Default *Expr // nil when the argument has to be given
}

// Operator is a user-defined operator.
type Operator struct {
	Schema, Name string
	Pos          diag.Pos
	Left, Right  Type
}

// UserCast is a user-defined cast.
type UserCast struct {
	Pos      diag.Pos
	From, To Type
	Implicit bool // AS IMPLICIT or AS ASSIGNMENT
	// Function is the function that it calls, and FunctionSchema where that is, ""
	// for the search path. It calls none WITHOUT FUNCTION and WITH INOUT.
	Function, FunctionSchema string
}

// Collation is a collation, built in or created by the schema.
type Collation struct {
	Schema, Name     string
	Pos              diag.Pos
	Nondeterministic bool
	Unknown          bool // neither built in nor in the DDL
}
