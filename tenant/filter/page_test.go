package filter_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

type (
	order = filter.Order[user]
	sorts = filter.Sort[user]
)

func TestSorted(t *testing.T) {
	t.Parallel()
	nick := filter.NewText[*user, string]("nick", filter.Nullable)
	key := filter.Key("id")
	for label, c := range map[string]struct {
		by   order
		key  filter.Keys
		want string
		args []any
	}{
		"zero":             {order{}, key, ` order by "id"`, nil},
		"zero, no key":     {order{}, nil, ``, nil},
		"one":              {filter.OrderBy(name.Asc()), key, ` order by "name", "id"`, nil},
		"the key follows":  {filter.OrderBy(name.Asc(), age.Desc()), key, ` order by "name", "age" desc, "id" desc`, nil},
		"key said":         {filter.OrderBy(filter.NewColumn[*user, int]("id").Desc(), age.Asc()), key, ` order by "id" desc, "age"`, nil},
		"twice":            {filter.OrderBy(name.Asc(), name.Desc()), key, ` order by "name", "id"`, nil},
		"two keys":         {filter.OrderBy(age.Desc()), filter.Key("a", "b"), ` order by "age" desc, "a" desc, "b" desc`, nil},
		"nulls":            {filter.OrderBy(nick.Asc().NullsFirst(), age.Asc()), nil, ` order by "nick" nulls first, "age"`, nil},
		"nulls, desc":      {filter.OrderBy(nick.Desc().NullsLast()), nil, ` order by "nick" desc nulls last`, nil},
		"nulls, as is":     {filter.OrderBy(nick.Desc().NullsFirst()), nil, ` order by "nick" desc`, nil},
		"nulls where none": {filter.OrderBy(name.Desc().NullsLast()), nil, ` order by "name" desc`, nil},
		"limit":            {filter.OrderBy(age.Asc()).Limit(3), nil, ` order by "age" limit $3`, []any{3}},
		"limit 0":          {order{}.Limit(0), nil, ` limit $3`, []any{0}},
		"offset":           {order{}.Offset(5), key, ` order by "id" offset $3`, []any{5}},
		"both":             {order{}.Offset(5).Limit(3), key, ` order by "id" limit $3 offset $4`, []any{3, 5}},
	} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			sql, args := filter.Sorted("x", []any{"acme"}, c.by, c.key, []cond{age.Gte(18)})
			if want := `x and ("age" >= $2)` + c.want; sql != want {
				t.Errorf("got  %s\nwant %s", sql, want)
			}
			if diff := cmp.Diff(append([]any{"acme", int32(18)}, c.args...), args); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
		})
	}
}

// entry is a row of the paging tests.
type entry struct{ Tenant, ID int32 }

func (e *entry) dest() []any { return []any{&e.Tenant, &e.ID} }

const entries = `select tenant_id, id, name, age, ref, role, at, took, ratio, price, tags from users where tenant_id = $1`

// columns are those that pages are ordered by. All may be NULL.
var columns = []sorts{
	filter.NewText[*user, string]("name", filter.Nullable).Asc(),
	filter.NewOrdered[*user, int32]("age", filter.Nullable).Asc(),
	filter.NewColumn[*user, uuid.UUID]("ref", filter.Nullable).Desc(),
	filter.NewOrdered[*user, role]("role", filter.Nullable).Desc(),
	filter.NewOrdered[*user, time.Time]("at", filter.Nullable).Asc(),
	filter.NewOrdered[*user, time.Duration]("took", filter.Nullable).Desc(),
	filter.NewOrdered[*user, float32]("ratio", filter.Nullable).Desc(),
	filter.NewOrdered[*user, float64]("price", filter.Nullable).Asc(),
	filter.NewColumn[*user, []string]("tags", filter.Nullable).Asc(),
}

func pagingPool(t *testing.T) *pgxpool.Pool {
	return pgtest.New(t, usersSchema, `
		insert into users (tenant_id, id, name, age, ref, role, at, took, ratio, price, tags)
		select t, i,
			(array['', 'a', 'A', 'ä', E'b\\"', null])[1 + i % 6], nullif(i % 4, 0),
			nullif(format('0190a6f2-0000-7000-8000-00000000000%s', i % 3)::uuid, '0190a6f2-0000-7000-8000-000000000000'),
			(array['admin', 'guest', 'o''neil', null]::role[])[1 + i % 4],
			(array['infinity', '-infinity', '2024-02-29 12:00:00.123456+00', '0044-03-15 BC', null]::timestamptz[])[1 + i % 5],
			(array['90 minutes', '1 mon -1 day', '-3 days', null]::interval[])[1 + i % 4],
			(array['NaN', '0.1', '-0', 'infinity', null]::float4[])[1 + i % 5],
			(array['NaN', '1e-20', '12345678901234567890.5', null]::numeric[])[1 + i % 4],
			case i % 3 when 0 then null when 1 then array['x', null, '{"'] else '{}' end
		from generate_series(1, 2) t, generate_series(1, 40) i`)
}

// page reads one page as generated code would.
func page(t *testing.T, pool *pgxpool.Pool, mode pgx.QueryExecMode, id int64, by order, after filter.Cursor, conds ...cond) (filter.Page[entry], error) {
	t.Helper()
	key := tenant.NewInt64ID(id)
	q, err := filter.Paginate(key, entries, []any{key}, by, filter.Key("id"), after, conds)
	if err != nil {
		return filter.Page[entry]{}, err
	}
	rows, err := q.Rows(pool.Query(t.Context(), q.SQL, append([]any{mode}, q.Args...)...))
	if err != nil {
		return filter.Page[entry]{}, err
	}
	defer rows.Close()
	var items []entry
	for rows.Next() {
		var e entry
		if err := rows.Scan(append(e.dest(), make([]any, 9)...)...); err != nil {
			return filter.Page[entry]{}, err
		}
		items = append(items, e)
	}
	return filter.Page[entry]{Items: items, Next: q.Next()}, rows.Err()
}

// Pages, put together, are the rows in order: each once, whatever columns may be
// NULL, however many sort how, and whoever else has rows with the same keys.
func TestPagesAreTheWhole(t *testing.T) {
	t.Parallel()
	pool := pagingPool(t)
	r := rand.New(rand.NewPCG(1, 0))
	modes := []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	}
	for i := range 60 {
		var by []sorts
		for _, n := range r.Perm(len(columns))[:r.IntN(4)] {
			s := columns[n]
			switch r.IntN(3) {
			case 0:
				s = s.NullsFirst()
			case 1:
				s = s.NullsLast()
			}
			by = append(by, s)
		}
		conds := []cond{age.Lte(2)}[:r.IntN(2)]
		mode, size := modes[i%len(modes)], 1+r.IntN(17)
		sql, args := filter.Sorted(entries, []any{int64(1)}, filter.OrderBy(by...), filter.Key("id"), conds)
		rows, err := pool.Query(t.Context(), strings.Replace(sql, entries, `select tenant_id, id from users where tenant_id = $1`, 1), args...)
		if err != nil {
			t.Fatal(err)
		}
		want, err := pgx.CollectRows(rows, pgx.RowToStructByPos[entry])
		if err != nil || len(want) == 0 {
			t.Fatalf("%s: %d rows, %v", sql, len(want), err)
		}
		var got []entry
		for after, pages := filter.Cursor(""), 0; ; pages++ {
			p, err := page(t, pool, mode, 1, filter.OrderBy(by...).Limit(size), after, conds...)
			if err != nil {
				t.Fatalf("%s in pages of %d, mode %s: %v", sql, size, mode, err)
			}
			got = append(got, p.Items...)
			if after = p.Next; after == "" {
				break
			}
			if len(p.Items) != size || pages > len(want) {
				t.Fatalf("%s: page %d has %d rows and is not the last", sql, pages, len(p.Items))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s in pages of %d, mode %s (-want +got):\n%s", sql, size, mode, diff)
		}
	}
}

// A cursor is for what it was made for, and anything else is an error, never a
// page.
func TestCursorsOfOthers(t *testing.T) {
	t.Parallel()
	pool := pagingPool(t)
	mode := pgx.QueryExecModeCacheStatement
	by := filter.OrderBy(columns[1]).Limit(5)
	first, err := page(t, pool, mode, 1, by, "", age.Gte(1))
	if err != nil || first.Next == "" {
		t.Fatalf("%v, %v", first, err)
	}
	if next, err := page(t, pool, mode, 1, by.Limit(3), first.Next, age.Gte(0)); err != nil || len(next.Items) != 3 {
		t.Errorf("another limit and another value of the condition: %v, %v", next, err)
	}
	for label, c := range map[string]struct {
		of    int64
		by    order
		after filter.Cursor
		conds []cond
	}{
		"another tenant":     {2, by, first.Next, []cond{age.Gte(1)}},
		"another order":      {1, filter.OrderBy(columns[0]).Limit(5), first.Next, []cond{age.Gte(1)}},
		"another direction":  {1, filter.OrderBy(age.Desc()).Limit(5), first.Next, []cond{age.Gte(1)}},
		"nulls elsewhere":    {1, filter.OrderBy(columns[1].NullsFirst()).Limit(5), first.Next, []cond{age.Gte(1)}},
		"other conditions":   {1, by, first.Next, []cond{age.Gt(1)}},
		"no conditions":      {1, by, first.Next, nil},
		"cut off":            {1, by, first.Next[:len(first.Next)-1], []cond{age.Gte(1)}},
		"one letter":         {1, by, "A", []cond{age.Gte(1)}},
		"no base64":          {1, by, "' or true --", []cond{age.Gte(1)}},
		"a letter changed":   {1, by, changed(first.Next), []cond{age.Gte(1)}},
		"another version":    {1, by, filter.Cursor(base64.RawURLEncoding.EncodeToString([]byte("\x02123456789012"))), []cond{age.Gte(1)}},
		"a made-up checksum": {1, by, filter.Cursor(base64.RawURLEncoding.EncodeToString([]byte("\x0112345678[\"1\",\"2\"]"))), []cond{age.Gte(1)}},
	} {
		p, err := page(t, pool, mode, c.of, c.by, c.after, c.conds...)
		if !errors.Is(err, tenant.ErrCursor) || len(p.Items) > 0 {
			t.Errorf("%s: %v, %v, want ErrCursor", label, p, err)
		}
	}
	for _, by := range []order{{}, by.Limit(0), by.Limit(-1)} {
		if p, err := page(t, pool, mode, 1, by, ""); !errors.Is(err, filter.ErrLimit) || len(p.Items) > 0 {
			t.Errorf("%v, %v, want ErrLimit", p, err)
		}
	}
}

// changed changes the last value within a cursor.
func changed(c filter.Cursor) filter.Cursor {
	body, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		panic(err)
	}
	body[len(body)-3]++
	return filter.Cursor(base64.RawURLEncoding.EncodeToString(body))
}

// The condition for what comes behind a place, and its arguments.
func TestBehind(t *testing.T) {
	t.Parallel()
	pool := pagingPool(t)
	plainAge := filter.NewOrdered[*user, int32]("age")
	for label, c := range map[string]struct {
		by   []sorts
		want string
	}{
		"a row":           {[]sorts{plainAge.Asc()}, `("age", "id") > ($3, $4)`},
		"a row, desc":     {[]sorts{plainAge.Desc()}, `("age", "id") < ($3, $4)`},
		"mixed":           {[]sorts{plainAge.Desc(), filter.NewColumn[*user, int32]("id").Asc()}, `"age" < $3 or ("age" = $3 and ("id" > $4))`},
		"nullable, asc":   {[]sorts{columns[1]}, `"age" > $3 or "age" is null or ("age" = $3 and ("id" > $4))`},
		"nullable, first": {[]sorts{columns[1].NullsFirst()}, `"age" > $3 or ("age" = $3 and ("id" > $4))`},
	} {
		by := filter.OrderBy(c.by...).Limit(1)
		first, err := page(t, pool, pgx.QueryExecModeCacheStatement, 1, by, "", age.Gte(1))
		if err != nil {
			t.Fatal(err)
		}
		key := tenant.NewInt64ID(1)
		q, err := filter.Paginate(key, entries, []any{key}, by, filter.Key("id"), first.Next, []cond{age.Gte(1)})
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf(`%s and ("age" >= $2) and (%s) order by `, entries, c.want); !strings.HasPrefix(q.SQL, want) {
			t.Errorf("%s\ngot  %s\nwant %s", label, q.SQL, want)
		}
	}
}
