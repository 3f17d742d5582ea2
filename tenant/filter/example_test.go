package filter_test

import (
	"fmt"

	"github.com/tenantc/tenantc/tenant/filter"
)

func ExampleWhere() {
	type User struct{}
	name := filter.NewText[*User, string]("name")
	age := filter.NewOrdered[*User, int32]("age")

	sql, args := filter.Where(`select id from users where tenant_id = $1`, []any{"acme"}, []filter.Cond[User]{
		age.Gte(18),
		filter.Or(name.Eq("Ann"), name.In("Bob", "Cid")),
	})
	fmt.Println(sql)
	fmt.Println(args...)
	// Output:
	// select id from users where tenant_id = $1 and ("age" >= $2) and (("name" = $3) or ("name" = any($4)))
	// acme 18 Ann [Bob Cid]
}
