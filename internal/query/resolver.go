package query

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// maxDepth bounds how deep expressions and subqueries may nest in the tree. A
// chain of operators nests too: a + b + c is two levels.
const maxDepth = 4000

// resolver binds the names of one statement and types its expressions, in the
// order in which PostgreSQL does: that order decides the type of a parameter.
type resolver struct {
	cat    *catalog.Catalog
	cache  *cache
	stmt   *Stmt
	text   string         // the text whose tree is being read: the statement's, or a view's
	src    *Source        // of that text
	macros map[int]*macro // by offset in the statement's text
	params []*paramState  // by number
	views  []*catalog.Relation
	bodies []*catalog.Function // functions whose bodies are being resolved
	args   *RTE                // the arguments of the innermost of them
	depth  int
	deep   bool               // the nesting has been reported
	fresh  bool               // the operands of freshTest are being resolved
	spread []*pgast.ResTarget // those of the method's row that are (…).*
	open   bool               // a list of columns could not be told, which has been reported

	subNames map[*pgast.SubLink]string // of the columns of subqueries used as values
}

// cache holds what the statements of a file share: the columns of relations as
// range table entries have them, and what was found out about operators.
type cache struct {
	columns  map[*catalog.Relation][]RTECol
	operands map[operandKey]catalog.Type
	results  map[resultKey]catalog.Type
}

func newCache() *cache {
	return &cache{columns: map[*catalog.Relation][]RTECol{}, operands: map[operandKey]catalog.Type{}, results: map[resultKey]catalog.Type{}}
}

// resultKey is an operator with both of its operands.
type resultKey struct {
	op          string
	left, right typeKey
}

// typeKey is a type without its modifiers, of which no operator's result takes
// notice.
type typeKey struct {
	schema, name string
	array        bool
}

func keyOf(t catalog.Type) typeKey { return typeKey{t.Schema, t.Name, t.Array} }

// result is the type that the operator makes of a left and a right.
func (c *cache) result(op string, left, right catalog.Type) catalog.Type {
	key := resultKey{op, keyOf(left), keyOf(right)}
	got, ok := c.results[key]
	if !ok {
		got = catalog.OperatorResult(op, left, right)
		c.results[key] = got
	}
	return got
}

// operandKey is an operator with the operand of which the type is known.
type operandKey struct {
	op, schema, name string
	array, isLeft    bool
}

// operand is the type that the operator gives to what stands opposite to a t.
func (c *cache) operand(op string, t catalog.Type, isLeft bool) catalog.Type {
	key := operandKey{op, t.Schema, t.Name, t.Array, isLeft}
	got, ok := c.operands[key]
	if !ok {
		got = catalog.OperatorOperand(op, t, isLeft)
		c.operands[key] = got
	}
	return got
}

// of returns the columns of a relation.
func (c *cache) of(rel *catalog.Relation) []RTECol {
	cols, ok := c.columns[rel]
	if !ok {
		cols = make([]RTECol, len(rel.Columns))
		for i, col := range rel.Columns {
			cols[i] = RTECol{Name: col.Name, Type: col.Type, Collation: col.Collation, Column: col}
		}
		c.columns[rel] = cols
	}
	return cols
}

func (r *resolver) loc(offset int) Loc    { return Loc{r.src, offset} }
func (r *resolver) at(location int32) Loc { return Loc{r.src, int(location)} }
func (r *resolver) stmtLoc() Loc          { return Loc{r.src, 0} }
func (r *resolver) node(at int32) node    { return node{At: r.at(at)} }
func (r *resolver) typed(t catalog.Type, at int32) node {
	return node{T: t, At: r.at(at)}
}

// issue records what is wrong. Where a list of columns could not be told, that
// is what is wrong, and not the names and numbers that do not fit it.
func (r *resolver) issue(code diag.Code, loc Loc, width int, message, why, fix string) {
	if r.open && (code == diag.CodeUnknownColumn || code == diag.CodeColumnCount) {
		return
	}
	if loc.Offset < 0 { // the parser does not say where some expressions stand
		loc = r.stmtLoc()
	}
	r.stmt.issue(Issue{Code: code, Loc: loc, Width: width, Message: message, Why: why, Fix: fix})
}

// unknown records that a construct is not understood.
func (r *resolver) unknown(loc Loc, what string) Expr {
	r.issue(diag.CodeConstruct, loc, 0, what+" is not understood", "what tenantc does not understand it does not accept", "")
	return r.failed(loc, what)
}

// failed is an expression about which an issue has been recorded.
func (r *resolver) failed(loc Loc, what string) Expr {
	return &Unknown{node: node{At: loc}, What: what}
}

// enter counts a level of nesting, which leave ends. It reports false when
// there are too many.
func (r *resolver) enter(loc Loc) bool {
	if r.depth < maxDepth {
		r.depth++
		return true
	}
	if !r.deep {
		r.deep = true
		r.issue(diag.CodeConstruct, loc, 0, "the statement nests too deep", "", "")
	}
	return false
}

func (r *resolver) leave() { r.depth-- }

// newRTE adds a range table entry of the level to the statement.
func (r *resolver) newRTE(sc *scope, kind RTEKind, at Loc, width int) *RTE {
	rte := &RTE{ID: len(r.stmt.RTEs), Kind: kind, At: at, Width: width, level: sc.depth}
	r.stmt.RTEs = append(r.stmt.RTEs, rte)
	return rte
}

// query resolves a statement or subquery.
func (r *resolver) query(outer *scope, n *pgast.Node) Query {
	switch x := n.GetNode().(type) {
	case *pgast.Node_SelectStmt:
		return r.selectStmt(newScope(outer), x.SelectStmt, true)
	case *pgast.Node_InsertStmt:
		return r.insertStmt(newScope(outer), x.InsertStmt)
	case *pgast.Node_UpdateStmt:
		return r.updateStmt(newScope(outer), x.UpdateStmt)
	case *pgast.Node_DeleteStmt:
		return r.deleteStmt(newScope(outer), x.DeleteStmt)
	default:
		r.refuseKind(n)
		return nil
	}
}
