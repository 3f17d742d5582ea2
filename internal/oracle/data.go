package oracle

import (
	"fmt"
	"strings"
)

// row is one row of a table, by column as SQL literals.
type row struct {
	table  string
	values map[string]string
	owner  string // "" is nobody, everybody a row that is no tenant's
}

// everybody owns the rows of global tables.
const everybody = "*"

// null is the literal of no value.
const null = "NULL"

// domain holds the values of a family. They are few, so that they collide: the
// ids of tenants are ids of rows too.
func domain(t typ) []string {
	switch t {
	case integer:
		return []string{"1", "2", "3"}
	case text:
		return []string{"a", "ab", "A", "b"} // cut or folded they become one
	}
	return []string{
		"00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b", "00000000-0000-0000-0000-00000000000c",
	}
}

func literal(t typ, v string) string {
	if t == integer {
		return v
	}
	return "'" + v + "'"
}

// tenants are the ids of the tenants, as text.
func (s *schema) tenants(n int) []string { return domain(s.tenantType)[:n] }

// filler makes rows, one after the other, so that foreign keys find theirs.
type filler struct {
	dice
	s       *schema
	tenants []string
	rows    []*row
}

func (f *filler) of(t *table) []*row {
	var out []*row
	for _, r := range f.rows {
		if r.table == t.name {
			out = append(out, r)
		}
	}
	return out
}

// make proposes a row of t. The server may find that it breaks a key.
func (f *filler) make(t *table) *row {
	r := &row{table: t.name, values: map[string]string{}}
	for _, c := range t.cols {
		switch {
		case c.made:
		case !c.notNull && f.in(25):
			r.values[c.name] = null
		case c.values != nil:
			r.values[c.name] = pick(f.dice, c.values...)
		default:
			r.values[c.name] = literal(c.typ, pick(f.dice, domain(c.typ)...))
		}
	}
	if t.tenant != "" {
		r.values[t.tenant] = literal(f.s.tenantType, pick(f.dice, f.tenants...))
		if t.nobody && f.in(20) {
			r.values[t.tenant] = null
		}
	}
	if t.owner != nil {
		parents := f.of(t.owner.to)
		if len(parents) == 0 {
			return nil
		}
		p := pick(f.dice, parents...)
		r.follow(t.owner, p)
		r.owner = p.owner
	}
	r.owner = f.owner(t, r)
	for _, fk := range t.fks {
		if fk != t.owner {
			if !f.point(t, fk, r) {
				return nil
			}
		}
	}
	return r
}

func (f *filler) owner(t *table, r *row) string {
	switch t.class {
	case global:
		return everybody
	case derived:
		return r.owner
	}
	if v := r.values[t.tenant]; v != null {
		return strings.Trim(v, "'")
	}
	if t.shared {
		return everybody
	}
	return ""
}

// follow gives r the values by which it refers to p.
func (r *row) follow(fk *foreignKey, p *row) {
	for i, c := range fk.cols {
		r.values[c] = p.values[fk.ref[i]]
	}
}

// point lets a foreign key of r refer to some row, or to none. It reports
// whether the key then keeps what is declared of it.
func (f *filler) point(t *table, fk *foreignKey, r *row) bool {
	var fit []*row
	for _, p := range f.of(fk.to) {
		ok := !fk.consistent || p.owner == r.owner
		for i, c := range fk.cols {
			fixed := c == t.tenant
			if t.owner != nil {
				for _, o := range t.owner.cols {
					fixed = fixed || o == c
				}
			}
			ok = ok && (!fixed || r.values[c] == p.values[fk.ref[i]] || r.values[c] == null)
		}
		if ok {
			fit = append(fit, p)
		}
	}
	tenant := r.values[t.tenant]
	last := fk.cols[len(fk.cols)-1]
	switch {
	case len(fit) > 0 && (f.in(80) || t.column(last).notNull):
		r.follow(fk, pick(f.dice, fit...))
		if tenant != "" {
			r.values[t.tenant] = tenant // of nobody still
		}
	case !t.column(last).notNull && last != t.tenant:
		r.values[last] = null
	default:
		return !fk.consistent
	}
	return true
}

// insert writes the INSERT of r. The columns are those that t still has.
func (r *row) insert(t *table) string {
	var cols, vals []string
	for _, c := range t.cols {
		if v, ok := r.values[c.name]; ok && !c.made {
			cols, vals = append(cols, c.name), append(vals, v)
		}
	}
	identity := "" // a column that is always generated takes a value all the same
	if t.identity {
		identity = " OVERRIDING SYSTEM VALUE"
	}
	return fmt.Sprintf("INSERT INTO %s (%s)%s VALUES (%s)", t.name, strings.Join(cols, ", "), identity, strings.Join(vals, ", "))
}

func (s *schema) table(name string) *table {
	for _, t := range s.tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

// fill proposes rows until each table has a few, and keeps those that accept takes.
func fill(d dice, s *schema, tenants []string, accept func(sql string) bool) []*row {
	f := &filler{dice: d, s: s, tenants: tenants}
	for _, t := range s.tables {
		n := 4 + d.IntN(6)
		if s.given != nil {
			n = 3 + d.IntN(3) // they are shown to a person
		}
		if t.class == root {
			n = len(tenants)
		}
		for i := range 3 * n {
			if len(f.of(t)) >= n {
				break
			}
			r := f.make(t)
			if r == nil {
				continue
			}
			if t.class == root {
				r.values[t.tenant] = literal(s.tenantType, tenants[i%len(tenants)])
				r.owner = f.owner(t, r)
			}
			if accept(r.insert(t)) {
				f.rows = append(f.rows, r)
			}
		}
	}
	return f.rows
}
