package config

import (
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/diag"
)

// FuzzParse sees that no text makes the reader panic, and that whatever it
// says, it says of a place in the text.
func FuzzParse(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/refused.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range archive.Files {
		f.Add(file.Data)
	}
	f.Add([]byte(full))
	f.Fuzz(func(t *testing.T, data []byte) {
		rep := &diag.List{}
		cfg := &Config{Dir: t.TempDir(), File: "sqlc.yaml"}
		if err := parse(cfg, data, rep); err != nil {
			t.Skip(err) // the world, as a path that is too long
		}
		if len(cfg.Blocks) == 0 && !rep.HasErrors() {
			t.Error("neither a block nor a diagnostic")
		}
		lines := diag.NewLines("sqlc.yaml", string(data))
		for _, d := range rep.Sorted() {
			if last := lines.Pos(len(data)); d.Pos.File != "sqlc.yaml" || d.Pos.Line > last.Line {
				t.Errorf("a diagnostic at %s, the text ends at %s", d.Pos, last)
			}
		}
	})
}
