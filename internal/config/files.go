package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/tenantc/tenantc/internal/diag"
)

// File is one SQL file.
type File struct {
	Name string // relative to the configuration's folder, with slashes
	// Text is the content without a byte order mark, line ends as they are.
	// Columns of line 1 count from behind the mark, as editors do.
	Text string
}

// SchemaFiles reads the files of the schema in the order in which they apply:
// that of the list; within a folder or a pattern by name, byte by byte, as sqlc
// does (so 10_b.sql comes before 2_a.sql, which the catalog then refuses). Folders are read one level deep.
// Hidden files and those that end in .down.sql are passed over; a file named
// twice is read once. dir is the configuration's folder.
//
// A path that does not exist, a list that yields no .sql file, and text that
// is not UTF-8 go to rep. The error speaks of the world.
func (b *Block) SchemaFiles(dir string, rep *diag.List) ([]File, error) {
	return readFiles(dir, "schema", b.schema, rep, func(name string) bool { return strings.HasSuffix(name, ".down.sql") })
}

// QueryFiles reads the query files, as SchemaFiles does, except that a file
// that ends in .down.sql is a query file like any other.
func (b *Block) QueryFiles(dir string, rep *diag.List) ([]File, error) {
	return readFiles(dir, "queries", b.queries, rep, func(string) bool { return false })
}

// source is one element of schema or queries and where it stands.
type source struct {
	path string
	pos  diag.Pos
}

func readFiles(dir, what string, sources []source, rep *diag.List, skip func(name string) bool) ([]File, error) {
	var names []string
	before := rep.Len()
	for _, s := range sources {
		found, err := expand(dir, what, s, rep)
		if err != nil {
			return nil, fmt.Errorf("list %s %s: %w", what, s.path, err)
		}
		for _, name := range found {
			base := path.Base(name)
			if strings.HasSuffix(base, ".sql") && !strings.HasPrefix(base, ".") && !skip(base) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 && len(sources) > 0 && rep.Len() == before {
		rep.Add(diag.Diagnostic{
			Code: diag.CodeNoSQLFiles, Pos: sources[0].pos, Width: len(sources[0].path),
			Message: fmt.Sprintf("%s has no .sql file", what),
			Why:     "folders are read one level deep, and hidden files are passed over",
		})
	}
	var files []File
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
		if text, ok := decodeText(name, data, rep); ok {
			files = append(files, File{name, text})
		}
	}
	return files, nil
}

// expand returns the names of the files that s stands for, whatever their
// ending, in order.
func expand(dir, what string, s source, rep *diag.List) ([]string, error) {
	missing := func(message string) {
		rep.Add(diag.Diagnostic{
			Code: diag.CodePathMissing, Pos: s.pos, Width: len(s.path), Message: message,
			Why: "paths are relative to the folder of the configuration",
		})
	}
	paths := []string{path.Clean(s.path)}
	pattern := strings.ContainsAny(s.path, "*?[]")
	if pattern {
		matches, err := glob(dir, paths[0])
		if err != nil && !errors.Is(err, path.ErrBadPattern) {
			return nil, err
		}
		if err != nil {
			rep.Add(diag.Diagnostic{
				Code: diag.CodeConfigPath, Pos: s.pos, Width: len(s.path),
				Message: fmt.Sprintf("the pattern %s of %s is malformed", s.path, what),
			})
			return nil, nil
		}
		if len(matches) == 0 {
			missing(fmt.Sprintf("the pattern %s of %s matches nothing", s.path, what))
		}
		paths = matches
	}
	var out []string
	for _, p := range paths {
		full := filepath.Join(dir, filepath.FromSlash(p))
		info, err := os.Stat(full)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing(fmt.Sprintf("%s names %s, which does not exist", what, p))
			continue
		case err != nil:
			return nil, err
		case !info.IsDir():
			if !pattern && !strings.HasSuffix(p, ".sql") {
				rep.Add(diag.Diagnostic{
					Code: diag.CodeNoSQLFiles, Pos: s.pos, Width: len(s.path),
					Message: fmt.Sprintf("%s names %s, which does not end in .sql", what, p),
				})
			}
			out = append(out, p)
			continue
		}
		entries, err := os.ReadDir(full)
		if err != nil {
			return nil, err
		}
		for _, e := range entries { // ReadDir sorts by name
			if !e.IsDir() {
				out = append(out, path.Join(p, e.Name()))
			}
		}
	}
	return out, nil
}

// glob matches pattern below dir. Only the pattern's own characters are
// special, not those of dir.
func glob(dir, pattern string) ([]string, error) {
	up := ""
	for rest, ok := strings.CutPrefix(pattern, "../"); ok; rest, ok = strings.CutPrefix(pattern, "../") {
		up, pattern = up+"../", rest
	}
	fsys := &strictFS{FS: os.DirFS(filepath.Join(dir, filepath.FromSlash(up)))}
	matches, err := fs.Glob(fsys, pattern)
	for i, m := range matches {
		matches[i] = up + m
	}
	return matches, cmp.Or(err, fsys.err)
}

// strictFS keeps the first error that fs.Glob would pass over: a folder that
// cannot be read is not a folder without matches.
type strictFS struct {
	fs.FS
	err error
}

// ReadDir implements fs.ReadDirFS.
func (s *strictFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.FS, name)
	if err != nil && s.err == nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		s.err = err
	}
	return entries, err
}

// sources reads schema or queries, a text or a list of texts.
func (r *reader) sources(entry *object, key string) (paths []string, out []source) {
	n := entry.values[key]
	before := r.rep.Len()
	for _, item := range r.texts(n, key) {
		if r.usable(item, key) {
			paths = append(paths, item.Value)
			out = append(out, source{item.Value, r.pos(item)})
		}
	}
	if n != nil && len(out) == 0 && r.rep.Len() == before {
		r.report(diag.CodeConfigValue, entry.keys[key], key+" names no file and no folder", "", key+": "+key)
	}
	return paths, out
}

// folder reads a path that names one folder, and returns it cleaned. It need
// not exist.
func (r *reader) folder(n *yaml.Node, what string) string {
	name := r.str(n, what)
	if name == "" || !r.usable(n, what) {
		return ""
	}
	if strings.ContainsAny(name, "*?[]") {
		r.report(diag.CodeConfigPath, n, what+" is a pattern", "it names one folder; only schema and queries may be patterns", "")
		return ""
	}
	return path.Clean(name)
}

var drive = regexp.MustCompile(`^[A-Za-z]:`)

// usable reports whether the path at n is relative and written with slashes.
func (r *reader) usable(n *yaml.Node, what string) bool {
	switch name := n.Value; {
	case strings.HasPrefix(name, "/") || drive.MatchString(name):
		r.report(diag.CodeConfigPath, n, what+" is an absolute path",
			"paths are relative to the folder of the configuration, so that the file means the same on every machine", "")
		return false
	case strings.Contains(name, `\`):
		r.report(diag.CodeConfigPath, n, what+" has a backslash", "paths are written with slashes on every system",
			strings.ReplaceAll(name, `\`, "/"))
		return false
	}
	return true
}

// folderExists reports name, which stands at n, when it is no folder.
func (r *reader) folderExists(cfg *Config, n *yaml.Node, what, name string) error {
	info, err := os.Stat(filepath.Join(cfg.Dir, filepath.FromSlash(name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.report(diag.CodePathMissing, n, fmt.Sprintf("%s names %s, which does not exist", what, name),
			"paths are relative to the folder of the configuration", "")
	case err != nil:
		return fmt.Errorf("look for the folder of %s: %w", what, err)
	case !info.IsDir():
		r.report(diag.CodeConfigPath, n, fmt.Sprintf("%s names %s, which is a file", what, name), "it names a folder", "")
	}
	return nil
}

// badByte returns the offset of the first byte of text that cannot stand in a
// text file, and what it is; -1 when there is none. A NUL is refused because
// some readers end the text there.
func badByte(text string) (int, string) {
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if c == utf8.RuneError && size == 1 {
			return i, fmt.Sprintf("the byte 0x%02X is not UTF-8", text[i])
		}
		if c == 0 {
			return i, "a NUL byte stands here"
		}
		i += size
	}
	return -1, ""
}
