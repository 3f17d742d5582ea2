package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

// world is what is known of two tenants' users: their ids collide, and every
// call is made for one of them.
type world struct {
	t     *testing.T
	ctx   context.Context
	store *gen.Store
	r     *rand.Rand
	of    [2]tenant.ID
	rows  [2]map[uuid.UUID]models.User
	made  int // e-mails so far
}

// TestOneTenantAtATime makes calls with random conditions for one of two tenants
// and holds every answer, and in the end all rows of both, against what Go makes
// of the same.
func TestOneTenantAtATime(t *testing.T) {
	t.Parallel()
	ctx, store := t.Context(), gen.New(tenant.NewShared(pool))
	w := &world{t: t, ctx: ctx, store: store, r: rand.New(rand.NewPCG(7, 0))}
	for i := range w.of {
		w.of[i], w.rows[i] = tenant.NewID(), map[uuid.UUID]models.User{}
		must(store.Tenants.Create(ctx, w.of[i], gen.NewTenant{Name: "Acme", Subdomain: w.of[i].String()}))
		for n := range byte(40) {
			id := uuid.UUID{15: n}
			user := must(store.Users.Create(ctx, w.of[i], gen.NewUser{ID: &id, Name: pick(w.r, "Ann", "Bob", "Cid"), Email: fmt.Sprint(n), Age: w.r.Int32N(9)}))
			w.rows[i][id] = user
		}
	}
	for range 400 {
		w.step(w.r.IntN(2))
	}
	for i := range w.of {
		all := must(store.Users.List(ctx, w.of[i]))
		if len(all) != len(w.rows[i]) {
			t.Errorf("tenant %d has %d users, want %d", i, len(all), len(w.rows[i]))
		}
		for _, u := range all {
			if want := w.rows[i][u.ID]; u != want {
				t.Errorf("tenant %d has %v, want %v", i, u, want)
			}
		}
	}
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// condition returns a condition and what it means.
func (w *world) condition() (filter.Cond[models.User], func(models.User) bool) {
	u, age, name := gen.UserCols, w.r.Int32N(9), pick(w.r, "Ann", "Bob", "Cid", "Dot")
	switch w.r.IntN(5) {
	case 0:
		return u.Age.Lt(age), func(x models.User) bool { return x.Age < age }
	case 1:
		return filter.Or(u.Name.Eq(name), u.Age.Eq(age)), func(x models.User) bool { return x.Name == name || x.Age == age }
	case 2:
		return filter.Not(u.Name.In(name, "Ann")), func(x models.User) bool { return x.Name != name && x.Name != "Ann" }
	case 3:
		id := uuid.UUID{15: byte(w.r.IntN(40))}
		return u.ID.Eq(id), func(x models.User) bool { return x.ID == id }
	}
	return u.Age.Gte(age), func(x models.User) bool { return x.Age >= age }
}

func (w *world) step(i int) {
	t, ctx, store, of := w.t, w.ctx, w.store, w.of[i]
	cond, holds := w.condition()
	var want []models.User // by age, then from the last id to the first
	for _, u := range w.rows[i] {
		if holds(u) {
			want = append(want, u)
		}
	}
	slices.SortFunc(want, func(a, b models.User) int {
		return cmp.Or(cmp.Compare(b.Age, a.Age), slices.Compare(b.ID[:], a.ID[:]))
	})
	by := filter.OrderBy(gen.UserCols.Age.Desc())
	same := func(what string, got []models.User, err error) {
		t.Helper()
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%s: %v\ngot  %v\nwant %v", what, err, got, want)
		}
	}
	number := func(what string, got int64, err error) {
		t.Helper()
		if err != nil || got != int64(len(want)) {
			t.Fatalf("%s = %d, %v, want %d", what, got, err, len(want))
		}
	}
	switch w.r.IntN(10) {
	case 0:
		got, err := store.Users.ListBy(ctx, of, by, cond)
		same("ListBy", got, err)
	case 1:
		var got []models.User
		for after, more := filter.Cursor(""), true; more; more = after != "" {
			p, err := store.Users.Page(ctx, of, by.Limit(3), after, cond)
			if err != nil {
				t.Fatal(err)
			}
			got, after = append(got, p.Items...), p.Next
			if after == "" {
				break
			}
			if p, err := store.Users.Page(ctx, w.of[1-i], by.Limit(3), after, cond); !errors.Is(err, tenant.ErrCursor) {
				t.Fatalf("the other tenant's page is %v, %v, want ErrCursor", p, err)
			}
		}
		same("Page", got, nil)
	case 2:
		var got []models.User
		for u, err := range store.Users.ForEach(ctx, of, cond) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, u)
		}
		slices.SortFunc(got, func(a, b models.User) int {
			return cmp.Or(cmp.Compare(b.Age, a.Age), slices.Compare(b.ID[:], a.ID[:]))
		})
		same("ForEach", got, nil)
		got = nil
		for u, err := range store.Users.ForEachBy(ctx, of, by, cond) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, u)
		}
		same("ForEachBy", got, nil)
	case 3:
		n, err := store.Users.Count(ctx, of, cond)
		number("Count", n, err)
	case 4:
		any, err := store.Users.Exists(ctx, of, cond)
		if err != nil || any != (len(want) > 0) {
			t.Fatalf("Exists = %t, %v with %d rows", any, err, len(want))
		}
	case 5:
		to := pick(w.r, "Ann", "Bob", "Eve")
		n, err := store.Users.UpdateWhere(ctx, of, gen.UserPatch{Name: gen.Set(to)}, cond)
		number("UpdateWhere", n, err)
		for _, u := range want {
			u.Name = to
			w.rows[i][u.ID] = u
		}
	case 6:
		if len(want) > 3 {
			return // there should be something left
		}
		n, err := store.Users.DeleteWhere(ctx, of, cond)
		number("DeleteWhere", n, err)
		for _, u := range want {
			delete(w.rows[i], u.ID)
		}
	case 7:
		var items []gen.NewUser
		for range w.r.IntN(4) {
			w.made++
			items = append(items, gen.NewUser{Name: "Fay", Email: fmt.Sprint("made ", w.made), Age: w.r.Int32N(9)})
		}
		made, err := store.Users.CreateMany(ctx, of, items)
		if err != nil || len(made) != len(items) {
			t.Fatalf("CreateMany = %v, %v", made, err)
		}
		for n, u := range made {
			if u.TenantID != of || u.Email != items[n].Email || u.Age != items[n].Age {
				t.Fatalf("CreateMany makes %v of %v", u, items[n])
			}
			w.rows[i][u.ID] = u
		}
	case 8:
		id := uuid.UUID{15: byte(w.r.IntN(40))}
		n := gen.NewUser{ID: &id, Name: "Gus", Email: fmt.Sprint(id[15]), Age: w.r.Int32N(9)}
		u, err := store.Users.Upsert(ctx, of, n)
		if old, ok := w.rows[i][id]; ok && (u.CreatedAt != old.CreatedAt || u.Role != old.Role) {
			t.Fatalf("Upsert makes %v of %v", u, old)
		}
		if err != nil || u.TenantID != of || u.ID != id || u.Name != n.Name || u.Age != n.Age {
			t.Fatalf("Upsert = %v, %v, want %v", u, err, n)
		}
		w.rows[i][id] = u
	default:
		got, err := store.Users.List(ctx, of, cond)
		slices.SortFunc(got, func(a, b models.User) int {
			return cmp.Or(cmp.Compare(b.Age, a.Age), slices.Compare(b.ID[:], a.ID[:]))
		})
		same("List", got, err)
	}
}

// What must not be sent is not sent.
func TestRefusedCalls(t *testing.T) {
	t.Parallel()
	ctx, store, acme, _ := demo()
	var nobody tenant.ID
	for what, call := range map[string]func() error{
		"Page of nobody's": func() error {
			_, err := store.Users.Page(ctx, nobody, filter.Order[models.User]{}.Limit(1), "")
			return err
		},
		"ListBy of nobody's":      func() error { _, err := store.Users.ListBy(ctx, nobody, filter.Order[models.User]{}); return err },
		"Exists of nobody's":      func() error { _, err := store.Users.Exists(ctx, nobody); return err },
		"DeleteWhere of nobody's": func() error { _, err := store.Users.DeleteWhere(ctx, nobody, gen.UserCols.Age.Eq(1)); return err },
		"ForEachBy of nobody's": func() error {
			for _, err := range store.Users.ForEachBy(ctx, nobody, filter.Order[models.User]{}) {
				return err
			}
			return nil
		},
		"ForEach of nobody's": func() error {
			for _, err := range store.Users.ForEach(ctx, nobody) {
				return err
			}
			return nil
		},
	} {
		if err := call(); !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s: %v, want ErrNoTenant", what, err)
		}
	}
	none := filter.And[models.User]()
	if n, err := store.Users.DeleteWhere(ctx, acme, none, none); n != 0 || !errors.Is(err, filter.ErrEveryRow) {
		t.Errorf("DeleteWhere without a condition: %d, %v", n, err)
	}
	if n, err := store.Users.UpdateWhere(ctx, acme, gen.UserPatch{Age: gen.Set[int32](1)}, none); n != 0 || !errors.Is(err, filter.ErrEveryRow) {
		t.Errorf("UpdateWhere without a condition: %d, %v", n, err)
	}
	if n, err := store.Users.UpdateWhere(ctx, acme, gen.UserPatch{}, gen.UserCols.Age.Eq(1)); n != 0 || !errors.Is(err, gen.ErrEmptyPatch) {
		t.Errorf("UpdateWhere of nothing: %d, %v", n, err)
	}
}

// A loop may end when it wants: the connection is free again.
func TestForEachEndsEarly(t *testing.T) {
	t.Parallel()
	ctx, store, acme, _ := demo()
	for range 3 * pool.Config().MaxConns {
		n := 0
		for u, err := range store.Users.ForEach(ctx, acme) {
			if err != nil || u.TenantID != acme {
				t.Fatalf("%v, %v", u, err)
			}
			if n++; n == 2 {
				break
			}
		}
	}
	err := store.InTx(ctx, acme, func(tx *gen.Store) error {
		for range tx.Users.ForEach(ctx, acme) {
			break
		}
		_, err := tx.Users.Count(ctx, acme)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAllocations(t *testing.T) {
	ctx, store, acme, _ := demo()
	get := testing.AllocsPerRun(200, func() { must(store.Users.Get(ctx, acme, annID)) })
	if get > 15 {
		t.Errorf("Get allocates %v times, want at most 15", get)
	}
}

// A loop holds one row at a time: at its end there is no more memory in use than
// at its beginning.
func TestForEachInConstantMemory(t *testing.T) {
	const rows, most = 100_000, 1 << 20
	ctx, store, acme, _ := demo()
	_, err := pool.Exec(ctx, `insert into users (tenant_id, name, email, age)
		select $1, repeat('x', 100), 'many ' || i, i % 90 from generate_series(1, $2) i`, acme, rows)
	if err != nil {
		t.Fatal(err)
	}
	inUse := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	n, begin, end := 0, uint64(0), uint64(0)
	for u, err := range store.Users.ForEach(ctx, acme) {
		if err != nil || u.TenantID != acme {
			t.Fatalf("%v, %v", u, err)
		}
		switch n++; n {
		case 100:
			begin = inUse()
		case rows:
			end = inUse()
		}
	}
	if n != rows+2 || end > begin+most {
		t.Errorf("%d rows; %d bytes are in use behind row 100, %d behind the last", n, begin, end)
	}
}
