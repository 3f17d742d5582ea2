package generator

import (
	"context"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// compilation is a run of sqlc that goes on while the same statements are being
// proven. It takes longer than all the rest.
type compilation struct {
	done     chan struct{} // closed at its end, when the fields below are set
	compiled *sqlcrun.Compiled
	found    diag.List
	err      error
	panicked any
}

// compile starts sqlc over the files of an entry. Nothing is known of them yet:
// when a statement is refused, what sqlc makes of it is thrown away. The runs of
// several entries follow one another.
func (r *run) compile(ctx context.Context, b *block, structs []sqlcrun.TableName) {
	c := &compilation{done: make(chan struct{})}
	before := r.compiling
	in := sqlcrun.Input{
		Dir: r.cfg.Dir, Path: r.cfg.Sqlc, Env: r.cfg.Env, Timeout: r.cfg.Timeout,
		Schema: b.schema, Queries: b.queries, Options: b.Go.Raw, Database: b.Database, Structs: structs,
	}
	b.compilation, r.compiling = c, c
	go func() {
		defer close(c.done)
		defer func() { c.panicked = recover() }()
		if before != nil {
			<-before.done
		}
		done := r.progress("running sqlc; when it has to be built first, that takes minutes")
		defer done()
		c.compiled, c.err = sqlcrun.Run(ctx, in, &c.found)
	}()
}

// ended reports whether wait returns at once.
func (c *compilation) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// wait returns what sqlc made of the entry, or nil with findings. The caller
// closes it.
func (c *compilation) wait() (compiled *sqlcrun.Compiled, found *diag.List, err error) {
	<-c.done
	if c.panicked != nil {
		panic(c.panicked)
	}
	compiled = c.compiled
	c.compiled = nil // it is the caller's
	return compiled, &c.found, c.err
}

// compiles makes the run start sqlc as soon as its inputs are known. The
// function that it returns ends every sqlc that still runs, waits for it to
// clean up, and closes what nobody has waited for.
func (r *run) compiles(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	r.ahead = true
	return ctx, func() {
		cancel()
		for _, b := range r.blocks {
			if c := b.compilation; c != nil {
				<-c.done
				if c.compiled != nil {
					c.compiled.Close()
				}
			}
		}
	}
}
