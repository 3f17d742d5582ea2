package filter

import (
	"errors"
	"strings"
)

// Where adds conds to a statement and their values to its arguments. It is
// made for generated code. The statement must end in its WHERE clause, and that
// in a conjunction: what follows is joined to it with AND, in parentheses of
// its own. args are the arguments that the statement has; its placeholders are
// $1 to $len(args), and the conditions go on from there. Both come back as they
// are when there is nothing to add, and args is never written to.
//
// More can follow: ORDER BY, or a LIMIT whose placeholder is one more than the
// number of arguments that came back.
func Where[P any](statement string, args []any, conds []CondOf[P]) (string, []any) {
	return where(statement, "", args, conds)
}

// where is Where with a qualifier in front of each column.
func where[P any](statement, qualifier string, args []any, conds []CondOf[P]) (string, []any) {
	var terms, values int
	for i := range conds {
		conds[i].c.count(&terms, &values)
	}
	if terms == 0 {
		return statement, args
	}
	w := writer{qualifier: qualifier, args: append(make([]any, 0, len(args)+values), args...)}
	w.Grow(len(statement) + 32*terms)
	w.WriteString(statement)
	for i := range conds {
		if conds[i].c.kind != everything {
			w.WriteString(" and (")
			conds[i].c.write(&w)
			w.WriteByte(')')
		}
	}
	return w.String(), w.args
}

// ErrEveryRow says that a change was asked for whose conditions hold for every
// row of the tenant, and that [All] is not among them. Nothing was sent.
var ErrEveryRow = errors.New("filter: the conditions hold for every row; filter.All says so on purpose")

// Narrow is [Where] for statements that change rows. It returns ErrEveryRow when
// the conditions hold for every row and none of them is All: a condition that
// was put together of nothing, such as And() or the zero Cond, is more often a
// mistake than the wish to delete everything.
func Narrow[P any](statement string, args []any, cond CondOf[P], more []CondOf[P]) (string, []any, error) {
	conds := append(make([]CondOf[P], 0, 1+len(more)), cond)
	conds = append(conds, more...)
	all, narrow := false, false
	for i := range conds {
		c := &conds[i].c
		all = all || c.kind == everything && c.all
		narrow = narrow || c.kind != everything
	}
	if !all && !narrow {
		return "", nil, ErrEveryRow
	}
	statement, args = Where(statement, args, conds)
	return statement, args, nil
}

type writer struct {
	strings.Builder
	qualifier string
	args      []any
}

// count adds the number of terms and values that write will write.
func (c *cond) count(terms, values *int) {
	if c.kind != everything {
		*terms++
	}
	if c.kind == comparison && c.op.takesArg() {
		*values++
	}
	for i := range c.conds {
		c.conds[i].count(terms, values)
	}
}

func (c *cond) write(w *writer) {
	switch c.kind {
	case everything:
		w.WriteString("true")
	case nothing:
		w.WriteString("false")
	case comparison:
		w.WriteString(w.qualifier)
		w.WriteString(c.column)
		w.WriteString(operators[c.op].before)
		if c.op.takesArg() {
			w.arg(c.arg)
		}
		w.WriteString(operators[c.op].after)
	case conjunction:
		c.writeAll(w, " and ")
	case disjunction:
		c.writeAll(w, " or ")
	case negation:
		w.WriteString("not (")
		c.conds[0].write(w)
		w.WriteByte(')')
	}
}

func (c *cond) writeAll(w *writer, sep string) {
	for i := range c.conds {
		if i > 0 {
			w.WriteString(sep)
		}
		w.WriteByte('(')
		c.conds[i].write(w)
		w.WriteByte(')')
	}
}
