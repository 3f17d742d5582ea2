package filter

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/tenantc/tenantc/tenant"
)

// Cursor is the place at which a page ended. It is text that may travel in a
// URL; what it says is not for its holder to read. "" is the beginning.
//
// A cursor carries a checksum over the tenant, the query with its order and the
// form of its conditions, and the place. With another tenant, another method,
// order or conditions it is [tenant.ErrCursor]; the values in the conditions may
// change from page to page. The checksum is one against mistakes: it has no
// secret. Whoever forges a cursor begins at another place among the rows of the
// same tenant, and nowhere else, since what confines a page is its statement.
type Cursor string

// Page is some rows in order, and where those after them begin.
type Page[M any] struct {
	Items []M
	Next  Cursor // "" when there are no more rows
}

// ErrLimit says that a page was asked for without a limit, or with one below 1.
// Nothing was sent.
var ErrLimit = errors.New("filter: a page needs a limit of at least 1")

// Paging is a statement that yields one page. [Paginate] makes it.
type Paging struct {
	SQL  string
	Args []any

	sorts []sort
	limit int
	sum   [8]byte // of tenant, query and order
	next  Cursor
}

// Paginate returns [Sorted] for the rows behind after. It is made for
// generated code: key must hold the columns that tell the tenant's rows apart,
// and the statement must yield all columns of the order under their names.
//
// It returns ErrLimit, and [tenant.ErrCursor] for a cursor that was not made
// for this tenant, statement, order and form of conditions.
//
//go:noinline
func Paginate[P any](id tenant.Key, statement string, args []any, by OrderOf[P], key Keys, after Cursor, conds []CondOf[P]) (*Paging, error) {
	if !by.o.limited || by.o.limit < 1 {
		return nil, ErrLimit
	}
	bare := args
	statement, args = Where(statement, args, conds)
	return by.o.paginate(id, bare, statement, args, key, after)
}

// paginate is Paginate with the conditions in place. bare are the arguments
// without theirs: the keys of the dimensions.
func (o *order) paginate(id tenant.Key, bare []any, statement string, args []any, key Keys, after Cursor) (*Paging, error) {
	parts := []string{fmt.Sprintf("%T %v", id, id)}
	for _, a := range bare {
		parts = append(parts, fmt.Sprintf("%T %v", a, a))
	}
	p := &Paging{sorts: o.full(key), limit: o.limit}

	var text writer
	writeOrder(&text, p.sorts)
	hash := sha256.New()
	for _, part := range append(parts, statement, text.String()) {
		fmt.Fprintf(hash, "%d:%s,", len(part), part)
	}
	copy(p.sum[:], hash.Sum(nil))

	w := writer{args: append(make([]any, 0, len(args)+len(p.sorts)+2), args...)}
	w.WriteString(statement)
	if after != "" {
		place, err := p.open(after)
		if err != nil {
			return nil, err
		}
		w.WriteString(" and (")
		p.behind(&w, place)
		w.WriteByte(')')
	}
	w.WriteString(text.String())
	w.limit(true, o.limit+1, o.offset) // one more tells whether there are more
	p.SQL, p.Args = w.String(), w.args
	return p, nil
}

// behind writes the condition for rows that come after place.
func (p *Paging) behind(w *writer, place []*string) {
	first := len(w.args)
	numbers := make([]int, len(place))
	plain := true // no NULLs, and one direction: what PostgreSQL compares as a row
	for i, v := range place {
		if v != nil {
			w.args = append(w.args, *v)
			numbers[i] = len(w.args)
		}
		plain = plain && v != nil && !p.sorts[i].nullable && p.sorts[i].desc == p.sorts[0].desc
	}
	if !plain {
		p.behindFrom(w, 0, numbers)
		return
	}
	for i, s := range p.sorts {
		w.WriteString(opening(i))
		w.WriteString(s.quoted)
	}
	if p.sorts[0].desc {
		w.WriteString(") < ")
	} else {
		w.WriteString(") > ")
	}
	for i := range p.sorts {
		w.WriteString(opening(i))
		w.placeholder(first + 1 + i)
	}
	w.WriteByte(')')
}

// opening returns what stands before the element of a row.
func opening(i int) string {
	if i == 0 {
		return "("
	}
	return ", "
}

// behindFrom writes the condition for rows that are equal to the place in the
// sorts before i, and come after it by the others. numbers has the parameters of
// the values, and 0 for a NULL.
func (p *Paging) behindFrom(w *writer, i int, numbers []int) {
	s, number := p.sorts[i], numbers[i]
	last := i == len(p.sorts)-1
	later := true // there are values behind this one
	switch {
	case number == 0 && s.first():
		w.WriteString(s.quoted + " is not null")
	case number == 0:
		later = false
	default:
		op := " > "
		if s.desc {
			op = " < "
		}
		w.WriteString(s.quoted + op)
		w.placeholder(number)
		if s.nullable && !s.first() {
			w.WriteString(" or " + s.quoted + " is null")
		}
	}
	if last {
		if !later {
			w.WriteString("false")
		}
		return
	}
	if later {
		w.WriteString(" or ")
	}
	w.WriteByte('(')
	w.WriteString(s.quoted)
	if number == 0 {
		w.WriteString(" is null")
	} else {
		w.WriteString(" = ")
		w.placeholder(number)
	}
	w.WriteString(" and (")
	p.behindFrom(w, i+1, numbers)
	w.WriteString("))")
}

// cursorVersion is the first byte of a cursor.
const cursorVersion = 1

// seal makes a cursor of a place.
func (p *Paging) seal(place []*string) (Cursor, error) {
	text, err := json.Marshal(place)
	if err != nil {
		return "", fmt.Errorf("make a cursor: %w", err)
	}
	body := append([]byte{cursorVersion}, p.checksum(text)...)
	return Cursor(base64.RawURLEncoding.EncodeToString(append(body, text...))), nil
}

// open reads a cursor.
func (p *Paging) open(c Cursor) ([]*string, error) {
	body, err := base64.RawURLEncoding.Strict().DecodeString(string(c))
	if err != nil || len(body) < 1+len(p.sum) || body[0] != cursorVersion {
		return nil, tenant.ErrCursor
	}
	sum, text := body[1:1+len(p.sum)], body[1+len(p.sum):]
	if !bytes.Equal(sum, p.checksum(text)) {
		return nil, tenant.ErrCursor
	}
	var place []*string
	if json.Unmarshal(text, &place) != nil || len(place) != len(p.sorts) {
		return nil, tenant.ErrCursor
	}
	return place, nil
}

func (p *Paging) checksum(place []byte) []byte {
	sum := sha256.Sum256(append(p.sum[:], place...))
	return sum[:len(p.sum)]
}

// Size returns how many rows the page may have, or 256 where those are fewer.
func (p *Paging) Size() int { return min(p.limit, maxSize) }

// Rows returns the rows of the page, of those that Query returned: one more comes
// where there are more.
func (p *Paging) Rows(rows pgx.Rows, err error) (pgx.Rows, error) {
	if err != nil {
		return rows, err
	}
	return &pageRows{Rows: rows, page: p}, nil
}

// QueuePage adds the page of q to a batch, for generated code; err is what Paginate
// returned beside it, and fails the batch. collect reads rows to their end.
//
//go:noinline
func QueuePage[M any](b *tenant.Batch, q *Paging, err error, collect func(rows pgx.Rows, err error, size int) ([]M, error)) *tenant.Result[Page[M]] {
	if err != nil {
		return tenant.FailedResult[Page[M]](b, err)
	}
	r, page := tenant.NewResult[Page[M]](b)
	b.Read(q.SQL, q.Args, func(rows pgx.Rows, err error) error {
		rows, err = q.Rows(rows, err)
		page.Items, err = collect(rows, err, q.Size())
		page.Next = q.Next()
		return err
	})
	return r
}

// Next returns the cursor behind the page once its rows were read: "" when there
// are no more, or when reading failed.
func (p *Paging) Next() Cursor { return p.next }

// pageRows are the rows of a page.
type pageRows struct {
	pgx.Rows
	page *Paging
	read int
	last Cursor // behind a page that is full
	err  error  // of the cursor
}

// Next goes to the next row of the page. Behind a full page it only looks whether
// there are more.
func (r *pageRows) Next() bool {
	if r.err != nil || !r.Rows.Next() {
		return false
	}
	if r.read < r.page.limit {
		r.read++
		return true
	}
	r.Rows.Close()
	if r.Err() == nil {
		r.page.next = r.last
	}
	return false
}

// Scan reads a row. The last one of a full page is where the next may begin.
func (r *pageRows) Scan(dest ...any) error {
	if err := r.Rows.Scan(dest...); err != nil {
		return err
	}
	if r.read == r.page.limit {
		r.last, r.err = r.page.place(r.Rows)
	}
	return r.err
}

func (r *pageRows) Err() error {
	if r.err != nil {
		return r.err
	}
	return r.Rows.Err()
}

// place returns the cursor behind the current row.
func (p *Paging) place(rows pgx.Rows) (Cursor, error) {
	place := make([]*string, len(p.sorts))
	values := rows.RawValues()
	for i, s := range p.sorts {
		at := -1
		for j, d := range rows.FieldDescriptions() {
			if quote(d.Name) == s.quoted {
				at = j
			}
		}
		if at < 0 {
			return "", fmt.Errorf("make a cursor: the statement yields no column %s", s.quoted)
		}
		if values[at] == nil {
			continue
		}
		d := rows.FieldDescriptions()[at]
		text, err := textOf(rows.TypeMap(), d.DataTypeOID, d.Format, values[at])
		if err != nil {
			return "", fmt.Errorf("make a cursor: column %s: %w", s.quoted, err)
		}
		place[i] = &text
	}
	return p.seal(place)
}

// textOf returns a value in PostgreSQL's text form, which every type reads back.
func textOf(m *pgtype.Map, oid uint32, format int16, raw []byte) (string, error) {
	if format == pgtype.TextFormatCode {
		return string(raw), nil
	}
	t, ok := m.TypeForOID(oid)
	if !ok {
		return "", fmt.Errorf("the type with OID %d is not known", oid)
	}
	value, err := t.Codec.DecodeValue(m, oid, format, raw)
	if err != nil {
		return "", err
	}
	text, err := m.Encode(oid, pgtype.TextFormatCode, value, nil)
	return string(text), err
}

// quote writes a name as SQL does.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
