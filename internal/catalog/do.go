package catalog

import (
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// do interprets a DO block. A block without a word of DDL changes rows only.
// Of those with DDL two idioms are understood, which make something unless it
// is there already:
//
//	BEGIN CREATE TYPE … ; EXCEPTION WHEN duplicate_object THEN NULL; END
//	BEGIN IF NOT EXISTS (SELECT … FROM pg_type WHERE typname = '…') THEN CREATE TYPE … ; END IF; END
//
// A statement under another IF must be one that changes no schema. Every other
// block is refused: which of its statements run, only the server knows.
func (b *builder) do(s *pgast.DoStmt) {
	var body string
	offset := -1
	for _, n := range s.GetArgs() {
		switch d := n.GetDefElem(); d.GetDefname() {
		case "as":
			body = d.GetArg().GetString_().GetSval()
			offset = b.bodyOffset(int(d.GetLocation()), body)
		case "language":
			if !strings.EqualFold(d.GetArg().GetString_().GetSval(), "plpgsql") {
				b.refuseDo("its language is not PL/pgSQL")
				return
			}
		}
	}
	if !mayRunDDL(body) {
		b.callsIn(body)
		return
	}
	tokens, err := pgast.Scan(body)
	if err != nil || offset < 0 {
		b.refuseDo("its text cannot be read in place")
		return
	}
	p := &doParser{b: b, body: body, offset: offset}
	for _, t := range tokens {
		if t.Token != pgast.Token_SQL_COMMENT && t.Token != pgast.Token_C_COMMENT {
			p.tokens = append(p.tokens, t)
		}
	}
	ok := p.word("begin") && p.block(nil) && p.word("end")
	p.word(";")
	if !ok || p.at < len(p.tokens) {
		b.refuseDo(p.why)
	}
}

func (b *builder) refuseDo(why string) {
	if why == "" {
		why = "which of its statements run is not known before it runs"
	}
	b.add(diag.Diagnostic{
		Code:    diag.CodeDynamicDDL,
		Pos:     b.stmt,
		Message: "a DO block that changes the schema",
		Why:     why,
		Fix:     "write its CREATE, ALTER and DROP statements into the migration, with IF NOT EXISTS where there is one",
	})
}

// callsIn looks at the functions that a block without DDL calls.
func (b *builder) callsIn(body string) {
	tokens, err := pgast.Scan(body)
	if err != nil {
		return // without a DDL word no text can hide one
	}
	for i := 0; i+1 < len(tokens); i++ {
		name := body[tokens[i].Start:tokens[i].End]
		if body[tokens[i+1].Start:tokens[i+1].End] == "(" && tokens[i].Token == pgast.Token_IDENT {
			b.userFunction([]*pgast.Node{{Node: &pgast.Node_String_{String_: &pgast.String{Sval: strings.ToLower(strings.Trim(name, `"`))}}}})
		}
	}
}

// bodyOffset returns where a block's body begins in the file, or -1 when the
// file has it in another spelling, as with doubled quotes.
func (b *builder) bodyOffset(location int, body string) int {
	if location < 0 || location > len(b.src.text) {
		return -1
	}
	at := strings.Index(b.src.text[location:], body)
	if at < 0 || body == "" {
		return -1
	}
	return location + at
}

// doParser reads the two idioms. It runs statements as it meets them.
type doParser struct {
	b      *builder
	body   string
	offset int // of body in the file's text
	tokens []*pgast.ScanToken
	at     int
	why    string
}

func (p *doParser) text(i int) string {
	if i >= len(p.tokens) {
		return ""
	}
	return strings.ToLower(p.body[p.tokens[i].Start:p.tokens[i].End])
}

// word steps over the next token if it is w.
func (p *doParser) word(w string) bool {
	if p.text(p.at) != w {
		return false
	}
	p.at++
	return true
}

func (p *doParser) words(list ...string) bool {
	for i, w := range list {
		if p.text(p.at+i) != w {
			return false
		}
	}
	p.at += len(list)
	return true
}

// block reads statements up to END or EXCEPTION. With a guard, the statements
// make what the guard's condition looked for.
func (p *doParser) block(g *guard) bool {
	end := p.handler()
	count := 0
	for p.at < len(p.tokens) && !blockEnd[p.text(p.at)] {
		switch {
		case p.text(p.at) == "begin":
			p.at++
			if !p.block(g) || !p.words("end", ";") {
				return false
			}
		case p.words("if", "not", "exists", "("):
			inner := p.condition()
			if inner == nil || !p.word("then") || !p.block(inner) || !p.words("end", "if", ";") {
				return false
			}
		case p.word("if"):
			if !p.either() {
				return false
			}
		default:
			if count++; count > 1 && end >= 0 {
				p.why = "several statements share one exception handler: if one fails, all are undone"
				return false
			}
			if !p.statement(g, end >= 0) {
				return false
			}
		}
	}
	if p.text(p.at) == "exception" {
		return p.exceptions()
	}
	return true
}

// handler returns the index of the EXCEPTION that belongs to the block that
// begins here, or -1.
func (p *doParser) handler() int {
	depth := 0
	for i := p.at; i < len(p.tokens); i++ {
		switch p.text(i) {
		case "begin", "case", "loop":
			depth++
		case "if":
			if p.text(i-1) == ";" || p.text(i-1) == "begin" || p.text(i-1) == "then" || p.text(i-1) == "else" {
				depth++
			}
		case "end":
			if depth == 0 {
				return -1
			}
			depth--
		case "exception":
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}

// exceptions reads WHEN duplicate_… [OR …] THEN NULL; the only handlers under
// which the outcome is known: what should be made is there.
func (p *doParser) exceptions() bool {
	p.at++
	for p.word("when") {
		for {
			if !strings.HasPrefix(p.text(p.at), "duplicate_") {
				p.why = "its exception handler catches " + p.text(p.at) + ", under which the statement may have had no effect"
				return false
			}
			p.at++
			if !p.word("or") {
				break
			}
		}
		if !p.word("then") {
			return false
		}
		for p.text(p.at) == "null" || p.text(p.at) == "raise" {
			if p.text(p.at) == "raise" && p.text(p.at+1) != "notice" && p.text(p.at+1) != "info" && p.text(p.at+1) != "log" && p.text(p.at+1) != "debug" && p.text(p.at+1) != "warning" {
				return false
			}
			p.skip()
		}
	}
	return p.text(p.at) == "end"
}

// skip steps over the next semicolon outside brackets.
func (p *doParser) skip() {
	for ; p.at < len(p.tokens); p.at++ {
		if p.text(p.at) == ";" {
			p.at++
			return
		}
	}
}

// conditionBars are words under which a condition may hold for another reason
// than that the one object is missing.
var conditionBars = wordSet(`or not in any all some like ilike similar between union except intersect is case limit offset having group null`)

// guard is a condition IF NOT EXISTS (SELECT … FROM catalog WHERE name = '…').
type guard struct {
	catalog string
	names   map[string]bool
}

// condition reads the query behind IF NOT EXISTS ( up to its bracket.
func (p *doParser) condition() *guard {
	g := &guard{names: map[string]bool{}}
	for depth := 1; p.at < len(p.tokens); p.at++ {
		switch w := p.text(p.at); {
		case w == "(":
			depth++
		case w == ")":
			if depth--; depth == 0 {
				p.at++
				return g
			}
		case strings.HasPrefix(w, "'"):
			raw := p.body[p.tokens[p.at].Start:p.tokens[p.at].End]
			g.names[strings.Trim(raw, "'")] = true
		case w == "pg_type" || w == "pg_constraint" || w == "pg_roles" || w == "columns" || w == "pg_attribute" || w == "table_constraints":
			if g.catalog != "" && g.catalog != w {
				g.catalog = "several"
				continue
			}
			g.catalog = w
		case conditionBars[w] || !wordByte(w[0]) && !strings.Contains("=.,*::", w):
			g.catalog = "several"
		}
	}
	return nil
}

// statement parses and runs one SQL statement of the block.
func (p *doParser) statement(g *guard, caught bool) bool {
	first := p.at
	p.skip()
	last := p.at - 1
	if last < first || p.text(last) != ";" {
		return false
	}
	switch p.text(first) {
	case "null", "raise", "return":
		return true
	}
	start, end := int(p.tokens[first].Start), int(p.tokens[last].Start)
	text := p.body[start:end]
	if p.text(first) == "perform" {
		text = "select " + text[len("perform"):] // same length: positions hold
	}
	tree, err := pgast.Parse(text)
	if err != nil || len(tree.GetStmts()) != 1 {
		p.why = "it holds a statement of PL/pgSQL that is not understood: " + p.text(first)
		return false
	}
	node := tree.GetStmts()[0].GetStmt()
	if g != nil && !harmless(node) && !rowsOnly(node) && !p.b.guarded(node, g) {
		p.why = "its condition does not look for what the statement makes"
		return false
	}
	return p.run(node, text, start, g != nil || caught)
}

// rowsOnly reports whether a statement changes rows and no schema, as far as
// the functions that it calls do not; those are looked at when it runs.
func rowsOnly(n *pgast.Node) bool {
	switch s := n.GetNode().(type) {
	case *pgast.Node_InsertStmt, *pgast.Node_UpdateStmt, *pgast.Node_DeleteStmt:
		return true
	case *pgast.Node_SelectStmt:
		return s.SelectStmt.GetIntoClause() == nil
	}
	return false
}

// run interprets one statement in place. Where the block makes nothing twice,
// "already exists" is no finding.
func (p *doParser) run(node *pgast.Node, text string, start int, once bool) bool {
	b := p.b
	src, stmt, rep := b.src, b.stmt, b.rep
	defer func() { b.src, b.stmt, b.rep = src, stmt, rep }()
	b.src = &source{name: src.name, text: text, lines: src.lines, base: src.base + p.offset + start, nested: true}
	b.stmt = b.src.at(0)
	found := &diag.List{}
	b.rep = found
	b.statement(node)
	for _, d := range found.Sorted() {
		if !once || d.Code != diag.CodeDuplicateObject {
			rep.Add(d)
		}
	}
	return true
}

// guarded reports whether a statement makes just what the condition looked
// for, and nothing else in the schema has that name: then the outcome is the
// same whether the condition held or not.
func (b *builder) guarded(n *pgast.Node, g *guard) bool {
	switch s := n.GetNode().(type) {
	case *pgast.Node_CreateEnumStmt:
		return g.catalog == "pg_type" && b.soleType(splitName(s.CreateEnumStmt.GetTypeName()), g)
	case *pgast.Node_CreateDomainStmt:
		return g.catalog == "pg_type" && b.soleType(splitName(s.CreateDomainStmt.GetDomainname()), g)
	case *pgast.Node_CompositeTypeStmt:
		rv := s.CompositeTypeStmt.GetTypevar()
		return g.catalog == "pg_type" && b.soleType(qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}, g)
	case *pgast.Node_AlterTableStmt:
		cmds := s.AlterTableStmt.GetCmds()
		rel := b.cat.Lookup(s.AlterTableStmt.GetRelation().GetSchemaname(), s.AlterTableStmt.GetRelation().GetRelname())
		if len(cmds) != 1 || rel == nil {
			return false
		}
		cmd := cmds[0].GetAlterTableCmd()
		switch cmd.GetSubtype() {
		case pgast.AlterTableType_AT_AddConstraint:
			name := cmd.GetDef().GetConstraint().GetConname()
			if g.catalog != "pg_constraint" && g.catalog != "table_constraints" || name == "" || !g.names[name] {
				return false
			}
			for _, r := range b.cat.Relations {
				if r != rel && b.constraintOn(r, name) {
					return false
				}
			}
			return true
		case pgast.AlterTableType_AT_AddColumn:
			name := cmd.GetDef().GetColumnDef().GetColname()
			if g.catalog != "columns" || !g.names[name] || !g.names[rel.Name] {
				return false
			}
			for _, r := range b.cat.Relations {
				if r != rel && r.Name == rel.Name {
					return false
				}
			}
			return true
		}
	}
	return false
}

func (b *builder) soleType(q qname, g *guard) bool {
	if !g.names[q.name] {
		return false
	}
	for _, u := range b.cat.Types {
		if u.Name == q.name && u.Schema != q.schema {
			return false
		}
	}
	return !builtinTypes[q.name] && b.cat.index.relations[q] == nil
}
