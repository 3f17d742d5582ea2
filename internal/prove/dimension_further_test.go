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
create domain organization as uuid default '11111111-1111-1111-1111-111111111111';
create domain organization_of_ours as organization;
create table domained (id bigint primary key, organization_id organization_of_ours not null, project_id uuid not null);
create table steps (id bigint primary key, organization_id uuid not null, project_id uuid not null, task_id bigint not null,
  foreign key (organization_id, task_id) references tasks (organization_id, id));
create table links (id bigint primary key, organization_id uuid not null, project_id uuid not null, task_id bigint not null references tasks (id));
create table notes (id bigint primary key, task_id bigint not null references tasks (id), organization_id uuid not null references organizations (id));
create table drafts (id bigint primary key, organization_id uuid not null, project_id uuid, foreign key (organization_id, project_id) references projects (organization_id, id));
create table codes (project_id uuid not null, code uuid not null, unique (project_id, code));
create table coded (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (project_id, organization_id) references codes (project_id, code));
create table refs (id bigint primary key, project_id uuid not null, of uuid not null, task_id bigint, foreign key (of, task_id) references tasks (organization_id, id));
create table nodes (id bigint primary key, organization_id uuid not null, project_id uuid not null, parent_id bigint not null, unique (organization_id, project_id, id),
  foreign key (organization_id, project_id, parent_id) references nodes (organization_id, project_id, id));
create table sheets (id bigint primary key, organization_id uuid not null, project_id uuid not null, unique (organization_id, project_id, id));
create table cells (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (organization_id, project_id, id) references sheets (organization_id, project_id, id));
create table fronts (id bigint primary key, organization_id uuid not null, project_id uuid not null, unique (organization_id, project_id, id));
create table backs (id bigint primary key, organization_id uuid not null, project_id uuid not null, unique (organization_id, project_id, id),
  foreign key (organization_id, project_id, id) references fronts (organization_id, project_id, id) on update cascade);
alter table fronts add foreign key (organization_id, project_id, id) references backs (organization_id, project_id, id);
create table plots (id bigint not null, organization_id uuid not null, project_id uuid not null, primary key (organization_id, project_id, id)) partition by list (project_id);
create table plots_rest partition of plots default;
create table trees (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (organization_id, project_id, id) references plots (organization_id, project_id, id));
create table leaves (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (organization_id, project_id, id) references plots_rest (organization_id, project_id, id));
create table kin (id bigint primary key, organization_id uuid not null, project_id uuid not null);
create table kids (unique (organization_id, project_id, id)) inherits (kin);
create table toys (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (organization_id, project_id, id) references kids (organization_id, project_id, id));
create table bars (id bigint primary key, organization_id uuid not null, project_id uuid not null, unique (organization_id, project_id, id));
create table reset (id bigint primary key, organization_id uuid not null default '11111111-1111-1111-1111-111111111111', project_id uuid not null, unique (organization_id, project_id, id),
  foreign key (organization_id, project_id, id) references bars (organization_id, project_id, id) on update set default);
alter table bars add foreign key (organization_id, project_id, id) references reset (organization_id, project_id, id);
create table racks (id bigint primary key, organization_id uuid not null, project_id uuid not null, unique (organization_id, project_id, id));
create table emptied (id bigint primary key, organization_id uuid not null default '11111111-1111-1111-1111-111111111111', project_id uuid not null, unique (organization_id, project_id, id),
  foreign key (organization_id, project_id, id) references racks (organization_id, project_id, id) on delete set default);
alter table racks add foreign key (organization_id, project_id, id) references emptied (organization_id, project_id, id);
create table rounds (id bigint primary key, organization_id uuid not null, project_id uuid not null, unique (organization_id, project_id, id));
create table turns (id bigint primary key, organization_id uuid not null, project_id uuid not null, unique (organization_id, project_id, id), foreign key (organization_id, project_id, id) references rounds (organization_id, project_id, id) on update cascade);
alter table rounds add foreign key (organization_id, project_id, id) references turns (organization_id, project_id, id) on update cascade;
create table wheels (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (organization_id, project_id, id) references rounds (organization_id, project_id, id));
create table regions (id bigint primary key, project_id uuid not null, code uuid not null, unique (project_id, code));
create table areas (id bigint primary key, project_id uuid not null, code uuid not null, unique (project_id, code));
create table quarters (id bigint primary key, project_id uuid not null, code uuid not null, unique (project_id, code));
create table shops (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (project_id, organization_id) references regions (project_id, code) on update cascade);
create table moved (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (organization_id, project_id, id) references sheets (organization_id, project_id, id) on update cascade);
create table gone (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (project_id, organization_id) references areas (project_id, code) on delete cascade);
create table named (id bigint primary key, organization_id uuid not null, project_id uuid not null, code uuid not null, foreign key (project_id, code) references quarters (project_id, code) on update cascade);
create table stalls (id bigint primary key, project_id uuid not null, code uuid not null, foreign key (project_id, code) references regions (project_id, code));
create table filed (id bigint primary key, organization_id uuid, project_id uuid not null, sheet_id bigint not null,
  foreign key (organization_id, project_id, sheet_id) references sheets (organization_id, project_id, id));
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
	{"left out, with a domain's default", "", "insert into domained (id, project_id) values (1, @project)", "refused"},
	{"by a domain's default", "", "insert into domained (id, organization_id, project_id) values (1, default, @project)", "refused"},
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
	{"a key that the new row itself meets", "", "insert into nodes (id, organization_id, project_id, parent_id) values (1, gen_random_uuid(), @project, 1)", "refused"},
	{"a key that the changed row itself meets", "", "update nodes set organization_id = gen_random_uuid(), parent_id = id where project_id = @project", "refused"},
	{"the tenant, beside a key to itself", "", "insert into nodes (id, organization_id, project_id, parent_id) values (1, @organization, @project, 1)", "confined organization project"},
	{"a key to another relation", "", "insert into cells (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "confined project"},
	{"a key that a row of the same statement meets", "", "with c as (insert into cells (id, organization_id, project_id) values (1, gen_random_uuid(), @project) returning id, organization_id, project_id) insert into sheets (id, organization_id, project_id) select c.id, c.organization_id, c.project_id from c where c.project_id = @project", "refused"},
	{"a key to a partition's parent, and the partition is written", "", "with c as (insert into trees (id, organization_id, project_id) values (1, gen_random_uuid(), @project) returning id, organization_id, project_id) insert into plots_rest (id, organization_id, project_id) select c.id, c.organization_id, c.project_id from c where c.project_id = @project", "refused"},
	{"a key to what changes with the row", "", "update fronts set organization_id = gen_random_uuid() where project_id = @project", "refused"},
	{"a key to a partition, and the whole is written", "", "with c as (insert into leaves (id, organization_id, project_id) values (1, gen_random_uuid(), @project) returning id, organization_id, project_id) insert into plots (id, organization_id, project_id) select c.id, c.organization_id, c.project_id from c where c.project_id = @project", "refused"},
	{"a key to a child, and the parent is written", "", "with c as (insert into toys (id, organization_id, project_id) values (1, gen_random_uuid(), @project) returning id, organization_id, project_id) update kin k set organization_id = c.organization_id from c where k.id = c.id and k.project_id = @project and c.project_id = @project", "refused"},
	{"a key to what gets its default with the row", "", "update bars set organization_id = '11111111-1111-1111-1111-111111111111' where project_id = @project", "refused"},
	{"a key to what gets its default without the row", "", "update racks set organization_id = '11111111-1111-1111-1111-111111111111' where project_id = @project", "refused"},
	{"a key to what changes in a round of its own", "", "insert into wheels (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "confined project"},
	{"a key whose action changes the column", "", "update regions set code = gen_random_uuid() where project_id = @project", "confined project open"},
	{"a key whose action changes the column as its own", "", "update sheets set organization_id = @organization where project_id = @project", "confined organization project"},
	{"a key whose action takes the row away", "", "delete from areas where project_id = @project", "confined project"},
	{"a key whose action changes another column", "", "update quarters set code = gen_random_uuid() where project_id = @project", "confined project"},
	{"a key without an action", "", "update codes set code = gen_random_uuid() where project_id = @project", "confined project"},
	{"no key whose action changes the column", "", "update regions set id = 5 where project_id = @project", "confined project"},
	{"a key to what changes the row", "", "update backs set organization_id = gen_random_uuid() where project_id = @project", "confined project"},
	{"a column that may be empty, in a key of three", "", "insert into filed (id, organization_id, project_id, sheet_id) values (1, gen_random_uuid(), @project, 5)", "confined project"},
	{"set, where it may be empty, in a key of three", "", "update filed set organization_id = gen_random_uuid() where project_id = @project", "confined project"},
	{"emptied, in a key of three", "", "update filed set organization_id = null, sheet_id = 5 where project_id = @project", "confined project"},
	{"by the organization, where its column may be empty", "organization", "insert into filed (id, organization_id, project_id, sheet_id) values (1, @organization, gen_random_uuid(), 5)", "refused"},
	{"what a row has in a key of three, where it may be empty", "", "insert into tasks (id, organization_id, project_id) select 4, f.organization_id, f.project_id from filed f where f.project_id = @project", "confined project"},
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
