package api

import (
	"errors"
	"fmt"

	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/tenant"
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
