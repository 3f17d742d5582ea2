package query

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
)

// scope is one query level: what its names can mean. It follows PostgreSQL's
// parse state.
type scope struct {
	outer   *scope
	items   []*nsItem
	ctes    *cteEntry // the CTEs in view, innermost first
	lateral bool      // items marked for LATERAL only are in view
	// grouped is set when an aggregate of this level is met.
	grouped   bool
	depth     int
	windows   []*namedWindow
	returning bool
	inserts   bool // it is that of an INSERT
	// broken: an item of FROM could not be resolved, so that an unknown name may
	// well be its column.
	broken bool
}

func newScope(outer *scope) *scope {
	s := &scope{outer: outer}
	if outer != nil {
		s.ctes = outer.ctes
		s.depth = outer.depth + 1
	}
	return s
}

// nsItem is a range table entry, or a join under its alias, as names see it.
type nsItem struct {
	name        string  // "" when nothing can be qualified with it
	schema      string  // of a relation without alias
	rte         *RTE    // nil for a join
	columns     []nsCol // of a join
	rel, cols   bool    // x.c and plain c are in view
	lateralOnly bool
	lateralOK   bool
}

// nsCol is a column of a join: of one of its entries, or merged.
type nsCol struct {
	name   string
	rte    *RTE
	col    int
	merged Expr // a value made of several columns; nil usually
}

func (it *nsItem) width() int {
	if it.rte != nil {
		return len(it.rte.Cols)
	}
	return len(it.columns)
}

func (it *nsItem) columnName(i int) string {
	if it.rte != nil {
		return it.rte.Cols[i].Name
	}
	return it.columns[i].name
}

// column makes a reference to the i-th column.
func (it *nsItem) column(i int, at Loc) Expr {
	if it.rte != nil {
		return columnOf(it.rte, i, at)
	}
	return it.columns[i].ref(at)
}

func (c *nsCol) ref(at Loc) Expr {
	if c.merged == nil {
		return columnOf(c.rte, c.col, at)
	}
	return atPlace(c.merged, at)
}

func columnOf(rte *RTE, i int, at Loc) Expr {
	return &ColRef{node: node{T: rte.Cols[i].Type, At: at}, RTE: rte, Col: i}
}

// atPlace copies a merged column for a mention of it.
func atPlace(e Expr, at Loc) Expr {
	switch e := e.(type) {
	case *ColRef:
		c := *e
		c.At = at
		return &c
	case *Cast:
		c := *e
		c.At = at
		return &c
	case *Merged:
		c := *e
		c.At = at
		return &c
	}
	return e
}

// systemColumns are the columns that every table has beside its own.
var systemColumns = []string{"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}

// find looks a column up in one item.
func (it *nsItem) find(name string) (index, count int) {
	index = -1
	for i := range it.width() {
		if it.columnName(i) == name {
			if count == 0 {
				index = i
			}
			count++
		}
	}
	return index, count
}

// hasSystemColumn reports whether name is a system column of the item.
func (it *nsItem) hasSystemColumn(name string) bool {
	if it.rte == nil || it.rte.Kind != RelationRTE || it.rte.Relation.Kind == catalog.View {
		return false
	}
	return slices.Contains(systemColumns, name)
}

// columnNamed resolves an unqualified name, from the inner level outward. It
// returns nil when no level has such a column.
func (r *resolver) columnNamed(sc *scope, name string, at Loc, localOnly bool) Expr {
	for s := sc; s != nil; s = s.outer {
		var hit *nsItem
		col, count := -1, 0
		for _, it := range s.items {
			if !it.cols || it.lateralOnly && !s.lateral {
				continue
			}
			i, n := it.find(name)
			if n == 0 && it.hasSystemColumn(name) {
				i, n = -1, 1
			}
			if n > 0 {
				hit, col = it, i
				count += n
			}
		}
		switch {
		case count > 1:
			r.issue(diag.CodeAmbiguous, at, len(name), "the name "+name+" is ambiguous, it is in "+s.holders(name), "", "")
			return r.failed(at, name)
		case count == 1:
			return r.hit(hit, col, name, at)
		}
		if localOnly {
			return nil
		}
	}
	return nil
}

// hit makes the reference to a column that was found.
func (r *resolver) hit(it *nsItem, col int, name string, at Loc) Expr {
	if it.lateralOnly && !it.lateralOK {
		r.issue(diag.CodeReference, at, len(name), it.label()+" cannot be referred to from this part of the statement", "", "")
		return r.failed(at, name)
	}
	if col < 0 {
		return r.systemColumn(it, name, at)
	}
	return it.column(col, at)
}

func (r *resolver) systemColumn(it *nsItem, name string, at Loc) Expr {
	if name != "tableoid" && name != "ctid" && !(name == "xmax" && r.fresh) {
		r.issue(diag.CodeSystemColumn, at, len(name), "the system column "+name+" is not accepted",
			"it speaks of what other transactions do", "")
		return r.failed(at, name)
	}
	return &SystemColumn{node: node{T: systemColumnType(name), At: at}, RTE: it.rte, Name: name}
}

func (it *nsItem) label() string {
	if it.name != "" {
		return it.name
	}
	return "a part of FROM"
}

// holders lists the items of the level that have the column.
func (s *scope) holders(name string) string {
	var names []string
	for _, it := range s.items {
		if !it.cols {
			continue
		}
		if it.rte == nil {
			for _, c := range it.columns {
				if c.name == name && c.rte != nil {
					names = append(names, c.rte.Alias)
				}
			}
			continue
		}
		if _, n := it.find(name); n > 0 || it.hasSystemColumn(name) {
			names = append(names, it.label())
		}
	}
	return strings.Join(slices.Compact(names), " and ")
}

// relationNamed resolves the qualifier of x.c or schema.x.c.
func (r *resolver) relationNamed(sc *scope, schema, name string, at Loc) (*nsItem, bool) {
	for s := sc; s != nil; s = s.outer {
		var hit *nsItem
		for _, it := range s.items {
			if !it.rel || it.name != name || it.lateralOnly && !s.lateral {
				continue
			}
			if schema != "" && (it.schema == "" || it.schema != schema) {
				continue
			}
			if hit != nil {
				r.issue(diag.CodeAmbiguous, at, len(name), "the name "+name+" is ambiguous: FROM has it twice", "", "")
				return nil, false
			}
			hit = it
		}
		if hit == nil {
			continue
		}
		if hit.lateralOnly && !hit.lateralOK {
			r.issue(diag.CodeReference, at, len(name), name+" cannot be referred to from this part of the statement", "", "")
			return nil, false
		}
		return hit, true
	}
	return nil, true
}

// unknownColumn reports a name that no level has.
func (r *resolver) unknownColumn(sc *scope, name string, at Loc) Expr {
	if sc.isBroken() {
		return r.failed(at, name)
	}
	fix, why := diag.Nearest(name, sc.columnNames()), ""
	if it := sc.hidden(func(it *nsItem) bool { _, n := it.find(name); return n > 0 }); it != nil {
		why, fix = it.label()+" has it, and stands beside this subquery, which sees it through LATERAL only", "LATERAL before the subquery"
	}
	if at.Source == r.src && at.Offset > 1 && at.Offset <= len(r.text) && r.text[at.Offset-1] == '@' {
		why = "the @ before it belongs to an operator: with a space before the @ it would be the parameter @" + name
	}
	r.issue(diag.CodeUnknownColumn, at, len(name), "there is no column "+name+" here", why, fix)
	return r.failed(at, name)
}

// hidden returns an item that fits and is in view for LATERAL only.
func (s *scope) hidden(fits func(*nsItem) bool) *nsItem {
	for ; s != nil; s = s.outer {
		for _, it := range s.items {
			if it.lateralOnly && !s.lateral && fits(it) {
				return it
			}
		}
	}
	return nil
}

// isBroken reports whether an item of this or an outer level is missing; the
// issue about it has been recorded.
func (s *scope) isBroken() bool {
	for ; s != nil; s = s.outer {
		if s.broken {
			return true
		}
	}
	return false
}

func (s *scope) columnNames() []string {
	var names []string
	for ; s != nil; s = s.outer {
		for _, it := range s.items {
			if it.cols {
				for i := range it.width() {
					names = append(names, it.columnName(i))
				}
			}
		}
	}
	return names
}

func (s *scope) itemNames() []string {
	var names []string
	for ; s != nil; s = s.outer {
		for _, it := range s.items {
			if it.rel {
				names = append(names, it.name)
			}
		}
	}
	return names
}
