package filter_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

type (
	user  struct{}
	other struct{}
	role  string
	level int32
)

var (
	name = filter.NewText[*user, string]("name")
	age  = filter.NewOrdered[*user, int32]("age")
	ref  = filter.NewColumn[*user, uuid.UUID]("ref")
	kind = filter.NewColumn[*user, role]("role")

	tags   = filter.NewArray[*user, string]("tags")
	nums   = filter.NewArray[*user, int32]("nums")
	listed = filter.NewArray[*user, role]("roles")
	doc    = filter.NewJSON[*user, map[string]any]("doc")
)

type cond = filter.Cond[user]

func TestWhere(t *testing.T) {
	t.Parallel()
	const statement = `select 1 from users where tenant_id = $1`
	u := uuid.New()
	for label, c := range map[string]struct {
		conds []cond
		want  string
		args  []any
	}{
		"none":          {nil, ``, nil},
		"zero":          {[]cond{{}, {}}, ``, nil},
		"one":           {[]cond{age.Gte(18)}, ` and ("age" >= $2)`, []any{int32(18)}},
		"two":           {[]cond{age.Gte(18), {}, name.Eq("Ann")}, ` and ("age" >= $2) and ("name" = $3)`, []any{int32(18), "Ann"}},
		"comparisons":   {[]cond{age.Lt(1), age.Lte(2), age.Gt(3), age.Ne(4)}, ` and ("age" < $2) and ("age" <= $3) and ("age" > $4) and ("age" <> $5)`, []any{int32(1), int32(2), int32(3), int32(4)}},
		"between":       {[]cond{age.Between(1, 2)}, ` and (("age" >= $2) and ("age" <= $3))`, []any{int32(1), int32(2)}},
		"in":            {[]cond{age.In(1, 2)}, ` and ("age" = any($2))`, []any{[]int32{1, 2}}},
		"in none":       {[]cond{age.In()}, ` and (false)`, nil},
		"not in":        {[]cond{age.NotIn(1, 2)}, ` and ("age" <> all($2))`, []any{[]int32{1, 2}}},
		"not in none":   {[]cond{age.NotIn()}, ``, nil},
		"null":          {[]cond{age.IsNull(), name.IsNotNull()}, ` and ("age" is null) and ("name" is not null)`, nil},
		"like":          {[]cond{name.Like("a%"), name.ILike(`b\`)}, ` and ("name" like $2) and ("name" ilike $3)`, []any{"a%", `b\\`}},
		"like, escaped": {[]cond{name.Like(`a\\`), name.Like(`a\\\`)}, ` and ("name" like $2) and ("name" like $3)`, []any{`a\\`, `a\\\\`}},
		"literal":       {[]cond{name.HasPrefix(`1%_\`), name.Contains(`%`)}, ` and ("name" like $2) and ("name" like $3)`, []any{`1\%\_\\%`, `%\%%`}},
		"or":            {[]cond{filter.Or(name.Eq("Ann"), name.Eq("Bob"))}, ` and (("name" = $2) or ("name" = $3))`, []any{"Ann", "Bob"}},
		"or of none":    {[]cond{filter.Or[user]()}, ` and (false)`, nil},
		"or of one":     {[]cond{filter.Or(age.Eq(1))}, ` and ("age" = $2)`, []any{int32(1)}},
		"or of zero":    {[]cond{filter.Or(age.Eq(1), cond{})}, ``, nil},
		"or of false":   {[]cond{filter.Or(age.Eq(1), age.In())}, ` and ("age" = $2)`, []any{int32(1)}},
		"and of none":   {[]cond{filter.And[user]()}, ``, nil},
		"and of false":  {[]cond{filter.And(age.Eq(1), age.In())}, ` and (false)`, nil},
		"not":           {[]cond{filter.Not(age.Eq(1))}, ` and (not ("age" = $2))`, []any{int32(1)}},
		"not zero":      {[]cond{filter.Not(cond{})}, ` and (false)`, nil},
		"not false":     {[]cond{filter.Not(age.In())}, ``, nil},
		"nested":        {[]cond{filter.Not(filter.Or(age.Eq(1), filter.And(age.Eq(2), name.Eq("x"))))}, ` and (not (("age" = $2) or (("age" = $3) and ("name" = $4))))`, []any{int32(1), int32(2), "x"}},
		"uuid":          {[]cond{ref.Eq(u)}, ` and ("ref" = $2)`, []any{pgtype.UUID{Bytes: u, Valid: true}}},
		"uuids":         {[]cond{ref.In(u)}, ` and ("ref" = any($2))`, []any{pgtype.FlatArray[pgtype.UUID]{{Bytes: u, Valid: true}}}},
		"enum":          {[]cond{kind.Eq("admin"), kind.In("admin", "guest")}, ` and ("role" = $2) and ("role" = any($3))`, []any{role("admin"), []string{"admin", "guest"}}},
		"named int":     {[]cond{filter.NewColumn[*user, level]("l").In(1, 2)}, ` and ("l" = any($2))`, []any{[]int64{1, 2}}},
		"duration":      {[]cond{filter.NewColumn[*user, time.Duration]("d").In(1)}, ` and ("d" = any($2))`, []any{[]time.Duration{1}}},
		"own codec":     {[]cond{filter.NewColumn[*user, tenant.Int64ID]("o").In(tenant.NewInt64ID(1))}, ` and ("o" = any($2))`, []any{[]tenant.Int64ID{tenant.NewInt64ID(1)}}},
		"quoted":        {[]cond{filter.NewColumn[*user, int](`a" or "b`).Eq(1)}, ` and ("a"" or ""b" = $2)`, []any{1}},
		"arrays":        {[]cond{tags.Contains("a"), nums.Overlaps(1, 2), listed.ContainedIn("admin")}, ` and ("tags" @> $2) and ("nums" && $3) and ("roles" <@ $4)`, []any{[]string{"a"}, []int32{1, 2}, []string{"admin"}}},
		"no elements":   {[]cond{tags.Contains(), tags.IsNull()}, ` and ("tags" @> $2) and ("tags" is null)`, []any{[]string{}}},
		"json":          {[]cond{doc.Contains(map[string]any{"a": 1})}, ` and ("doc" @> $2)`, []any{`{"a":1}`}},
		"all":           {[]cond{filter.All[user](), age.Eq(1)}, ` and ("age" = $2)`, []any{int32(1)}},
		"not all":       {[]cond{filter.Not(filter.All[user]())}, ` and (false)`, nil},
		"case":          {[]cond{filter.NewColumn[*user, int]("Age").Eq(1)}, ` and ("Age" = $2)`, []any{1}},
	} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			sql, args := filter.Where(statement, []any{"acme"}, c.conds)
			if sql != statement+c.want {
				t.Errorf("got  %s\nwant %s", sql, statement+c.want)
			}
			if diff := cmp.Diff(append([]any{"acme"}, c.args...), args, cmp.Comparer(func(a, b tenant.Int64ID) bool { return a == b })); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
		})
	}
}

// Room behind the caller's arguments may be somebody else's.
func TestWhereLeavesArgumentsAlone(t *testing.T) {
	t.Parallel()
	backing := []any{"acme", "kept"}
	_, args := filter.Where("", backing[:1], []cond{age.Eq(1)})
	if backing[1] != "kept" || len(args) != 2 {
		t.Errorf("the caller's array is %v, the arguments %v", backing, args)
	}
}

func TestConditionsAreValues(t *testing.T) {
	t.Parallel()
	ages := []int32{1, 2}
	in := age.In(ages...)
	conds := []cond{age.Eq(1), age.Eq(2)}
	or := filter.Or(conds...)
	want, wantArgs := filter.Where("", nil, []cond{in, or})
	wantArgs = []any{slices.Clone(wantArgs[0].([]int32)), wantArgs[1], wantArgs[2]}

	ages[0], conds[0] = 99, name.Eq("changed")
	filter.And(or, age.Eq(3))
	filter.Not(or)
	got, gotArgs := filter.Where("", nil, []cond{in, or})
	if got != want || !reflect.DeepEqual(gotArgs, wantArgs) {
		t.Errorf("got  %s %v\nwant %s %v", got, gotArgs, want, wantArgs)
	}
}

// A condition on one model fits no other, not even by conversion.
func TestModelsAreKeptApart(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]reflect.Type{
		{reflect.TypeFor[filter.Cond[user]](), reflect.TypeFor[filter.Cond[other]]()},
		{reflect.TypeFor[filter.Column[user, int]](), reflect.TypeFor[filter.Column[other, int]]()},
		{reflect.TypeFor[filter.Ordered[user, int]](), reflect.TypeFor[filter.Ordered[other, int]]()},
		{reflect.TypeFor[filter.Text[user, string]](), reflect.TypeFor[filter.Text[other, string]]()},
		{reflect.TypeFor[filter.Array[user, string]](), reflect.TypeFor[filter.Array[other, string]]()},
		{reflect.TypeFor[filter.JSON[user, string]](), reflect.TypeFor[filter.JSON[other, string]]()},
		{reflect.TypeFor[filter.Sort[user]](), reflect.TypeFor[filter.Sort[other]]()},
		{reflect.TypeFor[filter.Order[user]](), reflect.TypeFor[filter.Order[other]]()},
	} {
		if pair[0].ConvertibleTo(pair[1]) {
			t.Errorf("%s converts into %s", pair[0], pair[1])
		}
	}
}

// What changes rows wants a condition, or the word for none.
func TestNarrow(t *testing.T) {
	t.Parallel()
	all := filter.All[user]()
	for label, c := range map[string]struct {
		conds []cond
		want  string
		err   error
	}{
		"a condition":           {[]cond{age.Eq(1)}, ` and ("age" = $2)`, nil},
		"a condition among all": {[]cond{{}, age.Eq(1)}, ` and ("age" = $2)`, nil},
		"all":                   {[]cond{all}, ``, nil},
		"all and a condition":   {[]cond{all, age.Eq(1)}, ` and ("age" = $2)`, nil},
		"zero":                  {[]cond{{}}, ``, filter.ErrEveryRow},
		"zero twice":            {[]cond{{}, {}}, ``, filter.ErrEveryRow},
		"and of none":           {[]cond{filter.And[user]()}, ``, filter.ErrEveryRow},
		"not in none":           {[]cond{age.NotIn()}, ``, filter.ErrEveryRow},
		"or with zero":          {[]cond{filter.Or(age.Eq(1), cond{})}, ``, filter.ErrEveryRow},
		"or of none":            {[]cond{filter.Or[user]()}, ` and (false)`, nil},
		"in none":               {[]cond{age.In()}, ` and (false)`, nil},
	} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			sql, _, err := filter.Narrow("x", []any{"acme"}, c.conds[0], c.conds[1:])
			if !errors.Is(err, c.err) || err == nil && sql != "x"+c.want {
				t.Errorf("got %s, %v\nwant %s, %v", sql, err, "x"+c.want, c.err)
			}
		})
	}
}

func TestRefusedNames(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "a\x00b"} {
		mustPanic(t, bad, func() { filter.NewColumn[*user, int](bad) })
	}
}

// pgx takes these as instructions, and a rewriter has the last word on a
// statement's text.
func TestInstructionsAreNoValues(t *testing.T) {
	t.Parallel()
	c := filter.NewOrdered[*user, any]("name")
	for _, v := range []any{pgx.NamedArgs{}, pgx.StrictNamedArgs{}, pgx.QueryExecModeSimpleProtocol, pgx.QueryResultFormats{1}, pgx.QueryResultFormatsByOID{}} {
		mustPanic(t, reflect.TypeOf(v).String(), func() { c.Eq(v) })
		mustPanic(t, reflect.TypeOf(v).String(), func() { c.Between(v, v) })
	}
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%q: no panic", what)
		}
	}()
	f()
}

func TestAllocations(t *testing.T) {
	u := uuid.New()
	m := pgtype.NewMap()
	buf := make([]byte, 0, 64)
	for label, c := range map[string]struct {
		want float64
		call func()
	}{
		"a uuid":          {1, func() { sink = ref.Eq(u) }},
		"an int32":        {1, func() { sink = age.Eq(math.MaxInt32) }},
		"a text":          {1, func() { sink = name.Eq("Ann") }},
		"no conditions":   {0, func() { filter.Where("select 1", nil, []cond(nil)) }},
		"three, rendered": {2, func() { filter.Where("select 1", tenantArgs, three) }},
		"a uuid, encoded": {0, func() { m.Encode(pgtype.UUIDOID, pgtype.BinaryFormatCode, uuidArg, buf) }},
	} {
		if got := testing.AllocsPerRun(1000, c.call); got > c.want {
			t.Errorf("%s: %v allocations, want %v", label, got, c.want)
		}
	}
}

var (
	sink       cond
	tenantArgs = []any{"acme"}
	three      = []cond{age.Gte(18), filter.Or(name.Eq("Ann"), name.Eq("Bob"))}
	uuidArg    = func() any {
		_, args := filter.Where("", nil, []cond{ref.Eq(uuid.New())})
		return args[0]
	}()
)
