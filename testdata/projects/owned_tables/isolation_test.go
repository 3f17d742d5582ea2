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
	"github.com/tenantc/tenantc/tenant/filter"
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

	of, err := store.LineItems.LoadLineNotes(ctx, acme.of, []models.LineItem{{ID: widget.line}, {ID: acme.line}})
	if err != nil || len(of) != 1 || len(of[acme.line]) != 1 || of[acme.line][0].Body != "for Acme" {
		t.Errorf("LoadLineNotes: %v, %v", of, err)
	}
	below, err := store.Orders.LoadLineItems(ctx, acme.of, []models.Order{{ID: widget.order, TenantID: acme.of}, {ID: acme.order, TenantID: acme.of}})
	if err != nil || len(below) != 1 || len(below[acme.order]) != 1 || below[acme.order][0].Product != "Acme" {
		t.Errorf("LoadLineItems of an order that claims to be the tenant's: %v, %v", below, err)
	}
	if below, err = store.Orders.LoadLineItems(ctx, acme.of, []models.Order{{ID: widget.order, TenantID: widget.of}}); !errors.Is(err, tenant.ErrMismatch) || below != nil {
		t.Errorf("LoadLineItems of the other tenant's order: %v, %v, want ErrMismatch", below, err)
	}

	_, err = store.LineItems.Create(ctx, acme.of, gen.NewLineItem{OrderID: widget.order, Position: 5, Product: "x", Quantity: 1})
	if !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("Create below the other tenant's order: %v, want ErrNotFound", err)
	}
	_, err = store.LineItems.UpsertByOrderIDPosition(ctx, acme.of, gen.NewLineItem{OrderID: widget.order, Position: 1, Product: "x", Quantity: 1})
	if !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("Upsert below the other tenant's order: %v, want ErrNotFound", err)
	}
	mixed := []gen.NewLineItem{
		{OrderID: acme.order, Position: 5, Product: "y", Quantity: 1},
		{OrderID: widget.order, Position: 6, Product: "z", Quantity: 1},
	}
	if made, err := store.LineItems.CreateMany(ctx, acme.of, mixed); !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("CreateMany below both tenants' orders: %v, %v, want ErrNotFound", made, err)
	}
	if made, err := store.LineNotes.CreateMany(ctx, acme.of, []gen.NewLineNote{{LineItemID: widget.line, Number: 7}}); !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("CreateMany below the other tenant's line: %v, %v, want ErrNotFound", made, err)
	}
	var foreign, empty *tenant.Result[[]models.LineItem]
	err = store.Batch(ctx, acme.of, func(b *gen.Batch) {
		foreign, empty = b.LineItems.CreateMany(mixed), b.LineItems.CreateMany(nil)
	})
	if err != nil {
		t.Error(err)
	}
	if made, err := foreign.Get(); !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("CreateMany below both tenants' orders, in a batch: %v, %v, want ErrNotFound", made, err)
	}
	if made, err := empty.Get(); made == nil || len(made) != 0 || err != nil {
		t.Errorf("CreateMany of no lines, in a batch: %v, %v", made, err)
	}
	for _, b := range []book{acme, widget} {
		if n, err := store.LineItems.Count(ctx, b.of); n != 1 || err != nil {
			t.Errorf("%d lines, %v", n, err)
		}
	}
	l := gen.LineItemCols
	for what, changed := range map[string]func() (int64, error){
		"UpdateWhere": func() (int64, error) {
			return store.LineItems.UpdateWhere(ctx, acme.of, gen.LineItemPatch{Product: gen.Set("x")}, l.OrderID.Eq(widget.order))
		},
		"DeleteWhere": func() (int64, error) { return store.LineItems.DeleteWhere(ctx, acme.of, l.ID.Eq(widget.line)) },
	} {
		n, err := changed()
		none(what, n, err)
	}

	// Within the tenant the same calls arrive.
	made, err := store.LineItems.CreateMany(ctx, acme.of, []gen.NewLineItem{
		{OrderID: acme.order, Position: 9, Product: "y", Quantity: 1}, {OrderID: acme.order, Position: 8, Product: "z", Quantity: 2},
	})
	if err != nil || len(made) != 2 || made[0].Position != 9 || made[1].Product != "z" {
		t.Errorf("CreateMany: %v, %v", made, err)
	}
	upserted, err := store.LineItems.UpsertByOrderIDPosition(ctx, acme.of, gen.NewLineItem{OrderID: acme.order, Position: 9, Product: "w", Quantity: 4})
	if err != nil || upserted.ID != made[0].ID || upserted.Quantity != 4 {
		t.Errorf("Upsert: %v, %v", upserted, err)
	}
	p, err := store.LineItems.Page(ctx, acme.of, filter.OrderBy(l.Position.Desc()).Limit(2), "")
	if err != nil || len(p.Items) != 2 || p.Items[0].Position != 9 || p.Next == "" {
		t.Errorf("Page: %v, %v", p, err)
	}
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
