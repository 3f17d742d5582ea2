package diag

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGrouped asks that findings of one cause are one, at the place of the
// first, and that all others stay as and where they are.
func TestGrouped(t *testing.T) {
	t.Parallel()
	at := func(line int) Pos { return Pos{File: "a.sql", Line: line, Column: 1} }
	unknown := func(line int, table string) Diagnostic {
		return Diagnostic{Code: "TC4303", Pos: at(line), Message: table + " is not known", Fix: "declare it",
			Related: []Related{{at(90), "created here"}}, Group: Group{Key: table}}
	}
	key := func(line int, name, why string, instead bool) Diagnostic {
		return Diagnostic{Code: "TC2301", Pos: at(line), Message: name + " refers to users", Why: "it may", Fix: "mend " + name,
			Group: Group{Key: why, Subject: name, Many: "keys refer to users", Why: why, Fix: "trust [%s]", Instead: instead}}
	}
	alone := Diagnostic{Code: "TC4101", Pos: at(2), Message: "docs is read"}
	many := []Diagnostic{}
	for i := range 9 {
		many = append(many, unknown(10+i, "notes"))
	}
	for _, c := range []struct {
		name       string
		list, want []Diagnostic
	}{
		{"nothing", nil, []Diagnostic{}},
		{"one of each", []Diagnostic{unknown(1, "notes"), alone, unknown(3, "plans")}, []Diagnostic{unknown(1, "notes"), alone, unknown(3, "plans")}},
		{"another code", []Diagnostic{unknown(1, "notes"), {Code: "TC4304", Pos: at(2), Group: Group{Key: "notes"}}},
			[]Diagnostic{unknown(1, "notes"), {Code: "TC4304", Pos: at(2), Group: Group{Key: "notes"}}}},
		{"places", []Diagnostic{unknown(1, "notes"), alone, unknown(3, "plans"), unknown(4, "notes")}, []Diagnostic{
			{Code: "TC4303", Pos: at(1), Message: "notes is not known, in 2 places", Fix: "declare it",
				Related: []Related{{at(90), "created here"}, {at(4), "here too"}}},
			alone, unknown(3, "plans"),
		}},
		{"more places than are named", many, []Diagnostic{
			{Code: "TC4303", Pos: at(10), Message: "notes is not known, in 9 places", Fix: "declare it", Related: []Related{
				{at(90), "created here"}, {at(11), "here too"}, {at(12), "here too"}, {at(13), "here too"}, {at(14), "here too"}, {at(15), "here too, and 3 more"}}},
		}},
		{"one remedy for all", []Diagnostic{
			{Code: "TC5107", Pos: at(1), Message: "A has no Create", Fix: "drop t", Group: Group{Key: "t", Subject: "A.Create", Many: "methods are missing"}},
			{Code: "TC5107", Pos: at(2), Message: "B has no Create", Fix: "drop t", Group: Group{Key: "t", Subject: "B.Create", Many: "methods are missing"}},
		}, []Diagnostic{{Code: "TC5107", Pos: at(1), Message: "2 methods are missing: A.Create, B.Create", Fix: "drop t", Related: []Related{{at(2), "B.Create"}}}}},
		{"subjects", []Diagnostic{key(1, "a.x", "w", false), key(2, "a.(y, z)", "w", false), key(3, "b.x", "other", false)}, []Diagnostic{
			{Code: "TC2301", Pos: at(1), Message: "2 keys refer to users: a.x, a.(y, z)", Why: "w",
				Fix: `for each, as for the first: mend a.x; or trust [a.x, "a.(y, z)"]`, Related: []Related{{at(2), "a.(y, z)"}}},
			key(3, "b.x", "other", false),
		}},
		{"more subjects than are named", []Diagnostic{key(1, "a.x", "w", true), key(2, "b.x", "w", true), key(3, "c.x", "w", true), key(4, "d.x", "w", true)}, []Diagnostic{
			{Code: "TC2301", Pos: at(1), Message: "4 keys refer to users: a.x, b.x, c.x and 1 more", Why: "w",
				Fix: "trust [a.x, b.x, c.x, d.x]", Related: []Related{{at(2), "b.x"}, {at(3), "c.x"}, {at(4), "d.x"}}},
		}},
	} {
		before := fmt.Sprint(c.list)
		got := Grouped(c.list)
		ignore := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Group" }, cmp.Ignore())
		if d := cmp.Diff(c.want, got, ignore); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
		if fmt.Sprint(c.list) != before {
			t.Errorf("%s: the list itself was changed", c.name)
		}
	}
}
