// Package models holds rows with a column of each kind.
package models

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/tenantc/tenantc/tenant"
)

// Tenant has events.
type Tenant struct {
	ID   tenant.ID `db:"id,primaryKey"`
	Name string    `db:"name"`
}

// Kind is what an event is.
type Kind string

// Doc is what an event says.
type Doc struct {
	Title string   `json:"title"`
	Words []string `json:"words,omitempty"`
}

// Event has a column of each kind.
type Event struct {
	TenantID tenant.ID       `db:"tenant_id"`
	ID       int64           `db:"id,primaryKey"`
	Kind     Kind            `db:"kind"`
	Kinds    []Kind          `db:"kinds"`
	Tags     []string        `db:"tags"`
	Levels   []int32         `db:"levels"`
	Refs     []uuid.UUID     `db:"refs"`
	Doc      Doc             `db:"doc"`
	More     json.RawMessage `db:"more"`
	Payload  []byte          `db:"payload"`
	Price    pgtype.Numeric  `db:"price"`
	Score    *float64        `db:"score"`
	OK       bool            `db:"ok"`
	Note     *string         `db:"note"`
	Sender   *string         `db:"sender"`
	Level    int16           `db:"level"`
	Ref      *uuid.UUID      `db:"ref"`
	At       time.Time       `db:"at"`
	Day      *time.Time      `db:"day"`
	Loud     *string         `db:"loud"`
}

// Price is what a thing costs in a region.
type Price struct {
	TenantID tenant.ID `db:"tenant_id"`
	Code     string    `db:"code,primaryKey"`
	Region   string    `db:"region,primaryKey"`
	Cents    int64     `db:"cents"`
}

// Ticket is numbered twice.
type Ticket struct {
	TenantID tenant.ID `db:"tenant_id"`
	ID       int64     `db:"id,primaryKey"`
	Number   int32     `db:"number"`
	Title    string    `db:"title"`
}

// Article counts its changes, and is marked rather than deleted.
type Article struct {
	TenantID  tenant.ID  `db:"tenant_id"`
	ID        int32      `db:"id,primaryKey"`
	Slug      string     `db:"slug"`
	Body      string     `db:"body"`
	Version   int32      `db:"version,version"`
	DeletedAt *time.Time `db:"deleted_at,softDelete"`
}

// Label is marked rather than deleted.
type Label struct {
	TenantID tenant.ID `db:"tenant_id"`
	Name     string    `db:"name,primaryKey"`
	Colour   *string   `db:"colour"`
	Gone     bool      `db:"gone,softDelete"`
}
