package market_test

import (
	"errors"
	"os"
	"testing"

	"example.com/projects/text_key/gen"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
)

// Shops are known by their slugs, and both sell under the same number.
func TestShopsKnownByTheirSlugs(t *testing.T) {
	ctx := t.Context()
	store := gen.New(tenant.NewShared(connect(t)))

	bakery, florist := tenant.NewTextID("bakery"), tenant.NewTextID("florist")
	for shop, title := range map[tenant.TextID]string{bakery: "Rye bread", florist: "Red roses"} {
		if _, err := store.Shops.Create(ctx, shop, gen.NewShop{Name: title}); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Products.Create(ctx, shop, gen.NewProduct{SKU: "001", Title: title, Stock: new(int32(5))}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Products.Create(ctx, florist, gen.NewProduct{SKU: "002", Title: "Tulips"}); err != nil {
		t.Fatal(err)
	}

	if n, err := store.Products.Take(ctx, bakery, gen.TakeParams{SKU: "001", Pieces: 4}); n != 1 || err != nil {
		t.Errorf("Take changed %d rows: %v", n, err)
	}
	if n, err := store.Products.Take(ctx, bakery, gen.TakeParams{SKU: "001", Pieces: 4}); n != 0 || err != nil {
		t.Errorf("Take of more than there is changed %d rows: %v", n, err)
	}
	product, err := store.Products.Restock(ctx, bakery, gen.RestockParams{SKU: "001", Title: "Rye bread", Stock: 10})
	if err != nil || product.Stock != 11 || product.ShopSlug != bakery {
		t.Errorf("restocked: %+v, %v", product, err)
	}
	if product, err := store.Products.Get(ctx, florist, "001"); product.Title != "Red roses" || product.Stock != 5 || err != nil {
		t.Errorf("the florist's: %+v, %v", product, err)
	}
	if _, err := store.Products.Get(ctx, bakery, "002"); !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("Get: %v, want ErrNotFound", err)
	}
	for _, sku := range []string{"002", "' or ''='", "001\x27"} {
		if n, err := store.Products.Delete(ctx, bakery, sku); n != 0 || err != nil {
			t.Errorf("Delete %q deleted %d rows: %v", sku, n, err)
		}
	}
	// What looks like the other's slug is another tenant.
	for _, slug := range []string{"bakery ", "Bakery", "bakery%"} {
		if products, err := store.Products.List(ctx, tenant.NewTextID(slug)); len(products) != 0 || err != nil {
			t.Errorf("products of %q: %v, %v", slug, products, err)
		}
	}
	if products, err := store.Products.ListInStock(ctx, florist); len(products) != 1 || err != nil {
		t.Errorf("in stock: %v, %v", products, err)
	}
	if n, err := store.Products.Count(ctx, florist); n != 2 || err != nil {
		t.Errorf("the florist has %d products: %v", n, err)
	}
	// What is said of a product is found by its number, which both shops have.
	for shop, words := range map[tenant.TextID]string{bakery: "crisp", florist: "fragrant"} {
		for id := range int64(3) {
			if _, err := store.Reviews.Create(ctx, shop, gen.NewReview{ID: id, SKU: "001", Words: words}); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := store.Reviews.Delete(ctx, shop, 1); n != 1 || err != nil {
			t.Fatalf("Delete: %d, %v", n, err)
		}
		products, err := store.Products.List(ctx, shop)
		if err != nil {
			t.Fatal(err)
		}
		reviews, err := store.Products.LoadReviews(ctx, shop, products)
		got := reviews["001"]
		if err != nil || len(reviews) != 1 || len(got) != 2 || got[0].ID != 0 || got[1].ID != 2 || got[0].Words != words || got[1].ShopSlug != shop {
			t.Errorf("LoadReviews: %v, %v", reviews, err)
		}
		if reviews, err := store.Products.LoadReviews(ctx, tenant.NewTextID("bakery "), products); !errors.Is(err, tenant.ErrMismatch) {
			t.Errorf("LoadReviews of another shop's products: %v, %v, want ErrMismatch", reviews, err)
		}
	}
	if _, err := store.Products.List(ctx, tenant.TextID{}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("without a shop: %v, want ErrNoTenant", err)
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
