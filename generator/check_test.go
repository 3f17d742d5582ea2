package generator

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the want sections of testdata")

// TestCheck runs the pipeline over small projects and compares each way of
// printing what it found. A file of testdata holds a project and the sections
// want.txt, want.json and want.proofs.
func TestCheck(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			checkProject(t, name)
		})
	}
}

func checkProject(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "want.") {
			files[f.Name] = string(f.Data)
		}
	}
	dir := lay(t, files).Name()
	res, err := Check(context.Background(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	print := map[string]func(*bytes.Buffer) error{
		"want.txt":  func(b *bytes.Buffer) error { return res.WriteText(b, TextOptions{}) },
		"want.json": func(b *bytes.Buffer) error { return res.WriteJSON(b) },
		"want.proofs": func(b *bytes.Buffer) error {
			_, err := Dump(context.Background(), Config{Dir: dir}, "proofs", b)
			return err
		},
	}
	for i, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "want.") {
			continue
		}
		var got bytes.Buffer
		if err := print[f.Name](&got); err != nil {
			t.Fatal(err)
		}
		if *update {
			archive.Files[i].Data = got.Bytes()
		} else if diff := cmp.Diff(string(f.Data), got.String()); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", name, f.Name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
