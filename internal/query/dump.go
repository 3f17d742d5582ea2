package query

import (
	"fmt"
	"io"
	"strings"
)

// Dump prints a statement as it was resolved, one thing a line, for people and
// golden tests. It returns the first error of w.
func Dump(w io.Writer, st *Stmt) error {
	d := &dumper{}
	d.line("%s %s  %s", st.Name, st.Command, st.Pos)
	d.in(func() { d.statement(st) })
	_, err := io.WriteString(w, d.b.String())
	return err
}

type dumper struct {
	b     strings.Builder
	depth int
}

func (d *dumper) line(format string, args ...any) {
	d.b.WriteString(strings.Repeat("  ", d.depth))
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
}

func (d *dumper) in(f func()) {
	d.depth++
	f()
	d.depth--
}

func (d *dumper) statement(st *Stmt) {
	for _, c := range st.Comments {
		d.line("comment %s", c)
	}
	d.annotation(st)
	for _, p := range st.Params {
		extra := ""
		if p.Nullable {
			extra += " nullable"
		}
		if p.Slice {
			extra += " slice"
		}
		name := ""
		if p.Name != "" {
			name = " @" + p.Name
		}
		d.line("param $%d%s %s%s", p.Number, name, typeText(p.Type), extra)
	}
	if st.Body != nil {
		d.query(st.Body)
	}
	for _, i := range st.Issues {
		pos := i.Loc.Pos()
		place := fmt.Sprintf("%d:%d", pos.Line, pos.Column)
		if pos.File != st.File {
			place = pos.String()
		}
		d.line("issue %s %s %s", i.Code, place, i.Message)
		d.in(func() {
			if i.Why != "" {
				d.line("why %s", i.Why)
			}
			if i.Fix != "" {
				d.line("fix %s", i.Fix)
			}
		})
	}
}

func (d *dumper) annotation(st *Stmt) {
	a := st.Annotation
	if a.None {
		d.line("tenant none")
	}
	for _, n := range a.Params {
		d.line("tenant $%d", n)
	}
	if a.By != "" {
		d.line("tenant by %s", a.By)
	}
	if a.Unscoped != nil {
		d.line("tenant unscoped %s: %s", a.Unscoped.Category, a.Unscoped.Reason)
	}
	if a.Existence != nil {
		d.line("tenant existence: %s", a.Existence.Reason)
	}
	if a.Filter != nil {
		d.line("tenant filter %s %s", a.Filter.Table, a.Filter.Alias)
	}
	if f := st.Filter; f != nil {
		d.line("conditions on #%d in %s", f.RTE.ID, strings.Join(strings.Fields(f.With("…")), " "))
	}
}

func (d *dumper) query(q Query) {
	switch q := q.(type) {
	case *Select:
		word := "select"
		if q.Grouped {
			word += " grouped"
		}
		if q.Distinct == Distinct {
			word += " distinct"
		}
		d.line("%s", word)
		d.in(func() { d.selectBody(q) })
	case *SetOp:
		word := [...]string{Union: "union", Intersect: "intersect", Except: "except"}[q.Kind]
		if q.All {
			word += " all"
		}
		d.line("%s", word)
		d.in(func() {
			d.with(q.With)
			d.query(q.Left)
			d.query(q.Right)
			d.targets("output", q.Targets)
			d.tail(&q.Tail)
		})
	case *Values:
		d.line("values")
		d.in(func() {
			d.with(q.With)
			for _, row := range q.Rows {
				d.line("row %s", exprList(row))
				d.sublinks(row...)
			}
			d.tail(&q.Tail)
		})
	case *Insert:
		d.insert(q)
	case *Update:
		d.line("update %s", rteName(q.Target))
		d.in(func() {
			d.with(q.With)
			d.from("from", q.From)
			d.where("where", q.Where)
			d.set(q.Target, q.Set)
			d.targets("returning", q.Returning)
		})
	case *Delete:
		d.line("delete %s", rteName(q.Target))
		d.in(func() {
			d.with(q.With)
			d.from("using", q.Using)
			d.where("where", q.Where)
			d.targets("returning", q.Returning)
		})
	}
}

func (d *dumper) selectBody(q *Select) {
	d.with(q.With)
	d.from("from", q.From)
	d.where("where", q.Where)
	if q.Sets != nil {
		for _, s := range q.Sets {
			d.line("group set (%s)", exprList(s))
		}
	} else if len(q.GroupBy) > 0 {
		d.line("group by %s", exprList(q.GroupBy))
	}
	d.sublinks(q.GroupBy...)
	d.where("having", q.Having)
	d.targets("output", q.Targets)
	if q.Distinct == DistinctOn {
		d.line("distinct on %s", exprList(q.DistinctOn))
	}
	for _, w := range q.Windows {
		var p printer
		p.window(w)
		d.line("window %s", p.b.String())
	}
	d.tail(&q.Tail)
}

func (d *dumper) insert(q *Insert) {
	d.line("insert %s", rteName(q.Target))
	d.in(func() {
		d.with(q.With)
		names := make([]string, len(q.Into))
		for i, c := range q.Into {
			names[i] = q.Target.Relation.Columns[c].Name
		}
		listed := ""
		if q.Listed {
			listed = " listed"
		}
		d.line("columns%s %s", listed, strings.Join(names, ", "))
		if q.Overriding != "" {
			d.line("overriding %s", q.Overriding)
		}
		if q.Source != nil {
			d.query(q.Source)
		} else {
			d.line("default values")
		}
		if c := q.Conflict; c != nil {
			d.line("on conflict")
			d.in(func() { d.conflict(q, c) })
		}
		d.targets("returning", q.Returning)
	})
}

func (d *dumper) conflict(q *Insert, c *Conflict) {
	for _, e := range c.Elems {
		text := e.Text
		if e.Column >= 0 {
			text = q.Target.Relation.Columns[e.Column].Name
		}
		if e.Collation != "" {
			text += " collate " + e.Collation
		}
		if e.OpClass != "" {
			text += " " + e.OpClass
		}
		d.line("element %s", text)
	}
	if c.Constraint != "" {
		d.line("constraint %s", c.Constraint)
	}
	d.where("predicate", c.Predicate)
	if c.DoNothing {
		d.line("do nothing")
		return
	}
	d.line("excluded #%d", c.Excluded.ID)
	d.set(q.Target, c.Set)
	d.where("where", c.Where)
}

func (d *dumper) set(target *RTE, list []*Assign) {
	for _, a := range list {
		part := ""
		if a.Partial {
			part = " in part"
		}
		d.line("set %s%s = %s", Ident(target.Relation.Columns[a.Column].Name), part, String(a.Value))
		d.sublinks(a.Value)
	}
}

func (d *dumper) with(list []*CTE) {
	for _, c := range list {
		recursive := ""
		if c.Recursive {
			recursive = " recursive"
		}
		d.line("with%s %s (%s)", recursive, c.Name, strings.Join(c.Names, ", "))
		d.in(func() { d.query(c.Query) })
	}
}

func (d *dumper) where(word string, e Expr) {
	if e == nil {
		return
	}
	if b, ok := e.(*Bool); ok && b.Op == And {
		for _, a := range b.Args {
			d.where(word, a)
		}
		return
	}
	var p printer
	p.expr(e, precNot)
	d.line("%s %s", word, p.b.String())
	d.sublinks(e)
}

func (d *dumper) targets(word string, list []*Target) {
	for _, t := range list {
		d.line("%s %s %s = %s", word, Ident(t.Name), typeText(t.Type), String(t.Expr))
		d.sublinks(t.Expr)
	}
}

func (d *dumper) tail(t *Tail) {
	for _, k := range t.OrderBy {
		var p printer
		p.keys([]*SortKey{k})
		d.line("order by %s", p.b.String())
	}
	if t.Limit != nil {
		ties := ""
		if t.WithTies {
			ties = " with ties"
		}
		d.line("limit %s%s", String(t.Limit), ties)
		d.sublinks(t.Limit)
	}
	if t.Offset != nil {
		d.line("offset %s", String(t.Offset))
		d.sublinks(t.Offset)
	}
	for _, l := range t.Locking {
		var of []string
		for _, r := range l.Of {
			of = append(of, r.Alias)
		}
		d.line("for %s %s", strings.ToLower(l.Strength), strings.Join(of, ", "))
	}
}

// sublinks prints the subqueries in expressions below them.
func (d *dumper) sublinks(es ...Expr) {
	for _, e := range es {
		Walk(e, func(e Expr) bool {
			switch e := e.(type) {
			case *SubLink:
				d.in(func() { d.query(e.Query) })
			case *MultiAssign:
				if e.Index == 0 {
					d.in(func() { d.query(e.Sub.Query) })
				}
			}
			return true
		})
	}
}

func exprList(es []Expr) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = String(e)
	}
	return strings.Join(parts, ", ")
}
