package query

import (
	"errors"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// bom is the mark that some editors put before UTF-8.
const bom = "\ufeff"

// Reader reads the statements of one catalog, and keeps what they have in
// common: the columns of a relation, what an operator gives to its operands. It
// is not for use by several goroutines at once.
type Reader struct {
	cat   *catalog.Catalog
	cache *cache
}

// NewReader returns a Reader that knows nothing yet.
func NewReader(cat *catalog.Catalog) *Reader { return &Reader{cat, newCache()} }

// Parse reads one query file. Every name gets exactly one Stmt; what is wrong
// with it is among the statement's Issues. What belongs to no statement, as an
// unnamed one, is added to rep.
func Parse(path, text string, cat *catalog.Catalog, rep *diag.List) []*Stmt {
	return NewReader(cat).Parse(path, text, rep)
}

// Parse is the function of that name.
func (rd *Reader) Parse(path, text string, rep *diag.List) []*Stmt {
	text = strings.TrimPrefix(text, bom) // columns of line 1 count from behind it, as editors do
	f := &file{path: path, text: text, lines: diag.NewLines(path, text), cat: rd.cat, rep: rep, cache: rd.cache, names: map[string]diag.Pos{}}
	for _, p := range split(text) {
		f.piece(p)
	}
	if len(f.stmts) == 0 && !f.reported {
		rep.Add(diag.Diagnostic{
			Code: diag.CodeQueryEmpty, Severity: diag.Warning, Pos: diag.Pos{File: path},
			Message: "the file has no query", Fix: "-- name: GetUser :one",
		})
	}
	return f.stmts
}

// ParseSQL reads the text of one statement, which has no macros, only $n.
// Positions are those of the text itself, under the statement's name.
func ParseSQL(name, command, sql string, ann Annotation, cat *catalog.Catalog) *Stmt {
	return NewReader(cat).ParseSQL(name, command, sql, ann)
}

// ParseSQL is the function of that name.
func (rd *Reader) ParseSQL(name, command, sql string, ann Annotation) *Stmt {
	st := &Stmt{Name: name, Command: command, File: name, Annotation: ann, Text: sql, SQL: sql}
	st.Source = &Source{Lines: diag.NewLines(name, sql)}
	st.Pos = st.Source.Lines.Pos(0)
	r := &resolver{cat: rd.cat, cache: rd.cache, stmt: st, text: sql, src: st.Source}
	if tree := r.parse(); tree != nil {
		r.readParams(tree)
		r.resolve(tree)
	}
	st.placeFilter(rd)
	return st
}

// CheckNames reports names that two files share; Parse reports those within one.
func CheckNames(stmts []Heading, rep *diag.List) {
	first := make(map[string]int, len(stmts))
	for i, st := range stmts {
		before, ok := first[st.Name]
		switch {
		case !ok:
			first[st.Name] = i
		case stmts[before].File != st.File:
			rep.Add(duplicate(st.Name, st.Pos, stmts[before].Pos))
		}
	}
}

func duplicate(name string, pos, before diag.Pos) diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.CodeQueryDuplicate, Pos: pos, Width: len(name),
		Message: "there are two queries of the name " + name, Why: "each becomes a method of that name",
		Related: []diag.Related{{Pos: before, Message: "the first one"}},
	}
}

// file is a query file that is being read.
type file struct {
	path, text string
	lines      *diag.Lines
	cat        *catalog.Catalog
	rep        *diag.List
	cache      *cache
	stmts      []*Stmt
	last       *Stmt // the statement before, to which a second one under its name belongs
	names      map[string]diag.Pos
	reported   bool
}

func (f *file) report(offset, width int, code diag.Code, message, why, fix string) {
	f.reported = true
	f.rep.Add(diag.Diagnostic{Code: code, Pos: f.lines.Pos(offset), Width: width, Message: message, Why: why, Fix: fix})
}

// piece reads what stands between two semicolons.
func (f *file) piece(p *piece) {
	names := f.nameLines(p)
	if p.broken != nil {
		f.broken(p, names)
		return
	}
	if len(names) == 0 {
		f.unnamed(p)
		return
	}
	// sqlc takes the first of these lines, wherever it stands.
	chosen := choose(names)
	n := names[chosen]
	if !validName(n.name) {
		f.report(n.offset, n.problem.Width, n.problem.Code, n.problem.Message, n.problem.Why, n.problem.Fix)
		f.last = nil
		return
	}
	st := f.newStmt(p, n)
	for i, other := range names {
		switch {
		case other.hidden:
			f.stmtIssue(st, other.line, 0, diag.CodeQueryNameHidden, "sqlc reads this line as the name of a query",
				"it looks at lines, also within string literals, comments and statements, and removes the line from the text", "")
		case i != chosen && !validName(other.name):
			f.stmtIssue(st, other.offset, other.problem.Width, other.problem.Code, other.problem.Message, other.problem.Why, other.problem.Fix)
		case i != chosen:
			f.stmtIssue(st, other.line, 0, diag.CodeQueryName, "a second name stands before one statement", "sqlc takes the first name and drops the other", "a statement of its own for each name")
		}
	}
	if len(p.tokens) == 0 {
		f.stmtIssue(st, n.offset, len(n.name), diag.CodeQueryNoStatement, "no statement follows the name "+n.name, "sqlc would emit no method", "")
		return
	}
	if !p.terminated {
		f.stmtIssue(st, p.end(), 0, diag.CodeQuerySemicolon, "the statement does not end in a semicolon", "sqlc refuses such a file", ";")
	}
	f.strippedLines(st, p, names)
	f.resolve(st, p, n.line)
}

// choose picks the line that is meant as the name: one in its place and in
// order, else one in its place, else the one that sqlc takes.
func choose(names []nameLine) int {
	for _, fits := range []func(nameLine) bool{
		func(n nameLine) bool { return !n.hidden && n.problem == nil },
		func(n nameLine) bool { return !n.hidden && validName(n.name) },
		func(n nameLine) bool { return !n.hidden },
	} {
		if i := slices.IndexFunc(names, fits); i >= 0 {
			return i
		}
	}
	return 0
}

// newStmt makes the statement of a name.
func (f *file) newStmt(p *piece, n nameLine) *Stmt {
	// The name outlives the text for those who keep no more than the heading.
	st := &Stmt{Name: strings.Clone(n.name), Command: strings.Clone(n.command), File: f.path, Pos: f.lines.Pos(n.offset)}
	if before, ok := f.names[n.name]; ok {
		f.rep.Add(duplicate(n.name, st.Pos, before))
	} else {
		f.names[n.name] = st.Pos
	}
	st.Text = f.text[p.start():p.end()]
	st.SQL = st.Text
	st.Source = &Source{Lines: f.lines, Base: p.start()}
	if n.problem != nil {
		i := *n.problem
		i.Loc = f.loc(n.offset)
		st.issue(i)
	}
	f.stmts = append(f.stmts, st)
	f.last = st
	return st
}

// loc is a place in the file.
func (f *file) loc(offset int) Loc { return Loc{&Source{Lines: f.lines}, offset} }

func (f *file) stmtIssue(st *Stmt, offset, width int, code diag.Code, message, why, fix string) {
	st.issue(Issue{Code: code, Loc: f.loc(offset), Width: width, Message: message, Why: why, Fix: fix})
}

// broken reports a piece that cannot be cut into tokens. Each name in it gets
// a statement that says so.
func (f *file) broken(p *piece, names []nameLine) {
	offset := p.broken.Offset
	if offset < 0 {
		offset = p.start()
	}
	named := false
	for _, n := range names {
		if !validName(n.name) {
			continue
		}
		st := f.newStmt(p, n)
		st.Text, st.SQL = "", ""
		if !named && n.line <= offset {
			f.stmtIssue(st, offset, 0, diag.CodeQuerySyntax, p.broken.Message, "", "")
		} else {
			f.stmtIssue(st, n.offset, len(n.name), diag.CodeQuerySyntax, "the query cannot be read, since the text before it has no end: "+p.broken.Message, "", "")
		}
		named = true
	}
	if !named {
		f.report(offset, 0, diag.CodeQuerySyntax, p.broken.Message, "", "")
	}
	f.last = nil
}

// unnamed reads a piece without a name.
func (f *file) unnamed(p *piece) {
	lines, _ := f.comments(p)
	if len(p.tokens) == 0 {
		for _, l := range lines {
			if !declares(l.text) {
				continue // prose in a file's last comment
			}
			f.report(l.offset, len(l.text), diag.CodeDeclarationPlace, "this declaration belongs to no query", "it stands after the last statement", "the line below the query's name")
		}
		return
	}
	for _, c := range p.comments {
		if int(c.GetStart()) > p.start() {
			break
		}
		body, _ := commentBody(f.text[c.GetStart():c.GetEnd()])
		if word, _, ok := strings.Cut(body, ":"); ok && strings.EqualFold(strings.TrimSpace(word), "name") {
			f.report(int(c.GetStart()), int(c.GetEnd()-c.GetStart()), diag.CodeQueryName, "sqlc does not read this line as the name of a query",
				"such a line begins with \"-- name: \" in its first column, and nothing stands before it", "-- name: GetUser :one")
			f.last = nil
			return
		}
	}
	if f.last != nil {
		f.stmtIssue(f.last, p.start(), 0, diag.CodeQueryTrailing, "a second statement stands under the name "+f.last.Name,
			"sqlc drops it without a word", "-- name: "+f.last.Name+"Then :exec")
		return
	}
	f.report(p.start(), 0, diag.CodeQueryUnnamed, "the statement has no name", "sqlc drops it without a word", "-- name: GetUser :one")
}

// resolve reads the statement of the name on the line at nameLine.
func (f *file) resolve(st *Stmt, p *piece, nameLine int) {
	written := &Source{Lines: f.lines, Base: p.start()}
	r := &resolver{cat: f.cat, cache: f.cache, stmt: st, text: st.Text, src: written}
	tree := r.parse()
	lines, misplaced := f.comments(p)
	for _, l := range misplaced {
		fix := "the line below the query's name"
		if l.text == "" {
			fix = "-- tenant: …, in small letters"
		}
		f.stmtIssue(st, l.offset, len(l.text), diag.CodeDeclarationPlace, "this declaration is not where declarations are read", "they stand on lines of their own between the statement before and the first word of this one", fix)
	}
	if tree != nil {
		r.readMacros(tree)
		r.checkCommand(tree)
		r.resolve(tree)
	}
	st.annotate(lines, f.loc, f.cat)
	st.placeFilter(&Reader{f.cat, f.cache})
	st.Comments = f.docComments(p, nameLine)
}

// parse parses the statement's text and returns its one tree.
func (r *resolver) parse() *pgast.Node {
	tree, err := pgast.Parse(r.text)
	if err != nil {
		bad := asParseError(err)
		r.issue(diag.CodeQuerySyntax, r.loc(max(0, bad.Offset)), 0, bad.Message, "", "")
		return nil
	}
	switch stmts := tree.GetStmts(); len(stmts) {
	case 0:
		r.issue(diag.CodeQueryNoStatement, r.stmtLoc(), 0, "the text holds no statement", "", "")
		return nil
	case 1:
		return stmts[0].GetStmt()
	default:
		r.issue(diag.CodeQueryTrailing, r.at(stmts[1].GetStmtLocation()), 0, "the text holds more than one statement", "", "")
		return nil
	}
}

// asParseError returns err with its message on one line: PostgreSQL quotes an
// unterminated literal to the end of the text.
func asParseError(err error) *pgast.Error {
	var bad *pgast.Error
	if !errors.As(err, &bad) {
		bad = &pgast.Error{Message: err.Error(), Offset: -1}
	}
	message := strings.ToValidUTF8(bad.Message, "")
	if line, _, more := strings.Cut(message, "\n"); more || len(line) > maxMessage {
		message = strings.ToValidUTF8(line[:min(len(line), maxMessage)], "") + " …"
	}
	return &pgast.Error{Message: message, Offset: bad.Offset}
}

const maxMessage = 120

// resolve resolves a statement of an accepted kind.
func (r *resolver) resolve(tree *pgast.Node) {
	switch tree.GetNode().(type) {
	case *pgast.Node_SelectStmt, *pgast.Node_InsertStmt, *pgast.Node_UpdateStmt, *pgast.Node_DeleteStmt:
		if q := r.query(nil, tree); q != nil {
			r.stmt.Body = q
		}
	default:
		r.refuseKind(tree)
	}
}
