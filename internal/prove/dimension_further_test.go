package prove_test

import (
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// Rows of a project that name their organization too; a key sees to it that the
// two go together, or does not.
const furtherSchema = `
create table organizations (id uuid primary key);
create table projects (id uuid primary key, organization_id uuid not null references organizations (id), unique (organization_id, id));
create table badges (id bigint primary key, organization_id uuid not null references organizations (id));
create table plain (id bigint primary key, project_id uuid not null);
create table tasks (id bigint primary key, organization_id uuid not null, project_id uuid not null, title text, other uuid, unique (organization_id, id));
create table tasks_more (id bigint primary key, organization_id uuid not null references organizations (id), project_id uuid not null references projects (id), title text);
create table kept (id bigint primary key, organization_id uuid not null, project_id uuid not null, title text,
  foreign key (organization_id, project_id) references projects (organization_id, id));
create table late (id bigint primary key, organization_id uuid not null, project_id uuid not null, title text);
alter table late add foreign key (organization_id, project_id) references projects (organization_id, id) not valid;
create table filled (id bigint primary key, organization_id uuid not null default '11111111-1111-1111-1111-111111111111', project_id uuid not null);
create table steps (id bigint primary key, organization_id uuid not null, project_id uuid not null, task_id bigint not null,
  foreign key (organization_id, task_id) references tasks (organization_id, id));
create table links (id bigint primary key, organization_id uuid not null, project_id uuid not null, task_id bigint not null references tasks (id));
create table notes (id bigint primary key, task_id bigint not null references tasks (id), organization_id uuid not null references organizations (id));
create table drafts (id bigint primary key, organization_id uuid not null, project_id uuid, foreign key (organization_id, project_id) references projects (organization_id, id));
create table codes (project_id uuid not null, code uuid not null, unique (project_id, code));
create table coded (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (project_id, organization_id) references codes (project_id, code));
create table refs (id bigint primary key, project_id uuid not null, of uuid not null, task_id bigint, foreign key (of, task_id) references tasks (organization_id, id));
create table made (id bigint primary key, base uuid not null, organization_id uuid generated always as (base) stored, project_id uuid not null);
`

// furtherCases say in which dimensions a write under it is confined.
var furtherCases = []dimensionCase{
	{"both parameters", "", "insert into tasks (id, organization_id, project_id) values (1, @organization, @project)", "confined organization project"},
	{"no column of the other", "", "insert into plain (id, project_id) values (1, @project)", "confined project"},
	{"any organization", "", "insert into tasks (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"left out", "", "insert into tasks (id, project_id) values (1, @project)", "confined project"},
	{"by default, where there is none", "", "insert into tasks (id, organization_id, project_id) values (1, default, @project)", "confined project"},
	{"by default", "", "insert into filled (id, organization_id, project_id) values (1, default, @project)", "refused"},
	{"left out, with a default", "", "insert into filled (id, project_id) values (1, @project)", "refused"},
	{"left out, and generated", "", "insert into made (id, base, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"that of an own row", "", "insert into tasks (id, organization_id, project_id) select 2, t.organization_id, t.project_id from tasks t where t.project_id = @project", "confined project"},
	{"that of an own row of another relation", "", "insert into tasks (id, organization_id, project_id) select 2, k.organization_id, k.project_id from kept k where k.project_id = @project", "confined project"},
	{"another column of an own row", "", "insert into tasks (id, organization_id, project_id) select 2, t.other, t.project_id from tasks t where t.project_id = @project", "refused"},
	{"the narrower tenant itself", "", "insert into tasks (id, organization_id, project_id) select 2, t.project_id, t.project_id from tasks t where t.project_id = @project", "refused"},
	{"a key that pairs both", "", "insert into kept (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "confined project"},
	{"keys of one column each", "", "insert into tasks_more (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"a key that is not valid", "", "insert into late (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"set to any", "", "update tasks set organization_id = gen_random_uuid() where project_id = @project", "refused"},
	{"set beside", "", "update tasks set title = 'x' where project_id = @project", "confined project"},
	{"set to the same", "", "update tasks set organization_id = organization_id, title = 'x' where project_id = @project", "confined project"},
	{"set, and a key pairs both", "", "update kept set organization_id = gen_random_uuid() where project_id = @project", "confined project"},
	{"set what it is generated from", "", "update made set base = gen_random_uuid() where project_id = @project", "refused"},
	{"set by the organization", "organization", "update tasks_more t set title = 'x' from projects p where p.id = t.project_id and p.organization_id = @organization", "refused"},
	{"a key that never crosses projects", "", "insert into steps (id, organization_id, project_id, task_id) values (1, gen_random_uuid(), @project, 5)", "confined project"},
	{"such a key without the column", "", "insert into links (id, organization_id, project_id, task_id) values (1, gen_random_uuid(), @project, 5)", "refused"},
	{"below an own row", "", "insert into notes (id, task_id, organization_id) select 1, t.id, gen_random_uuid() from tasks t where t.project_id = @project", "refused"},
	{"a project that may be empty", "", "insert into drafts (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"a key that pairs the project alone", "", "insert into coded (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"through a key that may be empty", "", "insert into tasks (id, organization_id, project_id) select 3, r.of, r.project_id from refs r where r.project_id = @project", "refused"},
	{"set beside, with another parameter", "", "update tasks set title = 'x' where project_id = @project and other = @other", "confined project"},
	{"read", "", "select id from tasks where project_id = @project", "confined project"},
}

// TestFurtherDimension asks of writes what becomes of a column that carries
// another dimension than the one in which they are confined.
func TestFurtherDimension(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: furtherSchema}}, Tenancy: furtherTenancy}, &rep)
	for _, c := range furtherCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var rep diag.List
			stmts := query.Parse("q.sql", c.text(), cat, &rep)
			if why := c.wrong(prove.One(cat, stmts[0])); why != "" {
				t.Errorf("%s\n%v", why, rep.Sorted())
			}
		})
	}
}

var furtherTenancy = config.Tenancy{
	Dimensions: dimensionTenancy.Dimensions,
	Tables: []config.Table{
		{Name: "notes", Via: []string{"task_id"}},
		{Name: "drafts", Dim: "project", Nulls: config.NullsNobody, HasNull: true},
	},
	Trust: config.Trust{Consistent: []config.Named{{Name: "steps.(organization_id, task_id)"}, {Name: "links.task_id"}, {Name: "refs.(of, task_id)"}}},
}
