package prove

import (
	"fmt"
	"github.com/tenantc/tenantc/internal/diag"
	"maps"
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// write is one target of a statement.
type write struct {
	rel       *catalog.Relation
	insert    bool
	delete    bool
	set       []*query.Assign // of an UPDATE or DO UPDATE
	lv        *level          // its block, for the labels of SET
	insertion *query.Insert
	rows      [][]labels
	at        query.Loc
}

// checkWrites refuses what no declaration of the schema can mend.
func (p *prover) checkWrites(res *result) {
	touchesOwned := slices.ContainsFunc(res.instances, func(in Instance) bool { return in.Class != catalog.Global })
	for _, w := range p.writes {
		// globalwrite: what a tenant's statement writes into a global relation,
		// every tenant sees.
		if touchesOwned && p.tenancy(w.rel).Class == catalog.Global {
			p.refuseFix(diag.CodeGlobalWrite, w.at, fmt.Sprintf("%s is nobody's, and a statement over tenants' rows writes it", w.rel.Name),
				"every tenant would see what one of them wrote", "write it in a statement of its own that touches global relations only")
		}
		for _, r := range w.rel.Rules {
			if r.Instead && r.Event != "select" && w.event(r.Event) {
				p.refuse(diag.CodeNotUnderstood, w.at, fmt.Sprintf("the rule %s puts other statements in the place of this one, which is not understood", r.Name))
			}
		}
	}
}

func (w write) event(name string) bool {
	switch name {
	case "insert":
		return w.insert
	case "update":
		return !w.insert && !w.delete
	case "delete":
		return w.delete
	}
	return true
}

// assumptions returns what the writes lean on in the schema, each once.
func (p *prover) assumptions(res *result) []Assumption {
	s := &schema{p: p, seen: map[assumed]bool{}}
	for _, w := range p.writes {
		s.hooks(w)
		s.reference(w)
		s.cascade(w)
	}
	for _, name := range slices.Sorted(maps.Keys(p.trusted)) {
		s.assume(Assumption{Subject: "function " + name, Declared: true, Pos: p.trusted[name].Pos})
	}
	for _, m := range p.cat.PassedOver {
		s.assume(Assumption{Subject: "migration " + m.Name, Declared: true, Pos: m.Pos})
	}
	if len(p.tenants) > 0 || placed(res.instances) {
		s.extensions()
	}
	s.operatorClasses()
	return s.out
}

// extensions assumes of an extension that is on no list that it changes no
// operator and no cast of a built-in type: every equality leans on that. In a
// tenant's own database it could bring rows of another one.
func (s *schema) extensions() {
	for _, x := range s.p.cat.StrangeExtensions() {
		s.assume(Assumption{
			Subject: "extension " + x.Name, Declared: x.Trusted, Code: diag.CodeAssumeExtension,
			Message: fmt.Sprintf("the extension %s is not known", x.Name),
			Why:     "it may bring operators and casts that change what an equality means",
			Fix:     fmt.Sprintf("trust: {extensions: [%s]} when it changes none of a built-in type", x.Name),
		})
	}
}

// operatorClasses assumes of an operator class of the schema that what it calls
// reads nothing but the values compared: every sort, DISTINCT, GREATEST and
// index of its type may call it, without a word in the statement.
//
//	CREATE OPERATOR CLASS moods DEFAULT FOR TYPE mood USING btree AS …, FUNCTION 1 versus(mood, mood)
func (s *schema) operatorClasses() {
	p := s.p
	for _, c := range p.cat.OpClasses {
		why := ""
		for _, name := range c.Functions {
			if user := p.cat.FunctionsNamed("", name); len(user) > 0 {
				if problem := p.callProblem("", name, nil, user); problem != "" {
					why = fmt.Sprintf("calls %s(), which %s", name, problem)
				}
			}
		}
		for _, name := range c.Operators {
			if p.userOperator(name) {
				why = fmt.Sprintf("uses the operator %s, which is not built in", name)
			}
		}
		if why != "" {
			s.assume(Assumption{
				Subject: "operator class " + c.Name, Pos: c.Pos, Code: diag.CodeAssumeDefault,
				Message: fmt.Sprintf("the operator class %s %s", c.Name, why),
				Why:     "sorting, grouping and indexes call it for values of its type, and it may depend on other tenants' rows",
				Fix:     "use built-in functions there, or declare the function under trust.functions",
			})
		}
	}
}

// schema collects assumptions.
type schema struct {
	p    *prover
	out  []Assumption
	seen map[assumed]bool
}

// assumed tells assumptions apart: two things may be called the same, and one of
// them be declared.
type assumed struct {
	subject  string
	pos      diag.Pos
	declared bool
}

func (a Assumption) key() assumed { return assumed{a.Subject, a.Pos, a.Declared} }

func (s *schema) assume(a Assumption) {
	if !s.seen[a.key()] {
		s.seen[a.key()] = true
		s.out = append(s.out, a)
	}
}
