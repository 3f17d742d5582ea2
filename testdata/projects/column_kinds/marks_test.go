package kinds_test

import (
	"errors"
	"testing"

	"example.com/projects/column_kinds/gen"
	"example.com/projects/column_kinds/models"
	"github.com/jackc/pgx/v5"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

// A row changes in the version that the caller has seen, and in no other.
func TestVersions(t *testing.T) {
	store, acme, widget := open(t)
	ctx := t.Context()
	for _, id := range []tenant.ID{acme, widget} {
		if _, err := store.Articles.CreateMany(ctx, id, []gen.NewArticle{{ID: 1, Slug: "a"}, {ID: 2, Slug: "b"}}); err != nil {
			t.Fatal(err)
		}
	}
	seen, err := store.Articles.Get(ctx, acme, 1)
	if err != nil || seen.Version != 1 {
		t.Fatalf("%+v, %v", seen, err)
	}
	if n, err := store.Articles.Update(ctx, acme, 1, seen.Version, gen.ArticlePatch{Body: gen.Set("mine")}); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	n, err := store.Articles.Update(ctx, acme, 1, seen.Version, gen.ArticlePatch{Body: gen.Set("theirs")})
	if n != 0 || !errors.Is(err, tenant.ErrStale) {
		t.Errorf("an update of what has changed: %d, %v, want ErrStale", n, err)
	}
	if n, err := store.Articles.Update(ctx, acme, 9, 1, gen.ArticlePatch{Body: gen.Set("x")}); n != 0 || !errors.Is(err, tenant.ErrStale) {
		t.Errorf("an update of what is not there: %d, %v, want ErrStale", n, err)
	}
	// In a batch, too, it is the change's own result: what else the batch does is kept.
	var stale, fresh *tenant.Result[int64]
	err = store.Batch(ctx, acme, func(b *gen.Batch) {
		stale = b.Articles.Update(1, seen.Version, gen.ArticlePatch{Body: gen.Set("theirs")})
		fresh = b.Articles.Update(1, seen.Version+1, gen.ArticlePatch{Body: gen.Set("batch")})
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := stale.Get(); n != 0 || !errors.Is(err, tenant.ErrStale) {
		t.Errorf("an update of what has changed, in a batch: %d, %v, want ErrStale", n, err)
	}
	if n, err := fresh.Get(); n != 1 || err != nil {
		t.Errorf("an update in a batch: %d, %v", n, err)
	}
	if n, err := store.Articles.UpdateWhere(ctx, acme, gen.ArticlePatch{Body: gen.Set("all")}, filter.All[models.Article]()); n != 2 || err != nil {
		t.Errorf("UpdateWhere: %d, %v", n, err)
	}
	if got, err := store.Articles.Get(ctx, acme, 1); got.Version != 4 || got.Body != "all" || err != nil {
		t.Errorf("%+v, %v, want version 4", got, err)
	}
	if got, err := store.Articles.Upsert(ctx, acme, gen.NewArticle{ID: 1, Slug: "c"}); got.Version != 5 || got.Slug != "c" || got.Body != "all" || err != nil {
		t.Errorf("%+v, %v, want version 5", got, err)
	}
	if got, err := store.Articles.Get(ctx, widget, 1); got.Version != 1 || got.Body != "" || got.Slug != "a" || err != nil {
		t.Errorf("the other tenant's article is %+v, %v", got, err)
	}
}

// A row that is marked as deleted is there for no generated method but Upsert.
func TestSoftDelete(t *testing.T) {
	store, acme, widget := open(t)
	ctx := t.Context()
	for _, id := range []tenant.ID{acme, widget} {
		for i, slug := range []string{"a", "b", "c"} {
			if _, err := store.Articles.Create(ctx, id, gen.NewArticle{ID: int32(i), Slug: slug}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n, err := store.Articles.Delete(ctx, acme, 0); n != 1 || err != nil {
		t.Fatalf("Delete: %d, %v", n, err)
	}
	if n, err := store.Articles.Delete(ctx, acme, 0); n != 0 || err != nil {
		t.Errorf("a second Delete: %d, %v", n, err)
	}
	if n, err := store.Articles.DeleteWhere(ctx, acme, gen.ArticleCols.Slug.In("a", "b")); n != 1 || err != nil {
		t.Errorf("DeleteWhere: %d, %v", n, err)
	}
	if got, err := store.Articles.Get(ctx, acme, 0); !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("Get: %+v, %v, want ErrNotFound", got, err)
	}
	if n, err := store.Articles.Update(ctx, acme, 0, 2, gen.ArticlePatch{Body: gen.Set("x")}); n != 0 || !errors.Is(err, tenant.ErrStale) {
		t.Errorf("Update: %d, %v, want ErrStale", n, err)
	}
	if n, err := store.Articles.UpdateWhere(ctx, acme, gen.ArticlePatch{Body: gen.Set("x")}, filter.All[models.Article]()); n != 1 || err != nil {
		t.Errorf("UpdateWhere: %d, %v", n, err)
	}
	list, err := store.Articles.List(ctx, acme)
	if err != nil || len(list) != 1 || list[0].Slug != "c" {
		t.Errorf("List: %+v, %v", list, err)
	}
	by, err := store.Articles.ListBy(ctx, acme, filter.OrderBy(gen.ArticleCols.Slug.Asc()))
	if err != nil || len(by) != 1 {
		t.Errorf("ListBy: %+v, %v", by, err)
	}
	page, err := store.Articles.Page(ctx, acme, filter.OrderBy(gen.ArticleCols.Slug.Asc()).Limit(5), "")
	if err != nil || len(page.Items) != 1 {
		t.Errorf("Page: %+v, %v", page, err)
	}
	if n, err := store.Articles.Count(ctx, acme); n != 1 || err != nil {
		t.Errorf("Count: %d, %v", n, err)
	}
	if there, err := store.Articles.Exists(ctx, acme, gen.ArticleCols.Slug.Eq("a")); there || err != nil {
		t.Errorf("Exists: %t, %v", there, err)
	}
	for a, err := range store.Articles.ForEach(ctx, acme) {
		if err != nil || a.Slug != "c" {
			t.Errorf("ForEach: %+v, %v", a, err)
		}
	}
	if n, err := store.Articles.Count(ctx, widget); n != 3 || err != nil {
		t.Errorf("the other tenant has %d articles, %v", n, err)
	}

	// It stays, with its key, until an upsert brings it back.
	pool := connect(t, pgx.QueryExecModeCacheStatement)
	var marked int
	if err := pool.QueryRow(ctx, `select count(*) from articles where tenant_id = $1 and deleted_at <= now() and version = 2`, acme).Scan(&marked); err != nil || marked != 2 {
		t.Errorf("%d rows are marked, %v", marked, err)
	}
	if _, err := store.Articles.Create(ctx, acme, gen.NewArticle{ID: 0, Slug: "new"}); !errors.Is(err, tenant.ErrConflict) {
		t.Errorf("Create of a key that is marked: %v, want ErrConflict", err)
	}
	back, err := store.Articles.Upsert(ctx, acme, gen.NewArticle{ID: 0, Slug: "again"})
	if err != nil || back.DeletedAt != nil || back.Version != 3 {
		t.Errorf("Upsert: %+v, %v", back, err)
	}

	for _, id := range []tenant.ID{acme, widget} {
		if _, err := store.Labels.Create(ctx, id, gen.NewLabel{Name: "red"}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := store.Labels.Delete(ctx, acme, "red"); n != 1 || err != nil {
		t.Errorf("Delete: %d, %v", n, err)
	}
	if there, err := store.Labels.Exists(ctx, acme); there || err != nil {
		t.Errorf("Exists: %t, %v", there, err)
	}
	if label, err := store.Labels.Upsert(ctx, acme, gen.NewLabel{Name: "red", Colour: new("#f00")}); label.Gone || err != nil {
		t.Errorf("Upsert: %+v, %v", label, err)
	}
	if label, err := store.Labels.Get(ctx, widget, "red"); label.Gone || label.Colour != nil || err != nil {
		t.Errorf("the other tenant's label is %+v, %v", label, err)
	}
}
