package mutants

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWeave asks for a switch in each condition, call and reason, and for none
// in what is no condition.
func TestWeave(t *testing.T) {
	t.Parallel()
	const src = `package p

func (r *rule) refuses(a, b bool, list []int) string {
	if a && !(b || len(list) == 0) {
		r.refuse("x")
		return "both"
	}
	for i := range list {
		switch {
		case list[i] == 1:
			return why(i)
		}
	}
	return ""
}

func (r *rule) holds(list []int) bool {
	if list == nil {
		return false
	}
	return any(list, func(i int) bool { return i > 0 && i < 9 })
}
`
	woven, sites, err := weave([]byte(src), "p.go", 7, "example.com/on")
	if err != nil {
		t.Fatal(err)
	}
	number(sites)
	var got []string
	for _, s := range sites {
		got = append(got, string(s.Kind)+" "+s.Name())
	}
	want := []string{
		"if rule.refuses: a", "if rule.refuses: b", "if rule.refuses: len(list) == 0",
		`do rule.refuses: r.refuse("x")`, `text rule.refuses: "both"`, "if rule.refuses: list[i] == 1",
		"if rule.holds: list == nil", "if rule.holds: false",
		"if rule.holds: any(list, func(i int) bool { return i > 0 && i < 9 })", "if rule.holds: i > 0", "if rule.holds: i < 9",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the sites are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, line := range []string{
		"if mutantsOn.If(7, a) && !(mutantsOn.If(8, b) || mutantsOn.If(9, len(list) == 0)) {",
		`if mutantsOn.Do(10) { r.refuse("x") }`,
		`return mutantsOn.Text(11, "both")`,
		"for i := range list { mutantsOn.Step();",
		"return mutantsOn.If(15, any(list, func(i int) bool { return mutantsOn.If(16, i > 0) && mutantsOn.If(17, i < 9) }))",
	} {
		if !strings.Contains(string(woven), line) {
			t.Errorf("the woven source lacks %s\n%s", line, woven)
		}
	}
	// What only refuses more is no mutant: taking the first branch, not taking the
	// second one.
	for i, refuses := range map[int]bool{0: true, 1: false, 2: false} {
		if !slices.Equal(sites[i].Refuses, []bool{refuses}) {
			t.Errorf("%s refuses more when it is %v, want %t", sites[i].Name(), sites[i].Refuses, refuses)
		}
	}
	if s := sites[6]; !slices.Equal(s.No, []bool{true}) || !slices.Equal(s.Yes, []bool{false}) {
		t.Errorf("%s makes holds false when it is %v, true when it is %v", s.Name(), s.No, s.Yes)
	}
}

// TestWeaveCompiles asks that what is woven is Go, and the source is not touched.
func TestWeaveCompiles(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	sites, err := Weave("../..", "github.com/tenantc/tenantc", []string{"internal/prove"}, out)
	if err != nil {
		t.Fatal(err)
	}
	if len(sites) < 1000 {
		t.Errorf("%d sites are woven, want 1000 or more", len(sites))
	}
	build := exec.Command("go", "build", "-overlay", filepath.Join(out, "overlay.json"), "./internal/prove")
	build.Dir = "../.."
	if text, err := build.CombinedOutput(); err != nil {
		t.Errorf("what is woven does not compile: %v\n%s", err, text)
	}
	again, err := Read(out + "/sites.json")
	if err != nil || len(again) != len(sites) {
		t.Errorf("%d sites are read, want %d: %v", len(again), len(sites), err)
	}
}
