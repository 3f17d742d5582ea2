package filter

import (
	"strconv"
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
func Where[M any](statement string, args []any, conds []Cond[M]) (string, []any) {
	var terms, values int
	for i := range conds {
		conds[i].count(&terms, &values)
	}
	if terms == 0 {
		return statement, args
	}
	w := writer{args: append(make([]any, 0, len(args)+values), args...)}
	w.Grow(len(statement) + 32*terms)
	w.WriteString(statement)
	for i := range conds {
		if conds[i].kind != everything {
			w.WriteString(" and (")
			conds[i].write(&w)
			w.WriteByte(')')
		}
	}
	return w.String(), w.args
}

type writer struct {
	strings.Builder
	args []any
}

// count adds the number of terms and values that write will write.
func (c *Cond[M]) count(terms, values *int) {
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

func (c *Cond[M]) write(w *writer) {
	switch c.kind {
	case everything:
		w.WriteString("true")
	case nothing:
		w.WriteString("false")
	case comparison:
		w.WriteString(c.column)
		w.WriteString(c.op.before)
		if c.op.takesArg() {
			w.args = append(w.args, c.arg)
			var digits [20]byte
			w.Write(strconv.AppendInt(digits[:0], int64(len(w.args)), 10))
		}
		w.WriteString(c.op.after)
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

func (c *Cond[M]) writeAll(w *writer, sep string) {
	for i := range c.conds {
		if i > 0 {
			w.WriteString(sep)
		}
		w.WriteByte('(')
		c.conds[i].write(w)
		w.WriteByte(')')
	}
}
