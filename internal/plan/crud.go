package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jinzhu/inflection"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// crud plans the methods that every tenant-owned relation with a struct gets. A
// method whose text is not confined, or only under an assumption that nobody
// declared, is left out with a note. For print see Draft.Rehearse.
func (b *builder) crud(print func(*Repository) error) error {
	for _, rel := range b.in.Catalog.Relations {
		r := b.rows[rel]
		if r == nil || !rel.Tenancy.Owned() || b.in.Models != nil && !r.model {
			continue
		}
		switch rel.Kind {
		case catalog.Table, catalog.PartitionedTable, catalog.ForeignTable, catalog.MaterializedView:
		default:
			continue
		}
		c := &crud{b: b, rel: rel, row: r, one: inflection.Singular(noun(rel.Name)), many: noun(rel.Name)}
		if c.one == c.many {
			c.one = noun(r.name)
		}
		c.plan()
		clear(b.draft.proofs) // no other relation has the same texts
		if print == nil || c.repo == nil {
			continue
		}
		if err := print(c.repo.Repository); err != nil {
			return err
		}
		c.repo.Cols, c.repo.Structs, c.repo.Methods = nil, nil, nil
	}
	return nil
}

// crud makes the methods of one relation.
type crud struct {
	b         *builder
	rel       *catalog.Relation
	row       *row
	one, many string // "user", "users"
	repo      *repo
	own       *owned
	keys      []*rowField // of the primary key, those of the dimensions left out
	keyed     bool        // there is a primary key, and the row has all of it
}

func (c *crud) plan() {
	readable := false
	for _, c.own = range c.b.ownership(c.rel) {
		if _, readable = c.b.proven(c.select_("") + " where " + c.own.text("")); readable {
			break
		}
	}
	c.findKeys()
	table := c.rel.Kind != catalog.MaterializedView
	root := c.rel.Tenancy.Class == catalog.Root
	if !readable {
		c.skipped([]string{"Get", "List", "Count", "Create", "Update", "Delete"}, c.select_("")+" where "+c.own.text(""))
		return
	}
	c.repo = c.b.tableRepo(c.b.pkgOf(Scoped), c.rel)
	if c.keyed && table {
		c.get()
	}
	if !root {
		c.list()
		c.count()
	}
	if table {
		c.create()
		if c.keyed {
			c.update()
			c.delete()
		}
		if !c.keyed {
			c.b.note(c.pos(), fmt.Sprintf("%s has no Get, Update and Delete: %s", c.repo.Name, c.noKey()), "", "", nil)
		}
	}
}

func (c *crud) noKey() string {
	for _, k := range c.rel.Keys {
		if k.Primary {
			return "the struct lacks a column of the primary key"
		}
	}
	return "the table has no primary key"
}

func (c *crud) pos() diag.Pos {
	if c.rel.Model != nil {
		return c.rel.Model.Pos
	}
	return c.rel.Pos
}

// findKeys finds the columns by which a row is found within its tenant.
func (c *crud) findKeys() {
	for _, k := range c.rel.Keys {
		cols, plain := k.Columns()
		if !k.Primary || !plain {
			continue
		}
		c.keyed = true
		for _, i := range cols {
			if c.dimColumn(i) {
				continue
			}
			f := c.row.field(c.rel.Columns[i])
			if f == nil {
				c.keyed = false
				return
			}
			c.keys = append(c.keys, f)
		}
	}
}

// dimColumn reports whether column i carries a dimension.
func (c *crud) dimColumn(i int) bool { return slices.Contains(c.rel.Tenancy.Columns, i) }

// ownerColumn reports whether column i is one of the owning foreign key.
func (c *crud) ownerColumn(i int) bool {
	owner := c.rel.Tenancy.Owner
	return c.rel.Tenancy.Class == catalog.Derived && owner != nil && slices.Contains(owner.Columns, i)
}

// select_ returns the SELECT without its WHERE; what stands for the columns is
// the row's own when it is "".
func (c *crud) select_(what string) string {
	if what == "" {
		what = columnList(c.row.fields)
	}
	return "select " + what + " from " + relText(c.rel)
}

// byKey returns the WHERE that finds a row by its key; first is the number of
// the first key column's parameter.
func (c *crud) byKey(first int) string {
	text := " where " + c.own.text("")
	for i, f := range c.keys {
		text += fmt.Sprintf(" and %s = $%d", quote(f.col.Name), first+i)
	}
	return text
}

// begin starts a method, or returns nil when a hand-written query has its name.
func (c *crud) begin(name string, shape Shape, constName string, doc ...string) (*call, *Method) {
	if pos, ok := c.repo.methods[name]; ok {
		c.b.note(pos, fmt.Sprintf("the query %s takes the place of the generated %s.%s", name, c.repo.Name, name), "", "", nil)
		return nil, nil
	}
	m := &Method{Name: name, Shape: shape, Doc: doc, Source: c.row.source}
	m.Consts = []Const{{Name: c.repo.pkg.names.take(constName, constName+"SQL")}}
	call := c.b.newCall(c.repo, m)
	for _, d := range c.own.dims {
		if d.dim.Index != c.b.dims[0].dim.Index {
			call.dimension(d)
		}
	}
	return call, m
}

// keyArgs adds the dimensions' keys to the statement's arguments.
func (c *crud) keyArgs(call *call) {
	for _, d := range c.own.dims {
		call.keyArg(d.dim.Index)
	}
}

// rowArgs adds the key columns to the method's arguments and the statement's.
func (c *crud) rowArgs(call *call) {
	for _, f := range c.keys {
		name := call.argName(f.col.Name)
		call.m.Args = append(call.m.Args, Arg{name, c.repo.use.typ(f.typ)})
		call.m.SQL = append(call.m.SQL, f.typ.argExpr(c.repo.use, name))
	}
}

// end finishes a method.
func (c *crud) end(call *call) {
	call.finish()
	c.b.add(c.repo, call.m)
}

// whose returns "the tenant's user", or for a root "the tenant".
func (c *crud) whose(what string) string {
	d := c.own.dims[len(c.own.dims)-1]
	if c.rel.Tenancy.Class == catalog.Root {
		return "the " + what
	}
	return "the " + d.noun + "'s " + what
}

// that names the key in prose: " with that id".
func (c *crud) that() string {
	if len(c.keys) == 0 {
		return ""
	}
	names := make([]string, len(c.keys))
	for i, f := range c.keys {
		names[i] = strings.ReplaceAll(f.col.Name, "_", " ")
	}
	return " with that " + strings.Join(names, " and ")
}

func (c *crud) get() {
	text := c.select_("") + c.byKey(len(c.own.dims)+1)
	if !c.emits("Get", text) {
		return
	}
	call, m := c.begin("Get", One, "get"+c.row.name,
		fmt.Sprintf("Get returns %s%s, or tenant.ErrNotFound.", c.whose(c.one), c.that()))
	if call == nil {
		return
	}
	m.Consts[0].Text = text
	c.keyArgs(call)
	c.rowArgs(call)
	m.Row = c.b.rowOf(c.repo, c.row)
	c.end(call)
}

func (c *crud) list() {
	text := c.select_("") + " where " + c.own.text("")
	call, m := c.begin("List", List, "list"+c.repo.Name,
		fmt.Sprintf("List returns %s that meet every condition, in no order.", c.whose(c.many)))
	if call == nil {
		return
	}
	m.Consts[0].Text = text
	c.keyArgs(call)
	c.conds(call)
	m.Row = c.b.rowOf(c.repo, c.row)
	c.end(call)
}

func (c *crud) count() {
	text := c.select_("count(*)") + " where " + c.own.text("")
	if !c.emits("Count", text) {
		return
	}
	call, m := c.begin("Count", Count, "count"+c.repo.Name,
		fmt.Sprintf("Count returns how many of %s meet every condition.", c.whose(c.many)))
	if call == nil {
		return
	}
	m.Consts[0].Text = text
	c.keyArgs(call)
	c.conds(call)
	m.Row = &Row{Type: "int64", Scan: func(addr string) string { return addr }}
	c.end(call)
}

// conds adds the conditions of List and Count.
func (c *crud) conds(call *call) {
	name := call.names.take("conds")
	u := c.repo.use
	call.m.Args = append(call.m.Args, Arg{name, fmt.Sprintf("...%s.Cond[%s]", u.pkg(pathFilter), u.typ(c.row.typ))})
	c.cols()
}

func (c *crud) delete() {
	text := "delete from " + relText(c.rel) + c.byKey(len(c.own.dims)+1)
	if !c.emits("Delete", text) {
		return
	}
	call, m := c.begin("Delete", ExecRows, "delete"+c.row.name,
		fmt.Sprintf("Delete deletes %s%s. It returns the number of rows, which is 0 when there is none.", c.whose(c.one), c.that()))
	if call == nil {
		return
	}
	m.Consts[0].Text = text
	c.keyArgs(call)
	c.rowArgs(call)
	c.end(call)
}

// proven proves a text that plan wrote. It is true when the text is confined and
// leans on nothing that nobody declared.
func (b *builder) proven(text string) (*prove.Proof, bool) {
	p := b.draft.proofs[text]
	if p == nil {
		full := prove.One(b.in.Catalog, b.draft.reader.ParseSQL("", ":exec", text, query.Annotation{}))
		p = &prove.Proof{Verdict: full.Verdict, Assumes: full.Assumes, Findings: full.Findings}
		b.draft.proofs[text] = p
	}
	return p, p.Verdict == prove.Confined && !p.Open()
}

// emits reports whether a method with that text is emitted, and leaves a note
// when it is not.
func (c *crud) emits(method, text string) bool {
	p, ok := c.b.proven(text)
	if !ok {
		c.unproven(method, p)
	}
	return ok
}

// skipped leaves one note for methods that share the cause, which lies in text.
func (c *crud) skipped(methods []string, text string) {
	p, _ := c.b.proven(text)
	c.unproven(strings.Join(methods, ", "), p)
}

// unproven leaves a note about a method that is not emitted: what its proof
// lacks, and the DDL or declaration that would give it back.
func (c *crud) unproven(method string, p *prove.Proof) {
	message := fmt.Sprintf("%s has no generated %s", exported(c.rel.Name), method)
	for _, a := range p.Assumes {
		if !a.Declared {
			c.b.note(c.pos(), message+": "+a.Message, a.Why, a.Fix, []diag.Related{{Pos: a.Pos, Message: a.Subject}})
			return
		}
	}
	for _, f := range p.Findings {
		if f.Severity == diag.Error {
			c.b.note(c.pos(), message+": "+f.Message, f.Why, f.Fix, f.Related)
			return
		}
	}
	c.b.note(c.pos(), message+": its statement is "+p.Verdict.String(), "", "", nil)
}

// note tells of something that a run volunteers.
func (b *builder) note(pos diag.Pos, message, why, fix string, related []diag.Related) {
	b.rep.Add(diag.Diagnostic{
		Code: diag.CodeCRUD, Severity: diag.Note, Pos: pos, Message: message, Why: why, Fix: fix, Related: related,
	})
}

// leftOut leaves a note about a column that a method does not take.
func (c *crud) leftOut(lacks string, f *rowField, p *prove.Proof) {
	message := fmt.Sprintf("%s.%s %s", c.repo.Name, lacks, f.col.Name)
	for _, a := range p.Assumes {
		if !a.Declared {
			c.b.note(f.col.Pos, message+": "+a.Message, a.Why, a.Fix, []diag.Related{{Pos: a.Pos, Message: a.Subject}})
			return
		}
	}
	for _, g := range p.Findings {
		if g.Severity == diag.Error {
			c.b.note(f.col.Pos, message+": "+g.Message, g.Why, g.Fix, g.Related)
			return
		}
	}
	c.b.note(f.col.Pos, message+": its statement is "+p.Verdict.String(), "", "", nil)
}
