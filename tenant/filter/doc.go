// Package filter holds the conditions, orders and pages that generated
// repositories accept.
//
// In go a statement that is confined to a tenant and conditions on its rows;
// out comes that statement with further conjuncts:
//
//	adults := gen.UserCols.Age.Gte(18)
//	named := filter.Or(gen.UserCols.Name.Eq("Ann"), gen.UserCols.Name.Eq("Bob"))
//	store.Users.List(ctx, acme, adults, named)
//	// … where tenant_id = $1 and ("age" >= $2) and (("name" = $3) or ("name" = $4))
//
// A condition can only narrow what the statement yields. Nothing here takes
// SQL: column names are quoted, values are parameters, and the operators are
// those of the methods. So whatever a caller passes, another tenant's row
// cannot come out.
//
// Where rows change, conditions that hold for every row are [ErrEveryRow]: that
// all of them are meant has to be said, with [All].
//
// # Orders and pages
//
// An [Order] is made of columns, with a limit and an offset. Behind its columns
// come those of the key, so that it leaves no two rows equal, and a page can
// begin where another one ended: at a place among the values of the order, which
// a [Cursor] carries from one to the next.
//
//	byAge := filter.OrderBy(gen.UserCols.Age.Desc()).Limit(20)
//	page, err := store.Users.Page(ctx, acme, byAge, cursor)
//	// … where tenant_id = $1 and (("age", "id") < ($2, $3)) order by "age" desc, "id" desc limit $4
//
// # NULL
//
// Conditions follow SQL. A comparison with a NULL is neither true nor false,
// and a row is kept only when its condition is true: neither Eq("x") nor
// Ne("x") nor Not(Eq("x")) keeps a row whose column is NULL. Say so where it
// should be kept:
//
//	filter.Or(c.Nickname.Ne("x"), c.Nickname.IsNull())
package filter
