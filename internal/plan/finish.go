package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// finish puts the packages together: shared destinations, declared types, and
// the imports of each file.
func (b *builder) finish() *Plan {
	out := &Plan{}
	for _, kind := range []Kind{Scoped, Global, Unscoped} {
		p := b.packages[kind]
		if p == nil {
			continue
		}
		p.shareDests(b)
		out.Packages = append(out.Packages, p.Package)
	}
	b.declareTypes(out)
	for _, p := range out.Packages {
		b.finishPackage(b.packages[p.Kind])
	}
	return out
}

// shareDests puts each destination into the repository of its relation, or into
// a file of the package when it has none here.
func (p *pkg) shareDests(b *builder) {
	for _, of := range p.destOrder {
		d := p.dests[of]
		if r := p.owns[of.rel]; r != nil && b.rows[of.rel] == of {
			d.Type = r.use.typ(of.typ)
			d.imports(r.use)
			r.Dest = d
			continue
		}
		p.Dests = append(p.Dests, d)
	}
}

// declareTypes declares the types of sqlc's that something names, in gen.
func (b *builder) declareTypes(out *Plan) {
	if len(b.local) == 0 {
		return
	}
	p := b.pkgOf(Scoped)
	if !slices.Contains(out.Packages, p.Package) {
		out.Packages = slices.Insert(out.Packages, 0, p.Package)
	}
	u := b.newUse(Scoped)
	var order []string
	u.local = func(name string) {
		if !b.local[name] || !slices.Contains(order, name) {
			b.local[name] = true
			order = append(order, name)
		}
	}
	order = slices.Sorted(maps.Keys(b.local))
	for i := 0; i < len(order); i++ { // grows while types name others
		decl := b.compiled.Types[order[i]]
		if decl == nil {
			diag.Bugf("plan: sqlc declares no type %s", order[i])
		}
		snake := strings.ToLower(strings.Join(words(decl.Name), "_"))
		b.mustClaimOr(p, decl.Name, b.in.Block.Pos, "a type of sqlc's", fmt.Sprintf("rename: {%s: %sRow}", snake, decl.Name))
		for _, name := range decl.Consts {
			b.mustClaimOr(p, name, b.in.Block.Pos, "a value of "+decl.Name, fmt.Sprintf("rename: {%s: %sKind}", snake, decl.Name))
		}
		p.Types = append(p.Types, b.typeDecl(decl, u))
	}
	slices.SortFunc(p.Types, func(a, b *TypeDecl) int { return strings.Compare(a.Name, b.Name) })
	p.TypesImports = groupImports(u.list())
}

func (b *builder) typeDecl(decl *sqlcrun.TypeDecl, u use) *TypeDecl {
	out := &TypeDecl{Name: decl.Name, Source: decl.Source}
	if decl.Doc != "" {
		out.Doc = strings.Split(decl.Doc, "\n")
	}
	if decl.Source != "" {
		for _, imp := range decl.Imports {
			u.needs(imp.Path)
		}
		for _, name := range decl.Local {
			u.local(name)
		}
		return out
	}
	if len(out.Doc) == 0 {
		out.Doc = []string{fmt.Sprintf("%s is a row of its table.", decl.Name)}
	}
	types := map[string]goType{} // of a table that has a model too, which decides
	fields := func(r *row) {
		if r != nil && !r.model && r.name == decl.Name {
			for _, f := range r.fields {
				types[f.name] = f.typ
			}
		}
	}
	for _, r := range b.rows {
		fields(r)
	}
	for _, r := range b.embeds {
		fields(r)
	}
	for _, f := range decl.Fields {
		t, ok := types[f.Name]
		if !ok {
			t = b.sqlcType(f.Type)
		}
		out.Fields = append(out.Fields, Field{Name: f.Name, Type: u.typ(t), Tag: f.Tag})
	}
	return out
}

func (b *builder) finishPackage(p *pkg) {
	p.Doc, p.Noun = packageDoc(p.Package, b.dims), b.dims[0].noun
	slices.SortFunc(p.Repositories, func(x, y *Repository) int { return strings.Compare(x.Name, y.Name) })
	rows, store := b.newUse(p.Kind), b.newUse(p.Kind)
	for _, r := range p.repos {
		r.Doc = repoDoc(p.Kind, r, b)
		if p.Kind == Scoped {
			r.use.pkg(pathTenant) // the repository holds a tenant.DB
		}
		r.Imports = groupImports(r.use.list())
		if r.Twin != nil {
			r.Twin.Imports = groupImports(r.Twin.use.list())
			r.Twin.use = use{} // it holds on to all that a plan is made of
		}
	}
	if p.Reads || p.Counts || p.Exists {
		rows.pkg(pathPgx)
	}
	if p.Affects {
		rows.pkg(pathPgconn)
	}
	if p.Assign || p.ServerFilled {
		rows.pkg(pathErrors)
	}
	if p.Upsert {
		rows.pkg(pathSlices)
	}
	if p.Arrays {
		rows.pkg(pathPgtype)
	}
	if p.Assign || p.Insert {
		rows.pkg(pathStrconv)
	}
	for _, name := range p.Helpers {
		for _, importPath := range helperImports(name) {
			rows.pkg(importPath)
		}
	}
	for _, of := range p.destOrder {
		if d := p.dests[of]; slices.Contains(p.Dests, d) {
			d.Type = rows.typ(of.typ)
			d.imports(rows)
		}
	}
	p.RowsImports = groupImports(rows.list())
	if p.Kind == Scoped {
		if len(p.Repositories) > 0 {
			store.pkg(pathContext)
			store.pkg(pathPgx)
			store.pkg(pathTenant)
		}
		p.Tenant.Type = b.dims[0].typ(store)
		if len(b.dims) > 1 {
			for _, d := range b.dims {
				p.Dimensions = append(p.Dimensions, Dimension{d.typeName, d.noun, store.pkg(pathTenant) + "." + d.key})
			}
		}
	} else {
		p.Handle = slices.Sorted(maps.Keys(p.handle))
		store.pkg(pathContext)
		for _, h := range p.Handle {
			store.pkg(pathPgx)
			if h == "Exec" {
				store.pkg(pathPgconn)
			}
		}
		if len(p.Handle) == 1 && p.Handle[0] == "Exec" {
			*store.need = slices.DeleteFunc(*store.need, func(p string) bool { return p == pathPgx })
		}
	}
	p.StoreImports = groupImports(store.list())
	b.finishBatch(p)
}

// help records that an expression has a name of rows.go.
func (p *pkg) help(name string) {
	if !slices.Contains(p.Helpers, name) {
		p.Helpers = append(p.Helpers, name)
		slices.Sort(p.Helpers)
	}
}

// helperImports are the packages that a declaration of rows.go needs.
func helperImports(name string) []string {
	switch name {
	case nullUUID, manyUUIDs:
		return []string{pathUUID, pathPgtype}
	case uuidColumn:
		return []string{pathErrors, pathUUID, pathPgtype}
	case nullUUIDColumn:
		return []string{pathUUID, pathPgtype}
	case timeColumn:
		return []string{pathErrors, pathPgtype, pathTime}
	}
	diag.Bugf("plan: rows.go has no %s", name)
	return nil
}

// packageDoc says what a package promises.
func packageDoc(p *Package, dims []dimension) []string {
	noun := dims[0].noun
	switch {
	case p.Kind == Scoped && p.Private:
		return []string{
			fmt.Sprintf("Package %s reads and writes the rows of one %s at a time, each in a database of its own: every method", p.Name, noun),
			"takes its key, which chooses the database, and every statement is proven not to leave that.",
		}
	case p.Kind == Scoped && len(dims) > 1:
		return []string{
			fmt.Sprintf("Package %s reads and writes the rows of one %s at a time, or of a part of it: every method takes", p.Name, noun),
			"their keys, and every statement is proven to touch no rows but those of the keys that it asks for.",
		}
	case p.Kind == Scoped:
		return []string{
			fmt.Sprintf("Package %s reads and writes the rows of one %s at a time: every method takes its key,", p.Name, noun),
			"and every statement is proven to touch no other's rows.",
		}
	case p.Kind == Global:
		return []string{fmt.Sprintf("Package %s holds the queries over data that belongs to no %s.", p.Name, noun)}
	default:
		return []string{
			fmt.Sprintf("Package %s holds the queries that cross the border between %ss on purpose. Each method says", p.Name, noun),
			"why; importing the package is what a reviewer looks for.",
		}
	}
}

// handleOf returns the methods of pgx that a shape needs.
func handleOf(s Shape) []string {
	switch s {
	case One, Count, Exists, Create, Upsert:
		return []string{"QueryRow"}
	case Many, List, ListBy, Page, ForEach, ForEachBy, CreateMany, Load:
		return []string{"Query"}
	case Exec, ExecRows, ExecResult, Update, UpdateWhere, DeleteWhere:
		return []string{"Exec"}
	case BatchExec, BatchOne, BatchMany:
		return []string{"SendBatch"}
	case CopyFrom:
		return []string{"CopyFrom"}
	}
	diag.Bugf("plan: shape %q", s)
	return nil
}
