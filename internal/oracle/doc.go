// Package oracle hunts false acceptances: statements that are found confined
// and that show, or change, something of another tenant all the same.
//
// In comes a judge, the prover or a double of it; out come the differences that
// executed statements make on a real PostgreSQL. A random schema is filled with
// rows of a few tenants (DB), and beside it stands, for each tenant, a copy in
// which only the tenant's own rows are left (DB|t). Statements grow at random
// out of what confines an instance, many are weakened once, and whatever the
// judge accepts runs on both. The rows returned, the tenant's rows afterwards,
// everybody else's rows and the locks on them are compared.
//
// It refuses to know how a statement is proven: it reads no rule, and decides
// by its own model of the schema whose a row is.
package oracle
