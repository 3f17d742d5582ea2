package plan

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// statement is what a plan needs of a proven statement. It holds no syntax
// trees: those of a large project take more memory than all the rest.
type statement struct {
	heading
	comments   []string
	annotation *query.Annotation // shared by those that have none
	params     []sourceParam     // by number
	evidence   evidence

	// The text that sqlc is expected to make of the statement, as a hash, and how
	// it reads. A text that turns out differently is read when it is there.
	expected [sha256.Size]byte
	reading  *reading
}

// sourceParam is a parameter as the source has it.
type sourceParam struct {
	name         string        // "" for a bare $n
	shown        string        // name as the text has it, where that differs
	nullable     bool          // sqlc.narg
	typ          *catalog.Type // shared by the parameters of that type
	line, column int32         // of its first use, in the statement's file
}

// spelt returns the name as the text has it.
func (p *sourceParam) spelt() string { return cmp.Or(p.shown, p.name) }

// evidence is what two proofs of one statement are compared by.
type evidence struct {
	verdict   prove.Verdict
	open      bool // it leans on something that nobody declared
	params    int
	tenants   []prove.Tenant
	instances []instance
}

// instance is one mention of a relation.
type instance struct {
	relation    *catalog.Relation
	class       catalog.Class
	alias, rule string
}

func evidenceOf(p *prove.Proof) evidence {
	e := evidence{verdict: p.Verdict, open: p.Open(), params: len(p.Stmt.Params), tenants: p.Tenants}
	if len(p.Instances) > 0 {
		e.instances = make([]instance, 0, len(p.Instances))
	}
	for _, in := range p.Instances {
		e.instances = append(e.instances, instance{in.RTE.Relation, in.Class, in.RTE.Alias, in.Rule})
	}
	return e
}

// carries reports whether the parameter of that number is a tenant.
func (e *evidence) carries(number int) bool {
	for _, t := range e.tenants {
		if t.Param == number {
			return true
		}
	}
	return false
}

// asks reports whether a parameter is the tenant of that dimension.
func (e *evidence) asks(d *catalog.Dimension) bool {
	return slices.ContainsFunc(e.tenants, func(t prove.Tenant) bool { return t.Dim == d })
}

var none query.Annotation

func (d *Draft) newStatement(p *prove.Proof) *statement {
	s := p.Stmt
	out := &statement{
		heading:  heading{name: s.Name, command: d.command(s.Command), pos: s.Pos, verdict: p.Verdict},
		comments: s.Comments, annotation: &none, evidence: evidenceOf(p),
	}
	if s.Annotation.Pos != (diag.Pos{}) {
		own := s.Annotation
		out.annotation = &own
	}
	out.params = make([]sourceParam, 0, len(s.Params))
	for _, param := range s.Params {
		pos, typ := s.Pos, param.Type
		if len(p.Unread) > 0 {
			typ = catalog.Type{} // a use that was not read may have decided it
		}
		if len(param.Uses) > 0 {
			pos = param.Uses[0].Pos()
		}
		shown := ""
		if param.Spelt != param.Name {
			shown = strings.Clone(param.Spelt)
		}
		out.params = append(out.params, sourceParam{param.Name, shown, param.Nullable, d.sharedType(typ), int32(pos.Line), int32(pos.Column)})
	}
	return out
}

// command returns a string of its own that is equal to s and shared by all that
// are: a part of a file would keep the whole file.
func (d *Draft) command(s string) string {
	known, ok := d.commands[s]
	if !ok {
		known = strings.Clone(s)
		d.commands[known] = known
	}
	return known
}

// sharedType returns one value for all types that print alike.
func (d *Draft) sharedType(t catalog.Type) *catalog.Type {
	key := t.Schema + "." + t.String()
	known := d.types[key]
	if known == nil {
		known = &t
		d.types[key] = known
	}
	return known
}

// reading is what a plan needs of the text that runs.
type reading struct {
	differs string     // in what its proof differs from that of the source; "" in nothing
	targets []origin   // one a column, stars expanded
	sets    bool       // there are grouping sets
	limit   int        // number of the parameter that is the LIMIT; 0 for none
	copy    *copying   // of :copyfrom
	filter  *filtering // of a query that takes conditions
}

// origin is the column of a relation that an output column hands on. The zero
// origin is none.
type origin struct {
	instance int // the mention of the relation, from 1
	relation *catalog.Relation
	column   *catalog.Column
	absent   bool // an outer join of the outermost level may leave its row out
}

// copying is the table that a :copyfrom fills, and for each of its columns the
// number of the parameter.
type copying struct {
	relation *catalog.Relation
	columns  []int
	params   []int
}

// read parses and proves the text that sqlc makes of s, or is expected to make.
func (d *Draft) read(s *statement, text string) *reading {
	proof := prove.Running(d.in.Catalog, d.reader.ParseSQL(s.name, s.command, text, *s.annotation))
	found := evidenceOf(proof)
	r := &reading{differs: disagreement(&s.evidence, &found)}
	r.filter = filteringOf(proof.Stmt.Filter)
	if s.annotation.Filter != nil && r.filter == nil && r.differs == "" {
		r.differs = "the place for conditions"
	}
	body := proof.Stmt.Body
	if body == nil || len(proof.Unread) > 0 {
		return r // sqlc alone says what the columns are
	}
	outer := map[*query.RTE]bool{}
	leftOut(body, outer)
	for _, t := range body.Columns() {
		o := originOf(t.Expr)
		if c, ok := t.Expr.(*query.ColRef); ok {
			o.absent = outer[c.RTE]
		}
		r.targets = append(r.targets, o)
	}
	sel, ok := body.(*query.Select)
	r.sets = ok && sel.Sets != nil
	if ok && !sel.WithTies {
		if p, isParam := sel.Limit.(*query.ParamRef); isParam {
			r.limit = p.Param.Number
		}
	}
	if s.command == ":copyfrom" {
		r.copy = copyingOf(body)
	}
	return r
}

// leftOut adds to outer the entries of a query's FROM for which an outer join may
// give a row without one.
func leftOut(body query.Query, outer map[*query.RTE]bool) {
	var visit func(item query.FromItem, absent bool)
	visit = func(item query.FromItem, absent bool) {
		switch item := item.(type) {
		case *query.RTE:
			if absent {
				outer[item] = true
			}
		case *query.Join:
			visit(item.Left, absent || item.Kind == query.Right || item.Kind == query.Full)
			visit(item.Right, absent || item.Kind == query.Left || item.Kind == query.Full)
		}
	}
	var from []query.FromItem
	switch q := body.(type) {
	case *query.Select:
		from = q.From
	case *query.Update:
		from = q.From
	case *query.Delete:
		from = q.Using
	}
	for _, item := range from {
		visit(item, false)
	}
}

// originOf follows a plain column reference down to the relation that it reads.
func originOf(e query.Expr) origin {
	for {
		c, ok := e.(*query.ColRef)
		if !ok {
			return origin{}
		}
		var inner query.Query
		switch rte := c.RTE; {
		case rte.Kind == query.RelationRTE && rte.Sub == nil:
			if rte.Relation == nil || rte.Cols[c.Col].Column == nil {
				return origin{}
			}
			return origin{instance: rte.ID + 1, relation: rte.Relation, column: rte.Cols[c.Col].Column}
		case rte.Kind == query.RelationRTE, rte.Kind == query.SubqueryRTE:
			inner = rte.Sub
		case rte.Kind == query.CTERTE && rte.CTE != nil && !rte.Self:
			inner = rte.CTE.Query
		}
		if inner == nil || c.Col >= len(inner.Columns()) {
			return origin{}
		}
		e = inner.Columns()[c.Col].Expr
	}
}

// copyingOf reads the table and the columns of a :copyfrom off its INSERT, which
// query.Parse has seen to be one row of parameters. It is nil for any other.
func copyingOf(body query.Query) *copying {
	in, _ := body.(*query.Insert)
	if in == nil || in.Conflict != nil || len(in.Returning) > 0 || in.Overriding != "" || len(in.Ctes()) > 0 {
		return nil
	}
	values, ok := in.Source.(*query.Values)
	if !ok || len(values.Rows) != 1 || len(values.Rows[0]) != len(in.Into) {
		return nil
	}
	out := &copying{relation: in.Target.Relation, columns: in.Into}
	for _, e := range values.Rows[0] {
		ref, ok := e.(*query.ParamRef)
		if !ok {
			return nil
		}
		out.params = append(out.params, ref.Param.Number)
	}
	return out
}
