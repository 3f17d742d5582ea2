package filter_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant/filter"
)

const usersSchema = `
create type role as enum ('admin', 'guest', 'o''neil');
create table users (
	tenant_id int not null,
	id int not null,
	name text,
	age int,
	ref uuid,
	role role,
	"a"" or true --" int,
	at timestamptz,
	took interval,
	ratio float4,
	tags text[],
	nums int[],
	roles role[],
	doc jsonb,
	price numeric,
	primary key (tenant_id, id)
);`

const listUsers = `select id from users where tenant_id = $1`

// list runs the statement as generated code would and returns the ids.
func list(t *testing.T, pool *pgxpool.Pool, mode pgx.QueryExecMode, tenantID int32, conds ...cond) ([]int32, error) {
	t.Helper()
	sql, args := filter.Where(listUsers, []any{tenantID}, conds)
	rows, err := pool.Query(t.Context(), sql+` order by id`, append([]any{mode}, args...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int32])
}

func TestEveryTypeInEveryMode(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t, usersSchema)
	u := uuid.MustParse("0190a6f2-0000-7000-8000-00000000000a")
	at := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	_, err := pool.Exec(t.Context(), `insert into users values
		(1, 1, 'Ann', 18, $1, 'o''neil', 7, $2, '90 minutes', 0.1, '{a,"b,c"}', '{1,2}', '{admin,"o''neil"}', '{"a": {"b": [1, 2]}, "c": "x"}'),
		(1, 2, null, null, null, null, null, null, null, null, null, null, null, null),
		(2, 1, 'Ann', 18, $1, 'o''neil', 7, $2, '90 minutes', 0.1, '{a,"b,c"}', '{1,2}', '{admin,"o''neil"}', '{"a": {"b": [1, 2]}, "c": "x"}')`, u, at)
	if err != nil {
		t.Fatal(err)
	}
	var (
		lvl   = filter.NewOrdered[*user, level]("age")
		odd   = filter.NewColumn[*user, int64](`a" or true --`)
		when  = filter.NewOrdered[*user, time.Time]("at")
		took  = filter.NewOrdered[*user, time.Duration]("took")
		ratio = filter.NewOrdered[*user, float32]("ratio")
	)
	type float float32
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
		pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			for i, c := range []cond{
				name.Eq("Ann"), name.In("Ann", `{","`), name.NotIn("Bob"), name.Ne("O'Neil\\"),
				name.Like("A%"), name.ILike("a__"), name.HasPrefix("An"), name.Contains("n"),
				age.Eq(18), age.In(17, 18), age.NotIn(17), age.Between(18, 18), age.Gt(17), age.Gte(18), age.Lt(19), age.Lte(18),
				lvl.Eq(18), lvl.In(18), lvl.Between(-1, 18),
				ref.Eq(u), ref.In(u, uuid.New()), ref.NotIn(uuid.New()), ref.Ne(uuid.New()),
				kind.Eq("o'neil"), kind.In("o'neil", "admin"), kind.NotIn("guest"),
				odd.Eq(7), odd.In(7), odd.IsNotNull(),
				when.Eq(at), when.In(at), when.Lt(at.Add(time.Second)),
				took.Eq(90 * time.Minute), took.In(90 * time.Minute),
				ratio.Eq(0.1), ratio.In(0.1), filter.NewColumn[*user, float]("ratio").In(0.1),
				tags.Contains("a"), tags.Contains("b,c", "a"), tags.Contains(), tags.ContainedIn("b,c", "a", "d"), tags.Overlaps("d", "a"), tags.IsNotNull(),
				nums.Contains(2), nums.ContainedIn(1, 2, 3), nums.Overlaps(3, 2), listed.Contains("o'neil"), listed.Overlaps("guest", "admin"),
				doc.Contains(map[string]any{"a": map[string]any{"b": []int{2}}}), doc.Contains(struct {
					C string `json:"c"`
				}{"x"}), doc.IsNotNull(),
				filter.Not(tags.Contains("d")), filter.Not(tags.Overlaps()), filter.Not(tags.ContainedIn()), filter.Not(doc.Contains(map[string]any{"a": 1})),
				filter.Not(name.Eq("Bob")), filter.And(name.Eq("Ann"), age.Eq(18)), filter.Or(name.Eq("Bob"), age.Eq(18)),
			} {
				got, err := list(t, pool, mode, 1, c)
				if diff := cmp.Diff([]int32{1}, got); diff != "" || err != nil {
					sql, args := filter.Where("", nil, []cond{c})
					t.Errorf("%d: %s %v: %v\n(-want +got):\n%s", i, sql, args, err, diff)
				}
			}
		})
	}
}

// A pattern that ends in a backslash makes PostgreSQL fail when a row matches
// up to there, whosever row it is.
func TestPatternTellsNothingOfOtherTenants(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t, usersSchema, `insert into users (tenant_id, id, name) values (1, 1, 'a'), (2, 2, 'secret')`)
	for _, c := range []cond{name.Like(`secret\`), name.ILike(`SECRET\`), name.HasPrefix(`secret\`), name.Contains(`secret\`)} {
		sql, args := filter.Where(`select id from users where id > $1`, []any{0}, []cond{c}) // both tenants' rows are tried
		rows, err := pool.Query(t.Context(), sql, args...)
		if err != nil {
			t.Fatal(err)
		}
		if ids, err := pgx.CollectRows(rows, pgx.RowTo[int32]); err != nil || len(ids) != 0 {
			t.Errorf("%s finds %v, %v", sql, ids, err)
		}
	}
}

// row is what the property test knows of a user. nil is NULL.
type row struct {
	id   int32
	name *string
	age  *int32
	ref  *uuid.UUID
	role *role
	tags []string // no element is NULL
	doc  *map[string]int
}

// truth is SQL's: a condition is true, false, or neither.
type truth int8

const (
	no truth = iota - 1
	unknown
	yes
)

func (a truth) not() truth { return -a }

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// against compares a value that may be NULL.
func against[T any](v *T, holds func(T) bool) truth {
	if v == nil {
		return unknown
	}
	return truthOf(holds(*v))
}

// meaning is a condition together with what it means.
type meaning struct {
	cond cond
	of   func(row) truth
}

var (
	names = []string{"", "a", "b", "ab", "A", "%", "_", `\`, `a\`, "' or true --", `" or 1=1`, "$1"}
	roles = []role{"admin", "guest", "o'neil"}
	refs  = []uuid.UUID{{15: 1}, {15: 2}, {15: 3}}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func some[T any](r *rand.Rand, from []T) []T {
	vs := make([]T, r.IntN(3))
	for i := range vs {
		vs[i] = pick(r, from)
	}
	return vs
}

// anyCondition makes up a condition, nested at most depth times.
func anyCondition(r *rand.Rand, depth int) meaning {
	if depth > 0 && r.IntN(3) > 0 {
		return anyCombination(r, depth)
	}
	n, a, u, k := pick(r, names), r.Int32N(5), pick(r, refs), pick(r, roles)
	b := a + r.Int32N(3) - 1
	switch r.IntN(22) {
	case 0:
		return meaning{name.Eq(n), func(x row) truth { return against(x.name, func(v string) bool { return v == n }) }}
	case 1:
		return meaning{name.Ne(n), func(x row) truth { return against(x.name, func(v string) bool { return v != n }) }}
	case 2:
		vs := some(r, names)
		return meaning{name.In(vs...), func(x row) truth {
			if len(vs) == 0 {
				return no
			}
			return against(x.name, func(v string) bool { return slices.Contains(vs, v) })
		}}
	case 3:
		vs := some(r, roles)
		return meaning{kind.NotIn(vs...), func(x row) truth {
			if len(vs) == 0 {
				return yes
			}
			return against(x.role, func(v role) bool { return !slices.Contains(vs, v) })
		}}
	case 4:
		return meaning{name.HasPrefix(n), func(x row) truth {
			return against(x.name, func(v string) bool { return strings.HasPrefix(v, n) })
		}}
	case 5:
		return meaning{name.Contains(n), func(x row) truth {
			return against(x.name, func(v string) bool { return strings.Contains(v, n) })
		}}
	case 6:
		return meaning{name.IsNull(), func(x row) truth { return truthOf(x.name == nil) }}
	case 7:
		return meaning{ref.IsNotNull(), func(x row) truth { return truthOf(x.ref != nil) }}
	case 8:
		return meaning{age.Lt(a), func(x row) truth { return against(x.age, func(v int32) bool { return v < a }) }}
	case 9:
		return meaning{age.Lte(a), func(x row) truth { return against(x.age, func(v int32) bool { return v <= a }) }}
	case 10:
		return meaning{age.Gt(a), func(x row) truth { return against(x.age, func(v int32) bool { return v > a }) }}
	case 11:
		return meaning{age.Gte(a), func(x row) truth { return against(x.age, func(v int32) bool { return v >= a }) }}
	case 12:
		return meaning{age.Between(a, b), func(x row) truth {
			return against(x.age, func(v int32) bool { return a <= v && v <= b })
		}}
	case 13:
		return meaning{ref.Eq(u), func(x row) truth { return against(x.ref, func(v uuid.UUID) bool { return v == u }) }}
	case 14:
		vs := some(r, refs)
		return meaning{ref.In(vs...), func(x row) truth {
			if len(vs) == 0 {
				return no
			}
			return against(x.ref, func(v uuid.UUID) bool { return slices.Contains(vs, v) })
		}}
	case 15:
		return meaning{kind.Eq(k), func(x row) truth { return against(x.role, func(v role) bool { return v == k }) }}
	case 16:
		return meaning{name.Like(`a\`), func(x row) truth { return against(x.name, func(v string) bool { return v == `a\` }) }}
	case 17:
		vs := some(r, names)
		return meaning{tags.Contains(vs...), func(x row) truth {
			return ofTags(x, func(ts []string) bool { return allIn(vs, ts) })
		}}
	case 18:
		vs := some(r, names)
		return meaning{tags.ContainedIn(vs...), func(x row) truth {
			return ofTags(x, func(ts []string) bool { return allIn(ts, vs) })
		}}
	case 19:
		vs := some(r, names)
		return meaning{tags.Overlaps(vs...), func(x row) truth {
			return ofTags(x, func(ts []string) bool {
				return slices.ContainsFunc(ts, func(tag string) bool { return slices.Contains(vs, tag) })
			})
		}}
	case 20:
		return meaning{doc.Contains(map[string]int{n: int(a)}), func(x row) truth {
			return against(x.doc, func(v map[string]int) bool { got, ok := v[n]; return ok && got == int(a) })
		}}
	default:
		return meaning{cond{}, func(row) truth { return yes }}
	}
}

// ofTags compares an array that may be NULL.
func ofTags(x row, holds func([]string) bool) truth {
	if x.tags == nil {
		return unknown
	}
	return truthOf(holds(x.tags))
}

func allIn(vs, of []string) bool {
	return !slices.ContainsFunc(vs, func(v string) bool { return !slices.Contains(of, v) })
}

func anyCombination(r *rand.Rand, depth int) meaning {
	if r.IntN(3) == 0 {
		m := anyCondition(r, depth-1)
		return meaning{filter.Not(m.cond), func(x row) truth { return m.of(x).not() }}
	}
	ms := make([]meaning, r.IntN(4))
	conds := make([]cond, len(ms))
	for i := range ms {
		ms[i] = anyCondition(r, depth-1)
		conds[i] = ms[i].cond
	}
	if r.IntN(2) == 0 {
		return meaning{filter.And(conds...), func(x row) truth {
			all := yes
			for _, m := range ms {
				all = min(all, m.of(x))
			}
			return all
		}}
	}
	return meaning{filter.Or(conds...), func(x row) truth {
		one := no
		for _, m := range ms {
			one = max(one, m.of(x))
		}
		return one
	}}
}

func maybe[T any](r *rand.Rand, v T) *T {
	if r.IntN(4) == 0 {
		return nil
	}
	return &v
}

// Two tenants have users with the same ids and much the same values. Whatever
// the condition, one sees its own, and of those exactly the ones it asked for.
func TestConditionsOnlyNarrow(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			conditionsOnlyNarrow(t, rand.New(rand.NewPCG(seed, 0)))
		})
	}
}

func conditionsOnlyNarrow(t *testing.T, r *rand.Rand) {
	const users, conditions = 60, 150
	pool := pgtest.New(t, usersSchema)

	rows := make(map[int32][]row)
	for tenantID := int32(1); tenantID <= 2; tenantID++ {
		for id := range int32(users) {
			x := row{id, maybe(r, pick(r, names)), maybe(r, r.Int32N(5)), maybe(r, pick(r, refs)), maybe(r, pick(r, roles)), nil, nil}
			if r.IntN(4) > 0 {
				x.tags = append([]string{}, some(r, names)...)
			}
			if r.IntN(4) > 0 {
				x.doc = &map[string]int{pick(r, names): r.IntN(5)}
			}
			rows[tenantID] = append(rows[tenantID], x)
			_, err := pool.Exec(t.Context(), `insert into users (tenant_id, id, name, age, ref, role, tags, doc) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
				tenantID, x.id, x.name, x.age, x.ref, x.role, x.tags, x.doc)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for range conditions {
		ms := []meaning{anyCondition(r, 3), anyCondition(r, 1)}[:r.IntN(3)]
		conds := make([]cond, len(ms))
		for i := range ms {
			conds[i] = ms[i].cond
		}
		for tenantID := int32(1); tenantID <= 2; tenantID++ {
			want := []string{}
			for _, x := range rows[tenantID] {
				holds := yes
				for _, m := range ms {
					holds = min(holds, m.of(x))
				}
				if holds == yes {
					want = append(want, fmt.Sprintf("%d/%d", tenantID, x.id))
				}
			}
			sql, args := filter.Where(`select tenant_id || '/' || id from users where tenant_id = $1`, []any{tenantID}, conds)
			sql += fmt.Sprintf(` order by id limit $%d`, len(args)+1)
			found, err := pool.Query(t.Context(), sql, append([]any{pgx.QueryExecModeExec}, append(args, users)...)...)
			if err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			got, err := pgx.CollectRows(found, pgx.RowTo[string])
			if err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s\n%v\n(-want +got):\n%s", sql, args, diff)
			}
		}
	}
}
