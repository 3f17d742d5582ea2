package generator

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/diag"
)

// TestDocs keeps docs/check-json.md in step with the keys of the document.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/check-json.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{Query{}, Tenant{}, Relation{}, Reason{}, File{}, diag.Record{}, diag.Place{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			key, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if key == "" || !strings.Contains(string(page), `"`+key+`":`) {
				t.Errorf("the example in docs/check-json.md lacks the key %q of %v", key, typ)
			}
		}
	}
	for action := Unchanged; action <= Removed; action++ {
		if !strings.Contains(string(page), "`"+action.String()+"`") {
			t.Errorf("docs/check-json.md does not name the action %v", action)
		}
	}
}

// TestDumpStages has every stage say something of a project that is clean.
func TestDumpStages(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"catalog", "queries", "proofs"} {
		var out strings.Builder
		res, err := Dump(t.Context(), Config{Dir: ".."}, name, &out)
		if err != nil || res.Failed() || !strings.Contains(out.String(), "public.users") {
			t.Errorf("%s: %v\n%.500s", name, err, out.String())
		}
	}
}
