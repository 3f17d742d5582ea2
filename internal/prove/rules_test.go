package prove_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// stems are the rules of the proof that have case files. A file is named after
// its stem; a second one about the same rule adds a word, as equality_cast.
var stems = []string{
	"cascade", "closure", "compositefk", "conflict", "conjunct", "correlated", "derived", "direct", "dmlcte",
	"equality", "function", "globalwrite", "hooks", "identity", "insertselect", "insertvalues", "join", "labels",
	"lock", "owner", "param", "pushdown", "recursive", "reference", "resolve", "returning", "semijoin",
	"setclause", "setop", "source", "statement", "target",
	"shared",
}

// TestRuleFiles asks that every rule has cases and all cases have a rule.
func TestRuleFiles(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for _, path := range glob(t, "testdata/*.txtar") {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		stem, _, _ := strings.Cut(name, "_")
		if !slices.Contains(stems, stem) {
			t.Errorf("%s is about no rule", path)
		}
		have[stem] = true
	}
	for _, path := range glob(t, "rule_*.go") {
		stem := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "rule_"), ".go")
		if !slices.Contains(stems, stem) {
			t.Errorf("%s is a rule without a stem", path)
		}
	}
	for _, stem := range stems {
		if !have[stem] {
			t.Errorf("the rule %s has no testdata/%s.txtar", stem, stem)
		}
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("nothing matches %s: %v", pattern, err)
	}
	return paths
}

// TestRules asks of each leak that it is refused, or that what it leans on is
// found in the schema, and of each tight query that it is accepted by the rule
// that want names. Tight queries of testdata/notyet.txt are refused today; the
// list only shrinks.
func TestRules(t *testing.T) {
	t.Parallel()
	files, err := gallery.Load("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("testdata/notyet.txt")
	if err != nil {
		t.Fatal(err)
	}
	notYet := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		if name := strings.TrimSpace(line); name != "" {
			notYet[name] = true
		}
	}
	for _, f := range files {
		proofs, rep := proveSide(&f.Leak)
		if len(proofs) != len(f.Leak.Queries) {
			t.Errorf("%s: %d leaks were read, want %d", f.Name, len(proofs), len(f.Leak.Queries))
		}
		for _, p := range proofs {
			if why := notRefused(f, p, rep); why != "" {
				t.Errorf("%s/%s %s\n%s", f.Name, p.Stmt.Name, why, p.Stmt.Text)
			}
		}
		proofs, rep = proveSide(&f.Tight)
		if len(proofs) != len(f.Tight.Queries) {
			t.Errorf("%s: %d tight queries were read, want %d", f.Name, len(proofs), len(f.Tight.Queries))
		}
		for _, p := range proofs {
			name := f.Name + "/" + p.Stmt.Name
			why := notTight(f, p, rep)
			switch {
			case why != "" && !notYet[name]:
				t.Errorf("%s: %s\n%s", name, why, p.Stmt.Text)
			case why == "" && notYet[name]:
				t.Errorf("%s is accepted now: take it off testdata/notyet.txt", name)
			}
			delete(notYet, name)
		}
	}
	for name := range notYet {
		t.Errorf("%s is on testdata/notyet.txt and nowhere else", name)
	}
}

// proveSide proves the queries of one side of a case file.
func proveSide(s *gallery.Side) ([]*prove.Proof, *diag.List) {
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "schema.sql", Text: s.Schema}},
		Tenancy: s.Tenancy,
	}, &rep)
	prove.ClassifyStored(cat)
	stmts := query.Parse("queries.sql", s.SQL, cat, &rep)
	return prove.All(cat, stmts, &rep), &rep
}

// notRefused says why the proof of a leak is not what is wanted, or "".
func notRefused(f *gallery.File, p *prove.Proof, rep *diag.List) string {
	switch w := f.Wants[p.Stmt.Name]; {
	case p.Verdict == prove.Refused && len(p.Findings) == 0:
		return "is refused without a word"
	case p.Verdict == prove.Refused:
	case w.Verdict == "refused":
		return fmt.Sprintf("is a leak and is %s, want it refused for %s: %s", p.Verdict, w.Reason, proofText(p))
	case !schemaFinding(rep, p, w.Reason) || !leansOn(p, w.Reason):
		return fmt.Sprintf("is a leak through the schema and is %s, and no finding says %s: %v", p.Verdict, w.Reason, rep.Sorted())
	}
	return ""
}

// leansOn reports whether an open assumption of p is of the kind that want
// names: one about a trigger is no answer to a leak through a foreign key.
func leansOn(p *prove.Proof, reason string) bool {
	codes := map[string][]diag.Code{
		"foreign-key": {diag.CodeAssumeReference, diag.CodeAssumeCascade},
		"trigger":     {diag.CodeAssumeTrigger, diag.CodeAssumeRule},
		"default":     {diag.CodeAssumeDefault},
	}
	return reason == "existence-oracle" || slices.ContainsFunc(p.Assumes, func(a prove.Assumption) bool {
		return !a.Declared && slices.Contains(codes[reason], a.Code)
	})
}

// notTight says why the proof of a tight query is not what is wanted, or "".
func notTight(f *gallery.File, p *prove.Proof, rep *diag.List) string {
	switch {
	case p.Verdict != prove.Confined && p.Verdict != prove.Global:
		var out []string
		for _, d := range p.Findings {
			out = append(out, string(d.Code)+" "+d.Message+": "+d.Why)
		}
		return "is tight and is " + p.Verdict.String() + ": " + strings.Join(out, "; ")
	case p.Open():
		var out []string
		for _, a := range p.Assumes {
			out = append(out, a.Subject)
		}
		return "is tight and leans on " + strings.Join(out, ", ")
	}
	for _, d := range rep.Sorted() {
		if d.Severity == diag.Error && strings.HasPrefix(string(d.Code), "TC2") && mentions(d.Message, p.Stmt) {
			return "is tight, and its schema has an error: " + string(d.Code) + " " + d.Message
		}
	}
	w := f.Wants[p.Stmt.Name]
	if w.Rule != "" && !slices.ContainsFunc(p.Instances, func(in prove.Instance) bool { return in.Rule == w.Rule }) {
		return "no instance is confined by " + w.Rule + ": " + proofText(p)
	}
	return ""
}

// proofText writes the rule of each instance and its evidence.
func proofText(p *prove.Proof) string {
	var out []string
	for _, in := range p.Instances {
		line := in.RTE.Alias + " by " + in.Rule
		for _, r := range in.Because {
			line += ", " + r.Text
		}
		out = append(out, line)
	}
	return strings.Join(out, "; ")
}
