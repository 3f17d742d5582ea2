// Package models holds the reference application's rows as ordinary structs.
//
// In comes nothing; out go the types that gen reads from the database and
// returns. It refuses to know how a row is stored or found.
//
// Tags name columns. User and Document use `db`, which is enough when the
// schema says the rest; Tenant uses `po`, which says it twice, so that both
// grammars are alive here.
package models

import (
	"time"

	"github.com/google/uuid"
	"github.com/tenantc/tenantc/tenant"
)

//go:generate go run ../cmd/tenantc -C .. generate

// Tenant is a customer: the root, to which every other row belongs.
type Tenant struct {
	ID        tenant.ID `po:"id,primaryKey,uuid,default(gen_random_uuid())"`
	Name      string    `po:"name,varchar(255),notNull"`
	Subdomain string    `po:"subdomain,varchar(63),notNull,unique"` // its name in URLs: one DNS label
	CreatedAt time.Time `po:"created_at,timestamptz,notNull,default(now())"`
	UpdatedAt time.Time `po:"updated_at,timestamptz,notNull,default(now())"`
}

// User is a person who works for one tenant. The same person at two tenants
// is two users.
type User struct {
	ID        uuid.UUID `db:"id,primaryKey"`
	TenantID  tenant.ID `db:"tenant_id"`
	Name      string    `db:"name"`
	Email     string    `db:"email"` // unique within the tenant
	Role      string    `db:"role"`  // "member" or "admin"
	Age       int32     `db:"age"`   // in years
	CreatedAt time.Time `db:"created_at"`
	UpdatedAt time.Time `db:"updated_at"`
}

// Document is a text that one of the tenant's users owns.
type Document struct {
	ID        uuid.UUID `db:"id,primaryKey"`
	TenantID  tenant.ID `db:"tenant_id"`
	Title     string    `db:"title"`
	Content   string    `db:"content"`
	OwnerID   uuid.UUID `db:"owner_id"`  // a User of the same tenant
	IsPublic  bool      `db:"is_public"` // all of the tenant's users may read it
	CreatedAt time.Time `db:"created_at"`
	UpdatedAt time.Time `db:"updated_at"`
}
