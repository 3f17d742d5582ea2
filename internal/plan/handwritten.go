package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// handWritten plans a method for each statement of the query files. For print see
// Draft.Finish.
func (b *builder) handWritten(print func(*Ready) error) error {
	left, next := b.draft.kept.headings, b.draft.kept.all()
	if b.compiled != nil {
		for q, err := range b.compiled.Queries {
			if err != nil {
				return err
			}
			if len(left) == 0 || left[0].name != q.Name {
				continue
			}
			left = left[1:]
			s := next()
			b.queryMethod(s, b.running(s, q), q)
			if s.repo.left--; s.repo.left == 0 && !b.rep.HasErrors() {
				if err := s.repo.ahead(print); err != nil {
					return err
				}
			}
		}
	}
	if len(left) > 0 {
		diag.Bugf("plan: sqlc has no query %s (%s), or not in its place", left[0].name, left[0].pos)
	}
	return nil
}

// shapeOf returns the shape of a method by its sqlc command, or "".
func shapeOf(command string) Shape {
	switch command {
	case ":one", ":many", ":exec", ":execrows", ":execresult", ":batchexec", ":batchone", ":batchmany", ":copyfrom":
		return Shape(command[1:])
	}
	return ""
}

// methodNames gives each statement its repository and the name of its method:
// the generated methods have to make way for it.
func (b *builder) methodNames() {
	for i := range b.draft.kept.headings {
		s := &b.draft.kept.headings[i]
		shape := shapeOf(s.command)
		if shape == "" || s.verdict == prove.Refused {
			diag.Bugf("plan: %s is %s with the command %s", s.name, s.verdict, s.command)
		}
		r := b.repoFor(b.pkgOf(kindOf(s.verdict)), s.pos.File, s.pos)
		name := exported(s.name)
		if !strings.ContainsAny(s.name, "_") && s.name != "" && s.name[0] >= 'A' && s.name[0] <= 'Z' {
			name = s.name
		}
		if first, ok := r.methods[name]; ok {
			b.rep.Add(diag.Diagnostic{
				Code: diag.CodeNameTaken, Pos: s.pos, Width: len(s.name),
				Message: fmt.Sprintf("%s.%s would be emitted twice", r.Name, name),
				Fix:     "rename one of the two queries",
				Related: []diag.Related{{Pos: first, Message: "the other one"}},
			})
		}
		r.methods[name] = s.pos
		r.left++
		s.repo, s.method = r, name
	}
}

func kindOf(v prove.Verdict) Kind {
	switch v {
	case prove.Confined:
		return Scoped
	case prove.Global:
		return Global
	case prove.Unscoped:
		return Unscoped
	}
	diag.Bugf("plan: a statement that is %s goes nowhere", v)
	return 0
}

// queryMethod plans the method of one statement; running is the text that runs.
func (b *builder) queryMethod(s *statement, running *reading, q *sqlcrun.Query) {
	r := s.repo
	pk := r.pkg
	shape := shapeOf(s.command)
	m := &Method{Name: s.method, Shape: shape, Source: position(s.pos)}
	m.Doc = queryDoc(m, s, pk.Kind)
	m.Commented = len(m.Doc) > 1 || len(s.comments) > 0
	if shape != CopyFrom {
		m.Consts = []Const{{Name: pk.names.take(lowerFirst(m.Name), lowerFirst(m.Name)+"SQL"), Text: q.Text}}
	}

	c := b.newCall(r, m)
	for _, d := range b.dims[1:] {
		if s.evidence.asks(d.dim) {
			c.dimension(d)
		}
	}
	if len(c.m.Args) > 0 && pk.Kind == Scoped && !pk.Private && !s.evidence.asks(b.dims[0].dim) {
		m.Doc = append(m.Doc, b.dims[0].asideDoc()...)
	}
	given := b.params(s, q)
	switch shape {
	case BatchExec, BatchOne, BatchMany, CopyFrom:
		if len(given) == 0 {
			b.rep.Add(diag.Diagnostic{
				Code: diag.CodeBatchEmpty, Pos: s.pos, Width: len(s.name),
				Message: fmt.Sprintf("every item of %s would be the same", s.name),
				Why:     "the tenant is no part of an item, and the statement has no other parameter",
			})
			return
		}
		c.items(given, s.pos)
	default:
		c.arguments(given, b.limit(), s.pos)
	}
	for i := range q.Params {
		c.sqlArg(s, i+1)
	}
	if shape == Many {
		m.Size = c.size(given, running.limit)
	}
	if running.filter != nil && !b.conditions(c, s, running.filter) {
		return
	}
	if shape == CopyFrom {
		copyTarget(m, s, running.copy)
	}
	switch shape {
	case One, Many, BatchOne, BatchMany:
		m.Row = b.result(r, m, s.pos, running, q)
	case ExecResult:
		r.use.pkg(pathPgconn)
	}
	c.finish()
	b.add(r, m)
}

// size returns the value of the parameter of that number as an int, or "" where
// it is none or may be NULL.
func (c *call) size(given []param, number int) string {
	i := slices.IndexFunc(given, func(p param) bool { return p.number == number })
	if i < 0 || !slices.Contains([]string{"int16", "int32", "int64"}, given[i].typ.text) {
		return ""
	}
	return "min(int(" + c.exprs[number] + "), 256)" // a limit is often more than there is
}

// limit is the number of arguments up to which a method takes them one by one,
// the tenant not counted.
func (b *builder) limit() int {
	if n := b.in.Block.Go.QueryParameterLimit; n >= 0 {
		return n
	}
	return 1 // sqlc's own default
}

// does says what a method does whose query has no comment.
func does(s Shape) string {
	switch s {
	case One:
		return "returns the row of its query, or tenant.ErrNotFound."
	case Many:
		return "returns the rows of its query."
	case ExecRows:
		return "runs its statement and returns the number of rows."
	case CopyFrom:
		return "copies the items and returns how many they are."
	default:
		return "runs its statement."
	}
}

// copyTarget names the table and the columns of a :copyfrom. The values of COPY
// are those of the parameters in the order of the columns.
func copyTarget(m *Method, s *statement, c *copying) {
	if c == nil {
		diag.Bugf("plan: %s is a COPY, and no INSERT of one row of parameters", s.name)
	}
	if c.relation.Schema != "public" {
		m.Table = append(m.Table, c.relation.Schema)
	}
	m.Table = append(m.Table, c.relation.Name)
	args := m.SQL
	m.SQL = nil
	for i, column := range c.columns {
		m.Columns = append(m.Columns, c.relation.Columns[column].Name)
		m.SQL = append(m.SQL, args[c.params[i]-1])
	}
}

// queryDoc is the doc comment of a hand-written query: its own comments, and
// what cannot be told from the types.
func queryDoc(m *Method, s *statement, kind Kind) []string {
	name := m.Name
	var doc []string
	for _, line := range s.comments {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "tenant:") {
			continue
		}
		doc = append(doc, line)
	}
	for len(doc) > 0 && doc[0] == "" {
		doc = doc[1:]
	}
	switch {
	case len(doc) == 0:
		doc = []string{name + " " + does(m.Shape)}
	case doc[0] != name && !strings.HasPrefix(doc[0], name+" "):
		doc[0] = name + ": " + doc[0]
	}
	switch m.Shape {
	case BatchExec:
		doc = append(doc, "", "It runs once for each item, in one round trip and one transaction.")
	case BatchOne:
		doc = append(doc, "", "It runs once for each item, in one round trip. The result of an item without a row is nil.")
	case BatchMany:
		doc = append(doc, "", "It runs once for each item, in one round trip, and returns the rows of each.")
	}
	if u := s.annotation.Unscoped; kind == Unscoped && u != nil {
		doc = append(doc, "", fmt.Sprintf("Unscoped (%s): %s", u.Category, u.Reason))
	}
	if e := s.annotation.Existence; e != nil {
		doc = append(doc, "", "Another tenant may notice that a key exists: "+e.Reason)
	}
	return doc
}
