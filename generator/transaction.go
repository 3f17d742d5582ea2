package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"
)

// transaction applies changes to the files below root: all of them or none.
//
// New contents are first staged, beside the files that they replace; only when
// all of them are on disk does the first rename happen. A rename that fails
// takes back those before it. What a power cut leaves behind is put right by
// the next run, since every file of the generated code can be made again.
type transaction struct {
	root   *os.Root
	rename func(from, to string) error // root.Rename; tests make it fail

	mu       sync.Mutex      // of what follows
	folders  map[string]bool // that are there
	reserved map[string]bool // staged names that are there, and empty
	undo     []func() error  // how to take back what was done, in order
	discard  []string        // files that mean nothing once all is done
}

func begin(root *os.Root) *transaction {
	return &transaction{root: root, rename: root.Rename, folders: map[string]bool{}, reserved: map[string]bool{}}
}

// The endings of the names that a transaction uses beside path/to/users.go.
const (
	newEnding = ".tenantc-new"
	oldEnding = ".tenantc-old"
)

// beside returns a hidden name in the folder of file, which Go's tools pass over.
func beside(file, ending string) string {
	return path.Join(path.Dir(file), "."+path.Base(file)+ending)
}

// commit makes the changes, whose new contents are staged. When it returns an
// error, the files are as they were.
func (t *transaction) commit(changes []change) error {
	for _, c := range changes {
		var err error
		switch c.action {
		case Created:
			err = t.install(c)
		case Updated:
			if err = t.retire(c); err == nil {
				err = t.install(c)
			}
		case Removed:
			err = t.retire(c)
		}
		if err != nil {
			err = fmt.Errorf("%s %s: %w", verbs[c.action], c.path, err)
			return errors.Join(err, t.rollback())
		}
	}
	for name := range t.reserved {
		t.discard = append(t.discard, name) // nothing came for it
	}
	for _, name := range t.discard {
		_ = t.root.Remove(name) // all is done; what stays is hidden, and the next run takes its name over
	}
	t.undo = nil
	return nil
}

// rollback takes back what was done, unless it is committed.
func (t *transaction) rollback() error {
	var err error
	for i := len(t.undo) - 1; i >= 0; i-- {
		if undoErr := t.undo[i](); undoErr != nil {
			err = errors.Join(err, fmt.Errorf("put the old files back: %w", undoErr))
		}
	}
	t.undo = nil
	return err
}

var verbs = map[Action]string{Created: "create", Updated: "replace", Removed: "remove"}

// stage writes the new content of a file beside it. Several files may be staged
// at once.
func (t *transaction) stage(c *change) error {
	if c.action != Created && c.action != Updated {
		return nil
	}
	if err := t.write(c); err != nil {
		return fmt.Errorf("write %s: %w", c.path, err)
	}
	return nil
}

func (t *transaction) write(c *change) error {
	if err := t.makeFolders(path.Dir(c.path)); err != nil {
		return err
	}
	name := beside(c.path, newEnding)
	f, err := t.create(name)
	if errors.Is(err, fs.ErrExist) { // left by a run that was killed
		if err := t.root.Remove(name); err != nil {
			return err
		}
		f, err = t.create(name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(c.content)
	return errors.Join(err, f.Close())
}

// create makes an empty file, or opens the one that was reserved.
func (t *transaction) create(name string) (*os.File, error) {
	t.mu.Lock()
	reserved := t.reserved[name]
	delete(t.reserved, name)
	t.mu.Unlock()
	if reserved {
		return t.root.OpenFile(name, os.O_WRONLY, 0o644)
	}
	f, err := t.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		t.mu.Lock()
		t.undo = append(t.undo, func() error { return ignoreMissing(t.root.Remove(name)) })
		t.mu.Unlock()
	}
	return f, err
}

// reserve makes the place in which a file will be staged, unless there is a file
// of that name: it may then stay as it is. What cannot be done now is left to
// stage.
func (t *transaction) reserve(file string) {
	if _, err := t.root.Lstat(file); !errors.Is(err, fs.ErrNotExist) || t.makeFolders(path.Dir(file)) != nil {
		return
	}
	name := beside(file, newEnding)
	f, err := t.create(name)
	if err != nil {
		return
	}
	if f.Close() == nil {
		t.mu.Lock()
		t.reserved[name] = true
		t.mu.Unlock()
	}
}

// makeFolders makes folder and those above it, and remembers which were new.
func (t *transaction) makeFolders(folder string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.makeFolder(folder)
}

func (t *transaction) makeFolder(folder string) error {
	if folder == "." || t.folders[folder] {
		return nil
	}
	if _, err := t.root.Stat(folder); err != nil {
		if err := t.makeFolder(path.Dir(folder)); err != nil {
			return err
		}
		if err := t.root.Mkdir(folder, 0o755); err != nil {
			return err
		}
		t.undo = append(t.undo, func() error { return ignoreMissing(t.root.Remove(folder)) })
	}
	t.folders[folder] = true
	return nil
}

// install gives the staged content its name.
func (t *transaction) install(c change) error {
	staged := beside(c.path, newEnding)
	if err := t.rename(staged, c.path); err != nil {
		return err
	}
	t.undo = append(t.undo, func() error { return ignoreMissing(t.root.Remove(c.path)) })
	return nil
}

// retire puts the file aside.
func (t *transaction) retire(c change) error {
	aside := beside(c.path, oldEnding)
	if err := t.rename(c.path, aside); err != nil {
		return err
	}
	t.undo = append(t.undo, func() error { return t.root.Rename(aside, c.path) })
	t.discard = append(t.discard, aside)
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
