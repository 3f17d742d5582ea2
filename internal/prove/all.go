package prove

import (
	"fmt"
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// All proves every statement. The findings of the statements, and each open
// assumption about the schema once, are added to rep.
func All(cat *catalog.Catalog, stmts []*query.Stmt, rep *diag.List) []*Proof {
	session := NewSession(cat, rep)
	proofs := make([]*Proof, len(stmts))
	for i, s := range stmts {
		proofs[i] = session.Prove(s)
	}
	return proofs
}

// Session proves statements one by one, for a caller that does not keep them
// all.
type Session struct {
	cat  *catalog.Catalog
	rep  *diag.List
	open map[assumed]bool // assumptions that have been reported
}

// NewSession returns a Session that adds its findings to rep.
func NewSession(cat *catalog.Catalog, rep *diag.List) *Session {
	return &Session{cat, rep, map[assumed]bool{}}
}

// Prove proves a statement, and reports it as All does.
func (s *Session) Prove(stmt *query.Stmt) *Proof {
	p := One(s.cat, stmt)
	for _, d := range p.Findings {
		s.rep.Add(d)
	}
	for _, a := range p.Assumes {
		if !a.Declared && !s.open[a.key()] {
			s.open[a.key()] = true
			s.rep.Add(a.Diagnostic(stmt))
		}
	}
	return p
}

// Diagnostic returns the schema error of an open assumption, which s was the
// first to lean on.
func (a Assumption) Diagnostic(s *query.Stmt) diag.Diagnostic {
	return diag.Diagnostic{
		Code: a.Code, Severity: diag.Error, Pos: a.Pos, Message: a.Message, Why: a.Why, Fix: a.Fix, Group: a.Group,
		Related: []diag.Related{{Pos: s.Pos, Message: s.Name + " leans on it"}},
	}
}

// One proves one statement.
func One(cat *catalog.Catalog, s *query.Stmt) *Proof { return one(cat, s, false) }

// Running proves the text that runs of a statement whose source was proven by
// [One]. What is unscoped there is so here: the text no longer says which
// parameters may be null, so that it can look confined where the source is not.
func Running(cat *catalog.Catalog, s *query.Stmt) *Proof { return one(cat, s, true) }

func one(cat *catalog.Catalog, s *query.Stmt, running bool) *Proof {
	proof := &Proof{Stmt: s}
	wrong := wrongWith(s)
	for _, is := range wrong {
		proof.Findings = append(proof.Findings, diag.Diagnostic{
			Code: is.Code, Severity: diag.Error, Pos: is.Loc.Pos(), Width: is.Width,
			Message: is.Message, Why: is.Why, Fix: is.Fix,
		})
	}
	switch {
	case len(wrong) > 0:
		return proof
	case len(s.Issues) > 0:
		return unscoped(proof)
	case s.Body == nil:
		return proof
	}
	if u := s.Annotation.Unscoped; u != nil {
		if running {
			return unscoped(proof)
		}
		inner := *s
		inner.Annotation.Unscoped = nil
		if got := One(cat, &inner); got.Verdict == Confined || got.Verdict == Global {
			proof.fail(finding{code: diag.CodeStale, message: fmt.Sprintf("%s is annotated unscoped, and is %s", s.Name, got.Verdict),
				why: "the annotation would move it out of reach of the proof for nothing", fix: "take the `-- tenant: unscoped` line out"}, u.Pos)
			return proof
		}
		return unscoped(proof)
	}
	choose(cat, proof)
	suggestWider(cat, proof)
	if proof.Verdict != Refused {
		checkComplete(cat, proof)
		checkFilter(cat, proof)
	}
	return proof
}

// wrongWith returns the issues for which a statement is refused. Where it
// crosses the border on purpose it need not be understood, since nothing is
// promised of it; but a COPY needs its table and columns all the same.
func wrongWith(s *query.Stmt) []query.Issue {
	if s.Annotation.Unscoped == nil || s.Command == ":copyfrom" {
		return s.Issues
	}
	return slices.DeleteFunc(slices.Clone(s.Issues), query.Issue.Unread)
}

// unscoped ends the proof of a statement of which nothing is promised: the
// evidence says what it mentions, and what of it was not understood.
func unscoped(proof *Proof) *Proof {
	proof.Verdict = Unscoped
	for _, r := range proof.Stmt.RTEs {
		if r.Kind == query.RelationRTE && r.Sub == nil {
			proof.Instances = append(proof.Instances, Instance{RTE: r, Class: r.Relation.Tenancy.Class, Rule: "unscoped"})
		}
	}
	for _, is := range proof.Stmt.Issues {
		proof.Unread = append(proof.Unread, Reason{Loc: is.Loc, Text: is.Message})
	}
	return proof
}

// suggestWider looks whether a refused statement is confined in a wider
// dimension, and says how to declare that this is meant.
func suggestWider(cat *catalog.Catalog, proof *Proof) {
	s := proof.Stmt
	if len(proof.Findings) == 0 || s.Annotation.By != "" {
		return
	}
	for _, d := range cat.Dimensions[:max(len(cat.Dimensions), 1)-1] {
		wider := *s
		wider.Annotation.By = d.Name
		trial := &Proof{Stmt: &wider}
		choose(cat, trial)
		if trial.Verdict == Confined {
			f := &proof.Findings[0]
			f.Fix = fmt.Sprintf("%s; or, when it is meant to span the rows of one %s, -- tenant: by %s", f.Fix, d.Name, d.Name)
			return
		}
	}
}

// fail adds a finding that stands at a place of the user's file.
func (p *Proof) fail(f finding, at diag.Pos) {
	d := f.diagnostic()
	if !d.Pos.IsValid() {
		d.Pos = at
	}
	p.Findings = append(p.Findings, d)
}

// checkComplete is the second look at an acceptance: every mention of a
// tenant-owned relation, wherever it stands, has a rule.
func checkComplete(cat *catalog.Catalog, proof *Proof) {
	rule := map[*query.RTE]string{}
	for _, in := range proof.Instances {
		rule[in.RTE] = in.Rule
	}
	for _, r := range proof.Stmt.RTEs {
		if r.Kind != query.RelationRTE || r.Sub != nil {
			continue
		}
		if rule[r] == "" {
			diag.Bugf("%s was found %s, and %s at %s has no proof", proof.Stmt.Name, proof.Verdict, r.Alias, r.At.Pos())
		}
		if proof.Verdict == Global && tenancyBy(cat, r.Relation, proof.Stmt.Annotation.By).Class != catalog.Global {
			diag.Bugf("%s was found global, and %s at %s is not", proof.Stmt.Name, r.Alias, r.At.Pos())
		}
	}
}
