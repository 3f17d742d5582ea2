package todo_test

import (
	"errors"
	"os"
	"testing"

	"example.com/projects/two_dimensions/gen"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
)

// Two organizations with two projects each; members and tasks have the same
// numbers everywhere.
func TestProjectsWithinOrganizations(t *testing.T) {
	ctx := t.Context()
	store := gen.New(tenant.NewShared(connect(t)))

	type part struct {
		organization gen.OrganizationID
		project      gen.ProjectID
	}
	var parts []part
	for _, name := range []string{"Acme", "Widget"} {
		organization := gen.OrganizationID{ID: tenant.NewID()}
		if _, err := store.Organizations.Create(ctx, organization, gen.NewOrganization{Name: name}); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Members.Create(ctx, organization, gen.NewMember{ID: 1, Name: "Ann"}); err != nil {
			t.Fatal(err)
		}
		for _, project := range []string{"web", "app"} {
			p := part{organization, gen.ProjectID{ID: tenant.NewID()}}
			if _, err := store.Projects.Create(ctx, p.organization, p.project, gen.NewProject{Name: project}); err != nil {
				t.Fatal(err)
			}
			task, err := store.Tasks.Create(ctx, p.organization, p.project, gen.NewTask{ID: 1, Title: name + " " + project})
			if err != nil {
				t.Fatal(err)
			}
			if task.ProjectID != p.project.ID || task.OrganizationID != p.organization.ID {
				t.Errorf("the task of %s %s was made for %v of %v", name, project, task.ProjectID, task.OrganizationID)
			}
			parts = append(parts, p)
		}
	}
	web, app, other := parts[0], parts[1], parts[2]

	// A task is reached in its own project, and a project in its own organization.
	if task, err := store.Tasks.Get(ctx, app.organization, app.project, 1); task.Title != "Acme app" || err != nil {
		t.Errorf("Get: %v, %v", task, err)
	}
	if _, err := store.Tasks.Get(ctx, web.organization, other.project, 1); !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("Get in a project of another organization: %v, want ErrNotFound", err)
	}
	if n, err := store.Tasks.Delete(ctx, web.organization, other.project, 1); n != 0 || err != nil {
		t.Errorf("Delete in a project of another organization deleted %d rows: %v", n, err)
	}
	if _, err := store.Tasks.Create(ctx, web.organization, other.project, gen.NewTask{ID: 2, Title: "strayed"}); err == nil {
		t.Error("a task was created in a project of another organization")
	}
	if n, err := store.Tasks.Finish(ctx, web.organization, web.project, 1); n != 1 || err != nil {
		t.Errorf("Finish changed %d rows: %v", n, err)
	}
	for i, want := range []int{0, 1, 1, 1} {
		open, err := store.Tasks.ListOpen(ctx, parts[i].organization, parts[i].project)
		if len(open) != want || err != nil {
			t.Errorf("part %d has open tasks %v, want %d: %v", i, open, want, err)
		}
	}

	// By organization, all of its projects are counted and no other.
	for _, tt := range []struct {
		of   part
		done int64
	}{{web, 1}, {other, 0}} {
		rows, err := store.Tasks.Progress(ctx, tt.of.organization)
		if err != nil {
			t.Fatal(err)
		}
		var tasks, done int64
		for _, row := range rows {
			tasks, done = tasks+row.Tasks, done+row.Done
		}
		if len(rows) != 2 || tasks != 2 || done != tt.done {
			t.Errorf("progress %v, want 2 projects, 2 tasks, %d done", rows, tt.done)
		}
	}
	if found, err := store.Members.FindByName(ctx, other.organization, "Ann"); len(found) != 1 || found[0].OrganizationID != other.organization.ID || err != nil {
		t.Errorf("members: %v, %v", found, err)
	}

	// The two ids are of two types: swapped they do not compile, and nobody's is
	// refused.
	if _, err := store.Tasks.ListOpen(ctx, gen.OrganizationID{}, web.project); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("of no organization: %v, want ErrNoTenant", err)
	}
	if open, err := store.Tasks.ListOpen(ctx, web.organization, gen.ProjectID{}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("of no project: %v, %v, want ErrNoTenant", open, err)
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
