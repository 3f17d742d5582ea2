//go:build mutants

package prove_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/mutants"
)

const mutantsFile = "testdata/mutants.txt"

// mutantList is testdata/mutants.txt: a line is
//
//	no FUNC -- why         where it returns true more is refused, not less
//	same MUTANT -- why     nobody can notice it
//	owed MUTANT            nobody notices it yet; this list only shrinks
type mutantList map[string]*mutantLine

type mutantLine struct {
	kind   string
	judged bool // the run is about it
	used   bool
}

func readMutants(t *testing.T) mutantList {
	data, err := os.ReadFile(mutantsFile)
	if err != nil {
		t.Fatal(err)
	}
	out := mutantList{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		kind, rest, _ := strings.Cut(line, " ")
		name, why, _ := strings.Cut(rest, " -- ")
		known := slices.Contains([]string{"no", "same", "owed"}, kind)
		if !known || (why == "") != (kind == "owed") || out[name] != nil {
			t.Fatalf("%s: a line without a reason, or that stands twice: %s", mutantsFile, line)
		}
		out[name] = &mutantLine{kind: kind, judged: *only == ""}
	}
	return out
}

// is reports whether the list has a line of the kind.
func (l mutantList) is(name, kind string) bool {
	m := l[name]
	if m == nil || m.kind != kind {
		return false
	}
	m.used = true
	return true
}

// mutants are those of the sites that may accept more and that the flag asks
// for.
func (l mutantList) mutants(t *testing.T, sites []mutants.Site) (list []*mutant) {
	wanted, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range sites {
		s.Refuses = append(s.Refuses, s.No...)
		if l.is(s.Func, "no") {
			s.Refuses = append(s.Refuses[:len(s.Refuses)-len(s.No)], s.Yes...)
		}
		never, always := &mutant{Site: s, n: i}, &mutant{Site: s, n: i, forced: true}
		both := []*mutant{never}
		if s.Kind == mutants.If {
			never.other, always.other = always, never
			both = []*mutant{always, never}
		}
		if !slices.ContainsFunc(both, func(m *mutant) bool { return wanted.MatchString(m.File + ": " + m.String()) }) {
			continue
		}
		for _, m := range both {
			if line := l[m.String()]; line != nil {
				line.judged = true
			}
			if !slices.Contains(s.Refuses, m.forced) {
				list = append(list, m)
			}
		}
	}
	return list
}

// unused complains of lines that are about nothing, or about a mutant that is noticed.
func (l mutantList) unused(t *testing.T) {
	for name, m := range l {
		if m.judged && !m.used {
			t.Errorf("%s: %s is noticed, or is gone: -update takes what is owed off", mutantsFile, name)
		}
	}
}

// owe takes what is noticed off what the list owes, and adds what nobody notices.
func (l mutantList) owe(t *testing.T, open []*mutant) {
	data, err := os.ReadFile(mutantsFile)
	if err != nil {
		t.Fatal(err)
	}
	unnoticed := map[string]bool{}
	for _, m := range open {
		unnoticed[m.String()] = true
	}
	var out strings.Builder
	for line := range strings.Lines(string(data)) {
		if name, owed := strings.CutPrefix(strings.TrimSpace(line), "owed "); owed && l[name].judged && !unnoticed[name] {
			delete(l, name)
			continue
		}
		out.WriteString(line)
	}
	for _, m := range open {
		if name := m.String(); l[name] == nil && !*casesOnly {
			out.WriteString("owed " + name + "\n")
			l[name] = &mutantLine{kind: "owed", judged: true}
		}
	}
	if err := os.WriteFile(mutantsFile, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
