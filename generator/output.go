package generator

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/emit"
	"github.com/tenantc/tenantc/internal/parallel"
)

// Action is what a run did with a file, or would do.
type Action int8

const (
	Unchanged Action = iota // the file holds what it should, and was not touched
	Created
	Updated
	Removed // nothing gives this file any longer
)

func (a Action) String() string {
	switch a {
	case Unchanged:
		return "unchanged"
	case Created:
		return "created"
	case Updated:
		return "updated"
	case Removed:
		return "removed"
	}
	return fmt.Sprintf("action(%d)", int8(a))
}

// MarshalText returns the action's name, for JSON.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// output is a generated file, which is printed when its content is asked for.
type output struct {
	path  string                    // relative to the configuration's folder, with slashes
	print func(*bytes.Buffer) error // appends the content
}

// change is one file and what has to be done with it.
type change struct {
	path    string // relative to the configuration's folder, with slashes
	action  Action
	content []byte           // what the file shall hold; nil when Removed
	old     []byte           // what it holds; nil when Created
	drift   *diag.Diagnostic // what a run that only looks has to say of it
}

// compare says, for the folders of the generated code, what differs between
// the files on disk and those that shall be there. Paths are relative to root.
// Things that are not tenantc's and stand in the way are diagnostics; nothing
// may then be written.
//
// Each change is given to handle with its contents, several at once; they are
// good for that call, and in the result there are none.
func compare(root *os.Root, folders []string, files []output, rep *diag.List, handle func(*change) error) ([]change, error) {
	wanted := make(map[string]bool, len(files))
	for _, f := range files {
		wanted[f.path] = true
	}
	var stale []change
	for _, folder := range folders {
		here, err := staleFiles(root, folder, wanted, rep)
		if err != nil {
			return nil, fmt.Errorf("read the generated code: %w", err)
		}
		stale = append(stale, here...)
	}
	if rep.HasErrors() { // a file stands where a folder belongs
		handle = func(*change) error { return nil }
	}
	changes := make([]change, len(files))
	// All files together are many times as large as the few that are printed at a
	// time.
	buffers := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	found := make([]diag.List, len(files))
	err := parallel.Each(len(files), func(i int) (err error) {
		b := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(b)
		b.Reset()
		changes[i], err = compareFile(root, folders, files[i], b, &found[i], handle)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range found {
		rep.Merge(&found[i])
	}
	for i := range stale {
		if err := handle(&stale[i]); err != nil {
			return nil, err
		}
		stale[i].old = nil
	}
	changes = append(changes, stale...)
	slices.SortFunc(changes, func(a, b change) int { return strings.Compare(a.path, b.path) })
	return changes, nil
}

// compareFile prints a file into b, and keeps nothing of that.
func compareFile(root *os.Root, folders []string, f output, b *bytes.Buffer, rep *diag.List, handle func(*change) error) (change, error) {
	if err := f.print(b); err != nil {
		return change{}, err
	}
	content := b.Bytes()
	if !slices.Contains(folders, path.Dir(f.path)) || !hasHeader(content) {
		diag.Bugf("generator: %s is emitted outside of the folders %v or without the header line", f.path, folders)
	}
	old, found, err := readGenerated(root, f.path, rep)
	if err != nil {
		return change{}, fmt.Errorf("read the generated code: %w", err)
	}
	c := change{path: f.path, action: Updated, content: content, old: old}
	switch {
	case !found:
		c.action = Created
	case bytes.Equal(old, content):
		c.action = Unchanged
	}
	if !rep.HasErrors() {
		if err := handle(&c); err != nil {
			return change{}, err
		}
	}
	c.content, c.old = nil, nil
	return c, nil
}

// staleFiles returns the Go files of folder that carry the header and that no
// input gives any longer. A folder that does not exist has none.
func staleFiles(root *os.Root, folder string, wanted map[string]bool, rep *diag.List) ([]change, error) {
	info, err := root.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR): // the second: the folder above is reported
		return nil, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		rep.Add(diag.Diagnostic{Code: diag.CodeForeignFile, Pos: diag.Pos{File: folder},
			Message: folder + " is a file, not the folder of the generated code", Fix: "move it away"})
		return nil, nil
	}
	entries, err := fs.ReadDir(root.FS(), folder)
	if err != nil {
		return nil, err
	}
	var stale []change
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		if wanted[name] || !e.Type().IsRegular() || path.Ext(name) != ".go" {
			continue
		}
		old, err := root.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if hasHeader(old) {
			stale = append(stale, change{path: name, action: Removed, old: old})
		}
	}
	return stale, nil
}

// readGenerated reads a file that is about to be replaced. Whatever is not a
// regular file with the header is a diagnostic.
func readGenerated(root *os.Root, name string, rep *diag.List) (content []byte, found bool, err error) {
	foreign := func(what string) {
		rep.Add(diag.Diagnostic{Code: diag.CodeForeignFile, Pos: diag.Pos{File: name}, Message: what,
			Why: "tenantc would write " + name + " and replaces nothing but its own files", Fix: "rename it, or move it away"})
	}
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case info.IsDir():
		foreign("a folder stands where a generated file belongs")
		return nil, true, nil
	case !info.Mode().IsRegular():
		foreign("a link or device stands where a generated file belongs")
		return nil, true, nil
	}
	content, err = root.ReadFile(name)
	if err == nil && !hasHeader(content) {
		foreign("this file was not written by tenantc: its first line is not the header of generated code")
	}
	return content, true, err
}

// hasHeader reports whether the first line of content is that of generated
// code, with any line end: a checkout may have changed it. A file without it is
// nobody's to touch.
func hasHeader(content []byte) bool {
	first, _, _ := bytes.Cut(content, []byte("\n"))
	return string(bytes.TrimSuffix(first, []byte("\r"))) == emit.Header
}

// removeEmpty removes those of folders that the changes have left empty,
// the innermost first. A folder with anything in it stays.
func removeEmpty(root *os.Root, folders []string, changes []change) {
	inner := slices.Clone(folders)
	slices.SortFunc(inner, func(a, b string) int { return strings.Count(b, "/") - strings.Count(a, "/") })
	for _, folder := range inner {
		emptied := slices.ContainsFunc(changes, func(c change) bool {
			return c.action == Removed && strings.HasPrefix(c.path, folder+"/")
		})
		if emptied {
			_ = root.Remove(folder) // fails when something is in it, as it should
		}
	}
}
