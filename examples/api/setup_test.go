// Package api holds the examples of docs/api.md. They run against the reference
// application's generated code on a real server, and the page shows them as
// they are here.
package api

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/schema"
	"github.com/tenantc/tenantc/tenant"
)

var pool *pgxpool.Pool // of the database that all examples share

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx := context.Background()
	server, err := pgtest.Start(ctx, pgtest.Config{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Close()
	files, err := schema.Up()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	dsn, err := server.CreateDatabase(ctx, files...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if pool, err = pgxpool.New(ctx, dsn); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer pool.Close()
	return m.Run()
}

// The ids of the users that demo makes, in each of the two tenants.
var (
	annID = uuid.MustParse("00000000-0000-4000-8000-00000000000a")
	bobID = uuid.MustParse("00000000-0000-4000-8000-00000000000b")
)

// demo returns a store and two tenants of the example's own, Acme and Widget.
// Each has a user Ann, 41 years old, and a user Bob, 17, whose ids are annID and
// bobID: only the tenant tells Acme's Ann from Widget's.
func demo() (ctx context.Context, store *gen.Store, acme, widget tenant.ID) {
	ctx = context.Background()
	store = gen.New(tenant.NewShared(pool))
	acme, widget = tenant.NewID(), tenant.NewID()
	for _, id := range []tenant.ID{acme, widget} {
		must(store.Tenants.Create(ctx, id, gen.NewTenant{Name: "Corp", Subdomain: id.String()}))
		must(store.Users.Create(ctx, id, gen.NewUser{ID: &annID, Name: "Ann", Email: "ann@mail.test", Age: 41}))
		must(store.Users.Create(ctx, id, gen.NewUser{ID: &bobID, Name: "Bob", Email: "bob@mail.test", Age: 17}))
	}
	return ctx, store, acme, widget
}

// must ends an example whose setting cannot be made.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
