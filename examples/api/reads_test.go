package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

func Example_get() {
	ctx, store, acme, widget := crowd()

	user, err := store.Users.Get(ctx, acme, annID)
	fmt.Println(user.Name, err)

	other, err := store.Users.Get(ctx, widget, annID) // the same id is somebody else here
	fmt.Println(other.ID == user.ID, other == user, err)

	_, err = store.Users.Get(ctx, acme, uuid.New()) // whether another tenant has one cannot be told
	fmt.Println(errors.Is(err, tenant.ErrNotFound))
	// Output:
	// Ann <nil>
	// true false <nil>
	// true
}

func Example_list() {
	ctx, store, acme, _ := crowd()

	u := gen.UserCols
	adults, err := store.Users.List(ctx, acme, u.Age.Gte(18), filter.Or(u.Name.HasPrefix("A"), u.Name.HasPrefix("B")))
	for _, user := range adults {
		fmt.Println(user.Name)
	}
	fmt.Println(err)
	// Output:
	// Ann
	// <nil>
}

func Example_count() {
	ctx, store, acme, _ := crowd()

	n, err := store.Users.Count(ctx, acme, gen.UserCols.Age.Between(18, 40))
	fmt.Println(n, err)

	there, err := store.Users.Exists(ctx, acme, gen.UserCols.Email.Eq("nobody@mail.test"))
	fmt.Println(there, err)
	// Output:
	// 2 <nil>
	// false <nil>
}

func Example_listBy() {
	ctx, store, acme, _ := crowd()

	u := gen.UserCols
	oldest, err := store.Users.ListBy(ctx, acme, filter.OrderBy(u.Age.Desc(), u.Name.Asc()).Limit(2).Offset(1))
	for _, user := range oldest {
		fmt.Println(user.Age, user.Name)
	}
	fmt.Println(err)
	// Output:
	// 33 Cid
	// 33 Dot
	// <nil>
}

func Example_page() {
	ctx, store, acme, widget := crowd()

	byAge := filter.OrderBy(gen.UserCols.Age.Desc()).Limit(3)
	first, err := store.Users.Page(ctx, acme, byAge, "")
	fmt.Println(names(first.Items), err)

	second, err := store.Users.Page(ctx, acme, byAge, first.Next)
	fmt.Println(names(second.Items), second.Next == "", err)

	_, err = store.Users.Page(ctx, widget, byAge, first.Next) // somebody else's cursor
	fmt.Println(errors.Is(err, tenant.ErrCursor))
	// Output:
	// [Ann Dot Cid] <nil>
	// [Bob] true <nil>
	// true
}

func Example_forEach() {
	ctx, store, acme, _ := crowd()

	years := int32(0)
	for user, err := range store.Users.ForEach(ctx, acme, gen.UserCols.Age.Gte(18)) {
		if err != nil {
			panic(err)
		}
		years += user.Age
	}
	fmt.Println(years)

	oldest := filter.OrderBy(gen.UserCols.Age.Desc()).Limit(1)
	for user, err := range store.Users.ForEachBy(ctx, acme, oldest) {
		fmt.Println(user.Name, err)
	}
	// Output:
	// 107
	// Ann <nil>
}

// crowd is demo with two users more in each tenant, Cid and Dot, both 33.
func crowd() (ctx context.Context, store *gen.Store, acme, widget tenant.ID) {
	ctx, store, acme, widget = demo()
	for _, id := range []tenant.ID{acme, widget} {
		for i, name := range []string{"Cid", "Dot"} {
			must(store.Users.Create(ctx, id, gen.NewUser{ID: &uuid.UUID{6: 0x40, 8: 0x80, 15: byte(12 + i)}, Name: name, Email: name + "@mail.test", Age: 33}))
		}
	}
	return ctx, store, acme, widget
}

func names(users []models.User) []string {
	out := make([]string, len(users))
	for i, u := range users {
		out[i] = u.Name
	}
	return out
}
