package query

import (
	"fmt"
	"strings"
)

func (d *dumper) from(word string, items []FromItem) {
	if len(items) == 0 {
		return
	}
	d.line("%s", word)
	d.in(func() {
		for _, it := range items {
			d.item(it)
		}
	})
}

func (d *dumper) item(item FromItem) {
	switch it := item.(type) {
	case *RTE:
		d.line("%s", rteName(it))
		d.in(func() {
			switch {
			case it.Kind == SubqueryRTE, it.Kind == RelationRTE && it.Sub != nil:
				d.query(it.Sub)
			case it.Kind == FunctionRTE:
				for _, f := range it.Funcs {
					d.line("call %s", String(f))
					d.sublinks(f)
				}
			}
			if it.Kind != RelationRTE || it.Relation.ColumnNames(allColumns(it.Relation)) != columnList(it.Cols) {
				d.line("columns %s", columnTypes(it.Cols))
			}
		})
	case *Join:
		d.line("%s join", [...]string{Inner: "inner", Left: "left", Right: "right", Full: "full"}[it.Kind])
		d.in(func() {
			d.item(it.Left)
			d.item(it.Right)
			for _, u := range it.Using {
				d.line("using %s = %s", String(u.Left), String(u.Right))
			}
			d.where("on", it.On)
		})
	}
}

func rteName(r *RTE) string {
	name := ""
	switch r.Kind {
	case RelationRTE, ExcludedRTE:
		name = r.Relation.FullName()
	case SubqueryRTE:
		name = "subquery"
	case CTERTE:
		name = "cte " + r.CTE.Name
	case FunctionRTE:
		name = "function"
	}
	s := fmt.Sprintf("#%d %s %s", r.ID, name, r.Alias)
	if r.Only {
		s += " only"
	}
	if r.Lateral {
		s += " lateral"
	}
	if r.Self {
		s += " self"
	}
	if r.Sample {
		s += " sample"
	}
	return strings.TrimRight(s, " ")
}

func columnTypes(cols []RTECol) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = Ident(c.Name) + " " + typeText(c.Type)
		if c.Collation != nil {
			parts[i] += " collate " + c.Collation.Name
		}
	}
	return strings.Join(parts, ", ")
}
