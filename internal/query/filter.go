package query

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// FilterMark is a line `-- tenant: filter TABLE ALIAS`: the statement's method
// takes conditions on that mention of the table.
type FilterMark struct {
	At           Loc
	Width        int
	Table, Alias string
}

// Filter is the place in a statement's text where conditions go. Head and Tail
// are the text around it: Head ends in the WHERE clause of the outermost level,
// which it has in parentheses, so that a condition behind it is one more
// conjunct. Head and Tail next to each other are the statement without any.
type Filter struct {
	RTE        *RTE // what the conditions are about
	Head, Tail string
}

// With returns the statement with a condition.
func (f *Filter) With(condition string) string { return f.Head + " and (" + condition + ")" + f.Tail }

// Without returns the statement with none.
func (f *Filter) Without() string { return f.Head + f.Tail }

// Qualifier is what stands before a column in a condition.
func (f *Filter) Qualifier() string { return quoteName(f.RTE.Alias) + "." }

// Sample returns a condition that asks something of each column: it stands for
// those that a caller may give.
func (f *Filter) Sample() string {
	terms := make([]string, len(f.RTE.Cols))
	for i, c := range f.RTE.Cols {
		terms[i] = f.Qualifier() + quoteName(c.Name) + " is null"
	}
	return strings.Join(terms, " or ")
}

// AnyOperator is a condition in which each operator stands that a caller's
// condition may have, whatever the types are: one that the schema defines, too,
// may be what a column is compared by.
const AnyOperator = "1 = 1 or 1 <> 1 or 1 < 1 or 1 <= 1 or 1 > 1 or 1 >= 1 or 1 = any('{1}'::int[]) or 1 <> all('{1}'::int[]) or " +
	"'a'::text like 'a' or 'a'::text ilike 'a' or '{1}'::int[] @> '{1}'::int[] or '{1}'::int[] <@ '{1}'::int[] or '{1}'::int[] && '{1}'::int[]"

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// annotateFilter reads what stands behind `filter`.
func (st *Stmt) annotateFilter(rest string, loc Loc, width int, bad func(code diag.Code, message, why, fix string)) {
	words := strings.Fields(rest)
	switch {
	case len(words) == 0 || len(words) > 2:
		bad(diag.CodeDeclaration, "filter names a table and what the statement calls it", "", "-- tenant: filter users u")
	case st.Annotation.Filter != nil:
		bad(diag.CodeDeclaration, "filter is declared twice", "a method takes conditions on one mention of a table", "")
	default:
		m := &FilterMark{At: loc, Width: width, Table: words[0], Alias: words[len(words)-1]}
		if len(words) == 1 {
			_, m.Alias, _ = cutLast(words[0], ".")
		}
		st.Annotation.Filter = m
	}
}

// cutLast cuts s at the last sep; without one, all of it is behind.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

// placeFilter finds the place for the conditions that the statement is marked to
// take. Conditions may only narrow: they go to the outermost level, to a mention
// of a table that is there for every row, and what comes out must read as the
// statement with one conjunct more.
func (st *Stmt) placeFilter(rd *Reader) {
	m := st.Annotation.Filter
	if m == nil || st.Body == nil || len(st.Issues) > 0 {
		return
	}
	refuse := func(message, why, fix string) {
		st.issue(Issue{Code: diag.CodeFilter, Loc: m.At, Width: m.Width, Message: message, Why: why, Fix: fix})
	}
	switch st.Command {
	case ":batchexec", ":batchone", ":batchmany", ":copyfrom":
		refuse("a method that takes items takes no conditions", "its statement runs once for each item", ":many, or another command without items")
		return
	}
	if st.Annotation.Unscoped != nil || st.Annotation.None {
		refuse("a statement without a tenant takes no conditions", "they are about the tenant's own rows", "")
		return
	}
	var from []FromItem
	var where Expr
	switch q := st.Body.(type) {
	case *Select:
		from, where = q.From, q.Where
	case *Update:
		from, where = append([]FromItem{q.Target}, q.From...), q.Where
	case *Delete:
		from, where = append([]FromItem{q.Target}, q.Using...), q.Where
	case *SetOp:
		refuse("a set operation takes no conditions", "a condition within one side of it changes what the other side is combined with", "a subquery in FROM around the table, or two queries")
		return
	default:
		refuse("an INSERT takes no conditions", "it has no rows of its own to narrow", "")
		return
	}
	rte, nullable := m.find(from)
	switch {
	case rte == nil:
		why := "conditions go to the outermost level, where they can only narrow"
		for _, other := range st.RTEs {
			if m.means(other) {
				refuse(m.Table+" "+m.Alias+" stands below the outermost level", why+"; within a subquery, fewer rows may make more of the result", "")
				return
			}
		}
		refuse("the statement has no "+m.Table+" "+m.Alias, why, "-- tenant: filter TABLE ALIAS, as FROM has them")
		return
	case nullable:
		refuse(m.Table+" "+m.Alias+" is on the nullable side of an outer join",
			"a condition in WHERE would drop the rows that the join keeps without it", "a condition in ON, as a parameter of the query")
		return
	case rte.Sub != nil:
		refuse(m.Table+" "+m.Alias+" is a view", "its columns are not those of a table with conditions of its own", "the view's own query, with its table marked")
		return
	}
	f := &Filter{RTE: rte}
	if !f.cut(st.SQL, st.Body, where != nil) || !f.fits(st, rd) {
		refuse("no place for conditions was found in the statement", "its WHERE clause, or the end of its FROM, is not told apart from what follows", "the statement without parentheses around it")
		return
	}
	st.Filter = f
}

// means reports whether the mark names that mention of a table.
func (m *FilterMark) means(rte *RTE) bool {
	if rte.Kind != RelationRTE || rte.Relation == nil || !strings.EqualFold(rte.Alias, strings.Trim(m.Alias, `"`)) {
		return false
	}
	schema, name, qualified := cutLast(m.Table, ".")
	return strings.EqualFold(name, rte.Relation.Name) && (!qualified || strings.EqualFold(schema, rte.Relation.Schema))
}

// find returns the mention that the mark names, and whether a join may give a
// row without it.
func (m *FilterMark) find(items []FromItem) (rte *RTE, nullable bool) {
	for _, item := range items {
		switch item := item.(type) {
		case *RTE:
			if m.means(item) {
				return item, false
			}
		case *Join:
			if rte, nullable = m.find([]FromItem{item.Left}); rte != nil {
				return rte, nullable || item.Kind == Right || item.Kind == Full
			}
			if rte, nullable = m.find([]FromItem{item.Right}); rte != nil {
				return rte, nullable || item.Kind == Left || item.Kind == Full
			}
		}
	}
	return nil, false
}

// cut cuts the text behind its WHERE clause, or where that would stand.
func (f *Filter) cut(text string, body Query, where bool) bool {
	tokens, err := pgast.Scan(text)
	if err != nil {
		return false
	}
	_, isSelect := body.(*Select)
	begun := !isSelect // what may end the clause stands behind FROM
	start, end, last := -1, -1, 0
	depth := 0
	var before pgast.Token
	for _, t := range tokens {
		switch t.GetToken() {
		case pgast.Token_SQL_COMMENT, pgast.Token_C_COMMENT:
			continue
		case pgast.Token_ASCII_40, pgast.Token_ASCII_91:
			depth++
		case pgast.Token_ASCII_41, pgast.Token_ASCII_93:
			depth--
		}
		if depth == 0 && before != pgast.Token_ASCII_46 && end < 0 { // a name behind a dot is no keyword
			switch t.GetToken() {
			case pgast.Token_FROM:
				begun = begun || before != pgast.Token_DISTINCT
			case pgast.Token_WHERE:
				if where && start < 0 {
					start = int(t.GetEnd())
				}
			case pgast.Token_GROUP_P, pgast.Token_HAVING, pgast.Token_WINDOW, pgast.Token_ORDER, pgast.Token_LIMIT, pgast.Token_OFFSET,
				pgast.Token_FETCH, pgast.Token_FOR, pgast.Token_RETURNING, pgast.Token_ASCII_59:
				if begun && (!where || start >= 0) {
					end = last
				}
			}
		}
		before, last = t.GetToken(), int(t.GetEnd())
	}
	if end < 0 {
		end = last
	}
	if where {
		if start < 0 || start >= end {
			return false
		}
		f.Head, f.Tail = text[:start]+" ("+strings.TrimLeft(text[start:end], " \t")+")", text[end:]
		return true
	}
	f.Head, f.Tail = text[:end]+" where true", text[end:]
	return true
}

// fits reads the statement with a condition, and reports whether it is the same
// but for that: the conjunct is the last one of the outermost WHERE, and speaks
// of the mention that is meant.
func (f *Filter) fits(st *Stmt, rd *Reader) bool {
	ann := st.Annotation
	ann.Filter = nil
	with := rd.ParseSQL(st.Name, st.Command, f.With(f.Sample()), ann)
	if with.Body == nil || len(with.Issues) > 0 || len(with.RTEs) != len(st.RTEs) || len(with.Params) != len(st.Params) {
		return false
	}
	for i, rte := range with.RTEs {
		if rte.Relation != st.RTEs[i].Relation || rte.Alias != st.RTEs[i].Alias || rte.Kind != st.RTEs[i].Kind {
			return false
		}
	}
	var where Expr
	switch q := with.Body.(type) {
	case *Select:
		where = q.Where
	case *Update:
		where = q.Where
	case *Delete:
		where = q.Where
	}
	and, ok := where.(*Bool)
	if !ok || and.Op != And || len(and.Args) < 2 {
		return false
	}
	asked := and.Args[len(and.Args)-1]
	terms := []Expr{asked}
	if or, ok := asked.(*Bool); ok && or.Op == Or {
		terms = or.Args
	}
	return len(terms) == len(f.RTE.Cols) && !slices.ContainsFunc(terms, func(e Expr) bool {
		test, ok := e.(*NullTest)
		if !ok {
			return true
		}
		ref, ok := test.Arg.(*ColRef)
		return !ok || ref.RTE.ID != f.RTE.ID
	})
}
