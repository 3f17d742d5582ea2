package api

import (
	"errors"
	"fmt"

	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

func Example_create() {
	ctx, store, acme, _ := crowd()

	user, err := store.Users.Create(ctx, acme, gen.NewUser{Name: "Eve", Email: "eve@mail.test", Age: 29})
	fmt.Println(user.Role, user.TenantID == acme, err) // the role is the column's default

	_, err = store.Users.Create(ctx, acme, gen.NewUser{Name: "Eve", Email: "eve@mail.test", Age: 29})
	fmt.Println(errors.Is(err, tenant.ErrConflict), err)
	// Output:
	// member true <nil>
	// true unique_violation (SQLSTATE 23505): constraint users_tenant_id_email_key, table users
}

func Example_createMany() {
	ctx, store, acme, _ := crowd()

	made, err := store.Users.CreateMany(ctx, acme, []gen.NewUser{
		{Name: "Zoe", Email: "zoe@mail.test", Age: 20},
		{Name: "Eve", Email: "eve@mail.test", Age: 29, Role: new("admin")},
	})
	for _, user := range made {
		fmt.Println(user.Name, user.Role)
	}
	fmt.Println(err)
	// Output:
	// Zoe member
	// Eve admin
	// <nil>
}

func Example_upsert() {
	ctx, store, acme, widget := crowd()

	ann, err := store.Users.UpsertByEmail(ctx, acme, gen.NewUser{Name: "Anna", Email: "ann@mail.test", Age: 42})
	fmt.Println(ann.ID == annID, ann.Name, ann.Age, err)

	other, err := store.Users.Get(ctx, widget, annID) // has the same e-mail, and is no conflict
	fmt.Println(other.Name, other.Age, err)
	// Output:
	// true Anna 42 <nil>
	// Ann 41 <nil>
}

func Example_update() {
	ctx, store, acme, _ := crowd()

	n, err := store.Users.Update(ctx, acme, bobID, gen.UserPatch{Age: gen.Set[int32](18)})
	fmt.Println(n, err)

	_, err = store.Users.Update(ctx, acme, bobID, gen.UserPatch{})
	fmt.Println(err)
	// Output:
	// 1 <nil>
	// gen: the patch sets no column
}

func Example_updateWhere() {
	ctx, store, acme, _ := crowd()

	n, err := store.Users.UpdateWhere(ctx, acme, gen.UserPatch{Role: gen.Set("admin")}, gen.UserCols.Age.Gte(18))
	fmt.Println(n, err)
	// Output:
	// 3 <nil>
}

func Example_deleteWhere() {
	ctx, store, acme, _ := crowd()

	n, err := store.Users.DeleteWhere(ctx, acme, gen.UserCols.Age.Lt(18))
	fmt.Println(n, err)

	var none []string
	_, err = store.Users.DeleteWhere(ctx, acme, gen.UserCols.Name.NotIn(none...)) // would be every row
	fmt.Println(err)

	n, err = store.Users.DeleteWhere(ctx, acme, filter.All[models.User]())
	fmt.Println(n, err)
	// Output:
	// 1 <nil>
	// filter: the conditions hold for every row; filter.All says so on purpose
	// 3 <nil>
}
