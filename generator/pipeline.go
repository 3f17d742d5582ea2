package generator

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/emit"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/plan"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
	"github.com/tenantc/tenantc/internal/sqlcrun"
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
}

// block is what became of one `sql:` entry. Fields behind the first finding of
// severity error may be nil.
type block struct {
	*config.Block
	models  *model.Package // nil when the entry has none
	schema  []config.File
	catalog *catalog.Catalog
	queries []config.File
	stmts   []*query.Stmt
	sound   bool           // what a proof leans on, models and schema, has no errors
	proofs  []*prove.Proof // one a statement; nil before prove, and when not sound
	plan    *plan.Plan
	files   map[string][]byte // by path from the configuration's folder
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
		if err := r.readBlock(b); err != nil {
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
func (r *run) readBlock(b *block) error {
	var models, schema, queries, ignored diag.List
	var err error
	if b.Models != "" {
		if b.models, err = model.Load(r.cfg.Dir, b.Models, &models); err != nil {
			return err
		}
	}
	if b.schema, err = b.SchemaFiles(r.cfg.Dir, &schema); err != nil {
		return err
	}
	if b.queries, err = b.QueryFiles(r.cfg.Dir, &queries); err != nil {
		return err
	}
	if !schema.HasErrors() {
		b.catalog = catalog.Build(catalog.Input{Files: b.schema, Tenancy: b.Tenancy, Models: b.models}, &schema)
	}
	b.sound = !unreadable(&models) && !unreadable(&schema)
	found := &queries
	if !b.sound {
		// Against half a schema every second name would be unknown: what is said of
		// the queries then helps nobody. Their names are still wanted.
		found = &ignored
	}
	if b.catalog != nil {
		for _, f := range b.queries {
			b.stmts = append(b.stmts, query.Parse(f.Name, f.Text, b.catalog, found)...)
		}
		query.CheckNames(b.stmts, found)
		if len(b.stmts) == 0 && len(b.queries) > 0 && !queries.HasErrors() {
			queries.Add(diag.Diagnostic{Code: diag.CodeNoStatements, Pos: diag.Pos{File: b.queries[0].Name, Line: 1, Column: 1},
				Message: "no query file holds a statement", Why: "sqlc refuses a project without queries",
				Fix: "-- name: CountUsers :one\nselect count(*) from users where tenant_id = @tenant_id;"})
		}
	}
	for _, list := range []*diag.List{&models, &schema, &queries} {
		r.rep.Merge(list)
	}
	return nil
}

// unreadable reports whether models or schema could not be read in full. An
// error about whose rows a relation holds, as a nullable tenant column, stops
// the run as well, but verdicts can be given: they take the careful reading.
func unreadable(list *diag.List) bool {
	for _, d := range list.Sorted() {
		if d.Severity == diag.Error && !strings.HasPrefix(string(d.Code), "TC11") && !strings.HasPrefix(string(d.Code), "TC21") {
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
		if b.sound {
			b.proofs = prove.All(b.catalog, b.stmts, &r.rep)
			if len(b.proofs) != len(b.stmts) {
				diag.Bugf("generator: %d proofs of %d statements", len(b.proofs), len(b.stmts))
			}
		}
		for _, p := range b.proofs {
			if p.Verdict == prove.Refused {
				refused++
			}
		}
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

// files are the files of every entry, by path.
func (r *run) files() map[string][]byte {
	files := map[string][]byte{}
	for _, b := range r.blocks {
		maps.Copy(files, b.files)
	}
	return files
}

func (r *run) result() *Result {
	res := &Result{Queries: []Query{}, Files: r.written, findings: r.rep.Sorted(), sources: r.source}
	for _, b := range r.blocks {
		for _, p := range b.proofs {
			res.Queries = append(res.Queries, queryOf(p))
		}
		if b.proofs == nil {
			for _, s := range b.stmts {
				res.Queries = append(res.Queries, unproven(s))
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
	if err := r.prove(ctx); err != nil || r.rep.HasErrors() {
		return err
	}
	for _, b := range r.blocks {
		if err := r.planBlock(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// emit goes on to the generated files, in memory.
func (r *run) emit(ctx context.Context) error {
	if err := r.makePlans(ctx); err != nil || r.rep.HasErrors() {
		return err
	}
	for _, b := range r.blocks {
		files, err := emit.Render(b.plan)
		if err != nil {
			return fmt.Errorf("print the code of %s: %w", b.Out, err)
		}
		b.files = files
	}
	return nil
}

// planBlock has sqlc compile the queries, and decides on the code to emit.
func (r *run) planBlock(ctx context.Context, b *block) error {
	var found diag.List
	defer func() { r.rep.Merge(&found) }()
	done := r.progress("running sqlc; when it has to be built first, that takes minutes")
	compiled, err := sqlcrun.Run(ctx, sqlcrun.Input{
		Dir: r.cfg.Dir, Path: r.cfg.Sqlc, Env: r.cfg.Env, Timeout: r.cfg.Timeout,
		Schema: b.schema, Queries: b.queries, Options: b.Go.Raw, Database: b.Database,
		Structs: plan.Structs(b.catalog, b.models),
	}, &found)
	done()
	if err != nil || found.HasErrors() {
		return err
	}
	importPath, err := model.ImportPath(filepath.Join(r.cfg.Dir, filepath.FromSlash(b.Out)))
	if err != nil {
		return fmt.Errorf("find the module of %s: %w", b.Out, err)
	}
	b.plan = plan.New(plan.Input{
		Block: b.Block, Catalog: b.catalog, Models: b.models, Stmts: b.stmts, Proofs: b.proofs,
		Compiled: compiled, ImportPath: importPath,
	}, &found)
	if b.plan == nil && !found.HasErrors() {
		diag.Bugf("generator: there is no plan of %s and no finding that says why", b.Out)
	}
	return nil
}
