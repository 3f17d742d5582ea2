// Package filter holds the conditions that generated repositories accept.
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
// # NULL
//
// Conditions follow SQL. A comparison with a NULL is neither true nor false,
// and a row is kept only when its condition is true: neither Eq("x") nor
// Ne("x") nor Not(Eq("x")) keeps a row whose column is NULL. Say so where it
// should be kept:
//
//	filter.Or(c.Nickname.Ne("x"), c.Nickname.IsNull())
package filter
