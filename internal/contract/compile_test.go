package contract

import (
	"regexp"
	"strings"
	"testing"
)

// Each case is a call that must not compile, the error that says so, and the
// same call with the one thing mended.
var cases = []struct {
	name string
	bad  string
	want string // regular expression for the one error
	good string
}{
	{
		"tenant left out of a hand-written query",
		`store.Users.ListAdmins(ctx)`,
		`not enough arguments in call to store\.Users\.ListAdmins`,
		`store.Users.ListAdmins(ctx, acme)`,
	}, {
		"tenant left out of generated Get",
		`store.Users.Get(ctx, id)`,
		`not enough arguments in call to store\.Users\.Get`,
		`store.Users.Get(ctx, acme, id)`,
	}, {
		"tenant left out of generated Create",
		`store.Users.Create(ctx, gen.NewUser{Name: "Ann"})`,
		`not enough arguments in call to store\.Users\.Create`,
		`store.Users.Create(ctx, acme, gen.NewUser{Name: "Ann"})`,
	}, {
		"tenant left out of List with a condition",
		`store.Users.List(ctx, gen.UserCols.Age.Gte(18))`,
		`cannot use gen\.UserCols\.Age\.Gte\(18\) .* as tenant\.ID value`,
		`store.Users.List(ctx, acme, gen.UserCols.Age.Gte(18))`,
	}, {
		"tenant left out of a transaction",
		`store.InTx(ctx, func(tx *gen.Store) error { return nil })`,
		`not enough arguments in call to store\.InTx`,
		`store.InTx(ctx, acme, func(tx *gen.Store) error { return nil })`,
	}, {
		"tenant left out of a transaction with options",
		`store.InTxWith(ctx, tenant.TxOptions{}, func(tx *gen.Store) error { return nil })`,
		`not enough arguments in call to store\.InTxWith`,
		`store.InTxWith(ctx, acme, tenant.TxOptions{}, func(tx *gen.Store) error { return nil })`,
	}, {
		"tenant left out of a batch across repositories",
		`store.Batch(ctx, func(b *gen.Batch) {})`,
		`not enough arguments in call to store\.Batch`,
		`store.Batch(ctx, acme, func(b *gen.Batch) {})`,
	}, {
		"tenant in a batch that has one",
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Users.Get(acme, id) })`,
		`too many arguments in call to b\.Users\.Get`,
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Users.Get(id) })`,
	}, {
		"batch made by hand",
		`_ = gen.UsersBatch{new(tenant.Batch)}`,
		`implicit assignment to unexported field b in struct literal`,
		`_ = gen.UsersBatch{}`, // compiles, and can do nothing
	}, {
		"tenant's batch made by hand",
		`tenant.QueueExec(&tenant.Batch{id: acme}, "delete from users")`,
		`unknown field id in struct literal|cannot refer to unexported field id`,
		`tenant.QueueExec(&tenant.Batch{}, "select 1")`, // compiles, and is never sent
	}, {
		"result taken for its value",
		`store.Batch(ctx, acme, func(b *gen.Batch) { _ = b.Users.Get(id).Name })`,
		`b\.Users\.Get\(id\)\.Name undefined`,
		`store.Batch(ctx, acme, func(b *gen.Batch) { _ = b.Users.Get(id).Get })`,
	}, {
		"condition of another table in a batch",
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Documents.List(gen.UserCols.Age.Gte(18)) })`,
		`cannot use gen\.UserCols\.Age\.Gte\(18\) .* as filter\.Cond\[.*models\.Document\] value`,
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Users.List(gen.UserCols.Age.Gte(18)) })`,
	}, {
		"tenant left out of a batch",
		`store.Users.SetRoles(ctx, []gen.SetRolesItem{{ID: id, Role: "admin"}})`,
		`not enough arguments in call to store\.Users\.SetRoles`,
		`store.Users.SetRoles(ctx, acme, []gen.SetRolesItem{{ID: id, Role: "admin"}})`,
	}, {
		"tenant and row swapped",
		`store.Users.Get(ctx, id, acme)`,
		`cannot use id .* as tenant\.ID value in argument to store\.Users\.Get`,
		`store.Users.Get(ctx, acme, id)`,
	}, {
		"tenant for a row",
		`store.Users.Get(ctx, acme, acme)`,
		`cannot use acme .* as uuid\.UUID value in argument to store\.Users\.Get`,
		`store.Users.Get(ctx, acme, acme.UUID())`,
	}, {
		"tenant for a row in a hand-written query",
		`store.Documents.DeleteByOwner(ctx, acme, acme)`,
		`cannot use acme .* as uuid\.UUID value`,
		`store.Documents.DeleteByOwner(ctx, acme, id)`,
	}, {
		"bare uuid for the tenant",
		`store.Users.ListAdmins(ctx, uuid.New())`,
		`cannot use uuid\.New\(\) .* as tenant\.ID value`,
		`store.Users.ListAdmins(ctx, tenant.IDFrom(uuid.New()))`,
	}, {
		"string for the tenant",
		`store.Users.ListAdmins(ctx, "0198f1b2-0000-7000-8000-000000000001")`,
		`cannot use "0198.*" \(untyped string constant\) as tenant\.ID value`,
		`store.Users.ListAdmins(ctx, tenant.MustID("0198f1b2-0000-7000-8000-000000000001"))`,
	}, {
		"id of a row for the tenant",
		`store.Users.ListAdmins(ctx, models.User{}.ID)`,
		`cannot use models\.User{}\.ID .* as tenant\.ID value`,
		`store.Users.ListAdmins(ctx, models.User{}.TenantID)`,
	}, {
		"key of another kind of tenant",
		`store.Users.ListAdmins(ctx, tenant.NewTextID("acme"))`,
		`cannot use tenant\.NewTextID\("acme"\) .* as tenant\.ID value`,
		`store.Users.ListAdmins(ctx, tenant.NewID())`,
	}, {
		"nil for the tenant",
		`store.Users.ListAdmins(ctx, nil)`,
		`cannot use nil as tenant\.ID value`,
		`store.Users.ListAdmins(ctx, acme)`,
	}, {
		"literal with a value",
		`store.Users.ListAdmins(ctx, tenant.ID{[16]byte{1}})`,
		`implicit assignment to unexported field uuid in struct literal`,
		`store.Users.ListAdmins(ctx, tenant.IDFrom([16]byte{1}))`,
	}, {
		"literal with a named field",
		`store.Users.ListAdmins(ctx, tenant.ID{uuid: [16]byte{1}})`,
		`unknown field uuid in struct literal|cannot refer to unexported field uuid in struct literal`,
		`store.Users.ListAdmins(ctx, tenant.ID{})`, // compiles, and is refused when it runs
	}, {
		"conversion from a uuid",
		`store.Users.ListAdmins(ctx, tenant.ID(uuid.New()))`,
		`cannot convert uuid\.New\(\) .* to type tenant\.ID`,
		`store.Users.ListAdmins(ctx, tenant.IDFrom(uuid.New()))`,
	}, {
		"raw SQL through the store",
		`store.Exec(ctx, acme, "delete from users")`,
		`store\.Exec undefined`,
		`store.Users.Delete(ctx, acme, id)`,
	}, {
		"raw SQL through the store's database",
		`store.DB.Exec(ctx, acme, "delete from users")`,
		`store\.DB undefined`,
		`db.Exec(ctx, acme, "delete from users")`, // the raw door, documented as one
	}, {
		"raw SQL through the store's own field",
		`store.db.Exec(ctx, acme, "delete from users")`,
		`store\.db undefined \(cannot refer to unexported field db\)`,
		`store.Users.Delete(ctx, acme, id)`,
	}, {
		"raw SQL through a repository",
		`store.Users.Query(ctx, acme, "select * from users")`,
		`store\.Users\.Query undefined`,
		`store.Users.List(ctx, acme)`,
	}, {
		"raw SQL as a condition",
		`store.Users.List(ctx, acme, "true or true")`,
		`cannot use "true or true" .* as filter\.Cond\[.*models\.User\] value`,
		`store.Users.List(ctx, acme, gen.UserCols.Name.Eq("true or true"))`,
	}, {
		"condition of another table",
		`store.Documents.List(ctx, acme, gen.UserCols.Age.Gte(18))`,
		`cannot use gen\.UserCols\.Age\.Gte\(18\) .* as filter\.Cond\[.*models\.Document\] value`,
		`store.Users.List(ctx, acme, gen.UserCols.Age.Gte(18))`,
	}, {
		"condition of another table on a query of one's own",
		`store.Documents.ListByOwners(ctx, acme, "%", gen.DocumentCols.IsPublic.Eq(true))`,
		`cannot use gen\.DocumentCols\.IsPublic\.Eq\(true\) .* as filter\.Cond\[.*models\.User\] value`,
		`store.Documents.ListByOwners(ctx, acme, "%", gen.UserCols.Age.Gte(18))`,
	}, {
		"raw SQL as a condition on a query of one's own",
		`store.Documents.ListByOwners(ctx, acme, "%", "true or true")`,
		`cannot use "true or true" .* as filter\.Cond\[.*models\.User\] value`,
		`store.Documents.ListByOwners(ctx, acme, "%")`,
	}, {
		"unscoped method on the scoped store",
		`store.Tenants.ListTenants(ctx)`,
		`store\.Tenants\.ListTenants undefined`,
		`office.Tenants.ListTenants(ctx)`,
	}, {
		"scoped method on the unscoped store",
		`office.Tenants.Usage(ctx, acme)`,
		`office\.Tenants\.Usage undefined`,
		`store.Tenants.Usage(ctx, acme)`,
	}, {
		"scoped database for the unscoped store",
		`unscoped.New(db)`,
		`cannot use db .* as unscoped\.DB value`,
		`unscoped.New(pool)`,
	}, {
		"pool for the scoped store",
		`gen.New(pool)`,
		`cannot use pool .* as tenant\.DB value`,
		`gen.New(tenant.NewShared(pool))`,
	}, {
		"new row with a tenant",
		`store.Users.Create(ctx, acme, gen.NewUser{Name: "Ann", TenantID: acme})`,
		`unknown field TenantID in struct literal of type gen\.NewUser`,
		`store.Users.Create(ctx, acme, gen.NewUser{Name: "Ann"})`,
	}, {
		"model for a new row",
		`store.Users.Create(ctx, acme, models.User{TenantID: acme})`,
		`cannot use models\.User{.*} .* as gen\.NewUser value`,
		`store.Users.Create(ctx, acme, gen.NewUser{})`,
	}, {
		"patch of the tenant",
		`store.Users.Update(ctx, acme, id, gen.UserPatch{TenantID: gen.Set(acme)})`,
		`unknown field TenantID in struct literal of type gen\.UserPatch`,
		`store.Users.Update(ctx, acme, id, gen.UserPatch{Name: gen.Set("Ann")})`,
	}, {
		"batch item with a tenant",
		`store.Users.SetRoles(ctx, acme, []gen.SetRolesItem{{TenantID: acme}})`,
		`unknown field TenantID in struct literal of type gen\.SetRolesItem`,
		`store.Users.SetRoles(ctx, acme, []gen.SetRolesItem{{ID: id}})`,
	}, {
		"copied row with a tenant",
		`store.Users.Import(ctx, acme, []gen.ImportItem{{TenantID: acme}})`,
		`unknown field TenantID in struct literal of type gen\.ImportItem`,
		`store.Users.Import(ctx, acme, []gen.ImportItem{{ID: id}})`,
	}, {
		"tenant left out of what rows refer to",
		`store.Documents.LoadOwners(ctx, []models.Document{})`,
		`not enough arguments in call to store\.Documents\.LoadOwners`,
		`store.Documents.LoadOwners(ctx, acme, []models.Document{})`,
	}, {
		"rows of another table",
		`store.Documents.LoadOwners(ctx, acme, []models.User{})`,
		`cannot use \[\]models\.User{} .* as \[\]models\.Document value`,
		`store.Documents.LoadOwners(ctx, acme, []models.Document{})`,
	}, {
		"what is loaded by a tenant",
		`owners, _ := store.Documents.LoadOwners(ctx, acme, nil); _ = owners[acme]`,
		`cannot use acme .* as uuid\.UUID value in map index`,
		`owners, _ := store.Documents.LoadOwners(ctx, acme, nil); _ = owners[id]`,
	}, {
		"tenant for a page in a batch",
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Users.Page(acme, filter.OrderBy(gen.UserCols.Age.Asc()), "") })`,
		`cannot use acme .* as filter\.Order\[.*models\.User\] value in argument to b\.Users\.Page`,
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Users.Page(filter.OrderBy(gen.UserCols.Age.Asc()), "") })`,
	}, {
		"order of another table in a batch",
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Documents.Page(filter.OrderBy(gen.UserCols.Age.Asc()), "") })`,
		`cannot use filter\.OrderBy\(gen\.UserCols\.Age\.Asc\(\)\) .* as filter\.Order\[.*models\.Document\] value`,
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Users.Page(filter.OrderBy(gen.UserCols.Age.Asc()), "") })`,
	}, {
		"many rows with a tenant in a batch",
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Users.CreateMany([]gen.NewUser{{TenantID: acme}}) })`,
		`unknown field TenantID in struct literal of type gen\.NewUser`,
		`store.Batch(ctx, acme, func(b *gen.Batch) { b.Users.CreateMany([]gen.NewUser{{Name: "Ann"}}) })`,
	}, {
		"tenant left out of a loop in an order",
		`store.Users.ForEachBy(ctx, filter.OrderBy(gen.UserCols.Age.Asc()))`,
		`not enough arguments in call to store\.Users\.ForEachBy`,
		`store.Users.ForEachBy(ctx, acme, filter.OrderBy(gen.UserCols.Age.Asc()))`,
	}, {
		"tenant left out of what refers to rows",
		`store.Users.LoadDocuments(ctx, []models.User{})`,
		`not enough arguments in call to store\.Users\.LoadDocuments`,
		`store.Users.LoadDocuments(ctx, acme, []models.User{})`,
	}, {
		"what refers to rows of another table",
		`store.Users.LoadDocuments(ctx, acme, []models.Document{})`,
		`cannot use \[\]models\.Document{} .* as \[\]models\.User value`,
		`store.Users.LoadDocuments(ctx, acme, []models.User{})`,
	}, {
		"what refers to rows, by a tenant",
		`documents, _ := store.Users.LoadDocuments(ctx, acme, nil); _ = documents[acme]`,
		`cannot use acme .* as uuid\.UUID value in map index`,
		`documents, _ := store.Users.LoadDocuments(ctx, acme, nil); _ = documents[id]`,
	}, {
		"list of all tenants",
		`store.Tenants.List(ctx, acme)`,
		`store\.Tenants\.List undefined`,
		`store.Tenants.Get(ctx, acme)`,
	}, {
		"repository without a database",
		`_ = gen.Users{nil}`,
		`implicit assignment to unexported field db in struct literal`,
		`_ = gen.Users{}`, // compiles, and can do nothing
	},
}

const program = `package program

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/gen/unscoped"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

var (
	_ filter.Cursor
	_ uuid.UUID
	_ models.User
	_ = unscoped.New
)

func _(ctx context.Context, pool *pgxpool.Pool, db tenant.DB, store *gen.Store, office *unscoped.Store, acme tenant.ID, id uuid.UUID) {
	CALL
}
`

func TestMustNotCompile(t *testing.T) {
	w := load(t)
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			_, errs := w.check(t, strings.Replace(program, "CALL", tt.bad, 1))
			switch {
			case len(errs) == 0:
				t.Errorf("compiles: %s", tt.bad)
			case !regexp.MustCompile(tt.want).MatchString(errs[0].Msg):
				t.Errorf("%s\nfails with %q, want %s", tt.bad, errs[0].Msg, tt.want)
			}
			if _, errs := w.check(t, strings.Replace(program, "CALL", tt.good, 1)); len(errs) > 0 {
				t.Errorf("%s\ndoes not compile: %s", tt.good, errs[0].Msg)
			}
		})
	}
}
