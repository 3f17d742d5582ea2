package prove_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// Boats own trips, trips own stops and notes; skippers and crews have a tenant
// column and refer to one another by id alone.
const causesSchema = `
create table tenants (id uuid primary key);
create table boats (id bigint primary key, tenant_id uuid not null references tenants (id), name text not null);
create table trips (id bigint primary key, boat_id bigint not null references boats (id), day date not null);
create table stops (id bigint primary key, trip_id bigint not null references trips (id), port text not null);
create table notes (id bigint primary key, trip_id bigint not null references trips (id), stop_id bigint references stops (id));
create table skippers (id bigint primary key, tenant_id uuid not null, boat_id bigint references boats (id), "Rank" int);
create table crews (id bigint primary key, tenant_id uuid not null, skipper_id bigint references skippers (id));
create schema yard;
create table yard.docks (id bigint primary key, tenant_id uuid not null);
create table yard.berths (id bigint primary key, dock_id bigint not null references yard.docks (id));
create table yard.lines (id bigint primary key, berth_id bigint not null references yard.berths (id));
`

var causesTenancy = config.Tenancy{
	Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}, Root: "tenants"}},
	Tables: []config.Table{
		{Name: "trips", Via: []string{"boat_id"}}, {Name: "stops", Via: []string{"trip_id"}}, {Name: "notes", Via: []string{"trip_id"}},
		{Name: "yard.berths", Via: []string{"dock_id"}}, {Name: "yard.lines", Via: []string{"berth_id"}},
	},
}

func causesOf(t *testing.T, sql string) *prove.Proof {
	t.Helper()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "schema.sql", Text: causesSchema}},
		Tenancy: causesTenancy,
	}, &rep)
	stmts := query.Parse("q.sql", causeCase{sql: sql}.text(), cat, &rep)
	if rep.HasErrors() || len(stmts) != 1 {
		t.Fatalf("%s: %v", sql, rep.Sorted())
	}
	return prove.One(cat, stmts[0])
}

// a causeCase is a refused statement and what is told of it.
type causeCase struct {
	sql  string
	want []string // "code alias: fix", for each finding
	why  string   // a part of the first one's
}

// text is the case as a query file.
func (c causeCase) text() string { return "-- name: Q :exec\n" + c.sql + ";\n" }

// causeCases are refused statements under causesSchema.
var causeCases = []causeCase{
	{"select 1 from boats where id = @id",
		[]string{"TC4102 boats: and tenant_id = @tenant_id"}, "another tenant's id"},
	{"select 1 from boats where name = @name",
		[]string{"TC4101 boats: and tenant_id = @tenant_id"}, ""},
	{"select 1 from skippers where boat_id = @boat",
		[]string{"TC4102 skippers: and tenant_id = @tenant_id"}, ""},
	// Two that are tied to one another fall together.
	{"select 1 from boats b join skippers s on s.tenant_id = b.tenant_id where b.id = @id",
		[]string{"TC4102 b: and b.tenant_id = @tenant_id"}, "once it is confined, so is s"},
	{"select 1 from trips t join stops s on s.trip_id = t.id join boats b on b.id = t.boat_id where s.id = @id",
		[]string{"TC4101 b: and b.tenant_id = @tenant_id"}, "so are s and t"},
	// What no fact ties is told by itself, tied to what is mended before it.
	{"select 1 from boats b join skippers s on s.boat_id = b.id where b.id = @id",
		[]string{"TC4102 b: and b.tenant_id = @tenant_id", "TC4103 s: and s.tenant_id = b.tenant_id"}, ""},
	{"select 1 from crews c join skippers s on s.id = c.skipper_id where c.tenant_id = @tenant",
		[]string{"TC4103 s: and s.tenant_id = c.tenant_id"}, "c is confined by"},
	// A derived one is tied to its parent, up to where the tenant is.
	{"select 1 from stops where id = @id",
		[]string{"TC4102 stops: and exists (select 1 from trips parent join boats parent2 on parent2.id = parent.boat_id where parent.id = stops.trip_id and parent2.tenant_id = @tenant_id)"}, ""},
	{"select 1 from stops s join notes n on n.stop_id = s.id join trips t on t.id = s.trip_id join boats b on b.id = t.boat_id where b.tenant_id = @tenant",
		[]string{"TC4102 n: and t.id = n.trip_id"}, ""},
	{"delete from notes where id = @id",
		[]string{"TC4102 notes: and exists (select 1 from trips parent join boats parent2 on parent2.id = parent.boat_id where parent.id = notes.trip_id and parent2.tenant_id = @tenant_id)"}, ""},
	// A parent in another schema is named with it.
	{"select 1 from yard.lines l where id = @id",
		[]string{"TC4102 l: and exists (select 1 from yard.berths parent join yard.docks parent2 on parent2.id = parent.dock_id where parent.id = l.berth_id and parent2.tenant_id = @tenant_id)"}, ""},
	// One inside a WITH, and all that is read off it.
	{"with own as (select id, tenant_id from boats where id = @id) select 1 from own join skippers s on s.tenant_id = own.tenant_id where s.id > 0",
		[]string{"TC4102 boats: and tenant_id = @tenant_id"}, "so is s"},
}

// TestCauses asks that a refusal tells of as few entries as have to be mended,
// that the fixes together are enough, and that none of them can be left out.
func TestCauses(t *testing.T) {
	t.Parallel()
	for _, c := range causeCases {
		p := causesOf(t, c.sql)
		var got []string
		for _, f := range p.Findings {
			alias := "?"
			for _, r := range p.Stmt.RTEs {
				if r.At.Pos() == f.Pos {
					alias = r.Alias
				}
			}
			got = append(got, string(f.Code)+" "+alias+": "+f.Fix)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s\ngot  %q\nwant %q", c.sql, got, c.want)
			continue
		}
		if !strings.Contains(p.Findings[0].Why, c.why) {
			t.Errorf("%s\nthe first why is %q, want %q in it", c.sql, p.Findings[0].Why, c.why)
		}
		for skip := -1; skip < len(p.Findings); skip++ {
			sql := c.sql
			for i, f := range p.Findings {
				switch {
				case i == skip:
				case strings.HasPrefix(sql, "with"): // the place of the fix is inside
					sql = strings.Replace(sql, "@id)", "@id "+f.Fix+")", 1)
				default:
					sql += " " + f.Fix
				}
			}
			if fixed := causesOf(t, sql); (fixed.Verdict == prove.Confined) != (skip < 0) {
				t.Errorf("%s\nis %s: %v", sql, fixed.Verdict, fixed.Findings)
			}
		}
	}
}
