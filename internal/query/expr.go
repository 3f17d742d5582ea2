package query

import "github.com/tenantc/tenantc/internal/catalog"

// Expr is a resolved expression. Type is the zero Type where PostgreSQL's
// choice is not known for certain.
type Expr interface {
	Type() catalog.Type
	Loc() Loc
}

type node struct {
	T  catalog.Type
	At Loc
}

func (n *node) Type() catalog.Type { return n.T }
func (n *node) Loc() Loc           { return n.At }

// The expressions.
type (
	// ColRef is a column of a range table entry of this or an outer level.
	ColRef struct {
		node
		RTE *RTE
		Col int
	}

	// Output is a column of the set operation or VALUES list to which the
	// expression belongs.
	Output struct {
		node
		Index int
	}

	// ParamRef is a parameter. Its type is the parameter's.
	ParamRef struct {
		node
		Param *Param
	}

	// Const is a literal. Text is its value as PostgreSQL would read it.
	// A string literal has the type that its context gives it.
	Const struct {
		node
		Text string
		Null bool
		bare bool // no context has given the literal a type yet
	}

	// Cast is a written cast. From is Arg.Type(), the target is Type().
	Cast struct {
		node
		Arg Expr
	}

	// Collate is `arg COLLATE "name"`.
	Collate struct {
		node
		Arg  Expr
		Name string

		collation *catalog.Collation
	}

	// Bool is AND, OR or NOT.
	Bool struct {
		node
		Op   BoolOp
		Args []Expr // two or more, flattened; one for NOT
	}

	// Op is an operator with one or two operands. BETWEEN, LIKE and the like are
	// resolved to operators: `a BETWEEN b AND c` to `a >= b AND a <= c`, LIKE to ~~.
	Op struct {
		node
		Name   string
		Schema string // of OPERATOR(schema.name); "" usually
		Left   Expr   // nil for a prefix operator
		Right  Expr
	}

	// RowOp compares two rows of equal length.
	RowOp struct {
		node
		Name        string
		Left, Right []Expr
	}

	// Row is ROW(…) as a value.
	Row struct {
		node
		Args []Expr
	}

	// InList is `test IN (a, b, …)`; Not for NOT IN. Test may be a *Row.
	InList struct {
		node
		Not  bool
		Test Expr
		List []Expr
	}

	// ArrayOp is `left op ANY (array)` or `left op ALL (array)`.
	ArrayOp struct {
		node
		Name  string
		All   bool
		Left  Expr
		Array Expr
	}

	// SubLink is a subquery in an expression.
	SubLink struct {
		node
		Kind  SubLinkKind
		Op    string // of AnySubLink and AllSubLink
		Test  []Expr // left side; one, or the row
		Query Query
	}

	// MultiAssign is one column of `SET (a, b) = (SELECT …)`.
	MultiAssign struct {
		node
		Sub   *SubLink
		Index int
	}

	// FuncCall is a call of a function, aggregate, window or set-returning function.
	FuncCall struct {
		node
		Schema   string // as written; "" usually
		Name     string
		Args     []Expr
		Star     bool // count(*)
		Distinct bool
		Variadic bool
		Within   bool // WITHIN GROUP
		OrderBy  []*SortKey
		Filter   Expr
		Over     *Window
		// Builtin is the entry of the list of built-in functions that read nothing but
		// their arguments, clock, randomness and connection; nil when the name is not on it.
		Builtin *catalog.BuiltinFunc
		// User are the schema's functions of that name; any of them may be the one
		// that is called, so the name has then lost its place on the list.
		User []*catalog.Function
		// Body is the SELECT that the function is, as a subquery in the place of the
		// call, and Params the entry whose columns are there the arguments; nil where
		// it is not known.
		Body   *SubLink
		Params *RTE

		named bool // arguments are given by name
	}

	// Case is CASE; Arg is nil for a searched one, Else nil when absent.
	Case struct {
		node
		Arg   Expr
		Whens []When
		Else  Expr
	}

	// Coalesce is COALESCE.
	Coalesce struct {
		node
		Args []Expr
	}

	// MinMax is GREATEST or LEAST.
	MinMax struct {
		node
		Least bool
		Args  []Expr
	}

	// NullIf is NULLIF.
	NullIf struct {
		node
		Left, Right Expr
	}

	// NullTest is IS NULL; Not for IS NOT NULL.
	NullTest struct {
		node
		Arg Expr
		Not bool
	}

	// BoolTest is IS TRUE and its like.
	BoolTest struct {
		node
		Arg  Expr
		Test string // "TRUE", "NOT TRUE", "FALSE", "NOT FALSE", "UNKNOWN", "NOT UNKNOWN"
	}

	// DistinctFrom is IS DISTINCT FROM; Not for IS NOT DISTINCT FROM.
	DistinctFrom struct {
		node
		Not         bool
		Left, Right Expr
	}

	// Array is ARRAY[…].
	Array struct {
		node
		Elems []Expr
	}

	// Subscript is arg[i] or arg[i:j].
	Subscript struct {
		node
		Arg     Expr
		Indexes []Expr
	}

	// Field is (arg).name.
	Field struct {
		node
		Arg  Expr
		Name string
	}

	// WholeRow is a range table entry used as a value.
	WholeRow struct {
		node
		RTE *RTE
	}

	// Merged is the merged column of a FULL JOIN … USING.
	Merged struct {
		node
		Left, Right Expr
	}

	// SQLValue is current_timestamp and its like.
	SQLValue struct {
		node
		Name string
	}

	// Grouping is GROUPING(…).
	Grouping struct {
		node
		Args []Expr
	}

	// SystemColumn is tableoid or ctid, or the xmax that RETURNING compares with 0.
	SystemColumn struct {
		node
		RTE  *RTE
		Name string
	}

	// Default is DEFAULT in VALUES or SET.
	Default struct{ node }

	// Unknown is an expression that was not understood; the statement has an Issue.
	Unknown struct {
		node
		What string
	}
)

// BoolOp is AND, OR or NOT.
type BoolOp int8

const (
	And BoolOp = iota
	Or
	Not
)

// SubLinkKind is the kind of a subquery in an expression.
type SubLinkKind int8

const (
	ExistsSubLink SubLinkKind = iota
	AnySubLink                // IN and = ANY
	AllSubLink
	ScalarSubLink
	ArraySubLink
	RowSubLink // (a, b) = (SELECT x, y)
)

// When is one arm of a CASE.
type When struct{ Cond, Then Expr }

// Window is an OVER clause or a named window, its reference resolved.
type Window struct {
	PartitionBy []Expr
	OrderBy     []*SortKey
	Start, End  Expr // offsets of the frame, nil when none
}
