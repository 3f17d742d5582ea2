// Package schema holds the reference application's migrations for programs
// that make a database of their own: the quickstart, tests and benchmarks.
//
// In comes nothing; out go the statements that build the schema. It refuses to
// know which of them a database has seen: in production that is a migration
// tool's to say.
package schema

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.sql
var files embed.FS

// Migrations returns the files themselves, for a migration tool that reads
// goose's format.
func Migrations() fs.FS { return files }

// down is the line that begins the part of a migration that takes it back.
const down = "-- +goose Down"

// Up returns the text of each migration, in order, without the part that takes
// it back.
func Up() ([]string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	texts := make([]string, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		up, _, _ := strings.Cut(string(text), down)
		texts = append(texts, up)
	}
	return texts, nil
}
