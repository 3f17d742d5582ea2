// Package models holds the rows of a to-do list for organizations that keep
// their projects apart.
package models

import "github.com/tenantc/tenantc/tenant"

// Organization is the customer.
type Organization struct {
	ID   tenant.ID `db:"id,primaryKey"`
	Name string    `db:"name"`
}

// Project is a part of an organization; its tasks are its own.
type Project struct {
	ID             tenant.ID `db:"id,primaryKey"`
	OrganizationID tenant.ID `db:"organization_id"`
	Name           string    `db:"name"`
}

// Member works for an organization, in any of its projects.
type Member struct {
	ID             int64     `db:"id,primaryKey"`
	OrganizationID tenant.ID `db:"organization_id"`
	Name           string    `db:"name"`
}

// Task is to be done in a project.
type Task struct {
	ID             int64     `db:"id,primaryKey"`
	OrganizationID tenant.ID `db:"organization_id"`
	ProjectID      tenant.ID `db:"project_id"`
	Number         int32     `db:"number"`
	Title          string    `db:"title"`
	Done           bool      `db:"done"`
	AssigneeID     *int64    `db:"assignee_id"` // a Member, nil when nobody does it
}
