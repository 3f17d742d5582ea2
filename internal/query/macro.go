package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// maxParams is how many parameters PostgreSQL's protocol carries.
const maxParams = 65535

// macro is one use of @x, sqlc.arg(x), sqlc.narg(x), sqlc.slice(x) or
// sqlc.embed(x). Offsets are those of the text as written.
type macro struct {
	start, end int
	kind       string // "arg", "narg", "slice", "embed"
	name       string
	spelt      string // name as it is written
	param      *Param // nil for embed
}

// macros finds the macros and parameters of a statement and numbers them as
// sqlc does: an explicit $n keeps its number, and names take the lowest free
// numbers in the order in which sqlc walks the tree. That order is the order
// of the fields of PostgreSQL's parse nodes, so that WHERE comes before WITH
// and OFFSET before LIMIT; only within a clause is it the order of the text.
func (r *resolver) readMacros(tree *pgast.Node) {
	explicit := map[int]bool{}
	var found []*macro
	pgast.Walk(tree, func(m pgast.Message) bool {
		switch n := m.(type) {
		case *pgast.MultiAssignRef:
			// The tree has the source once for each column.
			if n.GetColno() > 1 {
				return false
			}
			if n.GetNcolumns() > 1 && r.macrosBelow(n) {
				r.issue(diag.CodeMacro, r.stmtLoc(), 0, "sqlc does not accept a macro in SET (a, b) = (…)", "it would replace it twice", "an assignment for each column")
			}
		case *pgast.ParamRef:
			explicit[int(n.GetNumber())] = true
		case *pgast.A_Expr:
			if isAt(n) {
				if mc := r.atMacro(n); mc != nil {
					found = append(found, mc)
				}
				return false
			}
		case *pgast.FuncCall:
			if names := n.GetFuncname(); len(names) == 2 && names[0].GetString_().GetSval() == "sqlc" {
				if mc := r.callMacro(n); mc != nil {
					found = append(found, mc)
				}
				return false
			}
		}
		if what := unseenBySqlc(m); what != "" && r.macrosBelow(m) {
			at, _ := pgast.Location(m)
			r.issue(diag.CodeMacro, r.loc(at), 0, "sqlc does not look into "+what+" for parameters",
				"the name would be sent to PostgreSQL as it stands", "$1 in its place")
			return false
		}
		return true
	})
	r.numberParams(explicit, found)
	r.macros = make(map[int]*macro, len(found))
	for _, m := range found {
		r.macros[m.start] = m
	}
	slices.SortFunc(found, func(a, b *macro) int { return a.start - b.start })
	r.rewrite(found)
}

// unseenBySqlc names the syntax that sqlc's tree leaves out.
func unseenBySqlc(m pgast.Message) string {
	switch m.(type) {
	case *pgast.JsonFuncExpr, *pgast.JsonObjectConstructor, *pgast.JsonArrayConstructor, *pgast.JsonArrayQueryConstructor,
		*pgast.JsonObjectAgg, *pgast.JsonArrayAgg, *pgast.JsonTable, *pgast.JsonIsPredicate, *pgast.JsonScalarExpr,
		*pgast.JsonParseExpr, *pgast.JsonSerializeExpr:
		return "SQL/JSON syntax"
	case *pgast.MergeStmt:
		return "MERGE"
	}
	return ""
}

func (r *resolver) macrosBelow(m pgast.Message) bool {
	found := false
	pgast.Walk(m, func(m pgast.Message) bool {
		switch n := m.(type) {
		case *pgast.A_Expr:
			found = found || isAt(n)
		case *pgast.FuncCall:
			names := n.GetFuncname()
			found = found || len(names) == 2 && names[0].GetString_().GetSval() == "sqlc"
		}
		return !found
	})
	return found
}

// isAt reports whether n is the prefix operator @, as which PostgreSQL's
// grammar reads @name.
func isAt(n *pgast.A_Expr) bool {
	return n.GetKind() == pgast.A_Expr_Kind_AEXPR_OP && n.GetLexpr() == nil &&
		len(n.GetName()) == 1 && n.GetName()[0].GetString_().GetSval() == "@"
}

// atMacro reads @name and @name::type. The operator binds less tightly than
// +, *, a second cast or COLLATE, so there sqlc takes more than the name.
func (r *resolver) atMacro(n *pgast.A_Expr) *macro {
	operand := n.GetRexpr()
	if c := operand.GetTypeCast(); c != nil {
		operand = c.GetArg()
	}
	start := int(n.GetLocation())
	ref := operand.GetColumnRef()
	if ref == nil || len(ref.GetFields()) != 1 || ref.GetFields()[0].GetString_() == nil {
		name := wordAfter(r.text, start+1)
		r.issue(diag.CodeMacro, r.loc(start), 1+len(name), "@"+name+" takes in what follows it",
			"@ binds less tightly than the operator after the name, and sqlc would make a parameter of the whole",
			"sqlc.arg("+name+")")
		return nil
	}
	name := ref.GetFields()[0].GetString_().GetSval()
	end := start + 1 + len(name)
	if int(ref.GetLocation()) != start+1 || end > len(r.text) || !strings.EqualFold(r.text[start+1:end], name) || isWordByte(r.text, end) {
		r.issue(diag.CodeMacro, r.loc(start), 1, "@ stands directly before a plain name",
			"sqlc replaces as many bytes as the name has: spaces, quotes and names over 63 bytes lead it astray", "sqlc.arg('"+name+"')")
		return nil
	}
	if isWordByte(r.text, start-1) {
		r.issue(diag.CodeMacro, r.loc(start), 1+len(name), "@"+name+" stands directly behind a word",
			"the $1 that takes its place would become a part of the word", "a space before @"+name)
		return nil
	}
	return &macro{start: start, end: end, kind: "arg", name: name, spelt: r.text[start+1 : end]}
}

// callMacro reads sqlc.arg(name) and its like.
func (r *resolver) callMacro(n *pgast.FuncCall) *macro {
	start := int(n.GetLocation())
	kind := n.GetFuncname()[1].GetString_().GetSval()
	if !slices.Contains(macroKinds, kind) {
		fix := ""
		if near := diag.Nearest(kind, macroKinds); near != "" {
			fix = "sqlc." + near + "(name)"
		}
		r.issue(diag.CodeMacro, r.loc(start), len("sqlc.")+len(kind), "sqlc has no macro "+kind, "", fix)
		return nil
	}
	name, written := "", ""
	argLoc := -1
	plain := len(n.GetArgs()) == 1 && n.GetAggFilter() == nil && n.GetOver() == nil && len(n.GetAggOrder()) == 0 &&
		!n.GetAggStar() && !n.GetAggDistinct() && !n.GetFuncVariadic() && !n.GetAggWithinGroup()
	if plain {
		switch arg := n.GetArgs()[0].GetNode().(type) {
		case *pgast.Node_ColumnRef:
			if f := arg.ColumnRef.GetFields(); len(f) == 1 && f[0].GetString_() != nil {
				name = f[0].GetString_().GetSval()
				written, argLoc = name, int(arg.ColumnRef.GetLocation())
			}
		case *pgast.Node_AConst:
			if s, ok := arg.AConst.GetVal().(*pgast.A_Const_Sval); ok {
				name = s.Sval.GetSval()
				written, argLoc = "'"+name+"'", int(arg.AConst.GetLocation())
			}
		}
	}
	end := argLoc + len(written) + 1
	if name == "" || argLoc < 1 || end > len(r.text) || r.text[argLoc-1] != '(' || r.text[end-1] != ')' ||
		!strings.EqualFold(r.text[argLoc:end-1], written) || kind == "embed" && !strings.EqualFold(r.text[start:argLoc], "sqlc.embed(") {
		if name == "" {
			name = "name"
		}
		r.issue(diag.CodeMacro, r.loc(start), len("sqlc.")+len(kind), "sqlc."+kind+" takes one plain name, without spaces or quotes around it",
			"sqlc replaces as many bytes as the name has", "sqlc."+kind+"("+name+")")
		return nil
	}
	return &macro{start: start, end: end, kind: kind, name: name, spelt: strings.Trim(r.text[argLoc:end-1], "'")}
}

var macroKinds = []string{"arg", "narg", "slice", "embed"}

// numberParams makes the statement's parameters.
func (r *resolver) numberParams(explicit map[int]bool, found []*macro) {
	highest := 0
	for n := range explicit {
		highest = max(highest, n)
	}
	for n := 1; n <= len(explicit); n++ {
		if explicit[n] {
			continue
		}
		r.issue(diag.CodeParamNumbers, r.stmtLoc(), 0, fmt.Sprintf("the parameters go up to $%d, and $%d is not among them", highest, n),
			"PostgreSQL could not tell its type; named parameters do not fill such a gap", "")
		break
	}
	if highest > maxParams || explicit[0] {
		r.issue(diag.CodeParamNumbers, r.stmtLoc(), 0, fmt.Sprintf("a parameter's number lies between 1 and %d", maxParams), "", "")
	}
	highest = min(highest, len(explicit)) // numbers behind a gap are dropped
	byName := map[string]*Param{}
	next := 1
	for _, m := range found {
		if m.kind == "embed" {
			continue
		}
		p := byName[m.name]
		if p == nil {
			for explicit[next] {
				next++
			}
			p = &Param{Number: next, Name: m.name, Spelt: m.spelt}
			byName[m.name] = p
			next++
		}
		p.Nullable = p.Nullable || m.kind == "narg"
		p.Slice = p.Slice || m.kind == "slice"
		m.param = p
		highest = max(highest, p.Number)
	}
	r.stmt.Params = make([]*Param, highest)
	for _, p := range byName {
		r.stmt.Params[p.Number-1] = p
	}
	for i, p := range r.stmt.Params {
		if p == nil {
			r.stmt.Params[i] = &Param{Number: i + 1}
		}
	}
}

// rewrite makes Stmt.SQL: the text with every macro replaced.
func (r *resolver) rewrite(found []*macro) {
	if len(found) == 0 {
		r.stmt.SQL = r.stmt.Text
		return
	}
	var b strings.Builder
	at := 0
	for _, m := range found {
		b.WriteString(r.text[at:m.start])
		replacement := m.name + ".*"
		if m.param != nil {
			replacement = "$" + strconv.Itoa(m.param.Number)
		}
		r.stmt.Source.Edits = append(r.stmt.Source.Edits, Edit{Offset: b.Len(), Old: m.end - m.start, New: len(replacement)})
		b.WriteString(replacement)
		at = m.end
	}
	b.WriteString(r.text[at:])
	r.stmt.SQL = b.String()
}

// wordAfter returns the identifier that begins at offset or after spaces.
func wordAfter(text string, offset int) string {
	for offset < len(text) && (text[offset] == ' ' || text[offset] == '"') {
		offset++
	}
	end := offset
	for isWordByte(text, end) {
		end++
	}
	return text[min(offset, len(text)):min(end, len(text))]
}

func isWordByte(text string, i int) bool {
	if i < 0 || i >= len(text) {
		return false
	}
	c := text[i]
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// readParams makes the parameters of a text without macros.
func (r *resolver) readParams(tree *pgast.Node) {
	explicit := map[int]bool{}
	pgast.Walk(tree, func(m pgast.Message) bool {
		if n, ok := m.(*pgast.ParamRef); ok {
			explicit[int(n.GetNumber())] = true
		}
		if n, ok := m.(*pgast.FuncCall); ok {
			if names := n.GetFuncname(); len(names) == 2 && names[0].GetString_().GetSval() == "sqlc" {
				r.issue(diag.CodeMacro, r.at(n.GetLocation()), len("sqlc"), "a macro was left in the text that would run", "", "")
			}
		}
		return true
	})
	r.numberParams(explicit, nil)
}
