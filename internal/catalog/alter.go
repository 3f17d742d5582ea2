package catalog

import (
	"slices"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// alterTable interprets ALTER TABLE and what the grammar takes for it: ALTER
// INDEX, VIEW, SEQUENCE, TYPE.
func (b *builder) alterTable(s *pgast.AlterTableStmt) {
	rv := s.GetRelation()
	switch s.GetObjtype() {
	case pgast.ObjectType_OBJECT_TYPE:
		b.alterComposite(s)
		return
	case pgast.ObjectType_OBJECT_SEQUENCE:
		return
	case pgast.ObjectType_OBJECT_INDEX:
		for _, n := range s.GetCmds() {
			b.alterIndex(s, n.GetAlterTableCmd())
		}
		return
	}
	if s.GetMissingOk() && b.cat.Lookup(rv.GetSchemaname(), rv.GetRelname()) == nil {
		return
	}
	if b.sequences[qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}] {
		return // ALTER TABLE of a sequence changes its owner
	}
	rel := b.relation(rv)
	if rel == nil {
		return
	}
	a := &alteration{b: b, rel: rel, recurse: rv.GetInh()}
	for _, n := range s.GetCmds() {
		cmd := n.GetAlterTableCmd()
		if !a.columnCmd(cmd) && !a.tableCmd(cmd) && !harmlessCmd(cmd.GetSubtype()) {
			b.refuseNamed("ALTER TABLE " + cmd.GetSubtype().String())
		}
	}
	for _, p := range a.later {
		b.addConstraint(rel, p, a.recurse)
	}
}

// alterIndex interprets ALTER INDEX; renames are statements of another kind.
func (b *builder) alterIndex(s *pgast.AlterTableStmt, cmd *pgast.AlterTableCmd) {
	switch {
	case cmd.GetSubtype() == pgast.AlterTableType_AT_AttachPartition:
		b.attachIndex(s, cmd)
	case !harmlessCmd(cmd.GetSubtype()) && cmd.GetSubtype() != pgast.AlterTableType_AT_SetRelOptions && cmd.GetSubtype() != pgast.AlterTableType_AT_ResetRelOptions:
		b.refuseNamed("ALTER INDEX " + cmd.GetSubtype().String())
	}
}

// harmlessCmd reports whether a part of ALTER TABLE concerns storage, statistics, owners or replication only.
func harmlessCmd(t pgast.AlterTableType) bool {
	switch t {
	case pgast.AlterTableType_AT_SetStatistics, pgast.AlterTableType_AT_SetOptions, pgast.AlterTableType_AT_ResetOptions,
		pgast.AlterTableType_AT_SetStorage, pgast.AlterTableType_AT_SetCompression, pgast.AlterTableType_AT_ChangeOwner,
		pgast.AlterTableType_AT_ClusterOn, pgast.AlterTableType_AT_DropCluster, pgast.AlterTableType_AT_SetLogged,
		pgast.AlterTableType_AT_SetUnLogged, pgast.AlterTableType_AT_DropOids, pgast.AlterTableType_AT_SetAccessMethod,
		pgast.AlterTableType_AT_SetTableSpace, pgast.AlterTableType_AT_ReplicaIdentity, pgast.AlterTableType_AT_GenericOptions,
		pgast.AlterTableType_AT_AlterColumnGenericOptions, pgast.AlterTableType_AT_DetachPartitionFinalize:
		return true
	}
	return false
}

// alteration is one ALTER TABLE.
type alteration struct {
	b       *builder
	rel     *Relation
	recurse bool // no ONLY
	// later are the constraints of added columns: PostgreSQL makes them after
	// everything else that the statement does.
	later []pending
}

// columnCmd interprets the parts that change one column; it reports false for
// the others.
func (a *alteration) columnCmd(cmd *pgast.AlterTableCmd) bool {
	b := a.b
	switch cmd.GetSubtype() {
	case pgast.AlterTableType_AT_AddColumn:
		a.addColumn(cmd.GetDef().GetColumnDef(), cmd.GetMissingOk())
	case pgast.AlterTableType_AT_DropColumn:
		a.dropColumn(cmd)
	case pgast.AlterTableType_AT_ColumnDefault:
		e := b.exprIn(cmd.GetDef(), -1, true)
		a.each(cmd, func(_ *Relation, col *Column) { col.Default, col.Serial = e, false })
	case pgast.AlterTableType_AT_SetNotNull:
		a.each(cmd, func(rel *Relation, col *Column) { b.setNotNull(rel, col, "") })
	case pgast.AlterTableType_AT_DropNotNull:
		a.each(cmd, func(_ *Relation, col *Column) { col.NotNull = false; delete(b.notNull, col) })
	case pgast.AlterTableType_AT_AlterColumnType:
		a.setType(cmd)
	case pgast.AlterTableType_AT_SetExpression:
		e := b.expr(cmd.GetDef())
		a.each(cmd, func(_ *Relation, col *Column) { col.Generated = e })
	case pgast.AlterTableType_AT_DropExpression:
		a.each(cmd, func(_ *Relation, col *Column) { col.Generated = nil })
	case pgast.AlterTableType_AT_AddIdentity:
		a.addIdentity(cmd)
	case pgast.AlterTableType_AT_SetIdentity:
		a.each(cmd, func(_ *Relation, col *Column) { col.Drawn = false })
		for _, n := range cmd.GetDef().GetList().GetItems() {
			if d := n.GetDefElem(); d.GetDefname() == "generated" {
				a.each(cmd, func(_ *Relation, col *Column) { col.Identity = byte(d.GetArg().GetInteger().GetIval()) })
			}
		}
	case pgast.AlterTableType_AT_DropIdentity:
		a.each(cmd, func(_ *Relation, col *Column) { col.Identity, col.Drawn = 0, false })
	default:
		return false
	}
	return true
}

// each calls f for the column that cmd names, in the table and, without ONLY,
// in its children.
func (a *alteration) each(cmd *pgast.AlterTableCmd, f func(*Relation, *Column)) {
	if a.b.column(a.rel, cmd.GetName(), -1) == nil {
		return
	}
	a.b.forTree(a.rel, a.recurse, func(rel *Relation) {
		if col := rel.Column(cmd.GetName()); col != nil {
			f(rel, col)
		}
	})
}

func (a *alteration) addColumn(def *pgast.ColumnDef, missingOK bool) {
	b, rel := a.b, a.rel
	if old := rel.Column(def.GetColname()); old != nil {
		// sqlc does not look into DO blocks, so what they make is told to it again.
		told := old.inBlock && !b.src.nested && def.GetTypeName() != nil && b.typeName(def.GetTypeName()).Same(old.Type)
		if !missingOK && !told {
			b.exists("column", rel.Name+"."+old.Name, b.src.pos(def.GetLocation(), b.stmt), old.Pos)
		}
		return
	}
	if def.GetTypeName() == nil {
		b.refuseNamed("a column without a type")
		return
	}
	col := b.newColumn(def)
	col.Index, col.inBlock = len(rel.Columns), b.src.nested
	rel.Columns = append(rel.Columns, col)
	b.columnAppears(rel, col.Name)
	a.later = append(a.later, b.columnConstraints(rel, col, def)...)
	if a.recurse {
		for _, child := range rel.Children {
			b.inheritColumn(child, col)
		}
	}
}

// inheritColumn hands a new column down, or counts it where the child has it.
func (b *builder) inheritColumn(child *Relation, pc *Column) {
	if have := child.Column(pc.Name); have != nil {
		have.inherited++ // and some servers leave it nullable where pc is not
		return           // its own children have it already
	}
	col := *pc
	col.Index, col.local, col.inherited = len(child.Columns), false, 1
	col.NotNull = pc.NotNull && !b.ownOnly[pc]
	if !child.IsPartition {
		col.Identity = 0
	}
	child.Columns = append(child.Columns, &col)
	if name := b.notNull[pc]; name != "" {
		b.notNull[&col] = name
	}
	b.columnAppears(child, col.Name)
	for _, grandchild := range child.Children {
		b.inheritColumn(grandchild, &col)
	}
}

func (a *alteration) setType(cmd *pgast.AlterTableCmd) {
	def := cmd.GetDef().GetColumnDef()
	if def.GetTypeName() == nil {
		a.b.refuseNamed("ALTER COLUMN TYPE without a type")
		return
	}
	a.each(cmd, func(_ *Relation, col *Column) {
		serial, notNull := col.Serial, col.NotNull
		a.b.setColumnType(col, def)
		col.Serial, col.NotNull = serial, notNull
	})
}

// tableCmd interprets the parts that change the table; it reports false for
// the others.
func (a *alteration) tableCmd(cmd *pgast.AlterTableCmd) bool {
	b, rel := a.b, a.rel
	switch t := cmd.GetSubtype(); t {
	case pgast.AlterTableType_AT_AddConstraint:
		b.addConstraint(rel, pending{cmd.GetDef().GetConstraint(), -1}, a.recurse)
	case pgast.AlterTableType_AT_DropConstraint:
		b.dropConstraint(rel, cmd)
	case pgast.AlterTableType_AT_AlterConstraint:
		b.alterConstraint(rel, cmd.GetDef().GetAtalterConstraint())
	case pgast.AlterTableType_AT_ValidateConstraint:
		b.validateConstraint(rel, cmd.GetName())
	case pgast.AlterTableType_AT_EnableTrig, pgast.AlterTableType_AT_EnableAlwaysTrig, pgast.AlterTableType_AT_EnableReplicaTrig,
		pgast.AlterTableType_AT_DisableTrig, pgast.AlterTableType_AT_EnableTrigAll, pgast.AlterTableType_AT_DisableTrigAll,
		pgast.AlterTableType_AT_EnableTrigUser, pgast.AlterTableType_AT_DisableTrigUser:
		b.forTree(rel, a.recurse && rel.Kind == PartitionedTable, func(r *Relation) { b.switchTriggers(r, cmd) })
	case pgast.AlterTableType_AT_EnableRule, pgast.AlterTableType_AT_EnableAlwaysRule, pgast.AlterTableType_AT_EnableReplicaRule,
		pgast.AlterTableType_AT_DisableRule:
		// A rule counts as one, whether it is switched on or not.
	case pgast.AlterTableType_AT_EnableRowSecurity, pgast.AlterTableType_AT_DisableRowSecurity:
		rel.RLS = t == pgast.AlterTableType_AT_EnableRowSecurity
	case pgast.AlterTableType_AT_ForceRowSecurity, pgast.AlterTableType_AT_NoForceRowSecurity:
		rel.Forced = t == pgast.AlterTableType_AT_ForceRowSecurity
	case pgast.AlterTableType_AT_AddInherit, pgast.AlterTableType_AT_DropInherit:
		if parent := b.relation(cmd.GetDef().GetRangeVar()); parent != nil {
			if t == pgast.AlterTableType_AT_AddInherit {
				b.attach(parent, rel, false, b.stmt)
			} else {
				b.detach(parent, rel, b.stmt)
			}
		}
	case pgast.AlterTableType_AT_AttachPartition, pgast.AlterTableType_AT_DetachPartition:
		if child := b.relation(cmd.GetDef().GetPartitionCmd().GetName()); child != nil {
			if t == pgast.AlterTableType_AT_AttachPartition {
				b.attach(rel, child, true, b.stmt)
			} else {
				b.detach(rel, child, b.stmt)
			}
		}
	case pgast.AlterTableType_AT_AddOf, pgast.AlterTableType_AT_DropOf:
		delete(b.typed, rel)
		if tn := cmd.GetDef().GetTypeName(); tn != nil {
			b.typed[rel] = b.cat.UserType(b.typeName(tn))
		}
	case pgast.AlterTableType_AT_SetRelOptions, pgast.AlterTableType_AT_ReplaceRelOptions:
		for _, o := range options(cmd.GetDef().GetList().GetItems()) {
			rel.Options = append(dropOption(rel.Options, o), o)
		}
	case pgast.AlterTableType_AT_ResetRelOptions:
		for _, o := range options(cmd.GetDef().GetList().GetItems()) {
			rel.Options = dropOption(rel.Options, o)
		}
	default:
		return false
	}
	return true
}

// alterConstraint changes whether a foreign key is deferrable or enforced.
func (b *builder) alterConstraint(rel *Relation, c *pgast.ATAlterConstraint) {
	for _, fk := range rel.ForeignKeys {
		if fk.Name != c.GetConname() {
			continue
		}
		for _, f := range append(b.partsOf(fk), fk) {
			if c.GetAlterDeferrability() {
				f.Deferrable = c.GetDeferrable()
			}
			if c.GetAlterEnforceability() {
				f.NotEnforced = !c.GetIsEnforced()
			}
		}
		return
	}
	if slices.ContainsFunc(rel.Checks, func(e *Expr) bool { return b.checks[e].name == c.GetConname() }) {
		return // whether it is inherited
	}
	for _, col := range rel.Columns {
		if b.notNull[col] == c.GetConname() {
			b.ownOnly[col] = c.GetNoinherit()
			return
		}
	}
	b.noSuch("constraint", c.GetConname(), b.stmt)
}

func (b *builder) validateConstraint(rel *Relation, name string) {
	for _, fk := range rel.ForeignKeys {
		if fk.Name == name {
			fk.NotValid = false
			for _, part := range b.partsOf(fk) {
				part.NotValid = false
			}
			return
		}
	}
	found := slices.ContainsFunc(rel.Checks, func(e *Expr) bool { return b.checks[e].name == name })
	for _, r := range rel.Subtree() {
		for _, c := range r.Columns {
			if name != "" && b.notNull[c] == name {
				c.NotNull, found = true, true
			}
		}
	}
	if !found {
		b.noSuch("constraint", name, b.stmt)
	}
}

// partsOf returns the foreign keys that partitions have from fk, all levels.
func (b *builder) partsOf(fk *ForeignKey) []*ForeignKey {
	var out []*ForeignKey
	for _, child := range fk.From.Children {
		for _, part := range child.ForeignKeys {
			if b.fkParent[part] == fk {
				out = append(out, part)
				out = append(out, b.partsOf(part)...)
			}
		}
	}
	return out
}

// unknownColumns refuses a relation whose columns only the server could tell.
func (b *builder) unknownColumns(what string, pos diag.Pos) {
	b.add(diag.Diagnostic{
		Code: diag.CodeUnknownColumns, Pos: pos,
		Message: "the columns of " + what + " are not known",
		Why:     "they come from a query, and the schema is read without a server",
		Fix:     "write CREATE TABLE with its columns, and INSERT … SELECT for the rows",
	})
}
