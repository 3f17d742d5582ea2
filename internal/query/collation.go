package query

import (
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// collation looks a collation up by its written name.
func (r *resolver) collation(name string) *catalog.Collation { return lookupCollation(r.cat, name) }

func lookupCollation(cat *catalog.Catalog, name string) *catalog.Collation {
	schema := ""
	if s, n, ok := strings.Cut(name, "."); ok {
		schema, name = s, n
	}
	if c := cat.Collation(schema, name); c != nil {
		return c
	}
	return &catalog.Collation{Schema: schema, Name: name, Unknown: true}
}

// outputCollation is the collation of a query's i-th column; nil means the
// type's own.
func (r *resolver) outputCollation(q Query, i int) *catalog.Collation {
	switch q := q.(type) {
	case *SetOp:
		return mergeCollations(r.outputCollation(q.Left, i), r.outputCollation(q.Right, i))
	case *Values:
		var c *catalog.Collation
		for _, row := range q.Rows {
			if i < len(row) {
				c = mergeCollations(c, r.exprCollation(row[i]))
			}
		}
		return c
	case nil:
		return nil
	}
	if targets := q.Columns(); i < len(targets) {
		return r.exprCollation(targets[i].Expr)
	}
	return nil
}

// exprCollation is the collation that e brings along. A value made of several
// has the strangest of theirs: what is looser than PostgreSQL's choice only
// makes an equality be refused.
func (r *resolver) exprCollation(e Expr) *catalog.Collation {
	var c *catalog.Collation
	Walk(e, func(e Expr) bool {
		// A cast to a domain, or a parameter of one, brings the domain's own.
		c = mergeCollations(c, r.cat.TypeCollation(e.Type()))
		switch e := e.(type) {
		case *ColRef:
			c = mergeCollations(c, e.RTE.Cols[e.Col].Collation)
		case *Collate:
			c = mergeCollations(c, e.collation)
			return false
		case *SubLink:
			if e.Kind == ScalarSubLink || e.Kind == ArraySubLink {
				c = mergeCollations(c, r.outputCollation(e.Query, 0))
			}
			return false
		case *MultiAssign:
			c = mergeCollations(c, r.outputCollation(e.Sub.Query, e.Index))
			return false
		}
		return true
	})
	return c
}

// mergeCollations prefers what is less certain to tell different texts apart.
func mergeCollations(a, b *catalog.Collation) *catalog.Collation {
	rank := func(c *catalog.Collation) int {
		switch {
		case c == nil:
			return 0
		case c.Unknown:
			return 3
		case c.Nondeterministic:
			return 2
		}
		return 1
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}
