package sqlcrun

import (
	"context"
	"fmt"
	"time"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
)

// Version is the version of sqlc whose output is understood.
const Version = "v1.31.1"

// Input is what one run of sqlc is given.
type Input struct {
	// Dir is the folder in whose module `go tool sqlc` is looked for. Zero means
	// the working directory.
	Dir string

	// Path is the sqlc to run. Zero means: `go tool sqlc`, else the one on PATH.
	Path string

	// Env is the environment in which sqlc is found and run, as os.Environ
	// returns it. What sqlc itself gets of it is a short list.
	Env []string

	// Schema and Queries are the files, in the order in which they apply.
	Schema, Queries []config.File

	// Options are sqlc's options for Go as the user wrote them. Those that would
	// change the shape of the code, and not only its names and types, are left out.
	Options map[string]any

	// Database is the entry's `database`, handed on as it is; nil for none.
	Database map[string]any

	// Structs are the tables of which the struct is wanted, used by a query or not.
	Structs []TableName

	// Timeout is how long sqlc may run. Zero means two minutes. Building
	// `go tool sqlc` for the first time does not count.
	Timeout time.Duration
}

// Run runs sqlc over in. Findings, such as a query that sqlc refuses, go to
// rep, and the result is then nil. The error speaks of the world: the disk, the
// process, ctx. Whoever is given a result closes it.
func Run(ctx context.Context, in Input, rep *diag.List) (*Compiled, error) {
	bin, err := find(ctx, in, rep)
	if err != nil || bin == "" {
		return nil, err
	}
	if c, done, err := runTogether(ctx, bin, in, rep); done || err != nil {
		return c, err
	}
	return runApart(ctx, bin, in, rep)
}

// runTogether gives sqlc bundles of files. It is not done when there is nothing
// to bundle, or when sqlc fails: what it says of a bundle cannot be told of the
// files.
func runTogether(ctx context.Context, bin string, in Input, rep *diag.List) (c *Compiled, done bool, err error) {
	together := in
	together.Schema, together.Queries = bundle(in.Schema, joinsSchema), bundle(in.Queries, joinsQueries)
	if len(together.Schema)+len(together.Queries) == len(in.Schema)+len(in.Queries) {
		return nil, false, nil
	}
	w, err := makeWorkspace()
	if err != nil {
		return nil, false, err
	}
	defer func() {
		if c == nil {
			w.remove()
		}
	}()
	var unplaced diag.List // found in bundles, and found again in the files
	if err := w.write(together, &unplaced); err != nil {
		return nil, false, fmt.Errorf("write the inputs of sqlc: %w", err)
	}
	together = Input{} // it is as long as the user's files
	w.forget()
	if unplaced.HasErrors() {
		return nil, false, nil
	}
	failure, err := w.generate(ctx, bin, in)
	switch {
	case err != nil:
		return nil, false, err
	case failure == nil:
		c, err = w.read(rep)
		return c, true, err
	case failure.late:
		failure.report(w, in, rep)
		return nil, true, nil
	}
	return nil, false, nil
}

// runApart gives sqlc a file for each of the user's: what it says of one can
// then be told of the other.
func runApart(ctx context.Context, bin string, in Input, rep *diag.List) (c *Compiled, err error) {
	w, err := makeWorkspace()
	if err != nil {
		return nil, err
	}
	defer func() {
		if c == nil {
			w.remove()
		}
	}()
	if err := w.write(in, rep); err != nil {
		return nil, fmt.Errorf("write the inputs of sqlc: %w", err)
	}
	if rep.HasErrors() {
		return nil, nil
	}
	failure, err := w.generate(ctx, bin, in)
	if err != nil {
		return nil, err
	}
	if failure == nil {
		return w.read(rep)
	}
	// Another version may fail over what this one takes, and the version is then
	// what to say.
	if failure.late || checkVersion(bin, versionOf(ctx, bin, in.Env), rep) {
		failure.report(w, in, rep)
	}
	return nil, nil
}
