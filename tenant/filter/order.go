package filter

import (
	"slices"
	"strconv"
)

// Sort is one column of an order. A column's Asc and Desc make it; the zero
// value belongs to no table, and the server refuses a statement with it.
type Sort[M any] = SortOf[*M]

// SortOf is [Sort], with a pointer to the model in the model's place; see
// [CondOf].
type SortOf[P any] struct {
	_ [0]P
	s sort
}

// sort is a column of an order on whatever model.
type sort struct {
	quoted   string
	desc     bool
	nulls    nulls
	nullable bool
}

type nulls uint8

const (
	nullsDefault nulls = iota // PostgreSQL's: after all values, or before them where the order descends
	nullsFirst
	nullsLast
)

// NullsFirst puts rows with a NULL before the others.
func (s SortOf[P]) NullsFirst() SortOf[P] {
	s.s.nulls = nullsFirst
	return s
}

// NullsLast puts rows with a NULL behind the others.
func (s SortOf[P]) NullsLast() SortOf[P] {
	s.s.nulls = nullsLast
	return s
}

// first reports whether NULLs come first.
func (s *sort) first() bool { return s.nulls == nullsFirst || s.nulls == nullsDefault && s.desc }

func (s *sort) write(w *writer) {
	w.WriteString(s.quoted)
	if s.desc {
		w.WriteString(" desc")
	}
	if s.nullable && s.first() != s.desc {
		if s.first() {
			w.WriteString(" nulls first")
		} else {
			w.WriteString(" nulls last")
		}
	}
}

// Order says in which order rows come, and how many of them. The zero Order is
// that of the key, with all rows. An Order is a value: its methods return a
// changed copy.
type Order[M any] = OrderOf[*M]

// OrderOf is [Order], with a pointer to the model in the model's place; see
// [CondOf].
type OrderOf[P any] struct {
	_ [0]P
	o order
}

// order is an order of the rows of whatever model.
type order struct {
	sorts         []sort
	limit, offset int
	limited       bool
}

// OrderBy returns the order by sorts, the first counting most. Rows that are
// equal in all of them come in the order of the key, so that an order is always
// a full one. A column that comes twice counts where it comes first.
func OrderBy[M any](sorts ...Sort[M]) Order[M] {
	o := Order[M]{o: order{sorts: make([]sort, 0, len(sorts))}}
	for i := range sorts {
		o.o.add(sorts[i].s)
	}
	return o
}

func (o *order) add(s sort) {
	if !slices.ContainsFunc(o.sorts, func(t sort) bool { return t.quoted == s.quoted }) {
		o.sorts = append(o.sorts, s)
	}
}

// Limit returns the order with at most n rows. A negative n is an error of the
// server's.
func (o OrderOf[P]) Limit(n int) OrderOf[P] {
	o.o.limit, o.o.limited = n, true
	return o
}

// Offset returns the order without its first n rows. The server walks through
// all of them; pages find their beginning without. A negative n is an error of
// the server's.
func (o OrderOf[P]) Offset(n int) OrderOf[P] {
	o.o.offset = n
	return o
}

// Size returns what a slice for the rows may begin with: the limit up to 256,
// since a limit is often more than there is, or 0 where there is none.
func (o OrderOf[P]) Size() int { return max(min(o.o.limit, maxSize), 0) }

const maxSize = 256

// Keys is the order of a key, for what follows an Order of the caller's. Nil is
// that of a table without one.
type Keys []sort

// Key returns the order of a key. It is made for generated code, and panics for
// names that no column can have.
func Key(names ...string) Keys {
	key := make(Keys, len(names))
	for i, name := range names {
		key[i].quoted = newColumn(name, nil).quoted
	}
	return key
}

// full returns the sorts of the order followed by those of the key, which go
// the way that the order goes at its end: an index serves both then.
func (o *order) full(key Keys) []sort {
	all := order{sorts: make([]sort, 0, len(o.sorts)+len(key))}
	for _, s := range o.sorts {
		all.add(s)
	}
	desc := len(all.sorts) > 0 && all.sorts[len(all.sorts)-1].desc
	for _, s := range key {
		s.desc = desc
		all.add(s)
	}
	return all.sorts
}

// Sorted is [Where] with an order, a limit and an offset behind the conditions.
// Rows that the order leaves equal come in the order of key.
func Sorted[P any](statement string, args []any, by OrderOf[P], key Keys, conds []CondOf[P]) (string, []any) {
	statement, args = Where(statement, args, conds)
	return by.o.sorted(statement, args, key)
}

func (o *order) sorted(statement string, args []any, key Keys) (string, []any) {
	w := writer{args: slices.Clip(args)}
	sorts := o.full(key)
	w.Grow(len(statement) + 32*len(sorts) + 32)
	w.WriteString(statement)
	writeOrder(&w, sorts)
	w.limit(o.limited, o.limit, o.offset)
	return w.String(), w.args
}

func writeOrder(w *writer, sorts []sort) {
	for i := range sorts {
		if i == 0 {
			w.WriteString(" order by ")
		} else {
			w.WriteString(", ")
		}
		sorts[i].write(w)
	}
}

func (w *writer) limit(limited bool, limit, offset int) {
	if limited {
		w.WriteString(" limit ")
		w.arg(limit)
	}
	if offset != 0 {
		w.WriteString(" offset ")
		w.arg(offset)
	}
}

// arg writes a placeholder for a further argument.
func (w *writer) arg(v any) {
	w.args = append(w.args, v)
	w.placeholder(len(w.args))
}

func (w *writer) placeholder(n int) {
	var digits [20]byte
	w.WriteByte('$')
	w.Write(strconv.AppendInt(digits[:0], int64(n), 10))
}
