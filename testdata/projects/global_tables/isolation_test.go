package shop_test

import (
	"errors"
	"os"
	"testing"

	"example.com/projects/global_tables/gen"
	"example.com/projects/global_tables/gen/global"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
)

func TestTenantsShareNothingButThePriceList(t *testing.T) {
	ctx := t.Context()
	pool := connect(t)
	if _, err := pool.Exec(ctx, `
		insert into countries values ('FR', 'France'), ('DK', 'Denmark');
		insert into plans values ('basic', 500, true), ('pro', 2000, true), ('secret', 1, false)`); err != nil {
		t.Fatal(err)
	}
	store, lists := gen.New(tenant.NewShared(pool)), global.New(pool)

	// Both tenants have a subscription 1; only the second has a subscription 2.
	acme, widget := tenant.NewID(), tenant.NewID()
	for _, s := range []struct {
		of  tenant.ID
		new gen.NewSubscription
	}{
		{acme, gen.NewSubscription{ID: 1, PlanCode: "basic", Seats: new(int32(2))}},
		{widget, gen.NewSubscription{ID: 1, PlanCode: "pro", Note: new("until May")}},
		{widget, gen.NewSubscription{ID: 2, PlanCode: "basic"}},
	} {
		if s.new.ID == 1 {
			if _, err := store.Tenants.Create(ctx, s.of, gen.NewTenant{Name: "tenant"}); err != nil {
				t.Fatal(err)
			}
		}
		made, err := store.Subscriptions.Create(ctx, s.of, s.new)
		if err != nil {
			t.Fatal(err)
		}
		if made.TenantID != s.of {
			t.Errorf("subscription %d was made for %v, want %v", made.ID, made.TenantID, s.of)
		}
	}

	bill := func(of tenant.ID, want ...int64) {
		t.Helper()
		rows, err := store.Subscriptions.Bill(ctx, of)
		if err != nil {
			t.Fatal(err)
		}
		var cents []int64
		for _, row := range rows {
			cents = append(cents, row.Cents)
		}
		if len(cents) != len(want) {
			t.Fatalf("bill %v, want %v", cents, want)
		}
		for i := range want {
			if cents[i] != want[i] {
				t.Errorf("bill %v, want %v", cents, want)
			}
		}
	}
	bill(acme, 1000)
	bill(widget, 2000, 500)

	// The price list is everybody's.
	if n, err := lists.Plans.SetPrice(ctx, global.SetPriceParams{Code: "basic", PriceCents: 600}); n != 1 || err != nil {
		t.Errorf("SetPrice changed %d rows: %v", n, err)
	}
	bill(acme, 1200)
	bill(widget, 2000, 600)
	if plans, err := lists.Plans.ListOffered(ctx); len(plans) != 2 || err != nil {
		t.Errorf("offered: %v, %v", plans, err)
	}
	if countries, err := lists.Plans.ListCountries(ctx); len(countries) != 2 || countries[0].Name != "Denmark" || err != nil {
		t.Errorf("countries: %v, %v", countries, err)
	}

	// The first tenant cannot reach what only the second has, and under the key
	// that both have it reaches its own.
	if _, err := store.Subscriptions.Get(ctx, acme, 2); !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("Get: %v, want ErrNotFound", err)
	}
	for id, want := range map[int64]int64{1: 1, 2: 0} {
		patch := gen.SubscriptionPatch{Seats: gen.Set(int32(9))}
		if n, err := store.Subscriptions.Update(ctx, acme, id, patch); n != want || err != nil {
			t.Errorf("Update %d changed %d rows, want %d: %v", id, n, want, err)
		}
		change := gen.ChangePlanParams{ID: id, PlanCode: "pro"}
		if n, err := store.Subscriptions.ChangePlan(ctx, acme, change); n != want || err != nil {
			t.Errorf("ChangePlan %d changed %d rows, want %d: %v", id, n, want, err)
		}
		if n, err := store.Subscriptions.Delete(ctx, acme, id); n != want || err != nil {
			t.Errorf("Delete %d deleted %d rows, want %d: %v", id, n, want, err)
		}
	}
	bill(acme)
	bill(widget, 2000, 600)
	if open, err := store.Subscriptions.WithoutNote(ctx, widget); len(open) != 1 || open[0].ID != 2 || err != nil {
		t.Errorf("without a note: %v, %v", open, err)
	}
}

func connect(t *testing.T) *pgxpool.Pool {
	t.Helper()
	dsn := os.Getenv("DATABASE_URL")
	if dsn == "" {
		t.Fatal("DATABASE_URL names no database")
	}
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
