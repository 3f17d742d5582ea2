// Package sqlcgen is what sqlc alone makes of the reference application's
// queries.
//
// In come schema/ and queries/; out comes the code that tenantc's is measured
// against. It refuses to know tenants: nothing in it asks for one.
package sqlcgen

//go:generate go tool -C ../.. sqlc -f bench/sqlcgen/sqlc.yaml generate
