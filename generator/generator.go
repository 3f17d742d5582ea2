package generator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// Config says what to work on and with what.
type Config struct {
	// Dir is the folder of the configuration; every other path is relative to
	// it. Zero means the working directory.
	Dir string

	// File is the name of the configuration in Dir. Zero means the first of
	// sqlc.yaml, sqlc.yml and sqlc.json that exists.
	File string

	// Sqlc is the sqlc to run. Zero means `go tool sqlc` in the module around
	// Dir, else the one on PATH. Check never runs it.
	Sqlc string

	// Timeout is how long sqlc may take, building it not counted. Zero means
	// two minutes.
	Timeout time.Duration

	// Env is the environment in which sqlc is looked for and run, as os.Environ
	// gives it. Nil means that of this process.
	Env []string

	// Verify makes Generate write nothing and report each file that it would
	// have changed.
	Verify bool

	// Baseline is the file of findings that Check counts without failing. Zero
	// means none.
	Baseline string

	// UpdateBaseline makes Check write the findings of this run to Baseline.
	UpdateBaseline bool

	// Progress is where a run that takes long says what it is waiting for. Nil
	// means nowhere.
	Progress io.Writer
}

func (c Config) withDefaults() Config {
	if c.Dir == "" {
		c.Dir = "."
	}
	if c.Env == nil {
		c.Env = os.Environ()
	}
	return c
}

// Check proves every statement of the project and writes nothing.
//
// Findings are in the Result. The error is about the world: a file that exists
// and cannot be read, or ctx. It is a *BugError when tenantc contradicts itself.
func Check(ctx context.Context, cfg Config) (res *Result, err error) {
	defer recoverBug(&err)
	r := &run{cfg: cfg.withDefaults()}
	if err := r.prove(ctx); err != nil {
		return nil, err
	}
	res = r.result()
	res.verdicts = true
	if r.cfg.Baseline != "" {
		if err := r.applyBaseline(res); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// Generate proves every statement and writes the generated code: all files or
// none. Files that need no change keep their time, and generated files that
// nothing gives any longer are removed. With a finding of severity error
// nothing is written.
//
// Findings are in the Result. The error is about the world, as when the disk is
// full; the code is then as it was. It is a *BugError when tenantc contradicts
// itself.
func Generate(ctx context.Context, cfg Config) (res *Result, err error) {
	defer recoverBug(&err)
	r := &run{cfg: cfg.withDefaults()}
	defer func() { err = errors.Join(err, r.close()) }()
	if !cfg.Verify {
		r.reserve = r.reserveFile
	}
	if err := r.emit(ctx); err != nil {
		return nil, err
	}
	if err := r.write(ctx, r.outputs(), func(Action) bool { return true }); err != nil {
		return nil, err
	}
	return r.result(), nil
}

// outputs are the files of every entry, printed when they are asked for.
func (r *run) outputs() []output {
	var out []output
	for _, b := range r.blocks {
		for _, f := range b.files {
			out = append(out, output{f.Path, f.Print})
		}
	}
	return out
}

// write brings the folders of the generated code in line with files, as far as
// the changes are ours to make, or reports how they differ.
//
// The new content of a file is laid down beside it as soon as it has been
// printed, and forgotten: the code of a large project takes more memory than
// all the rest. Not before the last one is there does any file change.
func (r *run) write(ctx context.Context, files []output, ours func(Action) bool) error {
	if r.rep.HasErrors() {
		return nil
	}
	tx, err := r.transaction()
	if err != nil {
		return err
	}
	root, folders := tx.root, r.folders()
	changes, err := compare(root, folders, files, &r.rep, func(c *change) error {
		switch {
		case r.cfg.Verify:
			c.drift = drift(c)
		case ours(c.action) && ctx.Err() == nil:
			if err := tx.stage(c); err != nil {
				return fmt.Errorf("write the generated code: %w", err)
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case r.cfg.Verify:
		for _, c := range changes {
			if c.drift != nil {
				r.rep.Add(*c.drift)
			}
		}
		return nil
	case r.rep.HasErrors():
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("write the generated code: %w", context.Cause(ctx))
	}
	changes = slices.DeleteFunc(changes, func(c change) bool { return !ours(c.action) })
	if err := tx.commit(changes); err != nil {
		return fmt.Errorf("write the generated code: %w", err)
	}
	removeEmpty(root, folders, changes)
	for _, c := range changes {
		r.written = append(r.written, File{Path: c.path, Action: c.action})
	}
	return nil
}

// transaction returns the run's, which it begins when there is none. Whoever
// calls it sees to close.
func (r *run) transaction() (*transaction, error) {
	if r.tx == nil {
		root, err := os.OpenRoot(r.cfg.Dir)
		if err != nil {
			return nil, fmt.Errorf("open the project: %w", err)
		}
		r.tx = begin(root)
	}
	return r.tx, nil
}

// close takes back what was not committed, and what was of use for the run only.
func (r *run) close() error {
	for _, clean := range r.cleanup {
		clean()
	}
	if r.tx == nil {
		return nil
	}
	return errors.Join(r.tx.rollback(), r.tx.root.Close())
}

// reserveFile makes the place for a file that is sure to come, while nobody
// waits: file systems take their time over new files. What stands in the way is
// told when the file is there.
func (r *run) reserveFile(name string) {
	if tx, err := r.transaction(); err == nil {
		tx.reserve(name)
	}
}
