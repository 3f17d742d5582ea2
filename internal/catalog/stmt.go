package catalog

import (
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// statement interprets one statement of a migration. A kind that is not listed
// is refused by name: it may change what a proof leans on.
func (b *builder) statement(n *pgast.Node) {
	b.fetches(n)
	if b.onTemporary(n) || b.onCopied(n) {
		return
	}
	if len(b.pathOn) > 0 {
		b.alongPath(n)
	}
	switch s := n.GetNode().(type) {
	case *pgast.Node_CreateStmt:
		b.createTable(s.CreateStmt, Table)
	case *pgast.Node_CreateForeignTableStmt:
		b.createTable(s.CreateForeignTableStmt.GetBaseStmt(), ForeignTable)
	case *pgast.Node_AlterTableStmt:
		b.alterTable(s.AlterTableStmt)
	case *pgast.Node_IndexStmt:
		b.createIndex(s.IndexStmt)
	case *pgast.Node_ViewStmt:
		b.createView(s.ViewStmt)
	case *pgast.Node_CreateTableAsStmt:
		b.createTableAs(s.CreateTableAsStmt)
	case *pgast.Node_RefreshMatViewStmt:
		b.refresh(s.RefreshMatViewStmt)
	case *pgast.Node_CreateSchemaStmt:
		b.createSchema(s.CreateSchemaStmt)
	case *pgast.Node_CreateSeqStmt:
		b.createSequence(s.CreateSeqStmt)
	case *pgast.Node_CreateExtensionStmt:
		b.createExtension(s.CreateExtensionStmt)
	case *pgast.Node_CreateEnumStmt:
		b.createEnum(s.CreateEnumStmt)
	case *pgast.Node_AlterEnumStmt:
		b.alterEnum(s.AlterEnumStmt)
	case *pgast.Node_CreateDomainStmt:
		b.createDomain(s.CreateDomainStmt)
	case *pgast.Node_AlterDomainStmt:
		b.alterDomain(s.AlterDomainStmt)
	case *pgast.Node_CompositeTypeStmt:
		b.createComposite(s.CompositeTypeStmt)
	case *pgast.Node_CreateRangeStmt:
		b.createRange(s.CreateRangeStmt)
	case *pgast.Node_DefineStmt:
		b.define(s.DefineStmt)
	case *pgast.Node_CreateFunctionStmt:
		b.createFunction(s.CreateFunctionStmt)
	case *pgast.Node_AlterFunctionStmt:
		b.alterFunction(s.AlterFunctionStmt)
	case *pgast.Node_CreateCastStmt:
		b.createCast(s.CreateCastStmt)
	case *pgast.Node_CreateOpClassStmt:
		b.createOpClass(s.CreateOpClassStmt)
	case *pgast.Node_CreateTrigStmt:
		b.createTrigger(s.CreateTrigStmt)
	case *pgast.Node_RuleStmt:
		b.createRule(s.RuleStmt)
	case *pgast.Node_CreatePolicyStmt:
		b.createPolicy(s.CreatePolicyStmt)
	case *pgast.Node_AlterPolicyStmt:
		b.alterPolicy(s.AlterPolicyStmt)
	case *pgast.Node_CommentStmt:
		b.comment(s.CommentStmt)
	case *pgast.Node_DropStmt:
		b.drop(s.DropStmt)
	case *pgast.Node_RenameStmt:
		b.rename(s.RenameStmt)
	case *pgast.Node_AlterObjectSchemaStmt:
		b.setSchema(s.AlterObjectSchemaStmt)
	case *pgast.Node_DoStmt:
		b.do(s.DoStmt)
	case *pgast.Node_TransactionStmt:
		b.transaction(s.TransactionStmt)
	case *pgast.Node_VariableSetStmt:
		b.set(s.VariableSetStmt, false)
	case *pgast.Node_AlterDatabaseSetStmt:
		b.set(s.AlterDatabaseSetStmt.GetSetstmt(), true)
	case *pgast.Node_AlterRoleSetStmt:
		b.set(s.AlterRoleSetStmt.GetSetstmt(), true)
	case *pgast.Node_SelectStmt:
		b.selectStmt(s.SelectStmt, n)
	case *pgast.Node_InsertStmt, *pgast.Node_UpdateStmt, *pgast.Node_DeleteStmt, *pgast.Node_MergeStmt,
		*pgast.Node_CopyStmt, *pgast.Node_CallStmt, *pgast.Node_CreateEventTrigStmt:
		b.data(n)
	case *pgast.Node_AlterSeqStmt:
		b.resequences(s.AlterSeqStmt)
	case *pgast.Node_CreateSubscriptionStmt, *pgast.Node_AlterSubscriptionStmt:
		b.replicates(statementName(n))
	default:
		if !harmless(n) {
			b.refuse(n)
		}
	}
}

// harmless reports whether a statement changes nothing that a proof leans on:
// rights, owners, storage, statistics, replication, sessions, and rows.
func harmless(n *pgast.Node) bool {
	switch n.GetNode().(type) {
	case *pgast.Node_GrantStmt, *pgast.Node_GrantRoleStmt, *pgast.Node_AlterDefaultPrivilegesStmt, *pgast.Node_AlterOwnerStmt,
		*pgast.Node_CreateRoleStmt, *pgast.Node_AlterRoleStmt, *pgast.Node_DropRoleStmt, *pgast.Node_ReassignOwnedStmt,
		*pgast.Node_SecLabelStmt:
		return true // rights and owners
	case *pgast.Node_TruncateStmt, *pgast.Node_LockStmt, *pgast.Node_VacuumStmt, *pgast.Node_ReindexStmt, *pgast.Node_ClusterStmt,
		*pgast.Node_RefreshMatViewStmt, *pgast.Node_CheckPointStmt, *pgast.Node_CreateStatsStmt, *pgast.Node_AlterStatsStmt,
		*pgast.Node_CreateTableSpaceStmt, *pgast.Node_DropTableSpaceStmt, *pgast.Node_AlterTableSpaceOptionsStmt,
		*pgast.Node_AlterTableMoveAllStmt:
		return true // rows, storage and statistics
	case *pgast.Node_NotifyStmt, *pgast.Node_ListenStmt, *pgast.Node_UnlistenStmt, *pgast.Node_DiscardStmt,
		*pgast.Node_VariableShowStmt, *pgast.Node_ConstraintsSetStmt, *pgast.Node_LoadStmt, *pgast.Node_DeallocateStmt:
		return true // the session
	case *pgast.Node_CreatePublicationStmt, *pgast.Node_AlterPublicationStmt, *pgast.Node_DropSubscriptionStmt:
		return true // replication
	case *pgast.Node_CreateFdwStmt, *pgast.Node_AlterFdwStmt, *pgast.Node_CreateForeignServerStmt, *pgast.Node_AlterForeignServerStmt,
		*pgast.Node_CreateUserMappingStmt, *pgast.Node_AlterUserMappingStmt, *pgast.Node_DropUserMappingStmt:
		return true // where a foreign table's rows lie; the table itself is declared
	case *pgast.Node_AlterSeqStmt, *pgast.Node_CreatePlangStmt, *pgast.Node_CreateTransformStmt, *pgast.Node_CreateConversionStmt,
		*pgast.Node_AlterTsdictionaryStmt, *pgast.Node_AlterTsconfigurationStmt, *pgast.Node_CreateAmStmt,
		*pgast.Node_AlterExtensionStmt, *pgast.Node_AlterEventTrigStmt, *pgast.Node_AlterObjectDependsStmt,
		*pgast.Node_AlterCollationStmt, *pgast.Node_CreatedbStmt, *pgast.Node_AlterDatabaseStmt, *pgast.Node_AlterDatabaseRefreshCollStmt:
		return true // objects that carry no fact
	}
	return false
}

// refuse names a statement that the interpreter does not know.
func (b *builder) refuse(n *pgast.Node) {
	b.refuseNamed(statementName(n))
}

func (b *builder) refuseNamed(what string) {
	b.add(diag.Diagnostic{
		Code:    diag.CodeUnknownStatement,
		Pos:     b.stmt,
		Message: what + " is not understood in a schema",
		Why:     "it may change tables, keys or functions in a way that the proofs would not see",
		Fix:     "write its effect as CREATE, ALTER and DROP statements, or keep it out of the schema files",
	})
}

// statementName turns the parser's name of a statement into words:
// "ImportForeignSchemaStmt" into "IMPORT FOREIGN SCHEMA".
func statementName(n *pgast.Node) string {
	name := strings.TrimSuffix(pgast.Kind(n), "Stmt")
	var out strings.Builder
	for i, r := range name {
		if i > 0 && 'A' <= r && r <= 'Z' {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return strings.ToUpper(out.String())
}

// relation finds the relation that rv names and reports one that is missing.
func (b *builder) relation(rv *pgast.RangeVar) *Relation {
	if rel := b.cat.Lookup(rv.GetSchemaname(), rv.GetRelname()); rel != nil {
		return rel
	}
	b.noSuch("table", rangeName(rv), b.src.pos(rv.GetLocation(), b.stmt))
	return nil
}

// noSuch reports that the schema speaks of something that it has not made.
func (b *builder) noSuch(kind, name string, pos diag.Pos) {
	b.add(diag.Diagnostic{
		Code:    diag.CodeNoSuchObject,
		Pos:     pos,
		Width:   len(name),
		Message: "there is no " + kind + " " + name,
		Why:     "no earlier statement of the schema makes it; migrations are read in the order of their file names",
	})
}

func (b *builder) exists(kind, name string, pos, first diag.Pos) {
	d := diag.Diagnostic{
		Code:    diag.CodeDuplicateObject,
		Pos:     pos,
		Width:   len(name),
		Message: kind + " " + name + " already exists",
	}
	if first.IsValid() {
		d.Related = []diag.Related{{Pos: first, Message: "it was made here"}}
	}
	b.add(d)
}

func rangeName(rv *pgast.RangeVar) string {
	if rv.GetSchemaname() != "" {
		return rv.GetSchemaname() + "." + rv.GetRelname()
	}
	return rv.GetRelname()
}

// splitName takes a name list apart; an unwritten schema is public.
func splitName(list []*pgast.Node) qname {
	names := pgast.Strings(list)
	switch len(names) {
	case 0:
		return qname{"public", ""}
	case 1:
		return qname{"public", names[0]}
	}
	return qname{names[len(names)-2], names[len(names)-1]}
}

func (q qname) String() string {
	if q.schema == "public" {
		return q.name
	}
	return q.schema + "." + q.name
}
