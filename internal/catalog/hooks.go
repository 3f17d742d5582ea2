package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// The bits in which the grammar keeps a trigger's time and events.
const (
	triggerBefore   = 1 << 1
	triggerInsert   = 1 << 2
	triggerDelete   = 1 << 3
	triggerUpdate   = 1 << 4
	triggerTruncate = 1 << 5
	triggerInstead  = 1 << 6
)

// createTrigger interprets CREATE [CONSTRAINT] TRIGGER.
func (b *builder) createTrigger(s *pgast.CreateTrigStmt) {
	rel := b.relation(s.GetRelation())
	if rel == nil {
		return
	}
	tr := &Trigger{
		Name: s.GetTrigname(), Pos: b.src.pos(s.GetRelation().GetLocation(), b.stmt),
		FuncName: strings.Join(pgast.Strings(s.GetFuncname()), "."),
		Function: b.triggerFunction(s.GetFuncname()),
		Before:   s.GetTiming()&triggerBefore != 0, Instead: s.GetTiming()&triggerInstead != 0, Row: s.GetRow(),
		Insert: s.GetEvents()&triggerInsert != 0, Update: s.GetEvents()&triggerUpdate != 0,
		Delete: s.GetEvents()&triggerDelete != 0, Truncate: s.GetEvents()&triggerTruncate != 0,
		When: b.expr(s.GetWhenClause()), Args: pgast.Strings(s.GetArgs()),
	}
	for i, old := range rel.Triggers {
		if old.Name != tr.Name {
			continue
		}
		if !s.GetReplace() {
			b.exists("trigger", tr.Name, tr.Pos, old.Pos)
			return
		}
		b.removeTrigger(rel, rel.Triggers[i])
		break
	}
	rel.Triggers = append(rel.Triggers, tr)
	if rel.Kind == PartitionedTable {
		for _, child := range rel.Children {
			b.cloneTrigger(child, tr)
		}
	}
}

// triggerFunction finds a trigger's function, which has no arguments.
func (b *builder) triggerFunction(name []*pgast.Node) *Function {
	q := splitName(name)
	for _, f := range b.cat.FunctionsNamed(q.schema, q.name) {
		if len(f.inputs()) == 0 {
			return f
		}
	}
	return nil
}

// cloneTrigger gives a partition the row trigger of its parent.
func (b *builder) cloneTrigger(child *Relation, tr *Trigger) {
	if !tr.Row || !child.IsPartition {
		return
	}
	c := *tr
	child.Triggers = append(child.Triggers, &c)
	b.triggers[&c] = tr
	for _, grandchild := range child.Children {
		b.cloneTrigger(grandchild, &c)
	}
}

func (b *builder) removeTrigger(rel *Relation, tr *Trigger) {
	rel.Triggers = remove(rel.Triggers, tr)
	for _, child := range rel.Children {
		for _, c := range slices.Clone(child.Triggers) {
			if b.triggers[c] == tr {
				b.removeTrigger(child, c)
			}
		}
	}
	delete(b.triggers, tr)
}

// switchTriggers interprets ENABLE and DISABLE TRIGGER. ALL means the triggers
// that keep foreign keys too, on either side of them; REPLICA means not in an
// ordinary session.
func (b *builder) switchTriggers(rel *Relation, cmd *pgast.AlterTableCmd) {
	off, all, user := false, false, false
	switch cmd.GetSubtype() {
	case pgast.AlterTableType_AT_DisableTrig, pgast.AlterTableType_AT_EnableReplicaTrig:
		off = true
	case pgast.AlterTableType_AT_DisableTrigAll:
		off, all = true, true
	case pgast.AlterTableType_AT_EnableTrigAll:
		all = true
	case pgast.AlterTableType_AT_DisableTrigUser:
		off, user = true, true
	case pgast.AlterTableType_AT_EnableTrigUser:
		user = true
	}
	found := all || user
	for _, tr := range rel.Triggers {
		if all || user || tr.Name == cmd.GetName() {
			tr.Disabled = off
			found = true
		}
	}
	if all {
		rel.TriggersDisabled = off
	}
	if strings.HasPrefix(cmd.GetName(), "RI_ConstraintTrigger") {
		b.refuseNamed("switching one trigger of a foreign key")
		return
	}
	if !found {
		b.noSuch("trigger", cmd.GetName(), b.stmt)
	}
}

// createRule interprets CREATE RULE.
func (b *builder) createRule(s *pgast.RuleStmt) {
	rel := b.relation(s.GetRelation())
	if rel == nil {
		return
	}
	var event string
	switch s.GetEvent() {
	case pgast.CmdType_CMD_SELECT:
		event = "select"
	case pgast.CmdType_CMD_INSERT:
		event = "insert"
	case pgast.CmdType_CMD_UPDATE:
		event = "update"
	case pgast.CmdType_CMD_DELETE:
		event = "delete"
	default:
		b.refuseNamed("a rule for this event")
		return
	}
	if event == "select" {
		b.refuseNamed("a rule ON SELECT, which makes a view of a table,")
		return
	}
	rel.Rules = without(rel.Rules, func(r *Rule) bool { return r.Name == s.GetRulename() })
	rel.Rules = append(rel.Rules, &Rule{
		Name: s.GetRulename(), Pos: b.src.pos(s.GetRelation().GetLocation(), b.stmt), Event: event, Instead: s.GetInstead(),
	})
}

// createPolicy interprets CREATE POLICY.
func (b *builder) createPolicy(s *pgast.CreatePolicyStmt) {
	rel := b.relation(s.GetTable())
	if rel == nil {
		return
	}
	pos := b.src.pos(s.GetTable().GetLocation(), b.stmt)
	if old := policy(rel, s.GetPolicyName()); old != nil {
		b.exists("policy", old.Name, pos, old.Pos)
		return
	}
	rel.Policies = append(rel.Policies, &Policy{
		Name: s.GetPolicyName(), Pos: pos, Command: s.GetCmdName(), Restrictive: !s.GetPermissive(),
		Using: b.expr(s.GetQual()), Check: b.expr(s.GetWithCheck()),
	})
}

// alterPolicy interprets ALTER POLICY: it replaces the expressions it names.
func (b *builder) alterPolicy(s *pgast.AlterPolicyStmt) {
	rel := b.relation(s.GetTable())
	if rel == nil {
		return
	}
	p := policy(rel, s.GetPolicyName())
	if p == nil {
		b.noSuch("policy", s.GetPolicyName(), b.src.pos(s.GetTable().GetLocation(), b.stmt))
		return
	}
	if s.GetQual() != nil {
		p.Using = b.expr(s.GetQual())
	}
	if s.GetWithCheck() != nil {
		p.Check = b.expr(s.GetWithCheck())
	}
}

func policy(rel *Relation, name string) *Policy {
	for _, p := range rel.Policies {
		if p.Name == name {
			return p
		}
	}
	return nil
}
