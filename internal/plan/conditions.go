package plan

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// filtering is where the conditions of a hand-written query go in the text that
// runs.
type filtering struct {
	relation   *catalog.Relation
	head, tail string
	qualifier  string
}

func filteringOf(f *query.Filter) *filtering {
	if f == nil {
		return nil
	}
	return &filtering{f.RTE.Relation, f.Head, f.Tail, f.Qualifier()}
}

// Filter is what a method of a hand-written query that takes conditions needs.
type Filter struct {
	Tail      string // the constant with what follows the conditions, or `""`
	Qualifier string // of the columns, as a Go literal
}

// conditions lets a method take conditions. It returns false, with a diagnostic,
// when the relation has no columns for them.
func (b *builder) conditions(c *call, s *statement, f *filtering) bool {
	row := b.rows[f.relation]
	owner := b.pkgOf(Scoped).owns[f.relation]
	if row == nil || owner == nil {
		mark := s.annotation.Filter
		b.rep.Add(diag.Diagnostic{
			Code: diag.CodeFilter, Pos: mark.At.Pos(), Width: mark.Width,
			Message: fmt.Sprintf("there are no conditions for %s", f.relation.Name),
			Why:     "conditions are made of the columns of a model, or of the struct of a relation with generated methods",
			Fix:     "a model for " + f.relation.Name,
		})
		return false
	}
	(&crud{b: b, rel: f.relation, row: row, repo: owner}).cols()

	u, m := c.r.use, c.m
	m.Filter = &Filter{Tail: `""`, Qualifier: literal(f.qualifier)}
	m.Consts[0].Text = f.head
	if f.tail != "" {
		m.Filter.Tail = c.r.pkg.names.take(m.Consts[0].Name + "End")
		m.Consts = append(m.Consts, Const{Name: m.Filter.Tail, Text: f.tail})
		c.names.names = append(c.names.names, m.Filter.Tail)
	}
	c.vars.Conds = c.names.take("conds")
	m.Args = append(m.Args, Arg{c.vars.Conds, fmt.Sprintf("...%s.Cond[%s]", u.pkg(pathFilter), u.typ(row.typ))})
	name := strings.TrimSuffix(strings.ReplaceAll(f.qualifier, `"`, ""), ".")
	if name == f.relation.Name {
		name = "the " + noun(name)
	} else {
		name = fmt.Sprintf("the %s %s", noun(f.relation.Name), name)
	}
	m.Doc = append(m.Doc, "", fmt.Sprintf("Conditions are about %s. They can only narrow.", name))
	return true
}
