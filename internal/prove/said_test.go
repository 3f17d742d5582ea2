package prove_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
)

// TestSaid asks that the prover says of every written case what
// testdata/said has: the verdicts with their evidence, and the refusals word for
// word. Places are lines from the name of the statement on, and texts of the
// schema, so that what is said of one case does not move with its neighbours.
func TestSaid(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	var order []string
	for _, c := range writtenCases(t) {
		var found, rep diag.List
		cat := c.build(&found)
		stmts := c.parse(cat, &found)
		file, part, _ := strings.Cut(c.name, " ")
		if files[file] == "" {
			order = append(order, file)
		}
		files[file] += "# " + part + "\n\n" + c.said(prove.All(cat, stmts, &rep), &rep) + "\n"
	}
	const folder = "testdata/said"
	for _, file := range order {
		path := filepath.Join(folder, file+".txt")
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(files[file]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("go test ./internal/prove -run TestSaid -update writes what is missing: %v", err)
		} else if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(files[file], "\n")); diff != "" {
			t.Errorf("%s is not what is said (-update rewrites it):\n%s", path, diff)
		}
	}
	for _, path := range glob(t, folder+"/*/*.txt") {
		file := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(path), folder+"/"), ".txt")
		if files[file] == "" {
			t.Errorf("%s is about no case", path)
		}
	}
}

// said writes what proofs and the findings that they reported say.
func (c *writtenCase) said(proofs []*prove.Proof, rep *diag.List) string {
	s := &sayer{c: c, proofs: proofs, schema: strings.Split(c.schema, "\n"), reported: rep.Sorted()}
	for _, p := range proofs {
		s.proof(p)
	}
	for _, d := range rep.Sorted() {
		if strings.HasPrefix(string(d.Code), "TC2") { // what a statement is told stands with it
			s.letter("reported", d)
		}
	}
	return s.out.String()
}

// sayer writes a golden text.
type sayer struct {
	c        *writtenCase
	proofs   []*prove.Proof
	schema   []string
	reported []diag.Diagnostic
	out      strings.Builder
}

func (s *sayer) printf(format string, args ...any) { fmt.Fprintf(&s.out, format, args...) }

func (s *sayer) proof(p *prove.Proof) {
	s.printf("%s: %s", p.Stmt.Name, p.Verdict)
	for _, t := range p.Tenants {
		s.printf(", %s is $%d", t.Dim.Name, t.Param)
	}
	if p.Open() {
		s.printf(", open")
	}
	s.printf("\n")
	if strings.HasPrefix(s.c.name, "tables/") {
		s.printf("  > %s\n", oneLine(p.Stmt.Text))
	}
	for _, in := range p.Instances {
		rule := in.Rule
		if rule == "" {
			rule = "nothing confines it"
		}
		name := in.RTE.Relation.Name
		if in.RTE.Alias != name {
			name += " " + in.RTE.Alias
		}
		s.printf("  %s (%s) at %s: %s\n", name, in.Class, s.place(in.RTE.At.Pos()), rule)
		for _, r := range in.Because {
			s.printf("    %s\n", s.reason(r))
		}
	}
	for _, a := range p.Assumes {
		if a.Declared {
			s.printf("  assumes %s, as declared\n", a.Subject)
		} else {
			s.printf("  assumes %s\n", a.Subject)
		}
	}
	for _, d := range p.Declarations() {
		s.printf("  declared: %s\n", d)
	}
	for _, r := range p.Unread {
		s.printf("  not understood: %s\n", s.reason(r))
	}
	for _, d := range p.Findings {
		s.letter(" ", d)
		if !slices.ContainsFunc(s.reported, func(r diag.Diagnostic) bool { return r.Code == d.Code && r.Pos == d.Pos && r.Message == d.Message }) {
			s.printf("    which nobody is told\n")
		}
	}
}

func (s *sayer) reason(r prove.Reason) string {
	if pos := r.Loc.Pos(); pos.IsValid() {
		return s.place(pos) + " " + oneLine(r.Text)
	}
	return oneLine(r.Text)
}

func (s *sayer) letter(by string, d diag.Diagnostic) {
	severity := ""
	if d.Severity != diag.Error {
		severity = " " + d.Severity.String()
	}
	s.printf("%s %s%s at %s: %s\n", by, d.Code, severity, s.place(d.Pos), oneLine(d.Message))
	if d.Why != "" {
		s.printf("    %s\n", oneLine(d.Why))
	}
	if d.Fix != "" {
		s.printf("    fix: %s\n", oneLine(d.Fix))
	}
	if g := d.Group; g.Many != "" {
		instead := ""
		if g.Instead {
			instead = ", instead"
		}
		s.printf("    with others: %s; %s; fix: %s%s\n", g.Many, g.Why, g.Fix, instead)
	}
	for _, r := range d.Related {
		s.printf("    %s: %s\n", s.place(r.Pos), oneLine(r.Message))
	}
}

// place writes a position: in a statement the line from its name on, and the
// column; in the schema the text that stands there.
func (s *sayer) place(pos diag.Pos) string {
	switch {
	case !pos.IsValid():
		return "no place"
	case pos.File == "schema.sql" && pos.Line <= len(s.schema):
		text := s.schema[pos.Line-1]
		text = strings.TrimRight(text[min(max(pos.Column-1, 0), len(text)):], " ")
		if cut := 48; len(text) > cut {
			text = strings.ToValidUTF8(text[:cut], "") + "…"
		}
		return fmt.Sprintf("schema %q", text)
	}
	i, _ := slices.BinarySearchFunc(s.proofs, pos.Line+1, func(p *prove.Proof, line int) int { return p.Stmt.Pos.Line - line })
	if i == 0 {
		return pos.String()
	}
	return fmt.Sprintf("%d:%d", pos.Line-s.proofs[i-1].Stmt.Pos.Line, pos.Column)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
