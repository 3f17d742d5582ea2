package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// transaction applies changes to the files below root: all of them or none.
//
// New contents are first written beside the files that they replace; only when
// all of them are on disk does the first rename happen. A rename that fails
// takes back those before it. What a power cut leaves behind is put right by
// the next run, since every file of the generated code can be made again.
type transaction struct {
	root   *os.Root
	rename func(from, to string) error // root.Rename; tests make it fail

	undo    []func() error // how to take back what was done, in order
	discard []string       // files that mean nothing once all is done
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

func commit(root *os.Root, changes []change) error {
	return (&transaction{root: root, rename: root.Rename}).run(changes)
}

func (t *transaction) run(changes []change) error {
	err := t.apply(changes)
	if err != nil {
		for i := len(t.undo) - 1; i >= 0; i-- {
			if undoErr := t.undo[i](); undoErr != nil {
				err = errors.Join(err, fmt.Errorf("put the old files back: %w", undoErr))
			}
		}
		return err
	}
	for _, name := range t.discard {
		_ = t.root.Remove(name) // all is done; what stays is hidden, and the next run takes its name over
	}
	return nil
}

func (t *transaction) apply(changes []change) error {
	for _, c := range changes {
		if c.action == Created || c.action == Updated {
			if err := t.stage(c); err != nil {
				return fmt.Errorf("write %s: %w", c.path, err)
			}
		}
	}
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
			return fmt.Errorf("%s %s: %w", verbs[c.action], c.path, err)
		}
	}
	return nil
}

var verbs = map[Action]string{Created: "create", Updated: "replace", Removed: "remove"}

// stage writes the new content beside its file.
func (t *transaction) stage(c change) error {
	if err := t.makeFolder(path.Dir(c.path)); err != nil {
		return err
	}
	name := beside(c.path, newEnding)
	if err := t.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left by a run that was killed
	}
	t.undo = append(t.undo, func() error { return ignoreMissing(t.root.Remove(name)) })
	f, err := t.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(c.content)
	return errors.Join(err, f.Close())
}

// makeFolder makes folder and those above it, and remembers which were new.
func (t *transaction) makeFolder(folder string) error {
	if _, err := t.root.Stat(folder); err == nil || folder == "." {
		return nil
	}
	if err := t.makeFolder(path.Dir(folder)); err != nil {
		return err
	}
	if err := t.root.Mkdir(folder, 0o755); err != nil {
		return err
	}
	t.undo = append(t.undo, func() error { return ignoreMissing(t.root.Remove(folder)) })
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
