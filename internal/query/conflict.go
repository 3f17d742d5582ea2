package query

import (
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// conflict resolves ON CONFLICT. The arbiter's expressions see the target, SET
// and WHERE see EXCLUDED too.
func (r *resolver) conflict(sc *scope, target *RTE, n *pgast.OnConflictClause) *Conflict {
	c := &Conflict{At: r.at(n.GetLocation())}
	switch n.GetAction() {
	case pgast.OnConflictAction_ONCONFLICT_NOTHING:
		c.DoNothing = true
	case pgast.OnConflictAction_ONCONFLICT_UPDATE:
	default:
		r.unknown(c.At, n.GetAction().String())
	}
	items := []*nsItem{itemOf(target)}
	sc.items = items
	if inf := n.GetInfer(); inf != nil {
		c.Constraint = inf.GetConname()
		texts := r.elementTexts(int(inf.GetLocation()))
		for i, e := range inf.GetIndexElems() {
			el := r.conflictElem(sc, target, e)
			if el.Expr != nil && i < len(texts) {
				el.Text = texts[i]
			}
			c.Elems = append(c.Elems, el)
		}
		if w := inf.GetWhereClause(); w != nil {
			c.Predicate = r.condition(sc, w)
		}
		if c.Constraint != "" && !hasConstraint(target.Relation, c.Constraint) {
			r.issue(diag.CodeUnknownConstraint, r.at(inf.GetLocation()), 0, target.Relation.ShortName()+" has no unique or exclusion constraint "+c.Constraint,
				"a unique index that no constraint made cannot be named here", diag.Nearest(c.Constraint, constraintNames(target.Relation)))
		}
	}
	if c.DoNothing {
		return c
	}
	ex := r.newRTE(sc, ExcludedRTE, c.At, 0)
	ex.Alias, ex.Relation, ex.Cols = "excluded", target.Relation, target.Cols
	c.Excluded = ex
	sc.items = append(items, itemOf(ex))
	c.Set = r.setList(sc, target, n.GetTargetList())
	if w := n.GetWhereClause(); w != nil {
		c.Where = r.condition(sc, w)
	}
	return c
}

func constraintNames(rel *catalog.Relation) []string {
	var out []string
	for _, k := range rel.Keys {
		if k.Constraint {
			out = append(out, k.Name)
		}
	}
	for _, x := range rel.Exclusions {
		out = append(out, x.Name)
	}
	return out
}

func hasConstraint(rel *catalog.Relation, name string) bool {
	for _, n := range constraintNames(rel) {
		if n == name {
			return true
		}
	}
	return false
}

// conflictElem resolves an element of the arbiter.
func (r *resolver) conflictElem(sc *scope, target *RTE, n *pgast.Node) ConflictElem {
	el := n.GetIndexElem()
	out := ConflictElem{
		Column:    -1,
		Collation: strings.Join(pgast.Strings(el.GetCollation()), "."),
		OpClass:   strings.Join(pgast.Strings(el.GetOpclass()), "."),
	}
	if len(el.GetOpclassopts()) > 0 {
		r.unknown(r.stmtLoc(), "the options of an operator class in ON CONFLICT")
	}
	if el.GetExpr() != nil {
		out.Expr = r.expr(sc, el.GetExpr())
		return out
	}
	if el.GetName() == "" {
		r.unknown(r.stmtLoc(), "an element of ON CONFLICT")
		return out
	}
	var known []string
	for _, c := range target.Relation.Columns {
		if c.Name == el.GetName() {
			out.Column = c.Index
			return out
		}
		known = append(known, c.Name)
	}
	r.issue(diag.CodeUnknownColumn, target.At, target.Width, target.Relation.ShortName()+" has no column "+el.GetName()+", which ON CONFLICT names", "", diag.Nearest(el.GetName(), known))
	return out
}

// elementTexts returns the elements of the list in brackets at offset as they
// are written, white space folded. The parser tells no ends.
func (r *resolver) elementTexts(offset int) []string {
	if offset < 0 || offset >= len(r.text) || r.text[offset] != '(' {
		return nil
	}
	tokens, err := pgast.Scan(r.text[offset:])
	if err != nil {
		return nil
	}
	var out []string
	var words []string
	depth := 0
	for _, t := range tokens {
		word := r.text[offset+int(t.GetStart()) : offset+int(t.GetEnd())]
		switch t.GetToken() {
		case pgast.Token_SQL_COMMENT, pgast.Token_C_COMMENT:
			continue
		case pgast.Token_ASCII_40:
			if depth++; depth == 1 {
				continue
			}
		case pgast.Token_ASCII_41:
			if depth--; depth == 0 {
				return append(out, strings.Join(words, " "))
			}
		case pgast.Token_ASCII_44:
			if depth == 1 {
				out, words = append(out, strings.Join(words, " ")), nil
				continue
			}
		}
		words = append(words, word)
	}
	return nil
}
