// Package models holds the rows of a market place whose shops are known by
// their slugs.
package models

import "github.com/tenantc/tenantc/tenant"

// Shop is a tenant of the market place.
type Shop struct {
	Slug tenant.TextID `db:"slug,primaryKey"`
	Name string        `db:"name"`
}

// Product is what a shop sells.
type Product struct {
	ShopSlug tenant.TextID `db:"shop_slug"`
	SKU      string        `db:"sku,primaryKey"`
	Title    string        `db:"title"`
	Stock    int32         `db:"stock"`
}

// Review is what somebody says of a product.
type Review struct {
	ShopSlug tenant.TextID `db:"shop_slug"`
	ID       int64         `db:"id,primaryKey"`
	SKU      string        `db:"sku"`
	Words    string        `db:"words"`
	Gone     bool          `db:"gone,softDelete"`
}
