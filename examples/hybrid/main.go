// Command hybrid runs one store over tenants that live in four different ways
// on two servers, and prints what each of them sees.
//
// It starts its own servers and ends them. Small tenants share tables, with or
// without row-level security; one has a schema of its own, and two have
// databases of their own, one on each server. Which way it is, the store does
// not know: a router looks each tenant up in a catalog.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/schema"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
	"github.com/tenantc/tenantc/tenant/provision"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "hybrid:", err)
		os.Exit(1)
	}
}

// appRole is the role under which the application connects. It owns nothing,
// so that policies bind it.
const appRole = "hybrid_app"

func run(ctx context.Context, out io.Writer) (err error) {
	admins := make(map[string]string)
	for _, name := range []string{"north", "south"} {
		server, err := pgtest.Start(ctx, pgtest.Config{Own: true})
		if err != nil {
			return err
		}
		defer server.Close()
		admins[name] = server.DSN()
	}
	control, err := pgxpool.New(ctx, admins["north"])
	if err != nil {
		return fmt.Errorf("connect to the control database: %w", err)
	}
	defer control.Close()
	catalog := tenant.NewCatalog(control)
	if err := settle(ctx, catalog, admins); err != nil {
		return err
	}

	connections, err := pools.New(pools.Config{
		Servers:   admins,
		MaxConns:  8, // for all databases together
		Configure: func(_ string, cfg *pgx.ConnConfig) { cfg.User = appRole },
	})
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = errors.Join(err, connections.CloseAll(ctx))
	}()
	router, err := tenant.NewRouter(ctx, tenant.RouterConfig{Catalog: catalog, Pools: connections})
	if err != nil {
		return err
	}
	defer router.Close()
	return (&tour{out: out, store: gen.New(router), router: router}).walk(ctx)
}

// A customer is a tenant with a name.
type customer struct {
	name string
	id   tenant.ID
	at   tenant.Placement
}

var customers = []customer{
	{"Acme", tenant.MustID("0198f1b2-0000-7000-8000-00000000000a"), tenant.Placement{
		Kind: tenant.KindShared, Database: pools.Database{Server: "north", Name: "shared"},
	}},
	{"Birch", tenant.MustID("0198f1b2-0000-7000-8000-00000000000b"), tenant.Placement{
		Kind: tenant.KindSharedRLS, Database: pools.Database{Server: "north", Name: "guarded"},
	}},
	{"Cedar", tenant.MustID("0198f1b2-0000-7000-8000-00000000000c"), tenant.Placement{
		Kind: tenant.KindSchema, Database: pools.Database{Server: "north", Name: "schemas"}, Schema: "cedar",
	}},
	{"Dune", tenant.MustID("0198f1b2-0000-7000-8000-00000000000d"), tenant.Placement{
		Kind: tenant.KindDatabase, Database: pools.Database{Server: "north", Name: "dune"},
	}},
	{"Elm", tenant.MustID("0198f1b2-0000-7000-8000-00000000000e"), tenant.Placement{
		Kind: tenant.KindDatabase, Database: pools.Database{Server: "south", Name: "elm"},
	}},
}

// settle makes the places and puts each customer into the catalog.
func settle(ctx context.Context, catalog *tenant.Catalog, admins map[string]string) error {
	places, err := provision.New(provision.Config{
		Servers:    admins,
		Migrations: schema.Migrations(),
		Role:       appRole,
		Columns:    map[string]string{"tenants": "id"},
	})
	if err != nil {
		return err
	}
	if err := catalog.Create(ctx); err != nil {
		return err
	}
	for _, c := range customers {
		if err := places.Make(ctx, c.at); err != nil {
			return err
		}
		if err := catalog.Put(ctx, c.id, c.at); err != nil {
			return err
		}
	}
	return nil
}
