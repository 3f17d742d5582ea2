package todo_test

import (
	"errors"
	"os"
	"reflect"
	"testing"

	"example.com/projects/two_dimensions/gen"
	"example.com/projects/two_dimensions/models"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
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
			task, err := store.Tasks.Create(ctx, p.organization, p.project, gen.NewTask{ID: 1, Number: 1, Title: name + " " + project, AssigneeID: new(int64(1))})
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
	if _, err := store.Tasks.Create(ctx, web.organization, other.project, gen.NewTask{ID: 2, Number: 2, Title: "strayed"}); err == nil {
		t.Error("a task was created in a project of another organization")
	}
	if n, err := store.Tasks.Finish(ctx, web.organization, web.project, 1); n != 1 || err != nil {
		t.Errorf("Finish changed %d rows: %v", n, err)
	}
	// Hand-written queries that ask for the organization have it from the method's key.
	if n, err := store.Tasks.Finish(ctx, web.organization, other.project, 1); n != 0 || err != nil {
		t.Errorf("Finish in a project of another organization changed %d rows: %v", n, err)
	}
	if open, err := store.Tasks.ListOpen(ctx, web.organization, other.project); len(open) != 0 || err != nil {
		t.Errorf("a project of another organization has open tasks %v, %v", open, err)
	}
	if titles, err := store.Tasks.Titles(ctx, web.organization, other.project); len(titles) != 1 || err != nil {
		t.Errorf("Titles asks for the project alone, and has %v, %v", titles, err)
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

	// Rows by the array, upserts and pages stay in their project of their organization.
	for i, p := range parts {
		made, err := store.Tasks.CreateMany(ctx, p.organization, p.project, []gen.NewTask{{ID: 9, Number: 9, Title: "nine"}, {ID: 8, Number: 8, Title: "eight"}})
		if err != nil || len(made) != 2 || made[0].ID != 9 || made[1].ProjectID != p.project.ID || made[0].OrganizationID != p.organization.ID {
			t.Errorf("part %d: CreateMany = %v, %v", i, made, err)
		}
	}
	if made, err := store.Tasks.CreateMany(ctx, web.organization, other.project, []gen.NewTask{{ID: 7}}); err == nil {
		t.Errorf("tasks were created in a project of another organization: %v", made)
	}
	if task, err := store.Tasks.UpsertByNumber(ctx, web.organization, web.project, gen.NewTask{ID: 9, Number: 9, Title: "changed"}); task.Title != "changed" || err != nil {
		t.Errorf("Upsert: %v, %v", task, err)
	}
	if task, err := store.Tasks.UpsertByNumber(ctx, web.organization, other.project, gen.NewTask{ID: 10, Number: 9, Title: "strayed"}); err == nil {
		t.Errorf("a task of another organization's project was changed: %v", task)
	}
	// A key of the project alone would meet the tasks of another organization's.
	if _, there := reflect.TypeOf(store.Tasks).MethodByName("Upsert"); there {
		t.Error("there is an upsert by a key without the organization")
	}
	byTitle := filter.OrderBy(gen.TaskCols.Title.Desc()).Limit(2)
	first, err := store.Tasks.Page(ctx, app.organization, app.project, byTitle, "")
	if err != nil || len(first.Items) != 2 || first.Items[0].Title != "nine" || first.Next == "" {
		t.Fatalf("Page: %v, %v", first, err)
	}
	if last, err := store.Tasks.Page(ctx, app.organization, app.project, byTitle, first.Next); err != nil || len(last.Items) != 1 || last.Items[0].Title != "Acme app" {
		t.Errorf("Page: %v, %v", last, err)
	}
	for i, p := range []part{web, other} { // another project, and another organization's
		if page, err := store.Tasks.Page(ctx, p.organization, p.project, byTitle, first.Next); !errors.Is(err, tenant.ErrCursor) {
			t.Errorf("%d: another part's cursor: %v, %v, want ErrCursor", i, page, err)
		}
	}
	if n, err := store.Tasks.DeleteWhere(ctx, web.organization, other.project, filter.All[models.Task]()); n != 0 || err != nil {
		t.Errorf("DeleteWhere in a project of another organization deleted %d rows: %v", n, err)
	}
	for i, want := range []string{"changed", "nine", "nine", "nine"} {
		if task, err := store.Tasks.Get(ctx, parts[i].organization, parts[i].project, 9); task.Title != want || err != nil {
			t.Errorf("part %d: %v, %v, want %s", i, task, err, want)
		}
	}

	// What a member has to do is asked for in one project; the member is the same.
	for i, p := range parts {
		members, err := store.Members.List(ctx, p.organization)
		if err != nil || len(members) != 1 {
			t.Fatalf("part %d: members %v, %v", i, members, err)
		}
		tasks, err := store.Members.LoadTasks(ctx, p.organization, p.project, members)
		if err != nil || len(tasks) != 1 || len(tasks[1]) != 1 || tasks[1][0].ProjectID != p.project.ID || tasks[1][0].OrganizationID != p.organization.ID {
			t.Errorf("part %d: LoadTasks: %v, %v", i, tasks, err)
		}
		assignees, err := store.Tasks.LoadAssignees(ctx, p.organization, p.project, tasks[1])
		if err != nil || len(assignees) != 1 || assignees[1].OrganizationID != p.organization.ID {
			t.Errorf("part %d: LoadAssignees: %v, %v", i, assignees, err)
		}
		if tasks, err := store.Members.LoadTasks(ctx, web.organization, other.project, members); p.organization == web.organization && (len(tasks) != 0 || err != nil) ||
			p.organization != web.organization && !errors.Is(err, tenant.ErrMismatch) {
			t.Errorf("part %d: LoadTasks in a project of another organization: %v, %v", i, tasks, err)
		}
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
