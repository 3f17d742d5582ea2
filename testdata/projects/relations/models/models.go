// Package models holds the rows of a filing cabinet.
package models

import "github.com/tenantc/tenantc/tenant"

// Tenant keeps a filing cabinet.
type Tenant struct {
	ID   tenant.Int64ID `db:"id,primaryKey"`
	Name string         `db:"name"`
}

// PersonID is the number of a person within the tenant.
type PersonID int64

// Person works for the tenant.
type Person struct {
	TenantID tenant.Int64ID `db:"tenant_id,primaryKey"`
	ID       PersonID       `db:"id,primaryKey"`
	Name     string         `db:"name"`
	BossID   *PersonID      `db:"boss_id"` // nil at the top
}

// Folder holds the files of a year.
type Folder struct {
	TenantID tenant.Int64ID `db:"tenant_id,primaryKey"`
	Code     string         `db:"code,primaryKey"`
	Year     int32          `db:"year,primaryKey"`
	Title    string         `db:"title"`
}

// Label is the tenant's own, or everybody's.
type Label struct {
	TenantID *int64    `db:"tenant_id"`
	ID       int64     `db:"id"`
	Name     string    `db:"name"`
	MakerID  *PersonID `db:"maker_id"`
}

// File may lie in a folder, and may have been reviewed.
type File struct {
	TenantID   int64     `db:"tenant_id,primaryKey"`
	ID         int64     `db:"id,primaryKey"`
	Name       string    `db:"name"`
	AuthorID   PersonID  `db:"author_id"`
	ReviewerID *PersonID `db:"reviewer_id"`
	FolderCode *string   `db:"folder_code"`
	FolderYear *int32    `db:"folder_year"`
	LabelID    *int64    `db:"label_id"`
}

// Invoice lies in a folder, and later in another one.
type Invoice struct {
	TenantID    int64    `db:"tenant_id,primaryKey"`
	ID          int64    `db:"id,primaryKey"`
	PayerID     PersonID `db:"payer_id"`
	FolderCode  string   `db:"folder_code"`
	FolderYear  int32    `db:"folder_year"`
	ArchiveCode string   `db:"archive_code"`
	ArchiveYear int32    `db:"archive_year"`
}
