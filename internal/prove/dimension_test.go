package prove_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// organizations own projects own tasks; notes hang under tasks; badges know
// their organization only.
const dimensionSchema = `
create table organizations (id uuid primary key);
create table projects (id uuid primary key, organization_id uuid not null references organizations (id));
create table tasks (id bigint primary key, project_id uuid not null references projects (id), title text not null);
create table stamped (id bigint primary key, organization_id uuid not null references organizations (id), project_id uuid not null references projects (id));
alter table stamped add unique (id, project_id);
create table pairs (organization_id uuid not null, project_id uuid not null references projects (id), primary key (organization_id, project_id));
create table swapped (organization_id uuid not null, project_id uuid not null references projects (id), other uuid not null, unique (project_id, other), unique (organization_id, project_id, other));
create table checked (id bigint primary key, organization_id uuid not null, project_id uuid not null references projects (id), foreign key (organization_id, project_id) references pairs (organization_id, project_id));
create table unchecked (id bigint primary key, organization_id uuid, project_id uuid not null references projects (id), foreign key (organization_id, project_id) references pairs (organization_id, project_id));
create table defaulted (id bigint primary key, organization_id uuid not null default gen_random_uuid(), project_id uuid not null references projects (id));
create table loose_stamped (id bigint primary key, organization_id uuid not null, project_id uuid not null);
create table triple (id bigint primary key, organization_id uuid not null, project_id uuid not null, other uuid, foreign key (organization_id, project_id, other) references swapped (organization_id, project_id, other));
create table not_yet (id bigint primary key, organization_id uuid not null, project_id uuid not null references projects (id));
alter table not_yet add foreign key (organization_id, project_id) references pairs (organization_id, project_id) not valid;
create table aside (id bigint primary key, organization_id uuid not null, project_id uuid not null references projects (id), pair uuid, foreign key (organization_id, pair) references pairs (organization_id, project_id));
create table odd (id bigint primary key, organization_id uuid not null references projects (id), project_id uuid not null references projects (id));
create table crossed (id bigint primary key, organization_id uuid not null, project_id uuid not null, foreign key (project_id, organization_id) references swapped (project_id, other));
create table computed (id bigint primary key, x uuid not null, organization_id uuid not null generated always as (x) stored, project_id uuid not null references projects (id));
create table copies (id bigint primary key, owner uuid not null, project_id uuid not null, foreign key (owner, project_id) references pairs (organization_id, project_id));
create table half_copies (id bigint primary key, owner uuid not null, project_id uuid not null, other uuid, foreign key (owner, project_id, other) references swapped (organization_id, project_id, other));
create table loose (id bigint primary key, project_id uuid not null);
create table notes (id bigint primary key, task_id bigint not null references tasks (id), body text not null);
create table badges (id bigint primary key, organization_id uuid not null references organizations (id));
`

var dimensionTenancy = config.Tenancy{
	Dimensions: []config.Dimension{
		{Name: "organization", Columns: []string{"organization_id"}, Root: "organizations"},
		{Name: "project", Columns: []string{"project_id"}, Root: "projects"},
	},
	Tables: []config.Table{{Name: "notes", Via: []string{"task_id"}}},
}

func dimensionCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "schema.sql", Text: dimensionSchema}},
		Tenancy: dimensionTenancy,
	}, &rep)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	return cat
}

// a dimensionCase says in which dimensions a statement is confined.
type dimensionCase struct{ name, by, sql, want string }

var dimensionCases = []dimensionCase{
	{"narrow by itself", "", "select * from tasks where project_id = @project", "confined project"},
	{"narrow with the wider column too", "", "select * from stamped where project_id = @project and organization_id = @organization", "confined organization project"},
	{"narrow with the wider column, or not", "", "select * from stamped where project_id = @project and (@organization = organization_id or id = 1)", "confined organization project"},
	{"narrow with the wider column compared to two", "", "select * from stamped where project_id = @project and organization_id = @a and organization_id <> @b::uuid and organization_id = @c", "confined project"},
	{"narrow with the wider column and a null", "", "select * from stamped where project_id = @project and organization_id = sqlc.narg(organization)", "confined project"},
	{"narrow with the wider column and its own key", "", "select * from stamped where project_id = @project and organization_id = @project", "confined project"},
	{"a root of the narrow one with the wider column", "", "select * from projects where id = @project and organization_id = @organization", "confined organization project"},
	{"a change by the narrow one with the wider column", "", "update tasks t set title = '' from projects p where t.project_id = @project and p.id = t.project_id and p.organization_id = @organization", "confined organization project"},
	{"by the wider column with the narrow one too", "organization", "select * from stamped where organization_id = @organization and project_id = @project", "confined organization"},
	{"narrow needs its own column", "", "select * from stamped where organization_id = @organization", "refused"},
	{"a root of the narrow one by its key", "", "select * from projects where id = @project", "confined project"},
	{"a root by the wider column", "", "select * from projects where organization_id = @organization", "refused"},
	{"both dimensions", "", "select * from badges b, tasks t where b.organization_id = @organization and t.project_id = @project", "confined organization project"},
	{"by the wider column", "organization", "select * from projects where organization_id = @organization", "confined organization"},
	{"by, where the relation has the column", "organization", "select * from stamped where organization_id = @organization", "confined organization"},
	{"by, through the root of its own dimension", "organization", "select t.* from tasks t join projects p on p.id = t.project_id where p.organization_id = @organization", "confined organization"},
	{"by, without the root", "organization", "select * from tasks where project_id = @project", "refused"},
	{"by, through a chain", "organization", "select n.* from notes n join tasks t on t.id = n.task_id join projects p on p.id = t.project_id where p.organization_id = @organization", "confined organization"},
	{"by, and nothing refers to the root", "organization", "select l.* from loose l join projects p on p.id = l.project_id where p.organization_id = @organization", "refused"},
	{"by, and the root is not confined", "organization", "select t.* from tasks t join projects p on p.id = t.project_id where p.id = @project", "refused"},
	{"by the narrow one says nothing of wide rows", "project", "select * from badges where organization_id = @organization", "refused"},
	{"by, and a task hung under any project", "organization", "insert into tasks (id, project_id, title) values (1, @project, '')", "refused"},
	{"by, and a task hung under an own project", "organization", "insert into tasks (id, project_id, title) select 1, p.id, '' from projects p where p.id = @project and p.organization_id = @organization", "confined organization"},
	{"by a dimension that there is not", "region", "select * from projects where organization_id = @organization", "refused"},
	{"a dimension whose tenant is NULL, and nobody's parameter", "", "select b.id from badges b, tasks t where b.organization_id = @organization and t.project_id = (select null::uuid)", "refused"},
	{"the wider column given anything", "", "insert into stamped (id, organization_id, project_id) select 1, u.id, @project from (select gen_random_uuid() as id) u", "refused"},
	{"the wider column given the wider tenant", "", "insert into stamped (id, organization_id, project_id) values (1, @organization, @project)", "confined organization project"},
	{"the wider column left out", "", "insert into stamped (id, project_id) values (1, @project)", "confined project"},
	{"the wider column taken from the project", "", "insert into stamped (id, organization_id, project_id) select 1, p.organization_id, p.id from projects p where p.id = @project", "confined project"},
	{"the wider column taken from another's row", "", "insert into stamped (id, organization_id, project_id) select 1, b.organization_id, @project from badges b where b.organization_id = @organization", "confined organization project"},
	{"the wider column of one row given anything", "", "insert into stamped (id, organization_id, project_id) values (1, @organization, @project), (2, gen_random_uuid(), @project)", "refused"},
	{"the wider column that a key checks", "", "insert into checked (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "confined project"},
	{"the wider column, checked unless it is NULL", "", "insert into unchecked (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "confined project"},
	{"the wider column, where a NULL beside it is not checked", "", "insert into triple (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"no wider column", "", "insert into tasks (id, project_id, title) values (1, @project, '')", "confined project"},
	{"the wider column that a key does not check yet", "", "insert into not_yet (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"the wider column in a key without the narrower", "", "insert into aside (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"the wider column that is a key of something else", "", "insert into odd (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"the wider column in a key to something else", "", "insert into crossed (id, organization_id, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"the wider column given the narrower tenant", "", "insert into stamped (id, organization_id, project_id) select 1, p.id, p.id from projects p where p.id = @project", "refused"},
	{"the wider column given a copy that a key checks", "", "insert into stamped (id, organization_id, project_id) select 1, c.owner, c.project_id from copies c where c.project_id = @project", "confined project"},
	{"the wider column given a copy that a key need not check", "", "insert into stamped (id, organization_id, project_id) select 1, c.owner, c.project_id from half_copies c where c.project_id = @project", "refused"},
	{"the wider column computed", "", "insert into computed (id, x, project_id) values (1, gen_random_uuid(), @project)", "refused"},
	{"the wider column computed anew", "", "update computed set x = gen_random_uuid() where project_id = @project", "refused"},
	{"the wider column asked for by default", "", "insert into defaulted (id, organization_id, project_id) values (1, default, @project)", "refused"},
	{"the wider column by default", "", "insert into defaulted (id, project_id) values (1, @project)", "refused"},
	{"the wider column set to anything", "", "update stamped set organization_id = gen_random_uuid() where project_id = @project", "refused"},
	{"the wider column set to the wider tenant", "", "update stamped set organization_id = @organization where project_id = @project", "confined organization project"},
	{"the wider column set to that of the project", "", "update stamped s set organization_id = p.organization_id from projects p where p.id = s.project_id and s.project_id = @project", "confined project"},
	{"the wider column set in a conflict", "", "insert into stamped (id, organization_id, project_id) values (1, @organization, @project) on conflict (id, project_id) do update set organization_id = gen_random_uuid()", "refused"},
	{"a project given to any organization", "", "update projects set organization_id = gen_random_uuid() where id = @project", "refused"},
	{"a project given to the organization", "", "update projects set organization_id = @organization where id = @project", "confined organization project"},
	{"by, and a row given to any project", "organization", "update loose_stamped set project_id = gen_random_uuid() where organization_id = @organization", "refused"},
	{"by, and a row given to a project of an own row", "organization", "update loose_stamped l set project_id = s.project_id from stamped s where s.id = l.id and s.organization_id = l.organization_id and l.organization_id = @organization", "confined organization"},
	{"by, and a task moved to any project", "organization", "update tasks t set project_id = @project from projects p where p.id = t.project_id and p.organization_id = @organization", "refused"},
}

// text is the case as a query file.
func (c dimensionCase) text() string {
	text := "-- name: Q :exec\n"
	if c.by != "" {
		text += "-- tenant: by " + c.by + "\n"
	}
	return text + c.sql + ";\n"
}

// wrong says what the proof of the case is and should not be, or "".
func (c dimensionCase) wrong(p *prove.Proof) string {
	got := []string{p.Verdict.String()}
	for _, tenant := range p.Tenants {
		got = append(got, tenant.Dim.Name)
	}
	if p.Open() {
		got = append(got, "open")
	}
	if s := strings.Join(got, " "); s != c.want {
		return fmt.Sprintf("got %s, want %s: %v", s, c.want, p.Findings)
	}
	return ""
}

func TestDimensions(t *testing.T) {
	t.Parallel()
	cat := dimensionCatalog(t)
	for _, c := range dimensionCases {
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

// TestWiderDimension asks that a statement that is confined in the wider
// dimension alone is told how to say so.
func TestWiderDimension(t *testing.T) {
	t.Parallel()
	cat := dimensionCatalog(t)
	var rep diag.List
	stmts := query.Parse("q.sql", "-- name: Q :many\nselect * from projects where organization_id = @organization;\n", cat, &rep)
	proof := prove.One(cat, stmts[0])
	if len(proof.Findings) == 0 || !strings.Contains(proof.Findings[0].Fix, "-- tenant: by organization") {
		t.Errorf("the fix does not name the wider dimension: %v", proof.Findings)
	}
}

// rootWithinTenancy declares that projects are the organizations'.
var rootWithinTenancy = config.Tenancy{
	Dimensions: []config.Dimension{
		{Name: "organization", Columns: []string{"organization_id"}, Root: "organizations"},
		{Name: "project", Columns: []string{"project_id"}, Root: "projects"},
	},
	Tables: []config.Table{
		{Name: "notes", Via: []string{"task_id"}},
		{Name: "projects", Dim: "organization"},
		{Name: "loose", Dim: "project"},
	},
}

// rootWithinCases say in which dimensions a statement is confined under it.
var rootWithinCases = []dimensionCase{
	{"its wider column", "", "select * from projects where organization_id = @organization", "confined organization"},
	{"its key, which may be another organization's", "", "select * from projects where id = @project", "refused"},
	{"the key beside the wider column", "", "select * from projects where id = @project and organization_id = @organization", "confined organization"},
	{"a row below it", "", "select * from tasks where project_id = @project", "confined project"},
	{"a row below it, by the wider column", "", "select t.* from tasks t join projects p on p.id = t.project_id where p.organization_id = @organization", "refused"},
	{"both, each in its own", "", "select t.* from tasks t join projects p on p.id = t.project_id where t.project_id = @project and p.organization_id = @organization", "confined organization project"},
	{"the row below alone does not confine it", "", "select p.* from tasks t join projects p on p.id = t.project_id where t.project_id = @project", "refused"},
	{"a new one", "", "insert into projects (id, organization_id) values (@project, @organization)", "confined organization"},
	{"a new one of nobody in particular", "", "insert into projects (id, organization_id) select @project, id from organizations", "refused"},
}

// TestRootWithin asks of a root that is declared to be the wider dimension's
// that it is confined there and no longer by its key, and that what refers to
// it stays in the dimension that it had.
func TestRootWithin(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "schema.sql", Text: dimensionSchema}},
		Tenancy: rootWithinTenancy,
	}, &rep)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for _, c := range rootWithinCases {
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

// Regions go by their number, so that no region's tenant can be an
// organization's.
const dimensionTypesSchema = `
create table organizations (id uuid primary key);
create table regions (id int primary key);
create table badges (id uuid primary key, organization_id uuid not null references organizations (id));
create table roads (id uuid primary key, region_id int not null references regions (id));
`

var dimensionTypesTenancy = config.Tenancy{
	Dimensions: []config.Dimension{
		{Name: "organization", Columns: []string{"organization_id"}, Root: "organizations"},
		{Name: "region", Columns: []string{"region_id"}, Root: "regions"},
	},
}

// dimensionTypesCases say in which dimensions a statement is confined under it.
var dimensionTypesCases = []dimensionCase{
	{"both", "", "select b.id from badges b, roads r where b.organization_id = @organization and r.region_id = @region", "confined organization region"},
	{"no parameter of the one, and two of the other", "", "select b.id from badges b, roads r where b.organization_id = @organization and r.id = @id", "refused"},
}

// TestDimensionTypes asks that a parameter is the tenant of a dimension of its
// own type, and that where one has none the best of the other is told.
func TestDimensionTypes(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "schema.sql", Text: dimensionTypesSchema}},
		Tenancy: dimensionTypesTenancy,
	}, &rep)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for _, c := range dimensionTypesCases {
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

// TestMissingDimension asks that a statement which has the tenant of one
// dimension only is told of the other, and of nothing else.
func TestMissingDimension(t *testing.T) {
	t.Parallel()
	cat := dimensionCatalog(t)
	var rep diag.List
	stmts := query.Parse("q.sql", "-- name: Q :many\nselect * from badges b, tasks t where b.organization_id = @organization and t.title = @title;\n", cat, &rep)
	proof := prove.One(cat, stmts[0])
	if len(proof.Findings) != 1 || proof.Findings[0].Code != diag.CodeOtherRelation || !strings.HasPrefix(proof.Findings[0].Message, "tasks t") {
		t.Errorf("got %v", proof.Findings)
	}
}

// thirdDimensionTenancy has teams, of which only rows know.
var thirdDimensionTenancy = config.Tenancy{
	Dimensions: append(slices.Clone(dimensionTenancy.Dimensions), config.Dimension{Name: "team", Columns: []string{"team_id"}}),
	Tables:     dimensionTenancy.Tables,
}

const thirdDimensionSchema = dimensionSchema + "create table crew (id bigint primary key, organization_id uuid not null, team_id uuid not null);"

var thirdDimensionCases = []dimensionCase{
	{"what a row of a third dimension says of the first", "", "insert into stamped (id, organization_id, project_id) select c.id, c.organization_id, @project from crew c where c.team_id = @team", "refused"},
	{"the first, where nothing is asked of the third", "", "insert into stamped (id, organization_id, project_id) values (1, @organization, @project)", "confined organization project"},
	{"what a row of the same dimension says of the first", "", "insert into crew (id, organization_id, team_id) select 1, c.organization_id, c.team_id from crew c where c.team_id = @team", "confined team"},
}

// TestThirdDimension asks that what a row of one dimension says of a wider one is
// not taken for what a row of another says.
func TestThirdDimension(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: thirdDimensionSchema}}, Tenancy: thirdDimensionTenancy}, &rep)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for _, c := range thirdDimensionCases {
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
