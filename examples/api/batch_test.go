package api

import (
	"errors"
	"fmt"
	"testing"

	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

func Example_batch() {
	ctx, store, acme, _ := demo()

	var (
		ann    *tenant.Result[models.User]
		adults *tenant.Result[[]models.User]
		public *tenant.Result[int64]
	)
	err := store.Batch(ctx, acme, func(b *gen.Batch) {
		b.Users.Promote(annID)
		b.Documents.Create(gen.NewDocument{Title: "Plan", OwnerID: annID, IsPublic: new(true)})
		ann = b.Users.Get(annID)
		adults = b.Users.List(gen.UserCols.Age.Gte(18))
		public = b.Documents.Count(gen.DocumentCols.IsPublic.Eq(true))
	})
	if err != nil {
		return // nothing of the batch was kept, and every result gives err
	}
	user, err := ann.Get()
	fmt.Println(user.Name, user.Role, err)
	users, err := adults.Get()
	fmt.Println(len(users), err)
	fmt.Println(public.Get())
	// Output:
	// Ann admin <nil>
	// 1 <nil>
	// 1 <nil>
}

func Example_batchErrors() {
	ctx, store, acme, _ := demo()

	// A row that is not there is the business of its result.
	var missing *tenant.Result[models.User]
	err := store.Batch(ctx, acme, func(b *gen.Batch) {
		missing = b.Users.FindByEmail("nobody@mail.test")
		_, early := missing.Get()
		fmt.Println(errors.Is(early, tenant.ErrNotRun))
	})
	_, absent := missing.Get()
	fmt.Println(err, errors.Is(absent, tenant.ErrNotFound))

	// A statement that fails takes the whole batch with it.
	var promoted *tenant.Result[int64]
	err = store.Batch(ctx, acme, func(b *gen.Batch) {
		promoted = b.Users.Promote(bobID)
		b.Users.Create(gen.NewUser{Name: "Eve", Email: "ann@mail.test", Age: 20})
	})
	_, failed := promoted.Get()
	bob, _ := store.Users.Get(ctx, acme, bobID)
	fmt.Println(errors.Is(err, tenant.ErrConflict), errors.Is(failed, tenant.ErrConflict), bob.Role)
	// Output:
	// true
	// <nil> true
	// true true member
}

func Example_batchOfPages() {
	ctx, store, acme, _ := crowd()

	byName := filter.OrderBy(gen.UserCols.Name.Asc()).Limit(2)
	var (
		made *tenant.Result[[]models.User]
		page *tenant.Result[filter.Page[models.User]]
		all  *tenant.Result[int64]
	)
	err := store.Batch(ctx, acme, func(b *gen.Batch) {
		made = b.Users.CreateMany([]gen.NewUser{
			{Name: "Eve", Email: "eve@mail.test", Age: 50},
			{Name: "Abe", Email: "abe@mail.test", Age: 60},
		})
		page = b.Users.Page(byName, "")
		all = b.Users.Count()
	})
	if err != nil {
		return
	}
	users, err := made.Get()
	fmt.Println(names(users), err)
	first, err := page.Get()
	fmt.Println(names(first.Items), err)
	fmt.Println(all.Get())
	second, err := store.Users.Page(ctx, acme, byName, first.Next)
	fmt.Println(names(second.Items), err)
	// Output:
	// [Eve Abe] <nil>
	// [Abe Ann] <nil>
	// 6 <nil>
	// [Bob Cid] <nil>
}

// A page in a batch is the tenant's own, and so is its cursor: another tenant's fails
// the batch before anything is sent.
func TestPageInABatch(t *testing.T) {
	t.Parallel()
	ctx, store, acme, widget := crowd()
	by := filter.OrderBy(gen.UserCols.Name.Asc()).Limit(3)
	pages := map[tenant.ID]filter.Page[models.User]{}
	for _, id := range []tenant.ID{acme, widget} {
		var got *tenant.Result[filter.Page[models.User]]
		if err := store.Batch(ctx, id, func(b *gen.Batch) { got = b.Users.Page(by, "") }); err != nil {
			t.Fatal(err)
		}
		page, err := got.Get()
		if err != nil || len(page.Items) != 3 || page.Items[0].TenantID != id || page.Next == "" {
			t.Fatalf("%v, %v", page, err)
		}
		pages[id] = page
	}
	var promoted *tenant.Result[int64]
	var got *tenant.Result[filter.Page[models.User]]
	err := store.Batch(ctx, acme, func(b *gen.Batch) {
		promoted, got = b.Users.Promote(annID), b.Users.Page(by, pages[widget].Next)
	})
	if page, failed := got.Get(); !errors.Is(err, tenant.ErrCursor) || !errors.Is(failed, tenant.ErrCursor) || page.Items != nil {
		t.Errorf("another tenant's cursor in a batch: %v, %v, %v, want ErrCursor", page, failed, err)
	}
	if n, err := promoted.Get(); n != 0 || !errors.Is(err, tenant.ErrCursor) {
		t.Errorf("what stands beside it: %d, %v, want ErrCursor", n, err)
	}
	if admins, err := store.Users.ListAdmins(ctx, acme); len(admins) != 0 || err != nil {
		t.Errorf("admins %v, %v: something of the batch was sent", admins, err)
	}
	err = store.Batch(ctx, acme, func(b *gen.Batch) { got = b.Users.Page(by, pages[acme].Next) })
	if page, failed := got.Get(); err != nil || failed != nil || len(page.Items) != 1 || page.Items[0].TenantID != acme || page.Next != "" {
		t.Errorf("the last page: %v, %v, %v", page, failed, err)
	}
}
