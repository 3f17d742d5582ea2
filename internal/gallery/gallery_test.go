package gallery_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/gallery"
)

const small = `Comment.
-- schema.sql --
-- tenancy: lines derived via order_id no
-- tenancy: notes undeclared via line_id
-- tenancy: plans global
-- tenancy: "Odd" direct "tenantId" nulls everybody
-- trust: triggers touch
-- trust: migrations schema.sql:8c1f03d2a9b4
CREATE TABLE tenants (id uuid PRIMARY KEY);
-- data.sql --
SELECT 1;
-- leak.sql --
-- name: Open :many
-- tenant: none
SELECT 1
  -- a comment stays
FROM docs;

-- name: Two :exec
-- tenant: $2
-- args: $1='it''s, A', $2=A
-- args: $1=NULL, $2=B
UPDATE docs SET title = $1;
DELETE FROM docs;
-- tight.sql --
-- name: Tight :many
-- tenant: $1
-- args: $1=A, $2='{A,B}', $3=-1
SELECT 1;
-- want --
Open refused no-tenant
Two schema trigger
Tight confined rule=direct
`

func text(s string) *string { return &s }

func TestParse(t *testing.T) {
	t.Parallel()
	f, err := gallery.Parse("small", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	wantLeaks := []gallery.Query{
		{Name: "Open", Command: ":many", SQL: "SELECT 1\n  -- a comment stays\nFROM docs", Args: []gallery.Args{nil}},
		{Name: "Two", Command: ":exec", Tenant: 2, SQL: "UPDATE docs SET title = $1;\nDELETE FROM docs", Args: []gallery.Args{
			{text("it's, A"), text(gallery.TenantA)},
			{nil, text(gallery.TenantB)},
		}},
	}
	if d := cmp.Diff(wantLeaks, f.Leak.Queries); d != "" {
		t.Errorf("leaks (-want +got):\n%s", d)
	}
	if got, want := *f.Tight.Queries[0].Args[0][1], "{"+gallery.TenantA+","+gallery.TenantB+"}"; got != want {
		t.Errorf("a quoted list is %s, want %s", got, want)
	}
	if f.Tight.Schema != f.Leak.Schema || f.Tight.Data != f.Leak.Data {
		t.Error("without a fixed schema both sides have one schema and one data")
	}
	wantOwners := []gallery.Ownership{
		{Relation: "lines", Class: "derived", Columns: []string{"order_id", "no"}},
		{Relation: "notes", Class: "derived", Columns: []string{"line_id"}},
		{Relation: "plans", Class: "global"},
		{Relation: `"Odd"`, Class: "direct", Columns: []string{"tenantId"}, Shared: true},
	}
	if d := cmp.Diff(wantOwners, f.Leak.Ownership); d != "" {
		t.Errorf("ownership (-want +got):\n%s", d)
	}
	wantTables := []config.Table{
		{Name: "lines", Via: []string{"order_id", "no"}},
		{Name: "plans", Global: true},
		{Name: `"Odd"`, Columns: map[string]string{"tenant": "tenantId"}, HasNull: true, Nulls: config.NullsEverybody},
	}
	if d := cmp.Diff(wantTables, f.Leak.Tenancy.Tables); d != "" {
		t.Errorf("declared tables (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]config.Named{{Name: "touch"}}, f.Leak.Tenancy.Trust.Triggers); d != "" {
		t.Errorf("trust (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]config.Named{{Name: "schema.sql:8c1f03d2a9b4"}}, f.Leak.Tenancy.Trust.Migrations); d != "" {
		t.Errorf("trust (-want +got):\n%s", d)
	}
	wantWants := map[string]gallery.Want{
		"Open": {Verdict: "refused", Reason: "no-tenant"}, "Two": {Verdict: "schema", Reason: "trigger"},
		"Tight": {Verdict: "confined", Rule: "direct"},
	}
	if d := cmp.Diff(wantWants, f.Wants); d != "" {
		t.Errorf("wants (-want +got):\n%s", d)
	}
}

// TestParseRefuses changes one thing of a good file at a time.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, old, new, want string }{
		{"no line in want", "Open refused no-tenant\n", "", "no line in want"},
		{"no query", "Open refused", "Shut refused x\nOpen refused", "no query Shut"},
		{"want twice", "Open refused no-tenant", "Open refused no-tenant\nOpen refused id-only", "stands twice"},
		{"wrong verdict", "Open refused no-tenant", "Open fine", "not understood"},
		{"a leak is confined", "Open refused no-tenant", "Open confined", "stands in leak.sql"},
		{"no reason", "Open refused no-tenant", "Open refused", "not understood"},
		{"unknown section", "-- data.sql --", "-- date.sql --", "unknown section date.sql"},
		{"no leaks", "-- leak.sql --", "-- data_fixed.sql --", "no section leak.sql"},
		{"section twice", "-- data.sql --", "-- data.sql --\n-- data.sql --", "stands twice"},
		{"no tenant", "-- tenant: none\n", "", "no line `-- tenant:`"},
		{"odd tenant", "-- tenant: none", "-- tenant: $x", "no parameter"},
		{"tenant without a value", "-- tenant: none", "-- tenant: $1", "no value"},
		{"values out of order", "$1=A, $2=", "$2=A, $1=", "in order"},
		{"odd values", "$3=-1", "$3 is -1", "no list of values"},
		{"query twice", "-- name: Tight", "-- name: Open", "stands twice"},
		{"no text", "SELECT 1;\n-- want", "\n-- want", "no text"},
		{"text before a query", "-- name: Open", "SELECT 2;\n-- name: Open", "before the first query"},
		{"odd class", "plans global", "plans local", "not understood"},
		{"odd nulls", "nulls everybody", "nulls anybody", "nobody's or everybody's"},
		{"odd trust", "trust: triggers touch", "trust: rules touch", "nothing of the kind"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(small, tc.old) {
				t.Fatalf("the file does not contain %q", tc.old)
			}
			_, err := gallery.Parse("small", []byte(strings.Replace(small, tc.old, tc.new, 1)))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	files, err := gallery.Load("../prove/testdata/leaks/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	leaks, tight := 0, 0
	for _, f := range files {
		leaks, tight = leaks+len(f.Leak.Queries), tight+len(f.Tight.Queries)
	}
	if len(files) < 84 || leaks < 292 || tight < 259 {
		t.Errorf("%d families, %d leaks, %d tight queries; want 84, 292, 259 or more", len(files), leaks, tight)
	}
	if _, err := gallery.Load("testdata/none/*"); err == nil {
		t.Error("a pattern without files is no error")
	}
}
