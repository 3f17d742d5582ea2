package orderbook_test

import (
	"errors"
	"os"
	"testing"

	"example.com/projects/owned_tables/gen"
	"example.com/projects/owned_tables/models"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
)

// Lines and notes have no tenant column. Positions and numbers collide between
// the tenants; what each of them reaches hangs on the order above.
func TestOwnedRowsFollowTheirOrder(t *testing.T) {
	ctx := t.Context()
	store := gen.New(tenant.NewShared(connect(t)))

	type book struct {
		of          tenant.ID
		order, line uuid.UUID
	}
	open := func(name string) book {
		b := book{of: tenant.NewID()}
		if _, err := store.Tenants.Create(ctx, b.of, gen.NewTenant{Name: name}); err != nil {
			t.Fatal(err)
		}
		order, err := store.Orders.Create(ctx, b.of, gen.NewOrder{Customer: "Ann"})
		if err != nil {
			t.Fatal(err)
		}
		b.order = order.ID
		add := gen.AddLineParams{OrderID: order.ID, Position: 1, Product: name, Quantity: 3}
		if n, err := store.LineItems.AddLine(ctx, b.of, add); n != 1 || err != nil {
			t.Fatalf("AddLine added %d rows: %v", n, err)
		}
		lines, err := store.LineItems.ListOfOrder(ctx, b.of, order.ID)
		if err != nil || len(lines) != 1 {
			t.Fatalf("lines: %v, %v", lines, err)
		}
		b.line = lines[0].ID
		note := gen.AddNoteParams{LineItemID: b.line, Number: 1, Body: "for " + name}
		if n, err := store.LineNotes.AddNote(ctx, b.of, note); n != 1 || err != nil {
			t.Fatalf("AddNote added %d rows: %v", n, err)
		}
		return b
	}
	acme, widget := open("Acme"), open("Widget")

	// Every way down from an order that is another tenant's leads nowhere.
	none := func(what string, n int64, err error) {
		t.Helper()
		if n != 0 || err != nil {
			t.Errorf("%s touched %d rows: %v", what, n, err)
		}
	}
	lines, err := store.LineItems.ListOfOrder(ctx, acme.of, widget.order)
	none("ListOfOrder", int64(len(lines)), err)
	notes, err := store.LineNotes.ListOfLine(ctx, acme.of, widget.line)
	none("ListOfLine", int64(len(notes)), err)
	n, err := store.LineItems.AddLine(ctx, acme.of, gen.AddLineParams{OrderID: widget.order, Position: 2, Product: "x", Quantity: 1})
	none("AddLine", n, err)
	n, err = store.LineItems.SetQuantity(ctx, acme.of, gen.SetQuantityParams{ID: widget.line, Quantity: 9})
	none("SetQuantity", n, err)
	n, err = store.LineNotes.AddNote(ctx, acme.of, gen.AddNoteParams{LineItemID: widget.line, Number: 2, Body: "x"})
	none("AddNote", n, err)
	n, err = store.LineNotes.DeleteNotes(ctx, acme.of, widget.line)
	none("DeleteNotes", n, err)
	n, err = store.Orders.Delete(ctx, acme.of, widget.order)
	none("Delete", n, err)
	if _, err := store.Orders.Get(ctx, acme.of, widget.order); !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("Get: %v, want ErrNotFound", err)
	}

	// A line does not say whose it is. What it refers to is the tenant's own, or
	// not found.
	both := []models.LineItem{{OrderID: acme.order}, {OrderID: widget.order}, {OrderID: acme.order}}
	orders, err := store.LineItems.LoadOrders(ctx, acme.of, both)
	if o, ok := orders[acme.order]; err != nil || len(orders) != 1 || !ok || o.TenantID != acme.of {
		t.Errorf("LoadOrders: %v, %v", orders, err)
	}
	items, err := store.LineNotes.LoadLineItems(ctx, widget.of, []models.LineNote{{LineItemID: acme.line}, {LineItemID: widget.line}})
	if i, ok := items[widget.line]; err != nil || len(items) != 1 || !ok || i.Product != "Widget" {
		t.Errorf("LoadLineItems: %v, %v", items, err)
	}

	// Within the tenant the same calls arrive.
	if n, err := store.LineItems.SetQuantity(ctx, acme.of, gen.SetQuantityParams{ID: acme.line, Quantity: 9}); n != 1 || err != nil {
		t.Errorf("SetQuantity changed %d rows: %v", n, err)
	}
	if n, err := store.LineNotes.DeleteNotes(ctx, acme.of, acme.line); n != 1 || err != nil {
		t.Errorf("DeleteNotes deleted %d rows: %v", n, err)
	}
	if n, err := store.Orders.Delete(ctx, acme.of, acme.order); n != 1 || err != nil {
		t.Errorf("Delete deleted %d rows: %v", n, err)
	}

	// And the second tenant has noticed nothing.
	lines, err = store.LineItems.ListOfOrder(ctx, widget.of, widget.order)
	if err != nil || len(lines) != 1 || lines[0].Quantity != 3 {
		t.Errorf("lines of the second tenant: %v, %v", lines, err)
	}
	notes, err = store.LineNotes.ListOfLine(ctx, widget.of, widget.line)
	if err != nil || len(notes) != 1 || notes[0].Body != "for Widget" {
		t.Errorf("notes of the second tenant: %v, %v", notes, err)
	}
	if found, err := store.Orders.FindByCustomer(ctx, acme.of, "Ann"); len(found) != 0 || err != nil {
		t.Errorf("orders left: %v, %v", found, err)
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
