package pgast_test

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/tenantc/tenantc/internal/pgast"
)

// TestWalk compares Walk with a walk by protobuf's own reflection.
func TestWalk(t *testing.T) {
	t.Parallel()
	for _, sql := range []string{
		"with recursive a(x) as (select 1 union all select x + 1 from a) select *, -1.5, 'x', null, true, b'1' from a join b using (c) where d in (1, $2) limit 3",
		"insert into t (a, b[1]) values (1, default) on conflict (lower(a) collate \"C\") where x do update set (a, b) = (select 1, 2) returning *",
		"update t set a = (array[1, 2])[3] from u where (a, b) = (select 1, 2) and exists (select 1)",
		"create table t (id int primary key, n numeric(10, 2) default 1 check (n > 0), foreign key (a, b) references u (c, d) on delete cascade)",
		"select sum(x) filter (where y) over (partition by z order by w rows between 1 preceding and current row) from rows from (f(1), g(2)) with ordinality h(a, b)",
	} {
		tree, err := pgast.Parse(sql)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		pgast.Walk(tree, func(m pgast.Message) bool {
			got = append(got, string(m.ProtoReflect().Descriptor().Name()))
			return true
		})
		byReflection(tree.ProtoReflect(), func(m proto.Message) {
			want = append(want, string(m.ProtoReflect().Descriptor().Name()))
		})
		if !slices.Equal(got, want) {
			t.Errorf("%s\n got %v\nwant %v", sql, got, want)
		}
	}
}

func byReflection(m protoreflect.Message, visit func(proto.Message)) {
	if !m.IsValid() { // a gap in a list, as in FROM f(1) without a column list
		return
	}
	visit(m.Interface())
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.Kind() != protoreflect.MessageKind || !m.Has(f) {
			continue
		}
		if !f.IsList() {
			byReflection(m.Get(f).Message(), visit)
			continue
		}
		for j := range m.Get(f).List().Len() {
			byReflection(m.Get(f).List().Get(j).Message(), visit)
		}
	}
}

func TestWalkLeavesOut(t *testing.T) {
	t.Parallel()
	tree, err := pgast.Parse("select (select 1), 2")
	if err != nil {
		t.Fatal(err)
	}
	constants := 0
	pgast.Walk(tree, func(m pgast.Message) bool {
		if _, ok := m.(*pgast.A_Const); ok {
			constants++
		}
		_, sub := m.(*pgast.SubLink)
		return !sub
	})
	if constants != 1 {
		t.Errorf("%d constants outside the subquery, want 1", constants)
	}
	pgast.Walk(nil, func(pgast.Message) bool { t.Error("nothing to visit"); return true })
}

func TestLocation(t *testing.T) {
	t.Parallel()
	tree, err := pgast.Parse("select  a + b")
	if err != nil {
		t.Fatal(err)
	}
	target := tree.GetStmts()[0].GetStmt().GetSelectStmt().GetTargetList()[0]
	if at, ok := pgast.Location(target.GetResTarget().GetVal()); !ok || at != 8 {
		t.Errorf("Location = %d, %v; want 8", at, ok)
	}
	if _, ok := pgast.Location(&pgast.Node{}); ok {
		t.Error("an empty node has no place")
	}
}
