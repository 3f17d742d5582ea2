package generator

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/emit"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/parallel"
	"github.com/tenantc/tenantc/internal/plan"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// run is one run of the pipeline. Its methods add to what is known; each calls
// those before it.
type run struct {
	cfg     Config
	only    func(*config.Block) bool // the entries to take; nil for all
	rep     diag.List
	conf    *config.Config
	blocks  []*block
	written []File

	ahead     bool              // sqlc is started as soon as its inputs are known
	printing  bool              // the run goes on to the files
	reserve   func(file string) // called with each file that is sure to come; nil for nobody
	tx        *transaction      // on the files; nil before it begins
	compiling *compilation      // the last one that was started
	cleanup   []func()          // what close has to do besides
}

// block is what became of one `sql:` entry. Fields behind the first finding of
// severity error may be nil.
type block struct {
	*config.Block
	models   *model.Package // nil when the entry has none
	schema   []config.File
	catalog  *catalog.Catalog
	queries  []config.File
	names    []query.Heading // of the statements; let go where there are verdicts
	count    int             // of the statements
	stmts    []*query.Stmt   // none in a run that goes on to a plan
	sound    bool            // what a proof leans on, models and schema, has no errors
	proofs   []*prove.Proof  // as verdicts; none in a run that goes on to a plan
	verdicts ledger          // one a statement; none before prove, and when not sound
	findings diag.List       // of the proofs

	draft       *plan.Draft   // of a run that goes on to a plan
	printer     *emit.Printer // of one that goes on to the files
	compilation *compilation  // nil when there is none
	plan        *plan.Plan
	files       []emit.File
}

// load reads the configuration, once.
func (r *run) load() error {
	if r.conf != nil {
		return nil
	}
	conf, err := config.Load(r.cfg.Dir, r.cfg.File, &r.rep)
	if err != nil {
		return err
	}
	r.conf = conf
	if !r.rep.HasErrors() {
		for _, b := range conf.Blocks {
			if r.only == nil || r.only(b) {
				r.blocks = append(r.blocks, &block{Block: b})
			}
		}
	}
	return nil
}

// read loads everything that a proof leans on: models, schema, query files.
func (r *run) read(ctx context.Context) error {
	if err := r.load(); err != nil {
		return err
	}
	for _, b := range r.blocks {
		if err := r.readBlock(ctx, b); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// readBlock gives each stage a list of its own: a stage that stops at its first
// error must not stop over another's.
func (r *run) readBlock(ctx context.Context, b *block) error {
	var models, schema, queries, ignored diag.List
	var err error
	if b.schema, err = b.SchemaFiles(r.cfg.Dir, &schema); err != nil {
		return err
	}
	if b.queries, err = b.QueryFiles(r.cfg.Dir, &queries); err != nil {
		return err
	}
	compile := r.ahead && !schema.HasErrors() && !queries.HasErrors()
	if compile && b.Models != "" {
		r.compile(ctx, b, nil) // the structs are the models
	}
	if b.Models != "" {
		if b.models, err = model.Load(r.cfg.Dir, b.Models, &models); err != nil {
			return err
		}
	}
	if !schema.HasErrors() {
		b.catalog = catalog.Build(catalog.Input{Files: b.schema, Tenancy: b.Tenancy, Models: b.models}, &schema)
		prove.ClassifyStored(b.catalog)
	}
	b.sound = !unreadable(&models) && !unreadable(&schema)
	if compile && b.Models == "" && !schema.HasErrors() {
		r.compile(ctx, b, plan.Structs(b.catalog, nil))
	}
	found := &queries
	if !b.sound {
		// Against half a schema every second name would be unknown: what is said of
		// the queries then helps nobody. Their names are still wanted.
		found = &ignored
	}
	if b.catalog != nil {
		if err := r.readQueries(b, found); err != nil {
			return err
		}
		query.CheckNames(b.names, found)
		if b.count = len(b.names); b.verdicts.log.Len() == b.count {
			b.names = nil
		}
		if b.count == 0 && len(b.queries) > 0 && !queries.HasErrors() {
			queries.Add(diag.Diagnostic{Code: diag.CodeNoStatements, Pos: diag.Pos{File: b.queries[0].Name, Line: 1, Column: 1},
				Message: "no query file holds a statement", Why: "sqlc refuses a project without queries",
				Fix: "-- name: CountUsers :one\nselect count(*) from users where tenant_id = @tenant_id;"})
		}
	}
	if b.draft != nil {
		b.schema, b.queries = nil, nil // sqlc has its own, and lets go of them
	}
	for _, list := range []*diag.List{&models, &schema, &queries} {
		r.rep.Merge(list)
	}
	return nil
}

// readQueries reads the statements. In a run that goes on to a plan each is
// proven at once, and of its tree nothing is kept.
func (r *run) readQueries(b *block, found *diag.List) error {
	reader := query.NewReader(b.catalog)
	if !r.ahead || !b.sound {
		for _, f := range b.queries {
			for _, s := range reader.Parse(f.Name, f.Text, found) {
				b.names, b.stmts = append(b.names, s.Heading()), append(b.stmts, s)
			}
		}
		return nil
	}
	importPath, err := model.ImportPath(filepath.Join(r.cfg.Dir, filepath.FromSlash(b.Out)))
	if err != nil {
		return fmt.Errorf("find the module of %s: %w", b.Out, err)
	}
	b.draft = plan.Begin(plan.Input{Block: b.Block, Catalog: b.catalog, Models: b.models, ImportPath: importPath})
	session := prove.NewSession(b.catalog, &b.findings)
	for _, f := range b.queries {
		for _, s := range reader.Parse(f.Name, f.Text, found) {
			p := session.Prove(s)
			b.draft.Add(p)
			b.verdicts.add(queryOf(p))
			b.names = append(b.names, s.Heading())
		}
	}
	b.verdicts.log.Seal()
	return nil
}

// unreadable reports whether models or schema could not be read at all. Another
// error of the schema, as a block whose DDL is decided at run time or a nullable
// tenant column, stops the run as well, but verdicts can be given: they take the
// statement at fault for absent, or the careful reading.
func unreadable(list *diag.List) bool {
	for _, d := range list.Sorted() {
		if d.Severity != diag.Error || strings.HasPrefix(string(d.Code), "TC11") {
			continue
		}
		if d.Code == diag.CodeSchemaSyntax || d.Code == diag.CodeMigrationOrder || !strings.HasPrefix(string(d.Code), "TC2") {
			return true
		}
	}
	return false
}

// prove proves the statements of every entry whose models and schema could be
// read.
func (r *run) prove(ctx context.Context) error {
	if err := r.read(ctx); err != nil {
		return err
	}
	refused := 0
	for _, b := range r.blocks {
		if b.sound && b.draft == nil {
			b.proofs = prove.All(b.catalog, b.stmts, &b.findings)
			for _, p := range b.proofs {
				b.verdicts.add(queryOf(p))
			}
		}
		r.rep.Merge(&b.findings)
		if b.sound && b.verdicts.log.Len() != b.count {
			diag.Bugf("generator: %d proofs of %d statements", b.verdicts.log.Len(), b.count)
		}
		refused += b.verdicts.refused
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if refused > 0 && !r.rep.HasErrors() {
		diag.Bugf("generator: %d statements are refused, and no finding says so", refused)
	}
	return nil
}

// folders are those that the generated code may have files in.
func (r *run) folders() []string {
	var folders []string
	for _, b := range r.blocks {
		folders = append(folders, b.Out, path.Join(b.Out, "global"), path.Join(b.Out, "unscoped"))
	}
	return folders
}

func (r *run) result() *Result {
	res := &Result{Queries: []Query{}, Files: r.written, findings: diag.Grouped(r.rep.Sorted()), sources: r.source}
	for _, b := range r.blocks {
		res.Queries = append(res.Queries, b.verdicts.queries()...)
		if b.verdicts.log.Len() == 0 {
			for _, h := range b.names {
				res.Queries = append(res.Queries, unproven(h))
			}
		}
	}
	return res
}

// source returns the text of a file as the stages read it: columns of the
// first line count from behind a byte order mark.
func (r *run) source(file string) (string, bool) {
	data, err := os.ReadFile(filepath.Join(r.cfg.Dir, filepath.FromSlash(file)))
	return strings.TrimPrefix(string(data), "\ufeff"), err == nil
}

// makePlans goes on from the proofs to what is to be emitted.
func (r *run) makePlans(ctx context.Context) error {
	ctx, stop := r.compiles(ctx)
	defer stop()
	if err := r.prove(ctx); err != nil || r.rep.HasErrors() {
		return err
	}
	for _, b := range r.blocks {
		if err := r.planBlock(b); err != nil {
			return err
		}
	}
	return nil
}

// emit goes on to the generated files, each of which can then be printed.
func (r *run) emit(ctx context.Context) error {
	r.printing = true
	if err := r.makePlans(ctx); err != nil || r.rep.HasErrors() {
		return err
	}
	for _, b := range r.blocks {
		b.files = b.printer.Files(b.plan)
	}
	return nil
}

// printAhead returns what prints a repository of an entry while others are
// planned, and what waits for that.
func (r *run) printAhead(b *block) (print func(*plan.Ready) error, wait func() error, err error) {
	if err := r.newPrinter(b); err != nil {
		return nil, nil, err
	}
	printing := parallel.NewBehind(4, func(repo *plan.Ready) error {
		if r.reserve != nil {
			r.reserve(path.Join(b.Out, repo.File))
			if repo.Twin != nil {
				r.reserve(path.Join(b.Out, repo.Twin.File))
			}
		}
		return b.printer.Ahead(repo)
	})
	return printing.Give, printing.Wait, nil
}

// behind does something for which nobody but close has to wait.
func (r *run) behind(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	r.cleanup = append(r.cleanup, func() { <-done })
}

// newPrinter gives an entry its printer, with a file for what is printed ahead.
func (r *run) newPrinter(b *block) error {
	spool, err := os.CreateTemp("", "tenantc-")
	if err != nil {
		return err
	}
	gone := os.Remove(spool.Name()) == nil // not on systems that refuse it of an open file
	r.cleanup = append(r.cleanup, func() {
		_ = spool.Close()
		if !gone {
			_ = os.Remove(spool.Name())
		}
	})
	b.printer, err = emit.NewPrinter(spool)
	return err
}

// planBlock decides on the code to emit, and prints of it what is sure: first
// what does not depend on sqlc.
func (r *run) planBlock(b *block) (err error) {
	var print func(*plan.Ready) error
	if r.printing {
		var wait func() error
		if print, wait, err = r.printAhead(b); err != nil {
			return fmt.Errorf("print the code of %s: %w", b.Out, err)
		}
		defer func() {
			if printErr := wait(); err == nil {
				err = printErr
			}
		}()
	}
	if err := b.draft.Rehearse(print); err != nil {
		return fmt.Errorf("print the code of %s: %w", b.Out, err)
	}
	if b.compilation == nil {
		diag.Bugf("generator: sqlc was not started for %s", b.Out)
	}
	if !b.compilation.ended() {
		// What comes behind sqlc is what a user waits for, and memory that is free
		// already costs no page fault then.
		runtime.GC()
	}
	compiled, found, err := b.compilation.wait()
	defer r.rep.Merge(found)
	if err != nil || found.HasErrors() {
		return err
	}
	defer r.behind(compiled.Close)
	if b.plan, err = b.draft.Finish(compiled, found, print); err != nil {
		return fmt.Errorf("plan the code of %s: %w", b.Out, err)
	}
	if b.plan == nil && !found.HasErrors() {
		diag.Bugf("generator: there is no plan of %s and no finding that says why", b.Out)
	}
	b.draft, b.models, b.catalog = nil, nil, nil // the plan has what is needed of them
	return nil
}
