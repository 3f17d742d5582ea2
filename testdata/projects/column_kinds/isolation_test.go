package kinds_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"reflect"
	"testing"
	"time"

	"example.com/projects/column_kinds/gen"
	"example.com/projects/column_kinds/models"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

func connect(t *testing.T, mode pgx.QueryExecMode) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	cfg.ConnConfig.DefaultQueryExecMode = mode
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error { // arrays of an enum are read by its type
		types, err := conn.LoadTypes(ctx, []string{"kind", "_kind"})
		conn.TypeMap().RegisterTypes(types)
		return err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func open(t *testing.T) (store *gen.Store, acme, widget tenant.ID) {
	t.Helper()
	store = gen.New(tenant.NewShared(connect(t, pgx.QueryExecModeCacheStatement)))
	acme, widget = tenant.NewID(), tenant.NewID()
	for _, id := range []tenant.ID{acme, widget} {
		if _, err := store.Tenants.Create(t.Context(), id, gen.NewTenant{Name: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	return store, acme, widget
}

// events are rows of every kind: full, with NULLs, and with what needs quotes.
func events() []gen.NewEvent {
	at := time.Date(2024, 2, 29, 12, 0, 0, 123456000, time.UTC)
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	return []gen.NewEvent{
		{
			Kinds: []models.Kind{"o'brien", "call"}, Doc: models.Doc{Title: "a", Words: []string{"x"}}, Level: 1,
			Levels: []int32{1, 2}, Refs: []uuid.UUID{{1}, {2}}, More: json.RawMessage(`{"a": [1]}`), Payload: []byte{0, 255},
			Price: pgtype.Numeric{Int: cents(1250), Exp: -2, Valid: true}, Score: new(0.5), Note: new("loud"), Sender: new("a@b"), Ref: &uuid.UUID{3},
			Day: &day, Kind: new(models.Kind("o'brien")), Tags: []string{`{"`, "", "null", `a,b\`}, OK: new(true), At: &at,
		},
		{Kinds: []models.Kind{}, Doc: models.Doc{Title: "b"}, Level: 2},
		{Kinds: []models.Kind{"note"}, Doc: models.Doc{Title: "'c'"}, Level: 3, Tags: []string{}, Levels: []int32{}, At: &at},
	}
}

// What CreateMany makes is what as many calls of Create make, in the same order.
func TestCreateMany(t *testing.T) {
	store, acme, widget := open(t)
	ctx := t.Context()
	items := events()
	many, err := store.Events.CreateMany(ctx, acme, items)
	if err != nil || len(many) != len(items) {
		t.Fatalf("%d rows, %v", len(many), err)
	}
	last := int64(0)
	for i, item := range items {
		one, err := store.Events.Create(ctx, widget, item)
		if err != nil {
			t.Fatal(err)
		}
		if many[i].ID <= last {
			t.Errorf("row %d has the id %d after %d", i, many[i].ID, last)
		}
		last = many[i].ID
		if many[i].TenantID != acme || one.TenantID != widget {
			t.Errorf("row %d is of %v and %v", i, many[i].TenantID, one.TenantID)
		}
		many[i].TenantID, many[i].ID = one.TenantID, one.ID
		if item.At == nil {
			many[i].At = one.At // now
		}
		if !reflect.DeepEqual(many[i], one) {
			t.Errorf("row %d\nmany %+v\none  %+v", i, many[i], one)
		}
	}
	if none, err := store.Events.CreateMany(ctx, acme, nil); err != nil || len(none) != 0 {
		t.Errorf("no rows: %v, %v", none, err)
	}
	// One row that will not do, and there are none.
	bad := append(events(), gen.NewEvent{Kinds: []models.Kind{}, Sender: new("no address")})
	if rows, err := store.Events.CreateMany(ctx, acme, bad); err == nil {
		t.Errorf("a row against the domain was made: %v", rows)
	}
	for _, id := range []tenant.ID{acme, widget} {
		if n, err := store.Events.Count(ctx, id); n != 3 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
	}
}

// The order is that of the input, whichever order the keys have, and as often as
// it takes for the server to plan without looking at the arrays.
func TestCreateManyKeepsTheOrder(t *testing.T) {
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		t.Run(mode.String(), func(t *testing.T) { keepsTheOrder(t, mode) })
	}
}

func keepsTheOrder(t *testing.T, mode pgx.QueryExecMode) {
	_, acme, widget := open(t)
	store := gen.New(tenant.NewShared(connect(t, mode)))
	ctx := t.Context()
	for round := range 8 {
		var items []gen.NewPrice
		for i := range 200 {
			items = append(items, gen.NewPrice{Code: fmt.Sprint(round, "-", (i*37)%200), Region: "eu", Cents: int64(i)})
		}
		for _, id := range []tenant.ID{acme, widget} {
			rows, err := store.Prices.CreateMany(ctx, id, items)
			if err != nil || len(rows) != len(items) {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			for i, row := range rows {
				if row != (models.Price{TenantID: id, Code: items[i].Code, Region: "eu", Cents: int64(i)}) {
					t.Fatalf("row %d is %+v", i, row)
				}
			}
		}
	}
	if _, err := store.Prices.CreateMany(ctx, acme, []gen.NewPrice{{Code: "new"}, {Code: "0-0", Region: "eu"}}); !errors.Is(err, tenant.ErrConflict) {
		t.Errorf("a row that is there already: %v, want ErrConflict", err)
	}
	if there, err := store.Prices.Exists(ctx, acme, gen.PriceCols.Code.Eq("new")); there || err != nil {
		t.Errorf("half of the rows are there: %v", err)
	}

	tickets, err := store.Tickets.CreateMany(ctx, acme, []gen.NewTicket{{Number: 2}, {Number: 1, Title: new("x")}})
	if err != nil || len(tickets) != 2 || tickets[0].Number != 2 || tickets[1].Title != "x" || tickets[0].ID >= tickets[1].ID {
		t.Errorf("%+v, %v", tickets, err)
	}
	if _, err := store.Tickets.CreateMany(ctx, acme, []gen.NewTicket{{Number: 3, ID: new(int64(7))}}); !errors.Is(err, gen.ErrServerFilled) {
		t.Errorf("an id for a serial column: %v, want ErrServerFilled", err)
	}
}

// An upsert meets the tenant's own row and nobody else's.
func TestUpsert(t *testing.T) {
	store, acme, widget := open(t)
	ctx := t.Context()
	for _, id := range []tenant.ID{acme, widget} {
		if _, err := store.Prices.Create(ctx, id, gen.NewPrice{Code: "a", Region: "eu", Cents: 1}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := store.Prices.Upsert(ctx, acme, gen.NewPrice{Code: "a", Region: "eu", Cents: 2})
	if want := (models.Price{TenantID: acme, Code: "a", Region: "eu", Cents: 2}); got != want || err != nil {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if got, err := store.Prices.Upsert(ctx, acme, gen.NewPrice{Code: "a", Region: "us", Cents: 3}); got.Cents != 3 || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := store.Prices.Get(ctx, widget, "a", "eu"); got.Cents != 1 || err != nil {
		t.Errorf("the other tenant's row is %+v, %v", got, err)
	}
	if n, err := store.Prices.Count(ctx, widget); n != 1 || err != nil {
		t.Errorf("the other tenant has %d rows, %v", n, err)
	}

	first, err := store.Tickets.UpsertByNumber(ctx, acme, gen.NewTicket{Number: 1, Title: new("old")})
	if err != nil {
		t.Fatal(err)
	}
	other, err := store.Tickets.UpsertByNumber(ctx, widget, gen.NewTicket{Number: 1, Title: new("theirs")})
	if err != nil || other.ID == first.ID {
		t.Fatalf("%+v, %v", other, err)
	}
	kept, err := store.Tickets.UpsertByNumber(ctx, acme, gen.NewTicket{Number: 1})
	if kept != first || err != nil {
		t.Errorf("an upsert of nothing new: %+v, %v, want %+v", kept, err, first)
	}
	changed, err := store.Tickets.UpsertByNumber(ctx, acme, gen.NewTicket{Number: 1, Title: new("new"), ID: new(int64(1 << 40))})
	if changed.ID != first.ID || changed.Title != "new" || err != nil {
		t.Errorf("%+v, %v, want the id %d", changed, err, first.ID)
	}
	if got, err := store.Tickets.Get(ctx, widget, other.ID); got != other || err != nil {
		t.Errorf("the other tenant's ticket is %+v, %v", got, err)
	}
	if _, err := store.Tickets.Upsert(ctx, acme, gen.NewTicket{Number: 1, ID: new(int64(99))}); !errors.Is(err, tenant.ErrConflict) {
		t.Errorf("an upsert by the key that meets the number of another row: %v, want ErrConflict", err)
	}
}

// Conditions, orders and pages over columns of every kind.
func TestConditionsOfEveryKind(t *testing.T) {
	store, acme, widget := open(t)
	ctx := t.Context()
	for _, id := range []tenant.ID{acme, widget} {
		if _, err := store.Events.CreateMany(ctx, id, events()); err != nil {
			t.Fatal(err)
		}
	}
	e := gen.EventCols
	for what, c := range map[string]struct {
		cond filter.Cond[models.Event]
		want int64
	}{
		"kind":     {e.Kind.Eq("o'brien"), 1},
		"kinds":    {e.Kinds.Contains("call"), 1},
		"tags":     {e.Tags.Overlaps("x", `{"`), 1},
		"no tags":  {e.Tags.ContainedIn(), 2},
		"levels":   {e.Levels.IsNull(), 1},
		"refs":     {e.Refs.Contains(uuid.UUID{2}), 1},
		"doc":      {e.Doc.Contains(map[string]any{"title": "'c'"}), 1},
		"more":     {e.More.IsNotNull(), 1},
		"payload":  {e.Payload.Eq([]byte{0, 255}), 1},
		"score":    {e.Score.Between(0, 1), 1},
		"ok":       {e.OK.Eq(false), 2},
		"note":     {e.Note.ILike("LOUD"), 1},
		"sender":   {e.Sender.HasPrefix("a@"), 1},
		"level":    {e.Level.In(1, 3), 2},
		"ref":      {e.Ref.Eq(uuid.UUID{3}), 1},
		"day":      {e.Day.IsNull(), 2},
		"computed": {e.Loud.Eq("LOUD"), 1},
	} {
		if n, err := store.Events.Count(ctx, acme, c.cond); n != c.want || err != nil {
			t.Errorf("%s: %d rows, %v, want %d", what, n, err, c.want)
		}
	}
	for what, by := range map[string]filter.Order[models.Event]{
		"kind": filter.OrderBy(e.Kind.Desc()), "note": filter.OrderBy(e.Note.Asc()), "score": filter.OrderBy(e.Score.Desc(), e.Level.Asc()),
		"day": filter.OrderBy(e.Day.Asc().NullsFirst()), "ref": filter.OrderBy(e.Ref.Asc()), "doc": filter.OrderBy(e.Doc.Asc()), "at": filter.OrderBy(e.At.Desc()),
	} {
		all, err := store.Events.ListBy(ctx, acme, by)
		if err != nil || len(all) != 3 {
			t.Fatalf("%s: %d rows, %v", what, len(all), err)
		}
		var paged []models.Event
		for after, more := filter.Cursor(""), true; more; more = after != "" {
			p, err := store.Events.Page(ctx, acme, by.Limit(1), after)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			paged, after = append(paged, p.Items...), p.Next
		}
		if !reflect.DeepEqual(all, paged) {
			t.Errorf("%s\nall   %+v\npaged %+v", what, all, paged)
		}
	}
}

func cents(n int64) *big.Int { return new(big.Int).SetInt64(n) }
