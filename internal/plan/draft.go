package plan

import (
	"crypto/sha256"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// Input is what a plan is made of, besides the statements and sqlc's reading.
type Input struct {
	Block   *config.Block
	Catalog *catalog.Catalog
	Models  *model.Package // nil without models
	// ImportPath is that of Block.Out, as go.mod gives it; "" when there is none.
	ImportPath string
}

// Draft is a plan while sqlc is at work. What can be planned without it is
// planned meanwhile: the generated methods of models. So is what sqlc is
// expected to make of the statements. It is not for use by several goroutines at
// once.
type Draft struct {
	in       Input
	reader   *query.Reader
	types    map[string]*catalog.Type // of parameters
	commands map[string]string        // as they repeat
	kept     *kept                    // the statements
	refused  bool
	proofs   map[string]*prove.Proof // of the generated texts of one relation, without their statements

	builder   *builder  // nil before begin
	found     diag.List // what begin and Rehearse have to say
	rehearsed bool      // the generated methods are planned
}

// Begin returns a Draft without statements.
func Begin(in Input) *Draft {
	return &Draft{in: in, reader: query.NewReader(in.Catalog), kept: newKept(in.Catalog), proofs: map[string]*prove.Proof{}, types: map[string]*catalog.Type{}, commands: map[string]string{}}
}

// Add adds statements by their proofs, in the order of the files. Neither is
// needed afterwards. No statement may be added after Rehearse.
func (d *Draft) Add(proofs ...*prove.Proof) {
	for _, p := range proofs {
		if p.Verdict == prove.Refused || p.Open() {
			d.refused = true // nothing will be emitted
		}
		if d.refused {
			return
		}
		s := d.newStatement(p)
		text := expect(p.Stmt)
		s.expected, s.reading = sha256.Sum256([]byte(text)), d.read(s, text)
		d.kept.add(s)
	}
}

// begin names what the plan is made of, as far as it is known without sqlc.
func (d *Draft) begin() *builder {
	if d.builder == nil {
		d.kept.seal()
		b := newBuilder(d, &d.found)
		b.makeImports()
		b.makeDimensions()
		b.modelRows()
		b.nameRepos()
		b.methodNames()
		d.builder = b
	}
	return d.builder
}

// Rehearse plans the generated methods ahead of time, as far as they are known
// before sqlc is done: those of models.
//
// Unless print is nil, it is called with what there is of each repository that
// has got such methods; the plan then lets go of it, since the generated code of
// a large project takes more memory than all the rest. An error is print's own.
func (d *Draft) Rehearse(print func(*Ready) error) error {
	if d.refused || d.in.Models == nil || d.rehearsed {
		return nil
	}
	d.rehearsed = true
	err := d.begin().crud(print)
	d.reader = query.NewReader(d.in.Catalog) // what the old one remembers is hardly needed again
	for _, p := range d.builder.packages {
		for _, r := range p.repos {
			r.methods = nil
		}
	}
	return err
}

// Ready is what a repository holds so far, to be printed ahead of the rest. The
// plan does not touch it again: it may be printed while the planning goes on.
type Ready struct {
	Of *Repository
	Repository
}

// ahead hands over what a repository holds. That may be nothing, and print nil.
func (r *repo) ahead(print func(*Ready) error) error {
	if print == nil {
		return nil
	}
	ready := &Ready{r.Repository, *r.Repository}
	r.Cols, r.Key, r.Structs, r.Dests, r.Methods = nil, nil, nil, nil, nil
	return print(ready)
}

// Finish makes the plan with what sqlc made of the statements; compiled may be
// nil when there are none. Unless print is nil, it is called with each repository
// whose last hand-written method is planned, as by Rehearse. The plan is nil when a statement is refused or leans
// on something that nobody declared, and when rep has got an error: then nothing
// is to be emitted. An error of Finish's own is that of reading compiled, or
// print's.
//
// A Draft can be finished once. Finish holds sqlc's reading of the statements
// against their proofs, and panics with a *diag.Bug where the two proofs of one
// statement differ.
func (d *Draft) Finish(compiled *sqlcrun.Compiled, rep *diag.List, print func(*Ready) error) (*Plan, error) {
	if d.refused {
		return nil, nil
	}
	b := d.begin()
	b.rep = rep
	if compiled != nil {
		own := *compiled // parts of it are let go
		b.compiled = &own
	}
	b.crossCheck()
	if b.compiled != nil {
		b.compiled.Tables = nil // they are of no more use
	}
	b.checkModule()
	b.checkOptions()
	if rep.HasErrors() {
		return nil, nil
	}
	rep.Merge(&d.found)
	if rep.HasErrors() {
		return nil, nil
	}
	b.sqlcImports()
	if err := b.sqlcRows(); err != nil {
		return nil, err
	}
	if !d.rehearsed {
		if err := b.crud(print); err != nil {
			return nil, err
		}
	}
	if err := b.handWritten(print); err != nil {
		return nil, err
	}
	out := b.finish()
	if rep.HasErrors() {
		return nil, nil
	}
	return out, nil
}
