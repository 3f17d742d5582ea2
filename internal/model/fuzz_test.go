package model

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/diag"
)

// FuzzLoad sees that no Go file makes the loader panic, and that a file
// without a diagnostic gives models whose fields are whole.
func FuzzLoad(f *testing.F) {
	for _, path := range []string{"testdata/accepted.txtar", "testdata/refused.txtar"} {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for i := 0; i < len(a.Files); i += 2 {
			f.Add(a.Files[i].Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "m.go"), data, 0o644); err != nil {
			t.Fatal(err)
		}
		rep := &diag.List{}
		pkg, err := Load(dir, ".", rep)
		if err != nil {
			t.Fatal(err)
		}
		if rep.HasErrors() {
			return
		}
		for _, m := range pkg.Models {
			if m.Table == "" || len(m.Fields) == 0 {
				t.Errorf("model %s has table %q and %d fields", m.Name, m.Table, len(m.Fields))
			}
			for _, field := range m.Fields {
				if field.Column == "" || field.Type == nil || field.TypeText == "" || field.Path() == "" {
					t.Errorf("field %+v is not whole", field)
				}
			}
		}
	})
}
