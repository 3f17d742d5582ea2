package plan

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// checkModule reports models that no emitted file could import.
func (b *builder) checkModule() {
	if m := b.in.Models; m != nil && m.ImportPath == "" || b.in.ImportPath == "" {
		b.rep.Add(diag.Diagnostic{
			Code: diag.CodeNoModule, Pos: b.in.Block.Pos,
			Message: "there is no go.mod above the folder of the configuration",
			Why:     "the emitted packages import one another, and the models, by paths that begin with the module's",
			Fix:     "go mod init example.com/app",
		})
	}
}

// checkOptions warns of options of sqlc's that are set and change nothing.
func (b *builder) checkOptions() {
	for _, name := range slices.Sorted(maps.Keys(b.in.Block.Go.Raw)) {
		value := b.in.Block.Go.Raw[name]
		if sqlcrun.HandsOn(name) || value == false || value == "" {
			continue
		}
		switch name {
		case "package", "sql_package", "sql_driver", "query_parameter_limit", "emit_empty_slices", "omit_sqlc_version", "omit_unused_structs":
			continue // read, or true of the emitted code anyway
		}
		b.rep.Add(diag.Diagnostic{
			Code: diag.CodeOption, Severity: diag.Warning, Pos: b.in.Block.Pos,
			Message: fmt.Sprintf("the option %s has no effect", name),
			Why:     "it changes the shape of sqlc's own code, which is read and not emitted",
			Fix:     "leave it out",
		})
	}
}

// builder makes one plan.
type builder struct {
	in       Input
	draft    *Draft
	compiled *sqlcrun.Compiled // nil before sqlc is done
	rep      *diag.List

	im     *imports
	dims   []dimension
	byName map[sqlcrun.TableName]*catalog.Relation
	rows   map[*catalog.Relation]*row
	// referring has the foreign keys to a relation, in the order of the schema.
	referring map[*catalog.Relation][]*catalog.ForeignKey
	// bySingular has the relations with a row by the singular of their names.
	bySingular map[string]*catalog.Relation
	embeds     map[*catalog.Relation]*row // sqlc's structs for models that lack a column
	types      map[*sqlcrun.Type]goType
	fieldTypes map[*model.FieldType]goType
	local      map[string]bool // types of sqlc's that are used
	packages   map[Kind]*pkg
	repoNames  map[string]bool     // what tables' repositories are called, or would be; see repoName
	declared   map[string]bool     // what the package declares besides; see repoName
	defaults   map[string]standing // default expressions, and what each is in a statement
	inflector  inflector
	// methodScope has the names of rows.go, and what every method calls its receiver
	// and arguments.
	methodScope scope
	vars        map[Vars]*Vars // of methods, as they repeat
}

func newBuilder(d *Draft, rep *diag.List) *builder {
	b := &builder{
		in: d.in, draft: d, rep: rep, inflector: newInflector(), byName: map[sqlcrun.TableName]*catalog.Relation{}, rows: map[*catalog.Relation]*row{},
		embeds: map[*catalog.Relation]*row{}, types: map[*sqlcrun.Type]goType{}, fieldTypes: map[*model.FieldType]goType{}, local: map[string]bool{}, packages: map[Kind]*pkg{},
		vars: map[Vars]*Vars{}, defaults: map[string]standing{}, referring: map[*catalog.Relation][]*catalog.ForeignKey{},
	}
	for _, rel := range d.in.Catalog.Relations {
		b.byName[tableName(rel)] = rel
		for _, fk := range rel.ForeignKeys {
			b.referring[fk.To] = append(b.referring[fk.To], fk)
		}
	}
	return b
}

// pkg is a package in the making.
type pkg struct {
	*Package
	inflector inflector
	names     scope                // of the package: types, variables, constants
	owner     map[string]*diag.Pos // where an exported name comes from; nil for the package itself
	lately    *diag.Pos            // the last of owner: many a name comes from one place
	repos     map[string]*repo     // by name
	files     map[string]bool      // of the repositories
	owns      map[*catalog.Relation]*repo

	dests     map[*row]*Dest // that methods share
	destOrder []*row
	handle    map[string]bool // methods of pgx that its own call
}

// repo is a repository in the making.
type repo struct {
	*Repository
	pkg     *pkg
	rel     *catalog.Relation // whose rows it holds; nil for a file of queries
	use     use
	methods map[string]diag.Pos // of the query files; nil behind the generated ones
	left    int                 // how many of them are not planned yet
	hasCols bool                // the columns for conditions are planned, and may be printed already
}

// makeImports names the packages that a type may need which is known without
// sqlc.
func (b *builder) makeImports() {
	used := map[string]string{}
	if m := b.in.Models; m != nil {
		used[m.ImportPath] = m.Name
		for _, mod := range m.Models {
			for _, f := range mod.Fields {
				for _, imp := range f.Imports {
					note(used, imp.Path)
				}
			}
		}
	}
	if b.in.ImportPath != "" {
		used[b.in.ImportPath] = b.in.Block.Package
	}
	b.im = newImports()
	b.im.addAll(used, nil)
}

// note adds a package that is wanted under the name its path gives.
func note(used map[string]string, importPath string) {
	if _, ok := used[importPath]; !ok {
		used[importPath] = ""
	}
}

// sqlcImports names the packages that only types of sqlc's need. A name that is
// already in use, in whatever package, is none for them.
func (b *builder) sqlcImports() {
	c := b.compiled
	if c == nil {
		return
	}
	used := map[string]string{}
	noteAll := func(imports []sqlcrun.Import) {
		for _, imp := range imports {
			note(used, imp.Path)
		}
	}
	noteAll(c.Imports)
	for _, t := range c.Types {
		for i := range t.Fields {
			noteAll(t.Fields[i].Type.Imports)
		}
		noteAll(t.Imports)
	}
	added := b.im.addAll(used, func(name string) bool {
		for _, p := range b.packages {
			if p.names[name] {
				return true
			}
		}
		return false
	})
	for _, p := range b.packages {
		for _, name := range added {
			p.names[name] = true
		}
	}
}

// newUse returns the use of a new file of the package of a kind.
func (b *builder) newUse(kind Kind) use {
	u := use{
		im: b.im, need: new([]string),
		local:  func(name string) { b.local[name] = true },
		helper: func(name string) { b.packages[kind].help(name) },
	}
	if kind != Scoped {
		u.gen = b.in.ImportPath
	}
	return u
}

// pkgOf returns the package of a kind, which it makes when it has to.
func (b *builder) pkgOf(kind Kind) *pkg {
	if p := b.packages[kind]; p != nil {
		return p
	}
	out, name := b.in.Block.Out, b.in.Block.Package
	switch kind {
	case Global:
		out, name = path.Join(out, "global"), "global"
	case Unscoped:
		out, name = path.Join(out, "unscoped"), "unscoped"
	}
	p := &pkg{
		inflector: b.inflector,
		Package:   &Package{Kind: kind, Dir: out, Name: name},
		names:     scope{}, owner: map[string]*diag.Pos{}, repos: map[string]*repo{}, files: map[string]bool{}, owns: map[*catalog.Relation]*repo{},
		dests: map[*row]*Dest{}, handle: map[string]bool{},
	}
	if kind == Scoped {
		p.Tenant = Arg{b.dims[0].arg, ""}
		p.Private = b.in.Catalog.Private()
	}
	for _, n := range b.im.names {
		p.names[n] = true
	}
	maps.Copy(p.names, b.methodScope)
	p.names["v"] = true // what many a method calls a row
	if p.Private {
		p.names["newStore"] = true
	}
	for _, n := range ownNames {
		p.claim(n, diag.Pos{})
	}
	for _, d := range b.dims {
		if kind == Scoped && len(b.dims) > 1 {
			p.claim(d.typeName, diag.Pos{})
		}
	}
	b.packages[kind] = p
	return p
}

// claim takes an exported name of the package. It returns false when the name
// has another meaning already.
func (p *pkg) claim(name string, pos diag.Pos) bool {
	if p.names[name] {
		return false
	}
	p.names[name] = true
	if pos.File != "" {
		if p.lately == nil || *p.lately != pos {
			p.lately = &pos
		}
		p.owner[name] = p.lately
	}
	return true
}

// mustClaim is claim with a diagnostic: what at pos would be called name.
func (b *builder) mustClaim(p *pkg, name string, pos diag.Pos, what string) {
	b.mustClaimOr(p, name, pos, what, "rename one of the two")
}

// mustClaimOr is mustClaim with what to do about it.
func (b *builder) mustClaimOr(p *pkg, name string, pos diag.Pos, what, fix string) {
	if p.claim(name, pos) {
		return
	}
	d := diag.Diagnostic{
		Code: diag.CodeNameTaken, Pos: pos,
		Message: fmt.Sprintf("%s would be called %s, and package %s has another %s", what, name, p.Name, name),
		Why:     "names of the emitted package follow from those of tables, files and queries, so that they can be predicted",
		Fix:     fix,
	}
	if first := p.owner[name]; first != nil {
		d.Related = []diag.Related{{Pos: *first, Message: "the other one comes from here"}}
	}
	b.rep.Add(d)
}

// repoFor returns the repository of a query file in a package. A file named
// after a table, or after one of its rows, belongs to that table.
func (b *builder) repoFor(p *pkg, file string, pos diag.Pos) *repo {
	base := strings.TrimSuffix(path.Base(file), ".sql")
	if rel := b.relationOf(base); rel != nil {
		return b.tableRepo(p, rel)
	}
	return b.repo(p, b.repoName(base), fileName(base), nil, pos)
}

// relationOf returns the relation whose table a file called base is named after,
// or nil.
func (b *builder) relationOf(base string) *catalog.Relation {
	if b.bySingular == nil {
		b.bySingular = map[string]*catalog.Relation{}
		for _, rel := range b.in.Catalog.Relations {
			if one := b.folded(rel.Name); b.bySingular[one] == nil {
				b.bySingular[one] = rel
			}
		}
	}
	if rel := b.byName[sqlcrun.TableName{Name: base}]; rel != nil {
		return rel
	}
	return b.bySingular[b.folded(base)]
}

// folded returns what the names of tables and files have in common that differ
// in number, in case or in what stands between their words.
func (b *builder) folded(name string) string { return b.singular(strings.Join(words(name), "")) }

func (b *builder) singular(name string) string { return b.inflector.singular(strings.ToLower(name)) }

// tableRepo returns the repository of a relation.
func (b *builder) tableRepo(p *pkg, rel *catalog.Relation) *repo {
	if r := p.owns[rel]; r != nil {
		return r
	}
	r := b.repo(p, b.repoName(rel.Name), fileName(rel.Name), rel, rel.Pos)
	p.owns[rel] = r
	return r
}

func (b *builder) repo(p *pkg, name, file string, rel *catalog.Relation, pos diag.Pos) *repo {
	if r := p.repos[name]; r != nil && r.rel == rel {
		return r
	}
	b.mustClaim(p, name, pos, "a repository")
	for p.files[file] {
		file = strings.TrimSuffix(file, ".go") + "_repository.go"
	}
	p.files[file] = true
	r := &repo{
		Repository: &Repository{Name: name, File: file, Scoped: p.Kind == Scoped, Package: p.Name},
		pkg:        p, rel: rel, use: b.newUse(p.Kind), methods: map[string]diag.Pos{},
	}
	p.repos[name] = r
	p.Repositories = append(p.Repositories, r.Repository)
	return r
}

// repoDoc says whose rows the methods of a repository touch.
func repoDoc(kind Kind, r *repo, b *builder) []string {
	what := "holds queries"
	if row := b.rows[r.rel]; row != nil {
		u := b.newUse(kind) // a comment needs no import
		u.local = func(string) {}
		what = "is the repository of " + u.typ(row.typ)
	}
	switch kind {
	case Scoped:
		return []string{fmt.Sprintf("%s %s. Each method reads and writes rows of one %s only.", r.Name, what, b.dims[0].noun)}
	case Global:
		return []string{fmt.Sprintf("%s %s over data that belongs to no %s.", r.Name, what, b.dims[0].noun)}
	default:
		return []string{fmt.Sprintf("%s %s. Each method crosses the border between %ss, on purpose.", r.Name, what, b.dims[0].noun)}
	}
}

// position prints a place as doc comments do: without the column, which changes
// with every edit of the line.
func position(p diag.Pos) string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}
