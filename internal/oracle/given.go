package oracle

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// given is a schema that somebody wrote.
type given struct {
	text string
	cat  *catalog.Catalog
}

// givenSchema makes the model of the tables that a statement has to do with:
// those it names, what they refer to, and for one that writes what refers to
// them. It fails where whose rows they hold is not known, or values for them
// cannot be made up.
func givenSchema(cat *catalog.Catalog, text string, st *query.Stmt) (*schema, error) {
	writes := slices.ContainsFunc(st.RTEs, func(r *query.RTE) bool { return r.Write })
	var order []*catalog.Relation
	seen := map[*catalog.Relation]bool{}
	var enter func(rel *catalog.Relation)
	enter = func(rel *catalog.Relation) {
		for rel.IsPartition && len(rel.Parents) > 0 {
			rel = rel.Parents[0]
		}
		if seen[rel] {
			return
		}
		seen[rel] = true
		for _, fk := range rel.ForeignKeys {
			enter(fk.To) // before rel, but in a circle
		}
		order = append(order, rel)
		for _, fk := range rel.Referenced {
			if writes {
				enter(fk.From)
			}
		}
	}
	for _, r := range st.RTEs {
		if r.Kind == query.RelationRTE && r.Sub == nil && r.Relation != nil {
			enter(r.Relation)
		}
	}
	s := &schema{given: &given{text, cat}}
	// What a row refers to stands before it; entering by Referenced may turn that around.
	slices.SortStableFunc(order, func(a, b *catalog.Relation) int { return depth(a, nil) - depth(b, nil) })
	made := map[*catalog.Relation]*table{}
	var dim *catalog.Dimension
	for _, rel := range order {
		t, err := givenTable(cat, rel, st.SQL)
		if err != nil {
			return nil, err
		}
		if d := rel.Tenancy.Dim; d != nil {
			if dim != nil && dim != d {
				return nil, fmt.Errorf("the statement has to do with rows of the dimensions %s and %s: such statements are not tried", dim.Name, d.Name)
			}
			dim = d
			s.tenantType = family(cat.Base(d.Type))
		}
		made[rel] = t
		for _, fk := range rel.ForeignKeys {
			if to := made[fk.To]; to != nil {
				f := &foreignKey{cols: names(rel, fk.Columns), to: to, ref: names(fk.To, fk.RefColumns), consistent: fk.Consistent}
				t.fks = append(t.fks, f)
				if rel.Tenancy.Class == catalog.Derived && fk == rel.Tenancy.Owner {
					t.owner = f
				}
			}
		}
		if t.class == derived && t.owner == nil {
			return nil, fmt.Errorf("%s is owned through a circle of foreign keys, for which no rows can be made up", rel.Name)
		}
		s.tables = append(s.tables, t)
	}
	if dim == nil {
		return nil, fmt.Errorf("the statement has to do with no tenant's rows")
	}
	if s.tenantType == noType {
		return nil, fmt.Errorf("tenants are of the type %s, of which no values can be made up", dim.Type)
	}
	return s, nil
}

// depth is the length of the longest way along foreign keys.
func depth(rel *catalog.Relation, on []*catalog.Relation) int {
	if slices.Contains(on, rel) || len(on) > 20 {
		return 0
	}
	most := 0
	for _, fk := range rel.ForeignKeys {
		if fk.To != rel {
			most = max(most, 1+depth(fk.To, append(on, rel)))
		}
	}
	return most
}

func names(rel *catalog.Relation, cols []int) []string {
	var out []string
	for _, c := range cols {
		out = append(out, quote(rel.Columns[c].Name))
	}
	return out
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func nameOf(rel *catalog.Relation) string {
	if rel.Schema != "" && rel.Schema != "public" {
		return quote(rel.Schema) + "." + quote(rel.Name)
	}
	return quote(rel.Name)
}

// givenTable makes the model of one table. Constants of the statement stand in
// its columns too, so that rows pass its conditions.
func givenTable(cat *catalog.Catalog, rel *catalog.Relation, sql string) (*table, error) {
	t := &table{name: nameOf(rel)}
	ten := rel.Tenancy
	switch ten.Class {
	case catalog.Root:
		t.class = root
	case catalog.Direct, catalog.Shared:
		t.class, t.nobody, t.shared = direct, ten.Nullable, ten.Class == catalog.Shared
	case catalog.Derived:
		t.class = derived
	case catalog.Global:
	default:
		return nil, fmt.Errorf("whose rows %s holds is not declared", rel.Name)
	}
	if t.class == root || t.class == direct {
		t.tenant = quote(rel.Columns[ten.Column()].Name)
	}
	if rel.Kind == catalog.PartitionedTable {
		t.parts = " "
	}
	for _, c := range rel.Columns {
		typ := cat.Base(c.Type)
		col := &column{name: quote(c.Name), typ: family(typ), notNull: c.NotNull, made: c.Generated != nil, always: c.Identity == 'a'}
		t.identity = t.identity || col.always
		carries := c.Index == ten.Column() || inKey(rel, c.Index)
		if lits := checked(cat, rel, c); len(lits) > 0 && !carries {
			col.values = lits
		} else if col.typ == text && !carries {
			for _, v := range domain(text) {
				col.values = append(col.values, literal(text, v))
			}
			col.values = append(col.values, quoted.FindAllString(sql, -1)...)
		}
		if col.typ == noType && !col.made {
			if col.values = literals(cat, typ); col.values == nil && c.NotNull {
				return nil, fmt.Errorf("the column %s of %s is of the type %s, of which no values can be made up", c.Name, rel.Name, c.Type)
			}
			if col.values == nil {
				col.values = []string{null}
			}
		}
		t.cols = append(t.cols, col)
	}
	return t, nil
}

// inKey reports whether a column is part of a foreign key, or referred to.
func inKey(rel *catalog.Relation, col int) bool {
	for _, fk := range rel.ForeignKeys {
		if slices.Contains(fk.Columns, col) {
			return true
		}
	}
	for _, fk := range rel.Referenced {
		if slices.Contains(fk.RefColumns, col) {
			return true
		}
	}
	return false
}

var (
	quoted  = regexp.MustCompile(`'(?:[^']|'')*'`)
	numbers = regexp.MustCompile(`\b[0-9]{1,6}\b`)
)

// checked returns the constants of the CHECKs on a column: what a check names
// is what it lets pass, or lies beside it.
func checked(cat *catalog.Catalog, rel *catalog.Relation, c *catalog.Column) []string {
	var out []string
	of := func(list []*catalog.Expr, named bool) {
		for _, e := range list {
			if named && !regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(c.Name)+`\b`).MatchString(e.Text) {
				continue
			}
			switch family(cat.Base(c.Type)) {
			case text:
				out = append(out, quoted.FindAllString(e.Text, -1)...)
			case integer:
				for _, n := range numbers.FindAllString(e.Text, -1) {
					v, _ := strconv.Atoi(n) // six digits at most
					out = append(out, n, strconv.Itoa(v+1))
				}
			}
		}
	}
	of(rel.Checks, true)
	if u := cat.UserType(c.Type); u != nil {
		of(u.Checks, false)
	}
	return out
}

// family is the family of a type, as far as values are made up by it.
func family(t catalog.Type) typ {
	if t.Array {
		return noType
	}
	switch t.Name {
	case "int2", "int4", "int8":
		return integer
	case "text", "varchar":
		return text
	case "uuid":
		return identifier
	}
	return noType
}

// literals are a few values of a type of no family, or nil.
func literals(cat *catalog.Catalog, t catalog.Type) []string {
	if t.Array {
		return []string{"'{}'"}
	}
	if u := cat.UserType(t); u != nil && u.Kind == catalog.Enum {
		var out []string
		for _, l := range u.Labels {
			out = append(out, "'"+strings.ReplaceAll(l, "'", "''")+"'")
		}
		return out
	}
	switch t.Name {
	case "bool":
		return []string{"true", "false"}
	case "numeric", "float4", "float8", "oid", "money":
		return []string{"1", "2", "3"}
	case "bpchar", "citext", "name":
		return []string{"'a'", "'b'", "'c'"}
	case "date", "timestamp", "timestamptz":
		return []string{"'2001-01-01'", "'2002-02-02'", "'2003-03-03'"}
	case "time", "timetz":
		return []string{"'01:00'", "'02:00'"}
	case "interval":
		return []string{"'1 day'", "'2 days'"}
	case "json", "jsonb":
		return []string{"'{}'", `'{"a": 1}'`}
	case "bytea":
		return []string{`'\x01'`, `'\x02'`}
	case "inet", "cidr":
		return []string{"'10.0.0.1'", "'10.0.0.2'"}
	case "tsvector":
		return []string{"'a'", "'b'"}
	}
	return nil
}
