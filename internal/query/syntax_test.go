package query

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// TestSyntaxTable compares the table with the parser's messages.
func TestSyntaxTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	var visit func(d protoreflect.MessageDescriptor)
	visit = func(d protoreflect.MessageDescriptor) {
		name := string(d.Name())
		if name == "Node" || seen[name] || typed[name] != "" {
			return
		}
		seen[name] = true
		table, ok := syntax[name]
		if !ok {
			t.Errorf("%s can occur in a statement and is in no table", name)
			return
		}
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			fate, ok := table[string(f.Name())]
			if !ok {
				t.Errorf("%s.%s is in no table", name, f.Name())
			}
			if f.Message() != nil && (fate == handled || fate == refused) {
				visit(f.Message())
			}
		}
		for field := range table {
			if d.Fields().ByName(protoreflect.Name(field)) == nil {
				t.Errorf("the parser's %s has no field %s", name, field)
			}
		}
	}
	nodes := (&pgast.Node{}).ProtoReflect().Descriptor().Fields()
	found := map[string]bool{}
	for i := range nodes.Len() {
		d := nodes.Get(i).Message()
		found[string(d.Name())] = true
		if _, ok := syntax[string(d.Name())]; ok {
			visit(d)
		}
	}
	for name := range syntax {
		if !found[name] && !seen[name] {
			t.Errorf("the parser has no message %s", name)
		}
	}
}

// TestUnknownNodes puts every message that is not in the table into the places
// where nodes stand, and sees an issue.
func TestUnknownNodes(t *testing.T) {
	t.Parallel()
	cat := sampleCatalog(t)
	target := func(n *pgast.Node) *pgast.Node {
		return &pgast.Node{Node: &pgast.Node_ResTarget{ResTarget: &pgast.ResTarget{Val: n}}}
	}
	one := &pgast.Node{Node: &pgast.Node_AConst{AConst: &pgast.A_Const{Val: &pgast.A_Const_Ival{Ival: &pgast.Integer{Ival: 1}}}}}
	nodes := (&pgast.Node{}).ProtoReflect().Descriptor().Fields()
	tried := 0
	for i := range nodes.Len() {
		f := nodes.Get(i)
		if _, ok := syntax[string(f.Message().Name())]; ok {
			continue
		}
		n := &pgast.Node{}
		n.ProtoReflect().Set(f, n.ProtoReflect().NewField(f))
		for place, stmt := range map[string]*pgast.SelectStmt{
			"expression": {TargetList: []*pgast.Node{target(n)}, Op: pgast.SetOperation_SETOP_NONE},
			"FROM":       {TargetList: []*pgast.Node{target(one)}, FromClause: []*pgast.Node{n}, Op: pgast.SetOperation_SETOP_NONE},
			"target":     {TargetList: []*pgast.Node{n}, Op: pgast.SetOperation_SETOP_NONE},
			"ORDER BY":   {TargetList: []*pgast.Node{target(one)}, SortClause: []*pgast.Node{n}, Op: pgast.SetOperation_SETOP_NONE},
		} {
			tried++
			st := resolveTree(cat, &pgast.Node{Node: &pgast.Node_SelectStmt{SelectStmt: stmt}}, "x")
			if len(st.Issues) == 0 {
				t.Errorf("%s as %s is accepted", f.Message().Name(), place)
			}
		}
		if st := resolveTree(cat, n, "x"); len(st.Issues) == 0 {
			t.Errorf("%s as a statement is accepted", f.Message().Name())
		}
	}
	if tried < 400 {
		t.Errorf("only %d places tried", tried)
	}
}

// TestSyntaxIsRead changes each field of each message in a corpus of
// statements. A handled field must make a difference somewhere, a refused one
// an issue wherever it is set, and any other none anywhere.
func TestSyntaxIsRead(t *testing.T) {
	t.Parallel()
	cat := sampleCatalog(t)
	seen, differs := map[string]bool{}, map[string]bool{}
	for _, sql := range sampleStatements(t) {
		tree, err := pgast.Parse(sql)
		if err != nil {
			continue // the corpus has statements with macros or mistakes
		}
		root := proto.Clone(tree.GetStmts()[0].GetStmt()).(*pgast.Node) // a clone has no nil in its lists
		base := render(cat, root, sql)
		messages := messagesOf(root)
		for i, m := range messages {
			table, ok := syntax[string(m.ProtoReflect().Descriptor().Name())]
			if !ok {
				continue
			}
			fields := m.ProtoReflect().Descriptor().Fields()
			for j := range fields.Len() {
				f := fields.Get(j)
				key := string(m.ProtoReflect().Descriptor().Name()) + "." + string(f.Name())
				fate := table[string(f.Name())]
				if fate == place || fate == onlyOut || differs[key] && fate == handled {
					continue
				}
				for _, change := range changes(m, f) {
					clone := proto.Clone(root).(*pgast.Node)
					change(messagesOf(clone)[i].ProtoReflect())
					seen[key] = true
					got := render(cat, clone, sql)
					switch {
					case fate == handled:
						differs[key] = differs[key] || got != base
					case fate == refused:
						if messagesOf(clone)[i].ProtoReflect().Has(f) && !strings.Contains(got, "issue") {
							t.Errorf("%s is set without an issue: %s", key, sql)
						}
					case got != base:
						t.Errorf("%s makes a difference, and should not: %s\n%s", key, sql, got)
					}
				}
			}
		}
	}
	for name, table := range syntax {
		for field, fate := range table {
			key := name + "." + field
			if fate == handled && !differs[key] {
				t.Errorf("%s is called handled, and no change of it was seen (tried: %v)", key, seen[key])
			}
			if fate == refused && !seen[key] {
				t.Errorf("%s is called refused, and was never tried", key)
			}
		}
	}
}

// changes returns ways to change a field: to clear what is set, and to set or
// alter what is a plain value.
func changes(m proto.Message, f protoreflect.FieldDescriptor) []func(protoreflect.Message) {
	var out []func(protoreflect.Message)
	r := m.ProtoReflect()
	if r.Has(f) {
		out = append(out, func(r protoreflect.Message) { r.Clear(f) })
	}
	set := func(v protoreflect.Value) {
		out = append(out, func(r protoreflect.Message) { r.Set(f, v) })
	}
	switch {
	case f.IsList():
		if f.Message() != nil && f.Message().Name() == "Node" && !r.Has(f) {
			out = append(out, func(r protoreflect.Message) {
				r.Mutable(f).List().Append(protoreflect.ValueOfMessage(sampleNode().ProtoReflect()))
			})
		}
	case f.Kind() == protoreflect.BoolKind:
		set(protoreflect.ValueOfBool(!r.Get(f).Bool()))
	case f.Kind() == protoreflect.StringKind:
		set(protoreflect.ValueOfString(r.Get(f).String() + "x"))
	case f.Kind() == protoreflect.Int32Kind:
		set(protoreflect.ValueOfInt32(int32(r.Get(f).Int()) + 1))
		set(protoreflect.ValueOfInt32(int32(r.Get(f).Int()) | 0x0c)) // bits of a frame
	case f.Kind() == protoreflect.Uint32Kind:
		set(protoreflect.ValueOfUint32(uint32(r.Get(f).Uint()) + 1))
	case f.Kind() == protoreflect.EnumKind:
		values := f.Enum().Values()
		for i := range values.Len() {
			if n := values.Get(i).Number(); n != r.Get(f).Enum() {
				set(protoreflect.ValueOfEnum(n))
			}
		}
	case f.Message() != nil && !r.Has(f) && f.ContainingOneof() == nil:
		out = append(out, func(r protoreflect.Message) {
			if f.Message().Name() == "Node" {
				r.Set(f, protoreflect.ValueOfMessage(sampleNode().ProtoReflect()))
				return
			}
			r.Set(f, r.NewField(f))
		})
	}
	return out
}

func sampleNode() *pgast.Node {
	return &pgast.Node{Node: &pgast.Node_String_{String_: &pgast.String{Sval: "sample"}}}
}

func messagesOf(n *pgast.Node) []proto.Message {
	var out []proto.Message
	pgast.Walk(n, func(m pgast.Message) bool {
		out = append(out, m)
		multi, ok := m.(*pgast.MultiAssignRef)
		return !ok || multi.GetColno() <= 1 // the source stands in the tree once for each column, and is read once
	})
	return out
}

// render resolves a tree and prints it. A tree that no text gives may break
// the resolver; that it does shows that the field was read.
func render(cat *catalog.Catalog, tree *pgast.Node, sql string) (out string) {
	defer func() {
		if e := recover(); e != nil {
			out = fmt.Sprint("panic ", e)
		}
	}()
	var b strings.Builder
	st := resolveTree(cat, tree, sql)
	if err := Dump(&b, st); err != nil {
		return err.Error()
	}
	return b.String()
}

// resolveTree resolves a tree that was not read from a text.
func resolveTree(cat *catalog.Catalog, tree *pgast.Node, sql string) *Stmt {
	st := &Stmt{Name: "Sample", Text: sql, SQL: sql}
	st.Source = &Source{Lines: diag.NewLines("sample.sql", sql)}
	r := &resolver{cat: cat, cache: newCache(), stmt: st, text: sql, src: st.Source}
	r.readParams(tree)
	r.resolve(tree)
	return st
}

func sampleCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	schema, err := os.ReadFile("testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	var rep diag.List
	return catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "schema.sql", Text: string(schema)}},
		Tenancy: config.Tenancy{Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}}}, UnclassifiedGlobal: true},
	}, &rep)
}

// sampleStatements are the statements of the golden files, and some with what
// these do not have.
func sampleStatements(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	out := []string{
		"select id from only users u(a, b) where u.a = $1",
		"select u.id from users u join documents d using (id) as j where j.id = 1",
		"select $1::users.age%type, 1.5, b'1', true, null from users",
		"insert into users (tenant_id, email) values ($1, $2) on conflict ((lower(email)) collate \"C\" text_ops) do nothing",
		"insert into users (tenant_id, email) values ($1, $2) on conflict on constraint users_age_key do nothing",
		"with a as (select 1) delete from users using documents d where d.owner_id = users.id returning users.id",
		"with a as (select 1) update users set age = 1 from documents d where d.owner_id = users.id returning users.id",
		"select * from jsonb_to_recordset($1::jsonb) as r(a int, b text collate folding)",
		"select sum(age) over (w order by age rows between $1 preceding and $2 following) from users window w as (partition by role)",
		"select age from users order by age using > offset 1 fetch first 2 rows with ties",
		"select grouping(role), count(*) from users group by (role, age), rollup (mood)",
		"select (array[1, 2])[1:2], tags[1], ($1::jsonb)['a'] from users",
	}
	for _, name := range files {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if !strings.HasSuffix(f.Name, ".sql") || f.Name == "schema.sql" {
				continue
			}
			var rep diag.List
			for _, st := range Parse(f.Name, string(f.Data), sampleCatalog(t), &rep) {
				if st.SQL != "" && !slices.Contains(out, st.SQL) {
					out = append(out, st.SQL)
				}
			}
		}
	}
	return out
}
