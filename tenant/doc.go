// Package tenant is the runtime under the code that tenantc generates.
//
// In come statements whose isolation was proven when they were compiled; out
// go the same statements, each run where its tenant's rows live. A program
// makes a [DB], hands it to the generated store, and passes the tenant's key
// to every call:
//
//	store := gen.New(tenant.NewShared(pool))
//	acme, err := tenant.ParseID("0190a6f2-…")
//	users, err := store.Users.List(ctx, acme)
//
// The package refuses three things: a statement without a tenant
// ([ErrNoTenant], before anything is sent), a second tenant inside a
// transaction of the first ([ErrMismatch]), and the server's own words in an
// error, which may quote a row that the caller must not see ([Error]). It
// knows no SQL and keeps no tenant in the background: keys are arguments.
//
// What it cannot hide is what runs below it: a pgx tracer or logger set on the
// pool sees statements, arguments and server errors as they are.
package tenant
