package plan

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// quote returns name as SQL spells it: in quotes only where they are needed.
func quote(name string) string {
	plain := name != "" && !keyword(name)
	for i := 0; i < len(name) && plain; i++ {
		c := name[i]
		plain = c == '_' || c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9'
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// relText returns a relation as SQL names it. Those of the default schema go
// without it, so that a placement can keep each tenant in a schema of its own.
func relText(rel *catalog.Relation) string {
	if rel.Schema == "public" {
		return quote(rel.Name)
	}
	return quote(rel.Schema) + "." + quote(rel.Name)
}

// columnList returns the columns of fields, separated by commas.
func columnList(fields []*rowField) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = quote(f.col.Name)
	}
	return strings.Join(names, ", ")
}

// everyRow is the predicate of a relation of a tenant's own database, in which
// nothing is left to compare.
const everyRow = "true"

// whereText returns a WHERE clause of conjuncts, which leaves everyRow out where
// others follow it.
func whereText(conjuncts string) string {
	return " where " + strings.TrimPrefix(conjuncts, everyRow+" and ")
}

// owned is a predicate that keeps the rows of the relation's owners, and the
// dimensions whose keys it takes, as $1, $2, … in this order.
type owned struct {
	dims []dimension
	text func(qualifier string) string // qualifier is "" or "p."
	up   *owned                        // of a derived relation: the parent's
	rel  *catalog.Relation
}

// ownership returns the predicates that may confine rel, the strictest first. A
// derived relation is confined through its parent, as `in` or as `exists`.
func (b *builder) ownership(rel *catalog.Relation) []*owned {
	t := rel.Tenancy
	switch t.Class {
	case catalog.Root, catalog.Direct, catalog.Shared:
		all, own := &owned{rel: rel}, &owned{rel: rel}
		for _, d := range b.dims {
			if d.dim.Index >= len(t.Columns) || t.Columns[d.dim.Index] < 0 {
				continue
			}
			all.dims = append(all.dims, d)
			if d.dim == t.Dim {
				own.dims = append(own.dims, d)
			}
		}
		for _, o := range []*owned{all, own} {
			o.text = func(q string) string {
				var parts []string
				for i, d := range o.dims {
					parts = append(parts, fmt.Sprintf("%s%s = $%d", q, quote(rel.Columns[t.Columns[d.dim.Index]].Name), i+1))
				}
				return strings.Join(parts, " and ")
			}
		}
		if len(all.dims) == len(own.dims) {
			return []*owned{all}
		}
		return []*owned{all, own}
	case catalog.Private:
		return []*owned{{rel: rel, text: func(string) string { return everyRow }}}
	case catalog.Derived:
		var out []*owned
		for _, up := range b.ownership(t.Owner.To) {
			in := &owned{dims: up.dims, up: up, rel: rel}
			in.text = func(q string) string {
				alias := parentAlias(q)
				return fmt.Sprintf("%s in (select %s from %s %s where %s)", tuple(rel, t.Owner.Columns, q),
					columnsOf(t.Owner.To, t.Owner.RefColumns, alias+"."), relText(t.Owner.To), alias, up.text(alias+"."))
			}
			exists := &owned{dims: up.dims, up: up, rel: rel}
			exists.text = func(q string) string {
				alias := parentAlias(q)
				outer := q
				if outer == "" {
					outer = quote(rel.Name) + "."
				}
				var pairs []string
				for i, c := range t.Owner.Columns {
					pairs = append(pairs, fmt.Sprintf("%s.%s = %s%s", alias, quote(t.Owner.To.Columns[t.Owner.RefColumns[i]].Name),
						outer, quote(rel.Columns[c].Name)))
				}
				return fmt.Sprintf("exists (select 1 from %s %s where %s and %s)", relText(t.Owner.To), alias,
					strings.Join(pairs, " and "), up.text(alias+"."))
			}
			out = append(out, in, exists)
		}
		return out
	}
	return nil
}

// parentAlias returns the alias of the parent of a relation that is called q.
func parentAlias(q string) string {
	if strings.HasPrefix(q, "parent") {
		return fmt.Sprintf("parent%d", len(q))
	}
	return "parent"
}

func columnsOf(rel *catalog.Relation, cols []int, q string) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = q + quote(rel.Columns[c].Name)
	}
	return strings.Join(names, ", ")
}

func tuple(rel *catalog.Relation, cols []int, q string) string {
	s := columnsOf(rel, cols, q)
	if len(cols) == 1 {
		return s
	}
	return "(" + s + ")"
}

// keyword reports whether PostgreSQL 18 reserves name in a place in which a
// column, table or type may stand, so that it has to be quoted there.
func keyword(name string) bool {
	_, ok := keywords[name]
	return ok
}

var keywords = func() map[string]struct{} {
	out := map[string]struct{}{}
	for _, w := range strings.Fields(`
		all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
		current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
		distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral
		leading limit localtime localtimestamp not null offset on only or order placing primary references returning
		select session_user some symmetric system_user table then to trailing true union unique user using variadic when
		where window with

		authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like
		natural notnull outer overlaps right similar tablesample verbose

		between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout int
		integer interval json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar
		json_serialize json_table json_value least merge_action national nchar none normalize nullif numeric out overlay
		position precision real row setof smallint substring time timestamp treat trim values varchar xmlattributes
		xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`) {
		out[w] = struct{}{}
	}
	return out
}()
