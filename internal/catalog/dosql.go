package catalog

import (
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// sql reads one SQL statement of the body.
func (p *doParser) sql() bool {
	first := p.at
	if !p.skip() {
		return false
	}
	if p.dry {
		return true
	}
	last := p.at - 1
	start, end := int(p.tokens[first].Start), int(p.tokens[last].Start)
	text := p.body[start:end]
	if p.text(first) == "perform" {
		text = "select " + text[len("perform"):] // same length: positions hold
	}
	text = p.withoutInto(text, first, last)
	tree, err := pgast.Parse(text)
	if err != nil || len(tree.GetStmts()) != 1 {
		p.why = "it holds a statement of PL/pgSQL that is not understood: " + p.text(first)
		return false
	}
	return p.run(tree.GetStmts()[0].GetStmt(), text, start, p.still)
}

// withoutInto blanks INTO [STRICT] v, w, where SQL has no such clause or means
// a table by it. What is given to the variables is not known.
func (p *doParser) withoutInto(text string, first, last int) string {
	depth := 0
	for i := first; i < last; i++ {
		switch p.text(i) {
		case "(":
			depth++
		case ")":
			depth--
		case "into":
			if depth > 0 || p.text(i-1) == "insert" || p.text(i-1) == "merge" {
				continue
			}
			j := i + 1
			if p.text(j) == "strict" {
				j++
			}
			for {
				name := p.text(j)
				if _, ok := p.vars[name]; !ok {
					return text
				}
				p.vars[name] = nil
				if j++; p.text(j) == "." {
					j += 2
				}
				if p.text(j) != "," {
					break
				}
				j++
			}
			from, to := int(p.tokens[i].Start-p.tokens[first].Start), int(p.tokens[j-1].End-p.tokens[first].Start)
			return text[:from] + strings.Repeat(" ", to-from) + text[to:]
		}
	}
	return text
}

// execute reads EXECUTE text [INTO v] [USING …];
func (p *doParser) execute() bool {
	p.at++
	first := p.at
	end := p.until("into", "using", ";")
	if end < 0 || !p.skip() {
		return false
	}
	if p.dry {
		return true
	}
	p.b.callsIn(p.span(first, p.at))
	if p.text(end) == "into" {
		for i := end; i < p.at; i++ {
			if _, ok := p.vars[p.text(i)]; ok {
				p.vars[p.text(i)] = nil
			}
		}
	}
	holes := false
	text, ok := p.composed(first, end, &holes)
	tree, err := pgast.Parse(text)
	if !ok || err != nil {
		p.why = "it runs a text that is not known before it runs"
		return false
	}
	start, still := int(p.tokens[first].Start), true
	if end == first+1 && !p.still && strings.HasPrefix(p.text(first), "'") && len(text) == int(p.tokens[first].End)-start-2 {
		start, still = start+1, false
	}
	unsure := p.unsure
	p.unsure = unsure || holes || p.once && len(tree.GetStmts()) > 1
	defer func() { p.unsure = unsure }()
	for _, s := range tree.GetStmts() {
		if len(tree.GetStmts()) > 1 {
			still = true
		}
		if !p.run(s.GetStmt(), text, start, still) {
			return false
		}
	}
	return true
}

// run interprets one statement in place; with still, all of it has the place of
// the block's statement.
func (p *doParser) run(node *pgast.Node, text string, start int, still bool) bool {
	b := p.b
	runs := true
	// Of a statement with parts none is there when one of them was there before.
	if p.maybe() || p.once && parts(node) > 1 {
		var fine bool
		if fine, runs = b.perhaps(node); !fine {
			words := strings.Fields(text)
			p.why = "whether its " + strings.ToUpper(strings.Join(words[:min(2, len(words))], " ")) + " runs, or stays, is not known before it runs"
			return false
		}
	}
	if !runs {
		return true
	}
	src, stmt, rep := b.src, b.stmt, b.rep
	defer func() { b.src, b.stmt, b.rep = src, stmt, rep }()
	b.src = &source{name: src.name, text: text, lines: src.lines, base: src.base + p.offset + start, nested: true}
	if still {
		b.src.base, b.src.still = src.base, true
	}
	b.stmt = b.src.at(0)
	found := &diag.List{}
	b.rep = found
	b.statement(node)
	for _, d := range found.Sorted() {
		if d.Code != diag.CodeDuplicateObject || !p.once && !p.maybe() {
			rep.Add(d)
		}
	}
	return true
}

// parts counts the changes that one statement makes.
func parts(n *pgast.Node) int {
	count := max(1, len(n.GetAlterTableStmt().GetCmds()))
	for _, c := range n.GetAlterTableStmt().GetCmds() {
		count += len(c.GetAlterTableCmd().GetDef().GetColumnDef().GetConstraints())
	}
	return count
}

// perhaps reports whether the catalog can be right about a statement that may or
// may not have run, and if so, whether it is to count as run: what only adds to
// the things that a proof has to mind does, what only takes from them or says
// nothing does not.
func (b *builder) perhaps(n *pgast.Node) (fine, runs bool) {
	if hasHole(n) {
		return b.perhapsAnywhere(n), false
	}
	known := func(rv *pgast.RangeVar) bool { return b.cat.Lookup(rv.GetSchemaname(), rv.GetRelname()) != nil }
	switch s := n.GetNode().(type) {
	case *pgast.Node_InsertStmt, *pgast.Node_UpdateStmt, *pgast.Node_DeleteStmt:
		return true, true
	case *pgast.Node_SelectStmt:
		return s.SelectStmt.GetIntoClause() == nil, true
	case *pgast.Node_CreateExtensionStmt:
		return true, true
	case *pgast.Node_IndexStmt:
		return !s.IndexStmt.GetUnique(), known(s.IndexStmt.GetRelation())
	case *pgast.Node_CreateTrigStmt:
		return !s.CreateTrigStmt.GetReplace(), known(s.CreateTrigStmt.GetRelation())
	case *pgast.Node_CreateStmt:
		if s.CreateStmt.GetRelation().GetRelpersistence() == "t" {
			return true, true
		}
	}
	if harmless(n) {
		return true, true
	}
	return b.perhapsAnywhere(n), false
}

// perhapsAnywhere reports whether a statement says nothing that a proof leans
// on, whatever it is about.
func (b *builder) perhapsAnywhere(n *pgast.Node) bool {
	calls := false
	pgast.Walk(n, func(m pgast.Message) bool {
		if c, ok := m.(*pgast.FuncCall); ok {
			for _, name := range pgast.Strings(c.GetFuncname()) {
				calls = calls || isHole(name)
			}
			b.callInMigration(c)
		}
		return true
	})
	if calls {
		return false
	}
	switch s := n.GetNode().(type) {
	case *pgast.Node_InsertStmt, *pgast.Node_UpdateStmt, *pgast.Node_DeleteStmt:
		return true
	case *pgast.Node_SelectStmt:
		return s.SelectStmt.GetIntoClause() == nil
	case *pgast.Node_CreatePolicyStmt, *pgast.Node_AlterPolicyStmt, *pgast.Node_CommentStmt:
		return true
	case *pgast.Node_IndexStmt:
		return !s.IndexStmt.GetUnique() && !isHole(s.IndexStmt.GetRelation().GetRelname()) && !hasExpression(s.IndexStmt)
	case *pgast.Node_CreateStmt:
		// A partition that no query can name: it has its parent's keys and columns.
		return s.CreateStmt.GetPartbound() != nil && len(s.CreateStmt.GetInhRelations()) == 1 &&
			!isHole(s.CreateStmt.GetInhRelations()[0].GetRangeVar().GetRelname()) && len(s.CreateStmt.GetTableElts()) == 0
	case *pgast.Node_DropStmt:
		return s.DropStmt.GetRemoveType() == pgast.ObjectType_OBJECT_POLICY
	case *pgast.Node_AlterTableStmt:
		for _, c := range s.AlterTableStmt.GetCmds() {
			switch c.GetAlterTableCmd().GetSubtype() {
			case pgast.AlterTableType_AT_EnableRowSecurity, pgast.AlterTableType_AT_DisableRowSecurity,
				pgast.AlterTableType_AT_ForceRowSecurity, pgast.AlterTableType_AT_NoForceRowSecurity,
				pgast.AlterTableType_AT_ChangeOwner, pgast.AlterTableType_AT_SetStatistics, pgast.AlterTableType_AT_SetStorage,
				pgast.AlterTableType_AT_SetRelOptions, pgast.AlterTableType_AT_ResetRelOptions, pgast.AlterTableType_AT_ReplicaIdentity,
				pgast.AlterTableType_AT_ClusterOn, pgast.AlterTableType_AT_SetNotNull, pgast.AlterTableType_AT_ValidateConstraint:
			default:
				return false
			}
		}
		return true
	}
	return harmless(n)
}

func hasExpression(s *pgast.IndexStmt) bool {
	for _, p := range s.GetIndexParams() {
		if p.GetIndexElem().GetExpr() != nil {
			return true
		}
	}
	return s.GetWhereClause() != nil
}
