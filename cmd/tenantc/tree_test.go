package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// tree returns the files below dir, names and contents, as one text.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var archive txtar.Archive
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name := filepath.ToSlash(strings.TrimPrefix(path, dir))
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: content})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(txtar.Format(&archive))
}
