package plan

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// proven proves a text that plan wrote. It is true when the text is confined and
// leans on nothing that nobody declared.
func (b *builder) proven(text string) (*prove.Proof, bool) {
	p := b.draft.proofs[text]
	if p == nil {
		full := prove.One(b.in.Catalog, b.draft.reader.ParseSQL("", ":exec", text, query.Annotation{}))
		p = &prove.Proof{Verdict: full.Verdict, Assumes: full.Assumes, Findings: full.Findings}
		b.draft.proofs[text] = p
	}
	return p, p.Verdict == prove.Confined && !p.Open()
}

// standing is what an expression of the schema is where it stands in a statement.
type standing struct {
	ok  bool         // it reads no rows, so that it may
	typ catalog.Type // zero for a literal, which takes the type that is wanted, and where it is not known
}

// stands looks at an expression of the schema.
func (b *builder) stands(expr string) standing {
	p := prove.One(b.in.Catalog, b.draft.reader.ParseSQL("", ":exec", "select "+expr, query.Annotation{}))
	s := standing{ok: p.Verdict != prove.Refused && !p.Open()}
	if body := p.Stmt.Body; s.ok && body != nil {
		if _, literal := body.Columns()[0].Expr.(*query.Const); !literal {
			s.typ = body.Columns()[0].Type
		}
	}
	return s
}

// emits reports whether a method with that text is emitted, and leaves a note
// when it is not.
func (c *crud) emits(method, text string) bool {
	p, ok := c.b.proven(text)
	if !ok {
		c.unproven(method, p)
	}
	return ok
}

// skipped leaves one note for methods that share the cause, which lies in text.
func (c *crud) skipped(methods []string, text string) {
	p, _ := c.b.proven(text)
	c.unproven(strings.Join(methods, ", "), p)
}

// unproven leaves a note about a method that is not emitted: what its proof
// lacks, and the DDL or declaration that would give it back.
func (c *crud) unproven(method string, p *prove.Proof) {
	message := fmt.Sprintf("%s has no generated %s", exported(c.rel.Name), method)
	for _, a := range p.Assumes {
		if !a.Declared {
			c.b.noteOf(c.pos(), message, a, exported(c.rel.Name)+"."+method, "methods are not generated")
			return
		}
	}
	for _, f := range p.Findings {
		if f.Severity == diag.Error {
			c.b.note(c.pos(), message+": "+f.Message, f.Why, f.Fix, f.Related)
			return
		}
	}
	c.b.note(c.pos(), message+": its statement is "+p.Verdict.String(), "", "", nil)
}

// note tells of something that a run volunteers.
func (b *builder) note(pos diag.Pos, message, why, fix string, related []diag.Related) {
	b.rep.Add(diag.Diagnostic{
		Code: diag.CodeCRUD, Severity: diag.Note, Pos: pos, Message: message, Why: why, Fix: fix, Related: related,
	})
}

// noteOf is a note whose cause lies in the schema. A foreign key or a trigger
// takes several methods or columns away, and all of them are told as one: subject
// is the one, and many what is said of several.
func (b *builder) noteOf(pos diag.Pos, message string, a prove.Assumption, subject, many string) {
	b.rep.Add(diag.Diagnostic{
		Code: diag.CodeCRUD, Severity: diag.Note, Pos: pos, Message: message + ": " + a.Message, Why: a.Why, Fix: a.Fix,
		Related: []diag.Related{{Pos: a.Pos, Message: a.Subject}},
		Group:   diag.Group{Key: many + a.Message, Subject: subject, Many: many + ", since " + a.Message, Why: a.Why},
	})
}

// leftOut leaves a note about a column that a method does not take.
func (c *crud) leftOut(lacks string, f *rowField, p *prove.Proof) {
	message := fmt.Sprintf("%s.%s %s", c.repo.Name, lacks, f.col.Name)
	for _, a := range p.Assumes {
		if !a.Declared {
			c.b.noteOf(f.col.Pos, message, a, c.repo.Name+"."+f.col.Name, "columns are left out of generated methods")
			return
		}
	}
	for _, g := range p.Findings {
		if g.Severity == diag.Error {
			c.b.note(f.col.Pos, message+": "+g.Message, g.Why, g.Fix, g.Related)
			return
		}
	}
	c.b.note(f.col.Pos, message+": its statement is "+p.Verdict.String(), "", "", nil)
}

// provable returns those of fields with which text is proven. It tries all of
// them at once, and one by one only when that fails; lacks begins the note about
// one that is left out.
func (c *crud) provable(fields []*rowField, text func([]*rowField) string, lacks string) []*rowField {
	for len(fields) > 0 {
		if _, ok := c.b.proven(text(fields)); ok {
			return fields
		}
		kept := make([]*rowField, 0, len(fields))
		for _, f := range fields {
			p, ok := c.b.proven(text([]*rowField{f}))
			if ok {
				kept = append(kept, f)
				continue
			}
			c.leftOut(lacks, f, p)
		}
		if len(kept) == len(fields) {
			// Each is proven and all together are not: that is no property of a column.
			return nil
		}
		fields = kept
	}
	return nil
}
