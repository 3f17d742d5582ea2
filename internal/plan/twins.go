package plan

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// Twin is the type of a repository in a batch: for each method that is one
// statement it has one that adds the statement. The tenant is the batch's.
type Twin struct {
	Name    string // "UsersBatch"
	File    string // "users_batch.go"
	Imports *Imports

	use use
}

// batchable reports whether a method of that shape has a twin in a batch: it is
// one statement, and its result can be read when others have run before it.
func batchable(s Shape) bool {
	switch s {
	case One, Many, Exec, ExecRows, ExecResult, List, ListBy, Page, Count, Exists, Create, CreateMany, Upsert, Update, UpdateWhere, DeleteWhere:
		return true
	}
	return false // a batch or a copy of its own, or a result that is read while it comes
}

// TwinArgs returns the arguments of the method's twin: the batch has the key
// that places the statement already.
func (m *Method) TwinArgs() string {
	args := make([]string, len(m.Args)-1)
	for i, a := range m.Args[1:] {
		args[i] = a.Name + " " + a.Type
	}
	return strings.Join(args, ", ")
}

// TwinResult returns what the method's twin returns.
func (m *Method) TwinResult() string {
	switch m.Shape {
	case One, Create, Upsert, Count, Exists:
		return " *tenant.Result[" + m.Row.Type + "]"
	case Many, List, ListBy, CreateMany:
		return " *tenant.Result[[]" + m.Row.Type + "]"
	case Page:
		return " *tenant.Result[filter.Page[" + m.Row.Type + "]]"
	case ExecResult:
		return " *tenant.Result[pgconn.CommandTag]"
	case ExecRows, Update, UpdateWhere, DeleteWhere:
		return " *tenant.Result[int64]"
	}
	return ""
}

// add adds a method to a repository, and what its twin names to the twin's file.
func (b *builder) add(r *repo, m *Method) {
	r.Methods = append(r.Methods, m)
	if r.pkg.Kind != Scoped || !batchable(m.Shape) {
		return
	}
	if r.Twin == nil {
		r.Twin = b.newTwin(r)
	}
	m.Twin = r.Twin.Name
	u := r.Twin.use
	for _, a := range m.Args[1:] {
		u.named(a.Type)
	}
	for _, e := range m.SQL {
		u.named(e)
	}
	switch m.Shape {
	case List, ListBy, Page, Count, Exists, UpdateWhere, DeleteWhere:
		u.pkg(pathFilter)
	case ExecResult:
		u.pkg(pathPgconn)
	}
	if m.Filter != nil {
		u.pkg(pathFilter)
	}
	if m.Row == nil {
		return
	}
	u.named(m.Row.Type)
	switch {
	case m.Row.Of != nil:
	case m.Shape == Many:
		u.named(m.Dest())
		r.pkg.QueueMany = true
	case m.Shape == One:
		u.named(m.Dest())
		r.pkg.QueueOne = true
	}
}

func (b *builder) newTwin(r *repo) *Twin {
	t := &Twin{
		Name: b.free(r.pkg, r.Name+"Batch", r.Name+"InBatch"),
		File: strings.TrimSuffix(r.File, ".go") + "_batch.go",
		use:  b.newUse(Scoped),
	}
	for r.pkg.files[t.File] {
		t.File = strings.TrimSuffix(t.File, ".go") + "_twin.go"
	}
	r.pkg.files[t.File] = true
	t.use.pkg(pathTenant)
	return t
}

// named remembers the packages that code names. It may be told of code of ours
// only: there are no strings in it, and no local name is that of a package.
func (u use) named(code string) {
	for rest := code; ; {
		before, after, found := strings.Cut(rest, ".")
		if !found {
			return
		}
		rest = after
		name := before[strings.LastIndexFunc(before, func(c rune) bool {
			return c != '_' && c < 0x80 && !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9')
		})+1:]
		if p := u.im.paths[name]; p != "" {
			u.needs(p)
		}
	}
}

// free returns the first of names that the package does not have and will not
// get, as the repository of a table or of a file of queries.
func (b *builder) free(p *pkg, names ...string) string {
	for _, n := range names {
		if !b.repoNames[n] && p.claim(n, diag.Pos{}) {
			return n
		}
	}
	return p.names.take(names[len(names)-1])
}

// finishBatch names the batch of a package whose repositories have twins.
func (b *builder) finishBatch(p *pkg) {
	for _, r := range p.repos {
		if r.Twin == nil {
			continue
		}
		p.Batch = b.free(p, "Batch", "StoreBatch")
		u := b.newUse(Scoped)
		u.pkg(pathContext)
		u.pkg(pathTenant)
		if p.QueueOne || p.QueueMany {
			u.pkg(pathPgx)
		}
		p.BatchImports = groupImports(u.list())
		return
	}
}

// QueuesOne returns the beginning of a call that adds a statement with one row.
func (m *Method) QueuesOne() string {
	switch {
	case m.Shape == Count, m.Shape == Exists:
		return fmt.Sprintf("tenant.QueueValue[%s](r.b, ", m.Row.Type)
	case m.Row.Of != nil:
		return fmt.Sprintf("tenant.QueueOne(r.b, %s, ", m.Row.Of.Scan)
	}
	return fmt.Sprintf("queueOne(r.b, %s, ", m.Dest())
}

// QueuesMany returns the beginning of a call that adds a statement with many
// rows.
func (m *Method) QueuesMany() string {
	if m.Shape == CreateMany && m.Derived {
		return fmt.Sprintf("tenant.QueueMade(r.b, %s, %s, ", m.Row.Of.Collect, m.Sized())
	}
	if m.Row.Of != nil {
		return fmt.Sprintf("tenant.QueueMany(r.b, %s, %s, ", m.Row.Of.Collect, m.Sized())
	}
	return fmt.Sprintf("queueMany(r.b, %s, ", m.Dest())
}

// Statement returns the text and the arguments of a call, separated by commas.
func (m *Method) Statement() string {
	if m.Filter != nil {
		return m.Var.SQL + ", " + m.Var.Args + "..."
	}
	return strings.Join(append([]string{m.Text()}, m.SQL...), ", ")
}

// QueuesRows returns the beginning of a call that adds a statement with a number of
// rows.
func (m *Method) QueuesRows() string {
	if m.Stale {
		return "tenant.QueueVersion(r.b, "
	}
	return "tenant.QueueRows(r.b, "
}

// TwinLines returns the fields of the batch as gofmt lines them up.
func (p *Package) TwinLines() []string {
	var fields []Field
	for _, r := range p.Repositories {
		if r.Twin != nil {
			fields = append(fields, Field{Name: r.Name, Type: r.Twin.Name})
		}
	}
	return fieldLines(fields)
}
