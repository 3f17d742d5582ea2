// Package models holds the rows of a shop that sells subscriptions.
package models

import "github.com/tenantc/tenantc/tenant"

// Tenant is a customer of the shop.
type Tenant struct {
	ID   tenant.ID `db:"id,primaryKey"`
	Name string    `db:"name"`
}

// Plan is a line of the price list, which all tenants read.
type Plan struct {
	_          struct{} `tenant:"global"`
	Code       string   `db:"code,primaryKey"`
	PriceCents int64    `db:"price_cents"`
	Public     bool     `db:"public"`
}

// Subscription is what a tenant has bought.
type Subscription struct {
	ID       int64     `db:"id,primaryKey"`
	TenantID tenant.ID `db:"tenant_id"`
	PlanCode string    `db:"plan_code"`
	Seats    int32     `db:"seats"`
	Note     *string   `db:"note"` // nil when there is none
}
