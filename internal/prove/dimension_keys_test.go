package prove_test

import (
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// A project's rows are the organization's by the foreign key of their own
// tenant column to the projects, and by no other.
const dimensionKeysSchema = `
create table organizations (id uuid primary key);
create table projects (id uuid primary key, organization_id uuid not null references organizations (id), unique (id, organization_id));
create table plans (id int primary key, price int);
create table badges (id bigint primary key, organization_id uuid not null references organizations (id));
create table tasks (id bigint primary key, project_id uuid not null references projects (id), title text not null);
create table forks (id bigint primary key, project_id uuid not null references projects (id), from_id uuid not null references projects (id));
create table only_forks (id bigint primary key, project_id uuid not null, from_id uuid not null references projects (id));
create table boards (project_id uuid primary key references projects (id));
create table rooms (id bigint primary key, project_id uuid not null references boards (project_id));
create table duos (id bigint primary key, project_id uuid not null, organization uuid not null, foreign key (project_id, organization) references projects (id, organization_id));
create table optional (id bigint primary key, project_id uuid references projects (id));
create table late (id bigint primary key, project_id uuid not null, note text not null default '');
alter table late add foreign key (project_id) references projects (id) not valid;
create table templates (id bigint primary key, organization_id uuid references organizations (id), name text not null);
create table filed (id bigint primary key, organization_id uuid not null references organizations (id), project_id uuid not null references projects (id), unique (project_id, id), unique (organization_id, project_id, id));
create table free (id bigint primary key, organization_id uuid not null, project_id uuid not null);
create table notes (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (organization_id, project_id, id) references filed (organization_id, project_id, id));
create table parts (id bigint primary key, project_id uuid not null references projects (id), filed_id bigint not null, foreign key (project_id, filed_id) references filed (project_id, id));
create table marks (id bigint primary key, project_id uuid not null references projects (id), badge_id bigint not null references badges (id));
`

var dimensionKeysTenancy = config.Tenancy{
	Dimensions: dimensionTenancy.Dimensions,
	Tables: []config.Table{
		{Name: "plans", Global: true},
		{Name: "optional", Nulls: config.NullsNobody, HasNull: true},
		{Name: "templates", Nulls: config.NullsEverybody, HasNull: true},
		{Name: "filed", Dim: "organization"},
	},
	Trust: config.Trust{Consistent: []config.Named{{Name: "marks.badge_id"}}},
}

const ofOrganization = " p.organization_id = @organization"

var dimensionKeysCases = []dimensionCase{
	{"the key of its own column", "organization", "select f.* from forks f join projects p on p.id = f.project_id where" + ofOrganization, "confined organization"},
	{"the key of another column", "organization", "select f.* from forks f join projects p on p.id = f.from_id where" + ofOrganization, "refused"},
	{"no key of its own column", "organization", "select f.* from only_forks f join projects p on p.id = f.from_id where" + ofOrganization, "refused"},
	{"a key to another relation", "organization", "select r.* from rooms r join boards b on b.project_id = r.project_id join projects p on p.id = b.project_id where" + ofOrganization, "refused"},
	{"a key of two columns", "organization", "select d.* from duos d join projects p on p.id = d.project_id and p.organization_id = d.organization where" + ofOrganization, "refused"},
	{"a key that may be empty", "organization", "select o.* from optional o join projects p on p.id = o.project_id where" + ofOrganization, "refused"},
	{"a key that is not valid", "organization", "select l.* from late l join projects p on p.id = l.project_id where" + ofOrganization, "refused"},
	{"a new row under a key that is not valid", "organization", "insert into late (id, project_id) select 1, p.id from projects p where" + ofOrganization, "refused"},
	{"a wider column that a row of the wider one only has", "", "insert into notes (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"a narrower column that a row of the wider one only has", "organization", "insert into free (id, organization_id, project_id) select 1, f.organization_id, f.project_id from filed f where f.organization_id = @organization", "refused"},
	{"beside what is nobody's", "organization", "select p.id, x.price from projects p, plans x where" + ofOrganization, "confined organization"},
	{"a dimension that is not there", "team", "select p.id from projects p where" + ofOrganization, "refused"},
	{"rows of everybody, by the narrower tenant", "", "select x.name from templates x, badges b, tasks t where b.organization_id = @organization and t.project_id = @project and (x.organization_id = @project or x.organization_id is null)", "refused"},
	{"rows of everybody", "", "select x.name from templates x, badges b, tasks t where b.organization_id = @organization and t.project_id = @project and (x.organization_id = @organization or x.organization_id is null)", "confined organization project"},
	{"one of two tenants", "", "select 1 from badges b, tasks t where b.organization_id = @organization and t.title = @title", "refused"},
	{"by a narrower one than its own, of which it has the column", "project", "select f.id from filed f where f.project_id = @project", "refused"},
	{"by its own", "organization", "select o.id from organizations o where o.id = @organization", "confined organization"},
	{"a key that pairs the narrower tenant", "", "select f.id from filed f join parts x on x.project_id = f.project_id and x.filed_id = f.id, organizations o where x.project_id = @project and o.id = @organization", "refused"},
	{"below a key that pairs the narrower tenant", "", "select x.id from parts x join filed f on f.id = x.filed_id, tasks t where f.organization_id = @organization and t.project_id = @project", "refused"},
	{"a key that never crosses tenants, to the wider one's", "", "select b.id from badges b join marks m on m.badge_id = b.id, organizations o where m.project_id = @project and o.id = @organization", "refused"},
	{"no row for the other tenant", "", "select 1 from badges b, tasks t where b.organization_id = @organization and t.project_id = (select null::uuid)", "refused"},
}

// TestDimensionKeys asks which foreign keys make the rows of a narrower
// dimension those of the wider one.
func TestDimensionKeys(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: dimensionKeysSchema}}, Tenancy: dimensionKeysTenancy}, &rep)
	for _, c := range dimensionKeysCases {
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

// A root without the wider tenant, whose key refers to itself.
const ownRootSchema = `
create table organizations (id uuid primary key);
create table projects (id uuid primary key references projects (id));
`

var ownRootCases = []dimensionCase{
	{"by its key", "", "select p.id from projects p where p.id = @project", "confined project"},
	{"by the wider one", "organization", "select p.id from projects p where p.id = @project", "refused"},
}

// TestOwnRoot asks that nothing is taken for the owner of itself.
func TestOwnRoot(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: ownRootSchema}}, Tenancy: config.Tenancy{Dimensions: dimensionTenancy.Dimensions}}, &rep)
	for _, c := range ownRootCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var rep diag.List
			if why := c.wrong(prove.One(cat, query.Parse("q.sql", c.text(), cat, &rep)[0])); why != "" {
				t.Errorf("%s\n%v", why, rep.Sorted())
			}
		})
	}
}

// Rows of an organization that name one of its projects, or another's.
const widerRowsSchema = `
create table organizations (id uuid primary key);
create table projects (id uuid primary key, organization_id uuid not null references organizations (id), unique (organization_id, id));
create table areas (id bigint primary key, project_id uuid not null references projects (id), unique (project_id, id));
create table plots (id bigint primary key, project_id uuid not null, area_id bigint not null, foreign key (project_id, area_id) references areas (project_id, id) on delete cascade);
create table stickers (id bigint primary key, organization_id uuid not null references organizations (id), project_id uuid, area_id bigint,
  foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade);
create table rooms (id bigint primary key, project_id uuid not null references projects (id), unique (project_id, id));
create table desks (id bigint primary key, organization_id uuid not null references organizations (id), project_id uuid, room_id bigint,
  foreign key (project_id, room_id) references rooms (project_id, id) on delete cascade);
create table halls (id bigint primary key, project_id uuid not null references projects (id), unique (project_id, id));
create table seats (id bigint primary key, organization_id uuid not null references organizations (id), project_id uuid, hall_id bigint,
  foreign key (project_id, hall_id) references halls (project_id, id));
create table walls (id bigint primary key, project_id uuid not null references projects (id), unique (project_id, id));
create table doors (id bigint primary key, organization_id uuid not null references organizations (id), project_id uuid, wall_id bigint, unique (organization_id, id),
  foreign key (project_id, wall_id) references walls (project_id, id) on delete cascade);
create table handles (id bigint primary key, organization_id uuid not null, door_id bigint not null, foreign key (organization_id, door_id) references doors (organization_id, id) on delete cascade);
create table badges (id bigint primary key, organization_id uuid not null references organizations (id), unique (organization_id, id));
create table tasks (id bigint primary key, organization_id uuid not null, project_id uuid not null, badge_id bigint, unique (project_id, id), unique (organization_id, id),
  foreign key (organization_id, badge_id) references badges (organization_id, id) on delete cascade);
create table steps (id bigint primary key, organization_id uuid not null, project_id uuid not null, task_id bigint not null, foreign key (organization_id, task_id) references tasks (organization_id, id) on delete cascade);
create table houses (id bigint primary key, organization_id uuid not null references organizations (id), unique (organization_id, id));
create table floors (id bigint primary key, organization_id uuid not null, project_id uuid not null, house_id bigint, unique (project_id, id),
  foreign key (organization_id, house_id) references houses (organization_id, id) on delete cascade);
create table beams (id bigint primary key, organization_id uuid not null, project_id uuid not null, floor_id bigint not null, foreign key (project_id, floor_id) references floors (project_id, id) on delete cascade);
create table crates (id bigint primary key, organization_id uuid not null references organizations (id));
create table boxes (id bigint primary key, project_id uuid not null, crate_id bigint references crates (id) on delete cascade);
`

var widerRowsTenancy = config.Tenancy{
	Dimensions: dimensionTenancy.Dimensions,
	Trust:      config.Trust{Consistent: []config.Named{{Name: "doors.(project_id, wall_id)"}, {Name: "boxes.crate_id"}}},
}

var widerRowsCases = []dimensionCase{
	{"a project takes its own rows with it", "", "delete from areas where project_id = @project", "confined project"},
	{"a project takes the organization's rows with it", "", "delete from rooms where project_id = @project", "confined project open"},
	{"an organization's row stands in the project's way", "", "delete from halls where project_id = @project", "confined project open"},
	{"declared never to cross", "", "delete from walls where project_id = @project", "confined project"},
	{"declared never to cross, from the wider dimension", "", "delete from crates where organization_id = @organization", "confined organization"},
	{"what an organization's rows take with them, and these", "", "delete from badges where organization_id = @organization", "confined organization"},
	{"what they take with them by the project alone", "", "delete from houses where organization_id = @organization", "confined organization open"},
	{"the same, by the organization", "organization", "delete from houses where organization_id = @organization", "confined organization open"},
	{"by the organization, which takes its own rows with it", "organization", "delete from projects where organization_id = @organization and id = @project", "confined organization"},
	{"the project itself, and the organization's rows with it", "", "delete from projects where id = @project", "confined project open"},
}

// TestWiderRows asks that rows which are a wider dimension's are not taken for
// those of the narrower tenant that they name.
func TestWiderRows(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: widerRowsSchema}}, Tenancy: widerRowsTenancy}, &rep)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for _, c := range widerRowsCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var rep diag.List
			if why := c.wrong(prove.One(cat, query.Parse("q.sql", c.text(), cat, &rep)[0])); why != "" {
				t.Errorf("%s\n%v", why, rep.Sorted())
			}
		})
	}
}
