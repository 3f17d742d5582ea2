package query

import "github.com/tenantc/tenantc/internal/catalog"

// Query is a statement or subquery: *Select, *SetOp, *Values, *Insert,
// *Update or *Delete.
type Query interface {
	// Columns returns what the query hands out: a SELECT's or RETURNING's list.
	Columns() []*Target
	// Ctes returns the query's WITH list.
	Ctes() []*CTE
	Loc() Loc
}

// Target is one output column.
type Target struct {
	Name string
	Expr Expr // for a SetOp: *Output of that position
	Type catalog.Type
}

// CTE is one entry of a WITH list.
type CTE struct {
	Name  string
	At    Loc
	Names []string // column names that the CTE hands out, alias list applied
	Query Query
	// Recursive: the query refers to itself. It is then a *SetOp whose right
	// side holds the references.
	Recursive bool
	Refs      []*RTE // every reference from outside itself
	SelfRefs  []*RTE // references from its own recursive term
}

// base is what every query has.
type base struct {
	With []*CTE
	At   Loc
}

func (b *base) Ctes() []*CTE { return b.With }
func (b *base) Loc() Loc     { return b.At }

// Tail is what follows a query's body: it applies to its output.
type Tail struct {
	OrderBy       []*SortKey
	Limit, Offset Expr // nil when absent
	WithTies      bool
	Locking       []*Locking
}

// SortKey is one item of ORDER BY.
type SortKey struct {
	Expr  Expr
	Desc  bool
	Using string // ORDER BY x USING op; "" usually
}

// Locking is a FOR UPDATE or FOR SHARE clause.
type Locking struct {
	Strength string // as written: "UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"
	Of       []*RTE // empty means all
	At       Loc
}

// DistinctKind is the kind of DISTINCT.
type DistinctKind int8

const (
	NotDistinct DistinctKind = iota
	Distinct
	DistinctOn
)

// Select is a plain SELECT.
type Select struct {
	base
	From       []FromItem // comma list
	Where      Expr       // nil when absent
	GroupBy    []Expr     // every grouping expression, over all grouping sets
	Sets       [][]Expr   // the grouping sets, where ROLLUP, CUBE or GROUPING SETS is used; else nil
	Grouped    bool       // has GROUP BY, HAVING or an aggregate of its own
	Having     Expr
	Targets    []*Target
	Distinct   DistinctKind
	DistinctOn []Expr
	Windows    []*Window // named windows
	Tail
}

func (s *Select) Columns() []*Target { return s.Targets }

// SetOpKind is UNION, INTERSECT or EXCEPT.
type SetOpKind int8

const (
	Union SetOpKind = iota
	Intersect
	Except
)

// SetOp combines two queries. ORDER BY and the like speak of its outputs.
type SetOp struct {
	base
	Kind        SetOpKind
	All         bool
	Left, Right Query
	Targets     []*Target
	Tail
}

func (s *SetOp) Columns() []*Target { return s.Targets }

// Values is a VALUES list. In an INSERT's rows a value may be a *Default.
type Values struct {
	base
	Rows    [][]Expr
	Targets []*Target // "column1", …; Expr is *Output of that position
	Tail
}

func (v *Values) Columns() []*Target { return v.Targets }

// Insert is an INSERT.
type Insert struct {
	base
	Target     *RTE
	Into       []int  // target columns, by index in the relation; given or all
	Listed     bool   // the column list was written
	Source     Query  // nil for DEFAULT VALUES
	Overriding string // "", "SYSTEM", "USER"
	Conflict   *Conflict
	Returning  []*Target
}

func (i *Insert) Columns() []*Target { return i.Returning }

// Conflict is ON CONFLICT.
type Conflict struct {
	At         Loc
	DoNothing  bool
	Elems      []ConflictElem // inferred arbiter; empty without a target or with Constraint
	Predicate  Expr           // WHERE of the target
	Constraint string         // ON CONSTRAINT name
	Excluded   *RTE           // columns as the target's; nil for DO NOTHING
	Set        []*Assign
	Where      Expr
}

// ConflictElem is an element of an inferred arbiter.
type ConflictElem struct {
	Column    int    // index, or -1 for an expression
	Expr      Expr   // nil for a column
	Text      string // the expression as written, white space folded
	Collation string
	OpClass   string
}

// Assign is one column of a SET list.
type Assign struct {
	Column  int
	Value   Expr // *Default, *MultiAssign or any expression
	At      Loc
	Partial bool // SET c[1] = … or SET c.f = …
}

// Update is an UPDATE.
type Update struct {
	base
	Target    *RTE
	Set       []*Assign
	From      []FromItem // beside Target
	Where     Expr
	Returning []*Target
}

func (u *Update) Columns() []*Target { return u.Returning }

// Delete is a DELETE.
type Delete struct {
	base
	Target    *RTE
	Using     []FromItem // beside Target
	Where     Expr
	Returning []*Target
}

func (d *Delete) Columns() []*Target { return d.Returning }

// FromItem is a *RTE or a *Join.
type FromItem interface{ fromItem() }

// JoinKind is the kind of a join. CROSS JOIN is Inner without On.
type JoinKind int8

const (
	Inner JoinKind = iota
	Left
	Right
	Full
)

// Join is a join in the FROM tree.
type Join struct {
	Kind        JoinKind
	Left, Right FromItem
	On          Expr       // nil when absent
	Using       []UsingCol // USING, NATURAL resolved
	At          Loc        // the right side's first name
}

func (*Join) fromItem() {}

// UsingCol is a merged column: Left = Right, by the `=` of the search path.
type UsingCol struct {
	Name        string
	Left, Right Expr
}

// RTEKind is the kind of a range table entry.
type RTEKind int8

const (
	RelationRTE RTEKind = iota // a table, view (Sub set) or materialized view
	SubqueryRTE                // a subquery or VALUES in FROM
	CTERTE
	FunctionRTE
	ExcludedRTE
	ParamsRTE // the arguments of a function whose body is expanded; in no FROM
)

// RTE is a range table entry: one mention of a relation, subquery, CTE or
// function, as an instance of its own.
type RTE struct {
	ID       int
	Kind     RTEKind
	At       Loc    // the relation's name, or the first token of another item
	Width    int    // bytes of that name
	Alias    string // what it is called in the statement
	Cols     []RTECol
	Relation *catalog.Relation // of RelationRTE and ExcludedRTE
	Only     bool
	Sub      Query // of SubqueryRTE, and the expanded query of a view
	Lateral  bool  // LATERAL written, or implied by a function
	CTE      *CTE
	Self     bool        // a recursive self reference
	Funcs    []*FuncCall // FunctionRTE; several for ROWS FROM
	Gives    []int       // how many of Cols each of Funcs gives
	Sample   bool        // TABLESAMPLE
	Write    bool        // the target of INSERT, UPDATE or DELETE
	schema   string      // of a relation without alias: schema.relation.column is then allowed
	level    int         // depth of the query level that it belongs to
	scalar   bool        // of FunctionRTE: the row is one value, and the alias means it
}

func (*RTE) fromItem() {}

// RTECol is a column of a range table entry.
type RTECol struct {
	Name      string // alias list applied
	Type      catalog.Type
	Collation *catalog.Collation // nil: the type's own
	Column    *catalog.Column    // of a relation; nil otherwise
}
