package query

import (
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// refuseKind reports a statement that is none of those that are read.
func (r *resolver) refuseKind(tree *pgast.Node) {
	word, why := kindName(tree), "SELECT, VALUES, TABLE, INSERT, UPDATE and DELETE are accepted"
	fix, width := "run it outside of the queries, over a connection of the operator's own", len(word)
	switch tree.GetNode().(type) {
	case *pgast.Node_MergeStmt:
		why = "its branches read and write rows that its ON does not tie to a tenant"
		fix = "INSERT … ON CONFLICT, or an UPDATE and an INSERT of their own"
	case *pgast.Node_TruncateStmt:
		why = "it empties the table for every tenant"
		fix = "DELETE FROM … WHERE, with the tenant"
	case *pgast.Node_VacuumStmt:
		width = len("ANALYZE")
	}
	r.issue(diag.CodeStatementKind, r.stmtLoc(), width, word+" is not accepted", why, fix)
}

// kindName is the statement's kind as SQL spells it.
func kindName(tree *pgast.Node) string {
	switch tree.GetNode().(type) {
	case *pgast.Node_MergeStmt:
		return "MERGE"
	case *pgast.Node_TruncateStmt:
		return "TRUNCATE"
	case *pgast.Node_LockStmt:
		return "LOCK"
	case *pgast.Node_CopyStmt:
		return "COPY"
	case *pgast.Node_ExplainStmt:
		return "EXPLAIN"
	case *pgast.Node_DoStmt:
		return "DO"
	case *pgast.Node_CallStmt:
		return "CALL"
	case *pgast.Node_PrepareStmt:
		return "PREPARE"
	case *pgast.Node_ExecuteStmt:
		return "EXECUTE"
	case *pgast.Node_DeclareCursorStmt:
		return "DECLARE"
	case *pgast.Node_FetchStmt:
		return "FETCH"
	case *pgast.Node_VariableSetStmt:
		return "SET"
	case *pgast.Node_VariableShowStmt:
		return "SHOW"
	case *pgast.Node_NotifyStmt:
		return "NOTIFY"
	case *pgast.Node_ListenStmt:
		return "LISTEN"
	case *pgast.Node_TransactionStmt:
		return "a transaction command"
	case *pgast.Node_RefreshMatViewStmt:
		return "REFRESH MATERIALIZED VIEW"
	case *pgast.Node_CreateTableAsStmt:
		return "CREATE TABLE AS"
	case *pgast.Node_VacuumStmt:
		return "VACUUM or ANALYZE"
	}
	kind := strings.TrimSuffix(pgast.Kind(tree), "Stmt")
	for _, ddl := range []string{"Create", "Alter", "Drop", "Index", "View", "Rename", "Comment", "Grant", "Rule", "Define", "CompositeType", "Import", "SecLabel"} {
		if strings.HasPrefix(kind, ddl) {
			return "DDL"
		}
	}
	return "this kind of statement (" + kind + ")"
}

// checkCommand reports a command that sqlc refuses for the statement.
func (r *resolver) checkCommand(tree *pgast.Node) {
	bad := func(message, why, fix string) {
		r.issue(diag.CodeCommandShape, r.stmtLoc(), 0, message, why, fix)
	}
	command := r.stmt.Command
	switch command {
	case ":copyfrom":
		if why := r.copyFrom(tree.GetInsertStmt()); why != "" {
			bad(":copyfrom needs a plain INSERT … VALUES of one row of parameters", why, ":batchexec")
		}
		return
	case ":batchexec", ":batchone", ":batchmany":
		if len(r.stmt.Params) == 0 {
			bad(command+" needs a parameter", "a batch is one call for each value of the parameters", ":exec")
		}
	}
	if command != ":one" && command != ":many" && command != ":batchone" && command != ":batchmany" {
		return
	}
	for _, n := range outputList(tree) {
		if t := n.GetResTarget(); isSpread(t) {
			r.spread = append(r.spread, t)
		}
	}
	var returning *pgast.ReturningClause
	switch n := tree.GetNode().(type) {
	case *pgast.Node_InsertStmt:
		returning = n.InsertStmt.GetReturningClause()
	case *pgast.Node_UpdateStmt:
		returning = n.UpdateStmt.GetReturningClause()
	case *pgast.Node_DeleteStmt:
		returning = n.DeleteStmt.GetReturningClause()
	default:
		return
	}
	if returning == nil {
		bad(command+" needs a RETURNING clause", "the statement gives no rows", ":execrows")
	}
}

// outputList is the list that makes the row of a statement's method.
func outputList(tree *pgast.Node) []*pgast.Node {
	switch n := tree.GetNode().(type) {
	case *pgast.Node_SelectStmt:
		s := n.SelectStmt
		for s.GetLarg() != nil {
			s = s.GetLarg()
		}
		return s.GetTargetList()
	case *pgast.Node_InsertStmt:
		return n.InsertStmt.GetReturningClause().GetExprs()
	case *pgast.Node_UpdateStmt:
		return n.UpdateStmt.GetReturningClause().GetExprs()
	case *pgast.Node_DeleteStmt:
		return n.DeleteStmt.GetReturningClause().GetExprs()
	}
	return nil
}

// isSpread reports whether a target is (…).*, the columns of a row.
func isSpread(t *pgast.ResTarget) bool {
	list := t.GetVal().GetAIndirection().GetIndirection()
	return len(list) > 0 && list[len(list)-1].GetAStar() != nil
}

// copyFrom says why a statement cannot become a COPY, or nothing.
func (r *resolver) copyFrom(n *pgast.InsertStmt) string {
	switch {
	case n == nil:
		return "the statement is no INSERT"
	case n.GetOnConflictClause() != nil:
		return "it has ON CONFLICT"
	case n.GetWithClause() != nil:
		return "it has WITH"
	case n.GetReturningClause() != nil:
		return "it has RETURNING"
	case len(n.GetCols()) == 0:
		return "it has no column list"
	case n.GetOverride() == pgast.OverridingKind_OVERRIDING_SYSTEM_VALUE, n.GetOverride() == pgast.OverridingKind_OVERRIDING_USER_VALUE:
		return "it has OVERRIDING"
	}
	s := n.GetSelectStmt().GetSelectStmt()
	if s == nil || len(s.GetValuesLists()) != 1 || len(s.GetSortClause()) > 0 || s.GetLimitCount() != nil || s.GetLimitOffset() != nil {
		return "its source is not one row of VALUES"
	}
	seen := map[int]bool{}
	for _, v := range s.GetValuesLists()[0].GetList().GetItems() {
		number := 0
		switch x := v.GetNode().(type) {
		case *pgast.Node_ParamRef:
			number = int(x.ParamRef.GetNumber())
		case *pgast.Node_AExpr:
			if m := r.macros[int(x.AExpr.GetLocation())]; isAt(x.AExpr) && m != nil && m.param != nil && x.AExpr.GetRexpr().GetTypeCast() == nil {
				number = m.param.Number
			}
		case *pgast.Node_FuncCall:
			if m := r.macros[int(x.FuncCall.GetLocation())]; m != nil && m.param != nil {
				number = m.param.Number
			}
		}
		switch {
		case number == 0:
			return "a value is no plain parameter"
		case seen[number]:
			return "a parameter stands twice"
		}
		seen[number] = true
	}
	return ""
}
