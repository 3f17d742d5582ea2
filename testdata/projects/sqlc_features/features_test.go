package features_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"
	"time"

	"example.com/projects/sqlc_features/gen"
	kinds "example.com/projects/sqlc_features/go-kinds"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
)

var acme, widget = tenant.NewID(), tenant.NewID()

// connect returns a pool whose connections know the composite and the enum type,
// as pgx wants it.
func connect(t *testing.T) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		for _, name := range []string{"app.status", "app.status[]", "app.money_amount"} {
			typ, err := conn.LoadType(ctx, name)
			if err != nil {
				return err
			}
			conn.TypeMap().RegisterType(typ)
		}
		return nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// order is the one that each tenant places under the number id.
func order(name string, id int64) gen.PlaceOrderParams {
	return gen.PlaceOrderParams{
		ID: id, SKU: "sku-" + name, Quantity: 3, Contact: name + "@mail.test", CopyTo: new("copy@mail.test"),
		Details: kinds.Details{Gift: true, Notes: []string{name}}, Extra: &kinds.Details{Notes: []string{"extra"}},
		Total: kinds.Money{Currency: "EUR", Cents: 250 * id}, History: []gen.AppStatus{gen.AppStatusOpen, gen.AppStatusOnHold},
		Tags: []string{"red", name}, Scores: []int32{1, 2}, BuyerID: &uuid.UUID{1}, Raw: []byte(`{"a":1}`), Blob: []byte{0, 255},
		Rating: new(float32(4.5)), Due: pgtype.Date{Time: time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC), Valid: true},
	}
}

func TestEverySQLCFeature(t *testing.T) {
	ctx := t.Context()
	store := gen.New(tenant.NewShared(connect(t)))
	tenants := map[tenant.ID]string{acme: "acme", widget: "widget"}
	for id, name := range tenants {
		if _, err := store.Tenants.Create(ctx, id, gen.NewTenant{Name: name}); err != nil {
			t.Fatal(err)
		}
		for n := range int64(2) {
			arg := order(name, n+1)
			o, err := store.Orders.PlaceOrder(ctx, id, arg)
			if err != nil {
				t.Fatal(err)
			}
			if o.SKU != arg.SKU || o.Status != gen.AppStatusOpen || o.Before != nil || !reflect.DeepEqual(o.History, arg.History) ||
				!reflect.DeepEqual(o.Tags, arg.Tags) || !reflect.DeepEqual(o.Scores, arg.Scores) || o.Contact != arg.Contact || *o.CopyTo != *arg.CopyTo ||
				!reflect.DeepEqual(o.Details, arg.Details) || !reflect.DeepEqual(o.Extra, arg.Extra) || o.Total != arg.Total || *o.BuyerID != *arg.BuyerID ||
				o.Weight.Valid || *o.Rating != 4.5 || !reflect.DeepEqual(o.Blob, arg.Blob) || o.Due != arg.Due || o.CreatedAt.IsZero() || o.ShippedAt.Valid ||
				o.TenantID != uuid.UUID(id.UUID()) {
				t.Errorf("placed %+v, got %+v", arg, o)
			}
		}
		news := []gen.LoadNewsItem{{ID: 1, Title: name + " one"}, {ID: 2, Title: name + " two"}}
		if n, err := store.News.LoadNews(ctx, id, news); n != 2 || err != nil {
			t.Fatalf("LoadNews copied %d rows: %v", n, err)
		}
	}
	for id, name := range tenants {
		check := func(what string, got, want any, err error) {
			t.Helper()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s for %s: %v, %v, want %v", what, name, got, err, want)
			}
		}
		o, err := store.Orders.GetOrder(ctx, id, 2)
		check(":one", o.SKU, "sku-"+name, err)
		_, err = store.Orders.GetOrder(ctx, id, 9)
		check(":one without a row", errors.Is(err, tenant.ErrNotFound), true, nil)
		orders, err := store.Orders.ListByStatus(ctx, id, []gen.AppStatus{gen.AppStatusOpen, gen.AppStatusPaid})
		check(":many by an array of enums", len(orders), 2, err)
		ids, err := store.Orders.ListByIDs(ctx, id, []int64{2, 7})
		check(":many by an array", ids, []gen.ListByIDsRow{{ID: 2, SKU: "sku-" + name}}, err)

		found, err := store.Orders.Search(ctx, id, gen.SearchParams{})
		check("narg without values", len(found), 2, err)
		found, err = store.Orders.Search(ctx, id, gen.SearchParams{Tag: new(name), Status: new(gen.AppStatusOpen), Contact: new(name + "@mail.test")})
		check("narg with values", len(found), 2, err)
		found, err = store.Orders.Search(ctx, id, gen.SearchParams{Tag: new("blue")})
		check("narg with another value", len(found), 0, err)

		skus, err := store.Orders.BySku(ctx, id, gen.BySKUParams{WantedSKU: []string{"sku-" + name, "sku-other"}, MinQty: 1, NotID: 2})
		check("parameters by their initialisms", skus, []int64{1}, err)

		err = store.Orders.SetStatus(ctx, id, gen.AppStatusPaid, 1)
		check(":exec", nil, nil, err)
		n, err := store.Orders.SetDetails(ctx, id, kinds.Details{Notes: []string{"new"}}, 1)
		check(":execrows", n, int64(1), err)
		tag, err := store.Orders.Ship(ctx, id, []int64{1, 2})
		check(":execresult", tag.String(), "UPDATE 2", err)
		var shipped *tenant.Result[pgconn.CommandTag]
		err = store.Batch(ctx, id, func(b *gen.Batch) { shipped = b.Orders.Ship([]int64{1, 2, 9}) })
		if err == nil {
			tag, err = shipped.Get()
		}
		check(":execresult in a batch", tag.String(), "UPDATE 2", err)
		o, err = store.Orders.GetOrder(ctx, id, 1)
		check("what they wrote", []any{o.Status, *o.Before, o.Details.Notes[0], o.ShippedAt.Valid}, []any{gen.AppStatusPaid, gen.AppStatusOpen, "new", true}, err)

		both, err := store.Orders.WithNews(ctx, id)
		check("embed", []any{len(both), both[1].AppOrder.SKU, both[1].AppNews.Title, both[1].Twice}, []any{2, "sku-" + name, name + " two", int32(6)}, err)
		outer, err := store.Orders.Outer(ctx, id)
		check("a column that an outer join may leave out", *outer[0].Title, name+" one", err)
		open, err := store.Orders.ListOpen(ctx, id)
		check("a view", len(open), 1, err)
		totals, err := store.Orders.Totals(ctx, id)
		check("a field of a composite type", totals, []gen.TotalsRow{{Status: gen.AppStatusOpen, Orders: 1, Cents: 500}, {Status: gen.AppStatusPaid, Orders: 1, Cents: 250}}, err)
		latest, err := store.Orders.Latest(ctx, id)
		check("aggregates", latest.N, int64(2), err)

		contacts, err := store.Orders.ContactOfEach(ctx, id, []int64{1, 9})
		check(":batchone", []any{*contacts[0], contacts[1] == nil}, []any{name + "@mail.test", true}, err)
		tagged, err := store.Orders.TaggedWithEach(ctx, id, []string{"red", "blue", name})
		check(":batchmany", tagged, [][]int64{{1, 2}, {}, {1, 2}}, err)
		titles, err := store.News.ListNews(ctx, id, gen.AppNewsCols.Title.HasPrefix(name), gen.AppNewsCols.ID.Gt(1))
		check("conditions", titles, []gen.AppNews{{TenantID: id.UUID(), ID: 2, Title: name + " two"}}, err)
		err = store.News.Rename(ctx, id, "renamed", 1)
		check("two arguments", nil, nil, err)

		var first *tenant.Result[gen.AppOrder]
		var all *tenant.Result[[]gen.AppOrder]
		err = store.Batch(ctx, id, func(b *gen.Batch) {
			b.Orders.SetStatus(gen.AppStatusOnHold, 2)
			first, all = b.Orders.GetOrder(2), b.Orders.ListByStatus([]gen.AppStatus{gen.AppStatusOnHold})
		})
		o, _ = first.Get()
		held, _ := all.Get()
		check("a batch", []any{o.Status, len(held), o.SKU}, []any{gen.AppStatusOnHold, 1, "sku-" + name}, err)
	}
	if err := store.Orders.DeleteEach(ctx, acme, []int64{1, 2, 3}); err != nil {
		t.Error(err)
	}
	for id, want := range map[tenant.ID]int64{acme: 0, widget: 2} {
		if n, err := store.Orders.Count(ctx, id); n != want || err != nil {
			t.Errorf("%d orders after :batchexec, want %d: %v", n, want, err)
		}
	}
}

// Options that change what the code is called and looks like.
func TestOptions(t *testing.T) {
	text, err := json.Marshal(gen.AppOrder{SKU: "s"})
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"tenantID", "itemSku", "qty", "copyTo", "buyerID"} {
		if _, ok := keys[key]; !ok {
			t.Errorf("the JSON of an order has no %s: %s", key, text)
		}
	}
	if text, err := json.Marshal(gen.SearchParams{}); string(text) != `{"status":null,"tag":null,"contact":null}` || err != nil {
		t.Errorf("the JSON of parameters is %s, %v", text, err)
	}
	field, ok := reflect.TypeFor[gen.AppOrder]().FieldByName("Quantity")
	if !ok || field.Tag.Get("validate") != "gt=0" || field.Tag.Get("db") != "qty" {
		t.Errorf("the tag of Quantity is %q", field.Tag)
	}
	field, ok = reflect.TypeFor[gen.PlaceOrderParams]().FieldByName("Quantity")
	if !ok || field.Tag.Get("validate") != "gt=0" || field.Tag.Get("db") != "qty" {
		t.Errorf("the tag of the parameter Quantity is %q", field.Tag)
	}
	if !gen.AppStatusOnHold.Valid() || gen.AppStatus("none").Valid() || len(gen.AllAppStatusValues()) != 3 {
		t.Error("the enum's methods do not know its values")
	}
}
