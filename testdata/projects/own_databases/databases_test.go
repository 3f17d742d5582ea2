package companies_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/projects/own_databases/gen"
	"example.com/projects/own_databases/gen/global"
	"example.com/projects/own_databases/models"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
	"github.com/tenantc/tenantc/tenant/pools"
)

var (
	acme   = tenant.NewTextID("acme")
	widget = tenant.NewTextID("widget")
	small  = tenant.NewTextID("small") // shares its tables with others
)

// Each company has a database with the same keys in it, and no row says whose it
// is: what one does is never the other's.
func TestEachCompanyHasADatabase(t *testing.T) {
	ctx := t.Context()
	connections, _ := connect(t)
	db, err := tenant.NewDatabases(connections, tenant.DatabasesConfig{Server: "main"})
	if err != nil {
		t.Fatal(err)
	}
	counters := tenant.NewCounters(10)
	store, err := gen.New(tenant.Observe(db, counters))
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.MustParse("aaaaaaaa-0000-0000-0000-000000000001")
	for _, of := range []tenant.TextID{acme, widget} {
		name := of.String()
		folder, err := store.Folders.Create(ctx, of, gen.NewFolder{Name: "plans"})
		if err != nil || folder.ID != 1 {
			t.Fatalf("%s: folder %+v, %v", name, folder, err)
		}
		made, err := store.Documents.CreateMany(ctx, of, []gen.NewDocument{
			{ID: &id, FolderID: 1, Title: name + " one"}, {FolderID: 1, Title: name + " two", Body: new("draft")},
		})
		if err != nil || len(made) != 2 || made[0].ID != id || made[0].Version != 1 {
			t.Fatalf("%s: documents %+v, %v", name, made, err)
		}
		if _, err := store.Settings.Upsert(ctx, of, gen.NewSetting{Key: "name", Value: &name}); err != nil {
			t.Fatal(err)
		}
	}

	if n, err := store.Documents.Update(ctx, acme, id, 1, gen.DocumentPatch{Title: gen.Set("acme changed")}); n != 1 || err != nil {
		t.Errorf("Update changed %d rows: %v", n, err)
	}
	if _, err := store.Documents.Update(ctx, acme, id, 1, gen.DocumentPatch{Title: gen.Set("again")}); !errors.Is(err, tenant.ErrStale) {
		t.Errorf("Update of an old version: %v", err)
	}
	if d, err := store.Documents.Upsert(ctx, acme, gen.NewDocument{ID: &id, FolderID: 1, Title: "acme upserted"}); d.Version != 3 || err != nil {
		t.Errorf("Upsert: %+v, %v", d, err)
	}
	if f, err := store.Folders.UpsertByName(ctx, acme, gen.NewFolder{Name: "plans"}); f.ID != 1 || err != nil {
		t.Errorf("UpsertByName: %+v, %v", f, err)
	}
	if n, err := store.Documents.DeleteWhere(ctx, acme, gen.DocumentCols.Body.Eq("draft")); n != 1 || err != nil {
		t.Errorf("DeleteWhere deleted %d rows: %v", n, err)
	}
	if n, err := store.Settings.Delete(ctx, acme, "name"); n != 1 || err != nil {
		t.Errorf("Delete deleted %d rows: %v", n, err)
	}
	if _, err := store.Settings.DeleteWhere(ctx, acme, filter.And[models.Setting]()); !errors.Is(err, filter.ErrEveryRow) {
		t.Errorf("DeleteWhere of everything: %v", err)
	}
	titles := func(of tenant.TextID, want ...string) {
		t.Helper()
		rows, err := store.Documents.Titles(ctx, of)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range rows {
			got = append(got, row.Title)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", of, got, want)
		}
	}
	titles(acme, "acme upserted")
	titles(widget, "widget one", "widget two")
	if rows, err := store.Documents.Titles(ctx, widget, gen.DocumentCols.Title.HasPrefix("widget t")); len(rows) != 1 || err != nil {
		t.Errorf("under a condition: %v, %v", rows, err)
	}
	if s, err := store.Settings.Get(ctx, widget, "name"); s.Value != "widget" || err != nil {
		t.Errorf("Get: %+v, %v", s, err)
	}

	// A cursor is the company's whose page it ended.
	page, err := store.Documents.Page(ctx, widget, filter.OrderBy(gen.DocumentCols.Title.Asc()).Limit(1), "")
	if err != nil || len(page.Items) != 1 || page.Next == "" {
		t.Fatalf("page %+v, %v", page, err)
	}
	if _, err := store.Documents.Page(ctx, acme, filter.OrderBy(gen.DocumentCols.Title.Asc()).Limit(1), page.Next); !errors.Is(err, tenant.ErrCursor) {
		t.Errorf("the cursor of another company: %v", err)
	}
	if page, err = store.Documents.Page(ctx, widget, filter.OrderBy(gen.DocumentCols.Title.Asc()).Limit(1), page.Next); err != nil || page.Items[0].Title != "widget two" {
		t.Errorf("the next page: %+v, %v", page, err)
	}
	documents, err := store.Documents.List(ctx, widget)
	if err != nil {
		t.Fatal(err)
	}
	if folders, err := store.Documents.LoadFolders(ctx, widget, documents); len(folders) != 1 || folders[1].Name != "plans" || err != nil {
		t.Errorf("LoadFolders: %v, %v", folders, err)
	}
	if folder, err := store.Folders.Get(ctx, widget, 1); err != nil {
		t.Error(err)
	} else if of, err := store.Folders.LoadDocuments(ctx, widget, []models.Folder{folder}); len(of) != 1 || len(of[1]) != len(documents) || err != nil {
		t.Errorf("LoadDocuments: %v, %v", of, err)
	}

	// A row of nothing but defaults, of which any may be given.
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for _, of := range []tenant.TextID{acme, widget} {
		first, err := store.Visits.Create(ctx, of, gen.NewVisit{})
		if err != nil || first.At.IsZero() {
			t.Errorf("Create of defaults: %v, %v", first, err)
		}
		if second, err := store.Visits.Create(ctx, of, gen.NewVisit{At: &noon}); err != nil || !second.At.Equal(noon) || second.ID != first.ID+1 {
			t.Errorf("Create: %v, %v", second, err)
		}
		many, err := store.Visits.CreateMany(ctx, of, []gen.NewVisit{{}, {}})
		if err != nil || len(many) != 2 || many[1].ID != many[0].ID+1 {
			t.Errorf("CreateMany of defaults: %v, %v", many, err)
		}
		if n, err := store.Visits.Count(ctx, of); n != 4 || err != nil {
			t.Errorf("%d visits, %v, want 4", n, err)
		}
	}

	// A batch, a copy, a transaction, a statement for each item.
	err = store.Batch(ctx, widget, func(b *gen.Batch) {
		b.Folders.Create(gen.NewFolder{Name: "notes"})
		b.Documents.Create(gen.NewDocument{FolderID: 2, Title: "widget three"})
	})
	if err != nil {
		t.Error(err)
	}
	if n, err := store.Folders.Import(ctx, acme, []string{"a", "b"}); n != 2 || err != nil {
		t.Errorf("Import copied %d rows: %v", n, err)
	}
	if ids, err := store.Folders.IDsOf(ctx, acme, []string{"b", "notes"}); err != nil || ids[0] == nil || ids[1] != nil {
		t.Errorf("IDsOf: %v, %v", ids, err)
	}
	if n, err := store.Folders.Echo(ctx, acme, "a"); n != 1 || err != nil {
		t.Errorf("Echo: %d, %v", n, err)
	}
	undone := errors.New("undone")
	err = store.InTx(ctx, acme, func(tx *gen.Store) error {
		if n, err := tx.Documents.Archive(ctx, acme, 1); n != 2 || err != nil {
			t.Errorf("Archive moved %d rows: %v", n, err)
		}
		if archived, err := tx.Documents.Archived(ctx, acme); len(archived) != 2 || err != nil {
			t.Errorf("archived: %q, %v", archived, err)
		}
		if _, err := tx.Documents.Archived(ctx, widget); !errors.Is(err, tenant.ErrMismatch) {
			t.Errorf("another company in the transaction: %v", err)
		}
		return undone
	})
	if err != undone {
		t.Error(err)
	}
	for of, want := range map[tenant.TextID]int64{acme: 1, widget: 3} {
		if n, err := store.Documents.Count(ctx, of); n != want || err != nil {
			t.Errorf("%s has %d documents, want %d: %v", of, n, want, err)
		}
		if archived, err := store.Documents.Archived(ctx, of); len(archived) != 0 || err != nil {
			t.Errorf("archived: %q, %v", archived, err)
		}
	}
	if largest, err := store.Documents.Largest(ctx, widget, 1); err != nil || len(largest) != 1 || largest[0].Documents != 2 {
		t.Errorf("Largest: %v, %v", largest, err)
	}
	if n, err := store.Documents.Counted(ctx, widget); n != 0 || err != nil {
		t.Errorf("Counted before a refresh: %d, %v", n, err)
	}
	if _, err := store.Folders.List(ctx, tenant.TextID{}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("for nobody: %v", err)
	}
	if _, err := store.Folders.List(ctx, tenant.NewTextID("nowhere")); !errors.Is(err, tenant.ErrUnavailable) {
		t.Errorf("a company without a database: %v", err)
	}
	if c, ok := counters.Of(acme); !ok || c.Queries == 0 {
		t.Error("the observer saw nothing")
	}
}

// Where companies share tables nothing would tell their rows apart, so that no
// store is made, and no statement sent.
func TestSharedPlacesAreRefused(t *testing.T) {
	ctx := t.Context()
	connections, shared := connect(t)
	if _, err := shared.Exec(ctx, `insert into folders (name) values ('of somebody')`); err != nil {
		t.Fatal(err)
	}
	tx, err := shared.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	within, err := tenant.OnTx(ctx, tx, acme)
	if err != nil {
		t.Fatal(err)
	}
	databases, err := tenant.NewDatabases(connections, tenant.DatabasesConfig{Server: "main"})
	if err != nil {
		t.Fatal(err)
	}
	for name, db := range map[string]tenant.DB{
		"shared":             tenant.NewShared(shared),
		"shared, observed":   tenant.Observe(tenant.NewShared(shared), tenant.NewCounters(1)),
		"row-level security": new(tenant.SharedRLS),
		"schemas":            new(tenant.Schemas),
		"a transaction":      within,
		"somebody's":         wrapper{databases},
		"embedded":           embedded{databases},
		"nothing":            nil,
	} {
		if store, err := gen.New(db); !errors.Is(err, tenant.ErrNotIsolated) || store != nil {
			t.Errorf("%s: a store %v, %v", name, store, err)
		}
	}

	// A router decides for one company at a time.
	catalog := tenant.NewCatalog(shared)
	if err := catalog.Create(ctx); err != nil {
		t.Fatal(err)
	}
	for of, at := range map[tenant.TextID]tenant.Placement{
		acme:  {Kind: tenant.KindDatabase, Database: pools.Database{Server: "main", Name: "tenant_acme"}},
		small: {Kind: tenant.KindShared, Database: pools.Database{Server: "main"}},
	} {
		if err := catalog.Put(ctx, of, at); err != nil {
			t.Fatal(err)
		}
	}
	router, err := tenant.NewRouter(ctx, tenant.RouterConfig{Catalog: catalog, Pools: connections})
	if err != nil {
		t.Fatal(err)
	}
	defer router.Close()
	store, err := gen.New(router)
	if err != nil {
		t.Fatal(err)
	}
	if folders, err := store.Folders.List(ctx, acme); len(folders) != 0 || err != nil {
		t.Errorf("acme: %v, %v", folders, err)
	}
	for range 2 { // once remembered, too
		if folders, err := store.Folders.List(ctx, small); len(folders) != 0 || !errors.Is(err, tenant.ErrNotIsolated) {
			t.Errorf("small, which shares its tables: %v, %v", folders, err)
		}
	}

	// The data of nobody is in whatever database there is.
	if err := global.New(shared).Plans.Add(ctx, global.AddParams{Code: "free"}); err != nil {
		t.Error(err)
	}
}

// wrapper is a DB of which nothing is known, and embedded one that looks like
// what it embeds.
type wrapper struct{ tenant.DB }
type embedded struct{ *tenant.Databases }

// connect returns connections to a server with a database for acme and one for
// widget, and a pool on the one in which tables would be shared.
func connect(t *testing.T) (*pools.Pools, *pgxpool.Pool) {
	t.Helper()
	ctx := t.Context()
	dsn := os.Getenv("DATABASE_URL")
	if dsn == "" {
		t.Fatal("DATABASE_URL names no database")
	}
	schema, err := os.ReadFile("schema/001_init.sql")
	if err != nil {
		t.Fatal(err)
	}
	shared, err := pgxpool.New(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shared.Close)
	connections, err := pools.New(pools.Config{Servers: map[string]string{"main": dsn}})
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []tenant.TextID{acme, widget} {
		name := "tenant_" + of.String()
		if _, err := shared.Exec(ctx, "create database "+name); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if _, err := shared.Exec(context.Background(), "drop database "+name+" with (force)"); err != nil {
				t.Error(err)
			}
		})
		cfg := shared.Config().ConnConfig.Copy()
		cfg.Database = name
		conn, err := pgx.ConnectConfig(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(ctx, strings.TrimSpace(string(schema)), pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := connections.CloseAll(ctx); err != nil {
			t.Error(err)
		}
	})
	return connections, shared
}
