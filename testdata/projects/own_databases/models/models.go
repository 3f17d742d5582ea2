// Package models holds the rows of companies that each have a database of their
// own: no row says whose it is.
package models

import (
	"time"

	"github.com/google/uuid"
)

// Plan is what a company may pay for. It is nobody's data.
type Plan struct {
	Code  string `db:"code,primaryKey"`
	Cents int64  `db:"cents"`
}

// Folder holds documents.
type Folder struct {
	ID       int64   `db:"id,primaryKey"`
	Name     string  `db:"name"`
	PlanCode *string `db:"plan_code"`
}

// Document counts its changes, and is marked rather than deleted.
type Document struct {
	ID        uuid.UUID  `db:"id,primaryKey"`
	FolderID  int64      `db:"folder_id"`
	Title     string     `db:"title"`
	Body      *string    `db:"body"`
	Version   int32      `db:"version,version"`
	CreatedAt time.Time  `db:"created_at"`
	DeletedAt *time.Time `db:"deleted_at,softDelete"`
}

// Setting is one of a company's settings.
type Setting struct {
	Key   string `db:"key,primaryKey"`
	Value string `db:"value"`
}

// Visit has nothing but defaults.
type Visit struct {
	ID int64     `db:"id,primaryKey"`
	At time.Time `db:"at"`
}
