package emit_test

import (
	"bytes"
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/emit"
	"github.com/tenantc/tenantc/internal/plan"
	"github.com/tenantc/tenantc/templates"
)

// one returns a plan with one method of a shape.
func one(shape plan.Shape) *plan.Plan {
	twin := ""
	if twins[shape] != "" {
		twin = "UsersBatch"
	}
	row := &plan.Row{Type: "string"}
	switch shape {
	case plan.One, plan.Many, plan.BatchOne, plan.BatchMany, plan.Count, plan.Exists:
	default:
		row.Of = &plan.Dest{Name: "userDest", Scan: "scanUser", Collect: "collectUsers", Each: "eachUser", Param: "u", Type: "string", One: true, Many: true}
	}
	m := &plan.Method{
		Receiver: "Users", Name: "Do", Doc: []string{"Do does it."}, Source: "q.sql:1", Shape: shape,
		Consts: []plan.Const{{Name: "do", Text: "select `1`"}, {Name: "doMiddle", Text: "x"}, {Name: "doEnd", Text: "y"}, {Name: "doLast", Text: "z"}},
		Args:   []plan.Arg{{Name: "tenantID", Type: "tenant.ID"}, {Name: "items", Type: "[]string"}}, Key: true, Place: "key",
		SQL: []string{"key", "items"}, Row: row, Item: "string",
		Load: &plan.Loader{
			Items: "items", Item: "string", It: "s", I: "i", Key: "K", K: "k", Keys: "keys", Own: "true", Refers: "s != nil", Of: "*s", Row: "v", RowKey: "*v",
			Columns: []plan.KeyColumn{{Name: "as", Type: "[]int", Field: "A"}},
		},
		Table: []string{"users"}, Columns: []string{"tenant_id", "name"},
		Twin:     twin,
		Optional: []plan.Option{{Given: "n.ok", Column: `"order"`, Value: "n.v"}}, Order: "userKey", Kept: []string{"id"},
		Inputs: []plan.InputColumn{{Expr: "n.Name", Elem: "string", Name: "names", Arg: "names"}, {Expr: "n.Tags", Array: "pgtype.TextArrayOID", Name: "tags", Arg: "tenant.Given(tags)"}}, Left: []string{".ID"}, Derived: true,
		Var: &plan.Vars{
			Key: "key", Row: "v", Rows: "rows", Err: "err", SQL: "sql", Args: "args", Tag: "tag", Batch: "b", Results: "br",
			Item: "item", Items: "items", Out: "out", Index: "i", Stmt: "s", Cond: "cond", Conds: "conds", By: "by", After: "after", Paging: "q", Given: "n",
		},
	}
	if shape == plan.CreateMany {
		m.Travel = "doArgs"
	}
	return &plan.Plan{Packages: []*plan.Package{{
		Dir: "out", Name: "out", Batch: "Batch", Noun: "tenant", Reads: true, Collect: true, QueueOne: true, QueueMany: true, Counts: true, Exists: true, Affects: true, Assign: true, Insert: true, Upsert: true, Arrays: true, ServerFilled: true,
		Tenant: plan.Arg{Name: "tenantID", Type: "tenant.ID"},
		Repositories: []*plan.Repository{{Name: "Users", File: "users.go", Package: "out", Scoped: true, Methods: []*plan.Method{m},
			Structs: []*plan.Struct{{Name: "NewUser", Parts: &plan.Parts{Of: "n", Stmt: "s", Verb: "insert", Optional: m.Optional}}},
			Key:     &plan.KeyVar{Name: "userKey", Expr: `filter.Key("id")`, Of: "users"},
			Twin:    &plan.Twin{Name: "UsersBatch", File: "users_batch.go"}}},
		Types: []*plan.TypeDecl{{Name: "T", Fields: []plan.Field{{Name: "A", Type: "int", Tag: "json:\"a`b\"", Doc: "a field"}}}},
	}}}
}

// twins are calls that the twins of methods make, by the shapes that have one.
var twins = map[plan.Shape]string{
	plan.One:      "(items []string) *tenant.Result[string] {\n\tkey := r.b.Key()\n\treturn queueOne(r.b, func(v *string) []any { return []any{v} }, do, key, items)",
	plan.Many:     "return queueMany(r.b, func(v *string) []any { return []any{v} }, do, key, items)",
	plan.Exec:     "(items []string) {\n\tkey := r.b.Key()\n\ttenant.QueueExec(r.b, do, key, items)",
	plan.ExecRows: "(items []string) *tenant.Result[int64] {\n\tkey := r.b.Key()\n\treturn tenant.QueueRows(r.b, do, key, items)",
	plan.List:     "filter.Where(do, []any{key, items}, conds)\n\treturn tenant.QueueMany(r.b, collectUsers, 0, sql",
	plan.Count:    "filter.Where(do, []any{key, items}, conds)\n\treturn tenant.QueueValue[string](r.b, sql",
	plan.Create:   "return tenant.QueueOne(r.b, scanUser, do+s.list+doMiddle+s.values+doEnd, s.args...)",
	plan.Update:   "return tenant.QueueRows(r.b, do+s.list+doMiddle, s.args...)",

	plan.Upsert: "return tenant.QueueOne(r.b, scanUser, do+s.list+doMiddle+s.values+doEnd+s.sets+doLast, s.args...)",

	plan.ExecResult: "(items []string) *tenant.Result[pgconn.CommandTag] {\n\tkey := r.b.Key()\n\treturn tenant.QueueTag(r.b, do, key, items)",
	plan.Page:       "q, err := filter.Paginate(key, do, []any{key, items}, by, userKey, after, conds)\n\treturn filter.QueuePage(r.b, q, err, collectUsers)",
	plan.CreateMany: "args, err := doArgs(items, key, items)\n\tif err != nil {\n\t\treturn tenant.FailedResult[[]string](r.b, err)\n\t}\n\treturn tenant.QueueMade(r.b, collectUsers, len(items), do, args...)",

	plan.ListBy:      "filter.Sorted(do, []any{key, items}, by, userKey, conds)\n\treturn tenant.QueueMany(r.b, collectUsers, by.Size(), ",
	plan.Exists:      "filter.Where(do, []any{key, items}, conds)\n\treturn tenant.QueueValue[string](r.b, sql+\")\", args...)",
	plan.UpdateWhere: "filter.Narrow(do+s.list+doMiddle, s.args, cond, conds)\n\tif err != nil {\n\t\treturn tenant.FailedResult[int64](r.b, err)",
	plan.DeleteWhere: "filter.Narrow(do, []any{key, items}, cond, conds)\n\tif err != nil {",
}

// TestRender: every shape is printed as Go, under the header, with its source
// and a call of the database.
func TestRender(t *testing.T) {
	t.Parallel()
	calls := map[plan.Shape]string{
		plan.One: ".QueryRow(ctx, key, do, key, items)", plan.Many: ".Query(ctx, key, do, key, items)", plan.Exec: ".Exec(ctx, key, do, key, items)",
		plan.ExecRows: "return affected(r.db.Exec(ctx, key, do, key, items))", plan.ExecResult: "return r.db.Exec(ctx, key, do, key, items)", plan.BatchExec: ".SendBatch(ctx, key, b).Close()",
		plan.BatchOne: "br.QueryRow().Scan(&v)", plan.BatchMany: "br.Query()", plan.CopyFrom: `pgx.Identifier{"users"}, []string{"tenant_id", "name"}`,
		plan.List: "filter.Where(do, []any{key, items}, conds)", plan.Count: "filter.Where(do, []any{key, items}, conds)",
		plan.ListBy: "filter.Sorted(do, []any{key, items}, by, userKey, conds)", plan.ForEach: "return eachUser(func() (pgx.Rows, error) { return r.db.Query(ctx, key, sql, args...) })",
		plan.ForEachBy: "filter.Sorted(do, []any{key, items}, by, userKey, conds)\n\treturn eachUser(",
		plan.Page:      "filter.Paginate(key, do, []any{key, items}, by, userKey, after, conds)", plan.Exists: `.QueryRow(ctx, key, sql+")", args...)`,
		plan.Create: "n.insert(&s)", plan.Update: "n.assign(&s)",
		plan.Upsert:      "do+s.list+doMiddle+s.values+doEnd+s.sets+doLast, s.args...)",
		plan.CreateMany:  "args, err := doArgs(items, key, items)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\trows, err := r.db.Query(ctx, key, do, args...)\n\tout, err := collectUsers(",
		plan.UpdateWhere: "filter.Narrow(do+s.list+doMiddle, s.args, cond, conds)", plan.DeleteWhere: "filter.Narrow(do, []any{key, items}, cond, conds)",
		plan.Load: "as = append(as, k.A)",
	}
	for shape, call := range calls {
		files, err := emit.Render(one(shape))
		if err != nil {
			t.Fatalf("%s: %v", shape, err)
		}
		if len(files) != 6 {
			t.Errorf("%s: %d files, want store, rows, types, batch, users and users_batch", shape, len(files))
		}
		if got := string(files["out/users_batch.go"]); !strings.Contains(got, twins[shape]) || twins[shape] == "" && strings.Contains(got, "func") {
			t.Errorf("%s: %q is not in\n%s", shape, twins[shape], got)
		}
		for name, text := range files {
			if first, _, _ := bytes.Cut(text, []byte("\n")); string(first) != emit.Header {
				t.Errorf("%s: %s begins with %s", shape, name, first)
			}
			if _, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments); err != nil {
				t.Errorf("%s: %v", shape, err)
			}
		}
		users := string(files["out/users.go"])
		for _, want := range []string{"s.insert(`\"order\"`, n.v)", `var userKey = filter.Key("id")`, call, "// source: q.sql:1\nfunc (r *Users) Do(ctx context.Context, tenantID tenant.ID, items []string)"} {
			if !strings.Contains(users, want) {
				t.Errorf("%s: %q is not in\n%s", shape, want, users)
			}
		}
	}
}

// TestFilter: a query of the user's that takes conditions is printed with them, in
// whatever way it speaks with the database, and in a batch.
func TestFilter(t *testing.T) {
	t.Parallel()
	for shape, call := range map[plan.Shape]string{
		plan.One: "r.db.QueryRow(ctx, key, sql, args...).Scan(&v)", plan.Many: "r.db.Query(ctx, key, sql, args...)",
		plan.Exec: "_, err := r.db.Exec(ctx, key, sql, args...)", plan.ExecRows: "return affected(r.db.Exec(ctx, key, sql, args...))",
		plan.ExecResult: "return r.db.Exec(ctx, key, sql, args...)",
	} {
		p := one(shape)
		m := p.Packages[0].Repositories[0].Methods[0]
		m.Filter = &plan.Filter{Tail: "doEnd", Qualifier: "`\"u\".`"}
		files, err := emit.Render(p)
		if err != nil {
			t.Fatalf("%s: %v", shape, err)
		}
		where := "sql, args := filter.Within(do, doEnd, `\"u\".`, []any{key, items}, conds)\n\t"
		if got := string(files["out/users.go"]); !strings.Contains(got, where) || !strings.Contains(got, call) {
			t.Errorf("%s: %s%s is not in\n%s", shape, where, call, got)
		}
		if got := string(files["out/users_batch.go"]); twins[shape] != "" && (!strings.Contains(got, where) || !strings.Contains(got, "sql, args...)")) {
			t.Errorf("%s: %s is not in\n%s", shape, where, got)
		}
	}
}

// TestNoGo: what does not parse is a bug of ours and never written.
func TestNoGo(t *testing.T) {
	t.Parallel()
	p := one(plan.Exec)
	p.Packages[0].Repositories[0].Methods[0].Args[0].Name = "type"
	defer func() {
		err, _ := recover().(error)
		if bug := (*diag.Bug)(nil); !errors.As(err, &bug) || !strings.Contains(bug.Message, "out/users.go") {
			t.Errorf("Render panics with %v, want a bug that names the file", err)
		}
	}()
	files, err := emit.Render(p)
	t.Errorf("Render = %v, %v, want a panic", files, err)
}

// TestTemplates: each says in its first line what it is given.
func TestTemplates(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(templates.Files, "*.tmpl")
	if err != nil || len(names) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(templates.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, []byte("{{- /*gotype: github.com/tenantc/tenantc/internal/plan.")) {
			t.Errorf("%s does not begin with its gotype", name)
		}
	}
}
