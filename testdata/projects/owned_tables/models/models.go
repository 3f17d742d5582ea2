// Package models holds the rows of an order book.
package models

import (
	"github.com/google/uuid"
	"github.com/tenantc/tenantc/tenant"
)

// Tenant keeps an order book.
type Tenant struct {
	ID   tenant.ID `db:"id,primaryKey"`
	Name string    `db:"name"`
}

// Order is what a customer of the tenant wants.
type Order struct {
	ID       uuid.UUID `db:"id,primaryKey"`
	TenantID tenant.ID `db:"tenant_id"`
	Customer string    `db:"customer"`
}

// LineItem is one product of an order; it belongs to the order's tenant.
type LineItem struct {
	_        struct{}  `tenant:"via=OrderID"`
	ID       uuid.UUID `db:"id,primaryKey"`
	OrderID  uuid.UUID `db:"order_id"`
	Position int32     `db:"position"`
	Product  string    `db:"product"`
	Quantity int32     `db:"quantity"`
}

// LineNote is a remark on a line; it belongs to the line's tenant.
type LineNote struct {
	_          struct{}  `tenant:"via=LineItemID"`
	LineItemID uuid.UUID `db:"line_item_id,primaryKey"`
	Number     int32     `db:"number,primaryKey"`
	Body       string    `db:"body"`
}
