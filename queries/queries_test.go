// Package queries holds no code: its test runs each query of the reference
// application, as generated, on PostgreSQL.
package queries

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/gen/unscoped"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/schema"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

// The second tenant has the same ids, e-mails and titles as the first. Only
// what is called differs, so that a row of the wrong one shows.
var (
	acme, widget = tenant.MustID("0198f1b2-0000-7000-8000-000000000001"), tenant.MustID("0198f1b2-0000-7000-8000-000000000002")
	ann, bob     = uuid.MustParse("0198f1b2-0000-7000-8000-0000000000a1"), uuid.MustParse("0198f1b2-0000-7000-8000-0000000000b0")
	plan, menu   = uuid.MustParse("0198f1b2-0000-7000-8000-0000000000d1"), uuid.MustParse("0198f1b2-0000-7000-8000-0000000000d2")
)

// A world is a database of a test's own with both tenants in it.
type world struct {
	*gen.Store
	office *unscoped.Store
}

func setup(t *testing.T) world {
	t.Helper()
	migrations, err := schema.Up()
	if err != nil {
		t.Fatal(err)
	}
	pool := pgtest.New(t, migrations...)
	w := world{gen.New(tenant.NewShared(pool)), unscoped.New(pool)}
	for id, name := range map[tenant.ID]string{acme: "Acme Corp", widget: "Widget Inc"} {
		must(t, w.Tenants.Create, id, gen.NewTenant{Name: name, Subdomain: strings.ToLower(name[:4])})
		must(t, w.Users.Create, id, gen.NewUser{ID: &ann, Name: "Ann of " + name, Email: "ann@mail.test", Role: new("admin"), Age: 41})
		must(t, w.Users.Create, id, gen.NewUser{ID: &bob, Name: "Bob of " + name, Email: "bob@mail.test", Age: 17})
		must(t, w.Documents.Create, id, gen.NewDocument{ID: &plan, Title: "Plan 50%", OwnerID: ann, Content: new(name)})
		must(t, w.Documents.Create, id, gen.NewDocument{ID: &menu, Title: "Menu 50 kinds", OwnerID: bob, Content: new(name), IsPublic: new(true)})
	}
	return w
}

func must[N, R any](t *testing.T, create func(context.Context, tenant.ID, N) (R, error), id tenant.ID, n N) {
	t.Helper()
	if _, err := create(t.Context(), id, n); err != nil {
		t.Fatal(err)
	}
}

// widgetIsWhole fails the test when anything of the second tenant has changed.
func (w world) widgetIsWhole(t *testing.T) {
	t.Helper()
	users, err := w.Users.List(t.Context(), widget)
	if err != nil {
		t.Fatal(err)
	}
	documents, err := w.Documents.List(t.Context(), widget)
	if err != nil {
		t.Fatal(err)
	}
	got := append(names(users), titles(documents)...)
	for _, u := range users {
		got = append(got, u.Role)
	}
	for _, d := range documents {
		got = append(got, d.Content)
	}
	slices.Sort(got)
	want := []string{"Ann of Widget Inc", "Bob of Widget Inc", "Menu 50 kinds", "Plan 50%", "Widget Inc", "Widget Inc", "admin", "member"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the other tenant (-want +got):\n%s", diff)
	}
}

func names(users []models.User) (names []string) {
	for _, u := range users {
		names = append(names, u.Name)
	}
	return names
}

func titles(documents []models.Document) (titles []string) {
	for _, d := range documents {
		titles = append(titles, d.Title)
	}
	return titles
}

// cases run each query as the first tenant and return what it saw.
var cases = map[string]struct {
	want any
	run  func(context.Context, world) (any, error)
}{
	"FindByEmail": {"Ann of Acme Corp", func(ctx context.Context, w world) (any, error) {
		u, err := w.Users.FindByEmail(ctx, acme, "ann@mail.test")
		return u.Name, err
	}},
	"ListAdmins": {[]string{"Ann of Acme Corp"}, func(ctx context.Context, w world) (any, error) {
		users, err := w.Users.ListAdmins(ctx, acme)
		return names(users), err
	}},
	"CountByRole": {[]gen.CountByRoleRow{{Role: "admin", Users: 1}, {Role: "member", Users: 1}}, func(ctx context.Context, w world) (any, error) { return w.Users.CountByRole(ctx, acme) }},
	"Promote": {[]int64{1, 0}, func(ctx context.Context, w world) (any, error) {
		first, err := w.Users.Promote(ctx, acme, bob)
		again, err2 := w.Users.Promote(ctx, acme, bob)
		return []int64{first, again}, errors.Join(err, err2)
	}},
	"Invite": {[]any{"Anna", true, int32(41), "Cleo", true}, func(ctx context.Context, w world) (any, error) {
		renamed, err := w.Users.Invite(ctx, acme, gen.InviteParams{Name: "Anna", Email: "ann@mail.test", Age: 1})
		added, err2 := w.Users.Invite(ctx, acme, gen.InviteParams{Name: "Cleo", Email: "cleo@mail.test", Age: 29})
		return []any{renamed.Name, renamed.ID == ann, renamed.Age, added.Name, added.TenantID == acme}, errors.Join(err, err2)
	}},
	"SetRoles": {[]string{"Bob of Acme Corp"}, func(ctx context.Context, w world) (any, error) {
		err := w.Users.SetRoles(ctx, acme, []gen.SetRolesItem{{ID: ann, Role: "member"}, {ID: bob, Role: "admin"}})
		users, err2 := w.Users.ListAdmins(ctx, acme)
		return names(users), errors.Join(err, err2)
	}},
	"Import": {[]int64{2, 4}, func(ctx context.Context, w world) (any, error) {
		n, err := w.Users.Import(ctx, acme, []gen.ImportItem{
			{ID: uuid.New(), Name: "Dan", Email: "dan@mail.test", Role: "member", Age: 50},
			{ID: uuid.New(), Name: "Eve", Email: "eve@mail.test", Role: "member", Age: 51},
		})
		all, err2 := w.Users.Count(ctx, acme)
		return []int64{n, all}, errors.Join(err, err2)
	}},
	"ListByOwners": {[]int{2, 1, 1, 1, 0, 1}, func(ctx context.Context, w world) (any, error) {
		u := gen.UserCols
		var n []int
		for _, conds := range [][]filter.Cond[models.User]{
			nil, {u.Age.Gte(18)}, {filter.Not(u.Age.Gte(18))}, {u.Name.Eq("Ann of Acme Corp")},
			{filter.Or[models.User]()}, {filter.Or(u.Name.Like("%Widget%"), u.Age.Lt(18)), u.ID.In(ann, bob)},
		} {
			documents, err := w.Documents.ListByOwners(ctx, acme, "%50%", conds...)
			if err != nil {
				return nil, err
			}
			n = append(n, len(documents))
			for _, d := range documents {
				if !strings.HasSuffix(d.OwnerName, "Acme Corp") {
					return nil, fmt.Errorf("%s is not acme's", d.OwnerName)
				}
			}
		}
		return n, nil
	}},
	"ListAuthors": {[]string{"Bob of Acme Corp"}, func(ctx context.Context, w world) (any, error) {
		users, err := w.Users.ListAuthors(ctx, acme)
		return names(users), err
	}},
	"CountDocuments": {[]gen.CountDocumentsRow{
		{ID: ann, Name: "Ann of Acme Corp", Documents: 1}, {ID: bob, Name: "Bob of Acme Corp", Documents: 1},
	}, func(ctx context.Context, w world) (any, error) { return w.Users.CountDocuments(ctx, acme) }},
	"SearchByTitle": {[][]string{{"Menu 50 kinds", "Plan 50%"}, {"Plan 50%"}}, func(ctx context.Context, w world) (any, error) {
		wide, err := w.Documents.SearchByTitle(ctx, acme, "%50%")
		percent, err2 := w.Documents.SearchByTitle(ctx, acme, `%50\%`)
		return [][]string{titles(wide), titles(percent)}, errors.Join(err, err2)
	}},
	"ListWithOwners": {[]gen.ListWithOwnersRow{
		{ID: menu, Title: "Menu 50 kinds", IsPublic: true, OwnerName: "Bob of Acme Corp", OwnerEmail: "bob@mail.test"},
		{ID: plan, Title: "Plan 50%", OwnerName: "Ann of Acme Corp", OwnerEmail: "ann@mail.test"},
	}, func(ctx context.Context, w world) (any, error) { return w.Documents.ListWithOwners(ctx, acme) }},
	"ListPublic": {[][]string{{"Menu 50 kinds"}, nil}, func(ctx context.Context, w world) (any, error) {
		one, err := w.Documents.ListPublic(ctx, acme, 10)
		none, err2 := w.Documents.ListPublic(ctx, acme, 0)
		return [][]string{titles(one), titles(none)}, errors.Join(err, err2)
	}},
	"ListOfAdmins": {[]string{"Plan 50%"}, func(ctx context.Context, w world) (any, error) {
		documents, err := w.Documents.ListOfAdmins(ctx, acme)
		return titles(documents), err
	}},
	"Publish": {[]any{int64(1), []string{"Menu 50 kinds", "Plan 50%"}}, func(ctx context.Context, w world) (any, error) {
		n, err := w.Documents.Publish(ctx, acme, []uuid.UUID{plan, menu, ann})
		public, err2 := w.Documents.ListPublic(ctx, acme, 10)
		return []any{n, titles(public)}, errors.Join(err, err2)
	}},
	"DeleteByOwner": {[]int64{1, 1}, func(ctx context.Context, w world) (any, error) {
		n, err := w.Documents.DeleteByOwner(ctx, acme, ann)
		left, err2 := w.Documents.Count(ctx, acme)
		return []int64{n, left}, errors.Join(err, err2)
	}},
	"HandOver": {[]any{[]string{"Plan 50%"}, true}, func(ctx context.Context, w world) (any, error) {
		documents, err := w.Documents.HandOver(ctx, acme, gen.HandOverParams{OwnerID: ann, NewOwnerID: bob})
		return []any{titles(documents), documents[0].OwnerID == bob}, err
	}},
	"Usage": {gen.UsageRow{Name: "Acme Corp", Users: 2, Documents: 2}, func(ctx context.Context, w world) (any, error) { return w.Tenants.Usage(ctx, acme) }},
	"ListTenants": {[]string{"Acme Corp", "Widget Inc"}, func(ctx context.Context, w world) (any, error) {
		tenants, err := w.office.Tenants.ListTenants(ctx)
		var names []string
		for _, t := range tenants {
			names = append(names, t.Name)
		}
		return names, err
	}},
}

func TestEachQuery(t *testing.T) {
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			got, err := tt.run(t.Context(), w)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			w.widgetIsWhole(t)
		})
	}
}

var nameLine = regexp.MustCompile(`(?m)^-- name: (\w+) :`)

func TestEachQueryHasACase(t *testing.T) {
	files, err := filepath.Glob("*.sql")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range nameLine.FindAllSubmatch(text, -1) {
			found++
			name := string(match[1])
			if _, ok := cases[name]; !ok {
				t.Errorf("%s: %s has no case", file, name)
			}
		}
	}
	if found != len(cases) {
		t.Errorf("%d queries and %d cases", found, len(cases))
	}
}
