package filter

import (
	"slices"
	"strconv"
)

// Sort is one column of an order. [Column.Asc] and [Column.Desc] make it; the
// zero value belongs to no table, and the server refuses a statement with it.
type Sort[M any] struct {
	_        [0]*M
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

// Asc sorts by the column, the least value first and NULLs last.
func (c Column[M, T]) Asc() Sort[M] { return Sort[M]{quoted: c.quoted, nullable: c.nullable} }

// Desc sorts by the column, the greatest value first, after the NULLs.
func (c Column[M, T]) Desc() Sort[M] {
	return Sort[M]{quoted: c.quoted, desc: true, nullable: c.nullable}
}

// NullsFirst puts rows with a NULL before the others.
func (s Sort[M]) NullsFirst() Sort[M] {
	s.nulls = nullsFirst
	return s
}

// NullsLast puts rows with a NULL behind the others.
func (s Sort[M]) NullsLast() Sort[M] {
	s.nulls = nullsLast
	return s
}

// first reports whether NULLs come first.
func (s Sort[M]) first() bool { return s.nulls == nullsFirst || s.nulls == nullsDefault && s.desc }

func (s Sort[M]) write(w *writer) {
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
type Order[M any] struct {
	sorts         []Sort[M]
	limit, offset int
	limited       bool
}

// OrderBy returns the order by sorts, the first counting most. Rows that are
// equal in all of them come in the order of the key, so that an order is always
// a full one. A column that comes twice counts where it comes first.
func OrderBy[M any](sorts ...Sort[M]) Order[M] {
	o := Order[M]{sorts: make([]Sort[M], 0, len(sorts))}
	o.add(sorts)
	return o
}

func (o *Order[M]) add(sorts []Sort[M]) {
	for _, s := range sorts {
		if !slices.ContainsFunc(o.sorts, func(t Sort[M]) bool { return t.quoted == s.quoted }) {
			o.sorts = append(o.sorts, s)
		}
	}
}

// Limit returns the order with at most n rows. A negative n is an error of the
// server's.
func (o Order[M]) Limit(n int) Order[M] {
	o.limit, o.limited = n, true
	return o
}

// Offset returns the order without its first n rows. The server walks through
// all of them; pages find their beginning without. A negative n is an error of
// the server's.
func (o Order[M]) Offset(n int) Order[M] {
	o.offset = n
	return o
}

// Size returns what a slice for the rows may begin with: the limit up to 256,
// since a limit is often more than there is, or 0 where there is none.
func (o Order[M]) Size() int { return max(min(o.limit, maxSize), 0) }

const maxSize = 256

// Key returns the order of a key, for what follows an Order of the caller's. It
// is made for generated code, and panics for names that no column can have.
func Key[M any](names ...string) []Sort[M] {
	key := make([]Sort[M], len(names))
	for i, name := range names {
		key[i] = NewColumn[M, any](name).Asc()
	}
	return key
}

// full returns the sorts of the order followed by those of the key, which go
// the way that the order goes at its end: an index serves both then.
func (o Order[M]) full(key []Sort[M]) []Sort[M] {
	all := Order[M]{sorts: make([]Sort[M], 0, len(o.sorts)+len(key))}
	all.add(o.sorts)
	desc := len(all.sorts) > 0 && all.sorts[len(all.sorts)-1].desc
	for _, s := range key {
		s.desc = desc
		all.add([]Sort[M]{s})
	}
	return all.sorts
}

// Sorted is [Where] with an order, a limit and an offset behind the conditions.
// Rows that the order leaves equal come in the order of key, which may be empty
// for a table without one.
func Sorted[M any](statement string, args []any, by Order[M], key []Sort[M], conds []Cond[M]) (string, []any) {
	statement, args = Where(statement, args, conds)
	w := writer{args: slices.Clip(args)}
	sorts := by.full(key)
	w.Grow(len(statement) + 32*len(sorts) + 32)
	w.WriteString(statement)
	writeOrder(&w, sorts)
	w.limit(by.limited, by.limit, by.offset)
	return w.String(), w.args
}

func writeOrder[M any](w *writer, sorts []Sort[M]) {
	for i, s := range sorts {
		if i == 0 {
			w.WriteString(" order by ")
		} else {
			w.WriteString(", ")
		}
		s.write(w)
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
