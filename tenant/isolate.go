package tenant

import (
	"errors"
	"fmt"
	"sync"

	"github.com/tenantc/tenantc/tenant/pools"
)

// ErrNotIsolated says that a tenant's rows have no database of their own, where
// statements were generated for one: with `isolation: database` nothing in them
// tells a tenant's rows from another's. Nothing was sent.
var ErrNotIsolated = errors.New("tenant: the rows have no database of their own")

// Isolate returns db for statements that nothing but the database confines. It
// is made for code generated with `isolation: database`, and for those who
// begin a transaction over several of such stores:
//
//	db, err := tenant.Isolate(databases)
//	err = db.InTx(ctx, id, pgx.TxOptions{}, func(tx tenant.DB) error {
//		store, err := gen.New(tx)
//
// A [Databases] is taken; of two tenants that its At places in one database the
// second to come gets ErrNotIsolated at each call. A [Router] is taken, and a
// tenant that it does not place in a database of its own gets ErrNotIsolated at
// each call, before anything is sent. So is what [Observe] and [NewFair] make of
// either, and the DB of a transaction that began on one of them, or that
// [Databases.OnTx] looked at, as long as the database is the tenant's own.
//
// Every other DB is ErrNotIsolated: those of NewShared, NewSharedRLS and
// NewSchemas, of [OnTx], whose transaction may be of any database, and types of
// other packages, of which nothing is known. A schema of a tenant's own does
// not do: what names a schema, and what the search path does not decide, as
// the functions that a trigger or a default calls, is everybody's there.
func Isolate(db DB) (DB, error) {
	// Not by a method: a type that embeds one of these would hand it on.
	switch d := db.(type) {
	case *Databases:
		return &Databases{pools: d.pools, at: d.at, holders: d.holders, homes: newHomes(), isolated: true}, nil
	case *Router:
		return &Router{routing: d.routing, isolated: true}, nil
	case *observed:
		inner, err := Isolate(d.db)
		if err != nil {
			return nil, err
		}
		return &observed{inner, d.observers}, nil
	case *Fair:
		inner, err := Isolate(d.db)
		if err != nil {
			return nil, err
		}
		return &Fair{inner, d.shares}, nil
	case *bound:
		if d.own == nil {
			break
		}
		if err := d.own(); err != nil {
			return nil, err
		}
		return d, nil
	}
	return nil, fmt.Errorf("%w: %T", ErrNotIsolated, db)
}

// itsOwn is what makes sure of a database that is nobody else's anyway.
func itsOwn() error { return nil }

// holders says which tenant has a database to itself: the first one that used
// it through what Isolate made of a [Databases]. Two that met in one would see
// each other's rows.
type holders struct {
	mu sync.Mutex
	of map[pools.Database]identity
}

// hold returns ErrNotIsolated when at is another tenant's.
func (h *holders) hold(at pools.Database, who identity) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	holder, held := h.of[at]
	if !held {
		h.of[at] = who
	} else if holder != who {
		return fmt.Errorf("%w: database %s is another tenant's", ErrNotIsolated, at.Name)
	}
	return nil
}
