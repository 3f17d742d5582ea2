// Package pools keeps connections to many databases under one budget.
//
// In come the servers, by name, and the budget; out goes a [Pool] for each
// database, which costs nothing before its first use and next to nothing while
// it is idle. The package knows nothing of tenants.
//
// Pools of their own, one a database, could not share a budget: each holds on
// to the connections it has, however idle, and opens the next on behalf of a
// caller who may be gone by then. Here a call that finds no connection takes
// the one that has been idle longest, of whichever database, and closes it for
// a new one. Nothing that is in use is ever taken. Where everything is in use
// calls wait, first come first served; a connection that comes back goes to the
// next call for its own database, unless one for another database has waited
// longer than [Patience].
//
// No lock is held while a connection is opened or closed, and each database has
// a bound of its own, so that one which is slow or gone takes no more than that
// from the others. After a failed attempt to connect calls fail at once until a
// pause is over, which doubles each time.
package pools
