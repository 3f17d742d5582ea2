package plan

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// handWritten plans a method for each statement of the query files.
func (b *builder) handWritten() {
	if b.in.Compiled == nil {
		if len(b.in.Stmts) > 0 {
			diag.Bugf("plan: %d statements and no sqlc", len(b.in.Stmts))
		}
		return
	}
	queries := map[string]*sqlcrun.Query{}
	for _, q := range b.in.Compiled.Queries {
		queries[q.Name] = q
	}
	for i, s := range b.in.Stmts {
		q := queries[s.Name]
		if q == nil {
			diag.Bugf("plan: sqlc has no query %s (%s)", s.Name, s.Pos)
		}
		source := b.in.Proofs[i]
		b.queryMethod(source, b.running(source, q), q)
	}
}

// shapeOf returns the shape of a method by its sqlc command, or "".
func shapeOf(command string) Shape {
	switch command {
	case ":one", ":many", ":exec", ":execrows", ":execresult", ":batchexec", ":batchone", ":batchmany", ":copyfrom":
		return Shape(command[1:])
	}
	return ""
}

// queryMethod plans the method of one statement. p is the proof of the source,
// and running that of the text that runs.
func (b *builder) queryMethod(p, running *prove.Proof, q *sqlcrun.Query) {
	s := p.Stmt
	kind := map[prove.Verdict]Kind{prove.Confined: Scoped, prove.Global: Global, prove.Unscoped: Unscoped}[p.Verdict]
	shape := shapeOf(s.Command)
	if shape == "" || p.Verdict == prove.Refused {
		diag.Bugf("plan: %s is %s with the command %s", s.Name, p.Verdict, s.Command)
	}
	pk := b.pkgOf(kind)
	r := b.repoFor(pk, s.File, s.Pos)
	m := &Method{Name: exported(s.Name), Shape: shape, Source: position(s.Pos)}
	if !strings.ContainsAny(s.Name, "_") && s.Name != "" && s.Name[0] >= 'A' && s.Name[0] <= 'Z' {
		m.Name = s.Name
	}
	m.Doc = queryDoc(m, s, kind)
	if first, ok := r.methods[m.Name]; ok {
		b.rep.Add(diag.Diagnostic{
			Code: diag.CodeNameTaken, Pos: s.Pos, Width: len(s.Name),
			Message: fmt.Sprintf("%s.%s would be emitted twice", r.Name, m.Name),
			Fix:     "rename one of the two queries",
			Related: []diag.Related{{Pos: first, Message: "the other one"}},
		})
		return
	}
	r.methods[m.Name] = s.Pos
	if shape != CopyFrom {
		m.Consts = []Const{{pk.names.take(lowerFirst(m.Name), lowerFirst(m.Name)+"SQL"), q.Text}}
	}

	c := b.newCall(r, m)
	for _, d := range b.dims[1:] {
		for _, t := range p.Tenants {
			if t.Dim == d.dim {
				c.dimension(d)
			}
		}
	}
	given := b.params(p, q)
	switch shape {
	case BatchExec, BatchOne, BatchMany, CopyFrom:
		if len(given) == 0 {
			b.rep.Add(diag.Diagnostic{
				Code: diag.CodeBatchEmpty, Pos: s.Pos, Width: len(s.Name),
				Message: fmt.Sprintf("every item of %s would be the same", s.Name),
				Why:     "the tenant is no part of an item, and the statement has no other parameter",
			})
			return
		}
		c.items(given, s)
	default:
		c.arguments(given, b.limit(), s)
	}
	for i := range q.Params {
		c.sqlArg(p, i+1)
	}
	if shape == CopyFrom {
		copyTarget(m, running.Stmt)
	}
	switch shape {
	case One, Many, BatchOne, BatchMany:
		m.Row = b.result(r, m, s.Pos, running.Stmt, q)
	case ExecResult:
		r.use.pkg(pathPgconn)
	}
	c.finish()
	r.Methods = append(r.Methods, m)
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

// copyTarget reads the table and the columns of a :copyfrom off its INSERT, which
// query.Parse has seen to be one row of parameters. The values of COPY are those
// of the parameters in the order of the columns.
func copyTarget(m *Method, s *query.Stmt) {
	in, _ := s.Body.(*query.Insert)
	if in == nil || in.Conflict != nil || len(in.Returning) > 0 || in.Overriding != "" || len(in.Ctes()) > 0 {
		diag.Bugf("plan: %s is a COPY and no plain INSERT", s.Name)
	}
	values, ok := in.Source.(*query.Values)
	if !ok || len(values.Rows) != 1 || len(values.Rows[0]) != len(in.Into) {
		diag.Bugf("plan: %s is a COPY of more than a row of values", s.Name)
	}
	rel := in.Target.Relation
	if rel.Schema != "public" {
		m.Table = append(m.Table, rel.Schema)
	}
	m.Table = append(m.Table, rel.Name)
	args := m.SQL
	m.SQL = nil
	for i, e := range values.Rows[0] {
		ref, ok := e.(*query.ParamRef)
		if !ok {
			diag.Bugf("plan: %s copies what is no parameter", s.Name)
		}
		m.Columns = append(m.Columns, rel.Columns[in.Into[i]].Name)
		m.SQL = append(m.SQL, args[ref.Param.Number-1])
	}
}

// queryDoc is the doc comment of a hand-written query: its own comments, and
// what cannot be told from the types.
func queryDoc(m *Method, s *query.Stmt, kind Kind) []string {
	name := m.Name
	var doc []string
	for _, line := range s.Comments {
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
	if u := s.Annotation.Unscoped; kind == Unscoped && u != nil {
		doc = append(doc, "", fmt.Sprintf("Unscoped (%s): %s", u.Category, u.Reason))
	}
	if e := s.Annotation.Existence; e != nil {
		doc = append(doc, "", "Another tenant may notice that a key exists: "+e.Reason)
	}
	return doc
}
