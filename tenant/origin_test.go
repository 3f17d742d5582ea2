package tenant

import "testing"

func TestFunctionNames(t *testing.T) {
	t.Parallel()
	for function, want := range map[string][2]string{
		"example.com/app/gen.(*Users).List":          {"example.com/app/gen", "Users.List"},
		"example.com/app/gen.(*Users).ForEach.func1": {"example.com/app/gen", "Users.ForEach"},
		"example.com/app/gen.each[...]":              {"example.com/app/gen", "each"},
		"example.com/app/gen.Value.Get-range1":       {"example.com/app/gen", "Value.Get"},
		"main.main.func2.1":                          {"main", "main"},
		"main.main":                                  {"main", "main"},
	} {
		pkg := packageOf(function)
		if method := methodOf(function[len(pkg)+1:]); pkg != want[0] || method != want[1] {
			t.Errorf("%s is %s of %s, want %s of %s", function, method, pkg, want[1], want[0])
		}
	}
	if query, caller := Origin(); query != "" || caller != "" {
		t.Errorf("outside of an observer: %q, %q", query, caller)
	}
}
