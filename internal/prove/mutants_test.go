//go:build mutants

package prove_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/mutants"
	"github.com/tenantc/tenantc/internal/mutants/on"
	"github.com/tenantc/tenantc/internal/oracle"
	"github.com/tenantc/tenantc/internal/pgtest"
)

var (
	sitesFile = flag.String("mutants.sites", "", "the `file` with the sites that were woven")
	all       = flag.Bool("mutants.all", false, "print a line for every mutant, not only for those that nobody notices")
	schemas   = flag.Int("mutants.schemas", 300, "random schemas for the mutants that no case notices")
	only      = flag.String("mutants.only", "", "a `regexp`: only the mutants whose file or name it matches are run and judged")
	casesOnly = flag.Bool("mutants.cases", false, "leave the random statements out: what they notice is then listed, and is no failure")
)

// mutant is a condition that is always or never met, a call that is not made,
// or a reason that is empty.
type mutant struct {
	mutants.Site
	n       int // of the site
	forced  bool
	by      string // who notices it; "" for nobody
	words   bool   // what was noticed is what is said, and no verdict
	looser  bool   // what was noticed is an acceptance
	other   *mutant
	samples []*sample
	reached int // cases and samples in which it differs from the source
}

// String names the mutant as testdata/mutants.txt does.
func (m *mutant) String() string {
	what := map[mutants.Kind]string{mutants.Do: "left out", mutants.Text: "empty", mutants.If: "never"}[m.Kind]
	if m.forced {
		what = "always"
	}
	return m.Name() + " = " + what
}

// set turns the mutant on for something that takes so many steps without it.
func (m *mutant) set(steps int) { on.Set(m.n, m.forced, 20*steps+10000) }

// differs reports whether the mutant can make a difference: its site was met
// with another value than it forces.
func (m *mutant) differs(seen []on.Site) bool {
	if m.forced {
		return seen[m.n].Seen[0]
	}
	return seen[m.n].Seen[1]
}

// TestMutants is `make mutants`: each condition by which a proof is refused is
// switched off in turn, and a case or the oracle has to notice. What nobody can
// notice stands in testdata/mutants.txt, with the reason.
func TestMutants(t *testing.T) {
	sites, err := mutants.Read(*sitesFile)
	if err != nil {
		t.Fatal(err)
	}
	listed := readMutants(t)
	open := listed.mutants(t, sites)
	judged := slices.Clone(open)
	total := len(open)
	cases := mutantCases(t, len(sites))
	open = noticedByCases(open, cases)
	byCases, byWords := total-len(open), 0
	for _, m := range judged {
		if m.words {
			byWords++
		}
	}
	for _, c := range cases {
		if c.run(false) != c.known {
			t.Errorf("%s: a mutant left something behind", c.name)
		}
	}
	if !*casesOnly {
		open = noticedBySamples(t, open, len(sites))
	}
	bySamples := total - byCases - len(open)
	open = slices.DeleteFunc(open, func(m *mutant) bool {
		// Where more is accepted without the condition, more is refused with it.
		return m.other != nil && m.other.looser
	})
	if *update {
		listed.owe(t, open)
	}
	count := map[string]int{}
	for _, m := range open { // in the order of the files
		kind := "unlisted"
		if l := listed[m.String()]; l != nil {
			kind = l.kind
			l.used = true
		} else if !*casesOnly {
			t.Errorf("nobody notices %s:%d: %s", m.File, m.Line, m)
		}
		count[kind]++
		fmt.Printf("%s:%d: %s, differs in %d: %s\n", m.File, m.Line, kind, m.reached, m)
	}
	listed.unused(t)
	fmt.Printf("mutants: %d, noticed by cases %d (%d by what is said alone), by random statements %d, the same as the source %d, owed %d; the rest only refuses more\n",
		total, byCases, byWords, bySamples, count["same"], count["owed"])
}

// longCase is how many conditions make a case so long that it is there for what
// bounds the work alone.
const longCase = 5_000_000

// noticedByCases runs each mutant over the cases and returns those that none
// notices. A case notices a verdict that is not wanted; else, what is said.
func noticedByCases(list []*mutant, cases []*mutantCase) []*mutant {
	var left []*mutant
	for _, m := range list {
		for _, c := range cases {
			build := m.differs(c.building)
			if !build && !m.differs(c.proving) || c.steps > longCase && !slices.Contains([]string{"prover.step", "attemptAssuming"}, m.Func) {
				continue
			}
			m.reached++
			m.set(c.steps)
			got := c.run(build)
			on.Unset()
			switch {
			case got.wrong != c.known.wrong:
				m.by, _, _ = strings.Cut(c.name+": "+got.wrong, "\n")
				m.looser = strings.Contains(got.wrong, " is a leak") || strings.Contains(got.wrong, "Refused")
				m.words = false
			case got.said != c.known.said && m.by == "":
				m.by, m.words = c.name+": "+otherLine(c.known.said, got.said), true
			}
			if m.by != "" && !m.words {
				break
			}
		}
		if m.by == "" {
			left = append(left, m)
		} else if *all {
			fmt.Printf("%s:%d: %s\n\t%s\n", m.File, m.Line, m, m.by)
		}
	}
	return left
}

// otherLine returns the first line of a text that another has not.
func otherLine(known, text string) string {
	lines := strings.Split(known, "\n")
	for i, line := range strings.Split(text, "\n") {
		if i == len(lines) || lines[i] != line {
			return strings.TrimSpace(line)
		}
	}
	return "less"
}

// sample is a random statement and what is said of it without a mutant.
type sample struct {
	*oracle.Sample
	cat     *catalog.Catalog
	verdict oracle.Verdict
	steps   int
}

const (
	maxSamples = 150 // a mutant
	maxShown   = 6   // of its samples are run
)

// noticedBySamples looks for a random statement on which a mutant says something
// else than the prover, and returns the mutants for which there is none. One
// that accepts more must let a statement through that then leaks.
func noticedBySamples(t *testing.T, list []*mutant, sites int) []*mutant {
	watch := on.Watch(sites)
	var schema string
	var cat *catalog.Catalog
	oracle.Samples(7, *schemas, 120, func(s *oracle.Sample) {
		if s.Schema != schema {
			schema, cat = s.Schema, s.Build()
		}
		clear(watch)
		on.Unset()
		v, _, _ := s.Ask(oracle.Prover, cat)
		keep := &sample{s, cat, v, on.Unset()}
		for _, m := range list {
			if len(m.samples) < maxSamples && m.differs(watch) {
				m.samples = append(m.samples, keep)
			}
		}
	})
	on.Watch(0)
	server, err := pgtest.Start(context.Background(), pgtest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var left []*mutant
	for _, m := range list {
		m.reached += len(m.samples)
		m.bySamples(t, server)
		if m.by == "" {
			left = append(left, m)
		} else if *all {
			fmt.Printf("%s:%d: %s\n\t%s\n", m.File, m.Line, m, m.by)
		}
	}
	return left
}

func (m *mutant) bySamples(t *testing.T, server *pgtest.Server) {
	ctx := context.Background()
	shown := 0
	for _, s := range m.samples {
		m.set(s.steps)
		v, parsed, panicked := s.Ask(oracle.Prover, s.cat)
		on.Unset()
		switch {
		case panicked != "":
			m.by = "a random statement: panic: " + panicked
		case s.verdict.Accepted && !v.Accepted:
			m.by = "a random statement that is refused: " + s.SQL
		case v.Accepted && !s.verdict.Accepted && shown < maxShown:
			shown++
			diff, err := s.Shows(ctx, server, v, parsed)
			if err != nil {
				t.Fatal(err)
			}
			s.Close(ctx)
			if diff != "" {
				m.by = "a random statement that leaks: " + s.SQL + ": " + diff
			} else if os.Getenv("MUTANTS_DEBUG") != "" {
				fmt.Printf("ACCEPTS %s\n%s\n%s\n%v\n", m, s.Schema, s.SQL, s.verdict.Why)
			}
		}
		if m.by != "" {
			return
		}
	}
}
