package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/gen/unscoped"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

// A tour is one walk through the examples: two tenants, and what was created
// for them on the way.
type tour struct {
	out   io.Writer
	count int // of examples

	store  *gen.Store      // asks for a tenant at every call
	office *unscoped.Store // crosses tenants, on purpose

	acme, widget tenant.ID
	ann, bob     models.User // of Acme
	will         models.User // of Widget
	plan         models.Document
	secret       models.Document
}

func walk(ctx context.Context, out io.Writer, pool *pgxpool.Pool) error {
	t := &tour{
		out:    out,
		store:  gen.New(tenant.NewShared(pool)),
		office: unscoped.New(pool),
		acme:   tenant.NewID(),
		widget: tenant.NewID(),
	}
	for _, example := range []struct {
		title string
		run   func(context.Context) error
	}{
		{"create two tenants", t.createTenants},
		{"create users in each", t.createUsers},
		{"select users with the tenant filter", t.selectUsers},
		{"page through users", t.pageUsers},
		{"create documents", t.createDocuments},
		{"select documents", t.selectDocuments},
		{"promote a user", t.promote},
		{"count per tenant", t.countPerTenant},
		{"a transaction belongs to one tenant", t.transact},
		{"isolation", t.isolate},
		{"delete", t.delete},
	} {
		t.count++
		t.printf("--- Example %d: %s ---\n", t.count, example.title)
		if err := example.run(ctx); err != nil {
			return fmt.Errorf("example %d: %w", t.count, err)
		}
		t.printf("\n")
	}
	return nil
}

func (t *tour) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

// A tenant's own row is found by the tenant alone: its id is the key.
func (t *tour) createTenants(ctx context.Context) error {
	for _, c := range []struct {
		id  tenant.ID
		new gen.NewTenant
	}{
		{t.acme, gen.NewTenant{Name: "Acme Corp", Subdomain: "acme"}},
		{t.widget, gen.NewTenant{Name: "Widget Inc", Subdomain: "widget"}},
	} {
		made, err := t.store.Tenants.Create(ctx, c.id, c.new)
		if err != nil {
			return err
		}
		t.printf("created %s, %s.example.com, as %s\n", made.Name, made.Subdomain, made.ID)
	}
	return nil
}

// A new user has no field for its tenant: Create stamps it. Ann's and Will's
// e-mails are unique within their tenants only.
func (t *tour) createUsers(ctx context.Context) error {
	made, err := t.store.Users.CreateMany(ctx, t.acme, []gen.NewUser{ // one statement
		{Name: "Ann", Email: "ann@mail.test", Age: 41},
		{Name: "Bob", Email: "bob@mail.test", Age: 17},
	})
	if err != nil {
		return err
	}
	t.ann, t.bob = made[0], made[1]
	t.will, err = t.store.Users.Create(ctx, t.widget, gen.NewUser{Name: "Will", Email: "ann@mail.test", Age: 33, Role: new("admin")})
	if err != nil {
		return err
	}
	for _, user := range append(made, t.will) {
		t.printf("created %s, %s, for %s\n", user.Name, user.Role, user.TenantID)
	}
	return nil
}

// The filter is in the generated statement already. Conditions come on top of
// it: they can only narrow.
func (t *tour) selectUsers(ctx context.Context) error {
	for _, c := range t.customers() {
		adults, err := t.store.Users.List(ctx, c.id, gen.UserCols.Age.Gte(18))
		if err != nil {
			return err
		}
		for _, user := range adults {
			t.printf("%s has %s, %d years old\n", c.name, user.Name, user.Age)
		}
	}
	// The same e-mail is another person elsewhere.
	user, err := t.store.Users.FindByEmail(ctx, t.widget, "ann@mail.test")
	if err != nil {
		return err
	}
	t.printf("at Widget Inc ann@mail.test is %s\n", user.Name)
	return nil
}

// Conditions can be put together, and pages follow one another by a cursor: text
// that a client may hold, and that is good for the page it was made for.
func (t *tour) pageUsers(ctx context.Context) error {
	u := gen.UserCols
	some := filter.Or(u.Name.HasPrefix("A"), u.Age.Lt(18))
	byAge := filter.OrderBy(u.Age.Desc(), u.Name.Asc()).Limit(1)
	var cursor filter.Cursor
	for n := 1; ; n++ {
		page, err := t.store.Users.Page(ctx, t.acme, byAge, cursor, some)
		if err != nil {
			return err
		}
		for _, user := range page.Items {
			t.printf("page %d: %s, %d\n", n, user.Name, user.Age)
		}
		if page.Next == "" {
			break
		}
		cursor = page.Next
	}
	_, err := t.store.Users.Page(ctx, t.widget, byAge, cursor, some)
	if !errors.Is(err, tenant.ErrCursor) {
		return fmt.Errorf("a cursor of Acme's was taken from Widget: %w", err)
	}
	t.printf("Acme's cursor in Widget's hands: %v\n", err)
	return nil
}

func (t *tour) createDocuments(ctx context.Context) error {
	for _, c := range []struct {
		of   tenant.ID
		new  gen.NewDocument
		into *models.Document
	}{
		{t.acme, gen.NewDocument{Title: "Plan", OwnerID: t.ann.ID, Content: new("Sell more.")}, &t.plan},
		{t.acme, gen.NewDocument{Title: "Menu", OwnerID: t.bob.ID, IsPublic: new(true)}, new(models.Document)},
		{t.widget, gen.NewDocument{Title: "Secret", OwnerID: t.will.ID, Content: new("42")}, &t.secret},
	} {
		made, err := t.store.Documents.Create(ctx, c.of, c.new)
		if err != nil {
			return err
		}
		*c.into = made
		t.printf("created %q for %s\n", made.Title, made.TenantID)
	}
	// The reference to the owner carries the tenant, so the database itself
	// refuses an owner who is somebody else's.
	_, err := t.store.Documents.Create(ctx, t.acme, gen.NewDocument{Title: "Stolen", OwnerID: t.will.ID})
	var refused *tenant.Error
	if !errors.As(err, &refused) {
		return fmt.Errorf("a document of another tenant's user was created: %w", err)
	}
	t.printf("a document of Acme Corp's that Will owns: %v\n", refused)
	return nil
}

func (t *tour) selectDocuments(ctx context.Context) error {
	documents, err := t.store.Documents.ListWithOwners(ctx, t.acme)
	if err != nil {
		return err
	}
	for _, document := range documents {
		t.printf("%q belongs to %s\n", document.Title, document.OwnerName)
	}
	found, err := t.store.Documents.SearchByTitle(ctx, t.acme, "%E%")
	if err != nil {
		return err
	}
	public, err := t.store.Documents.ListPublic(ctx, t.acme, 10)
	if err != nil {
		return err
	}
	t.printf("%d with an e in the title, %d public\n", len(found), len(public))
	return nil
}

func (t *tour) promote(ctx context.Context) error {
	n, err := t.store.Users.Promote(ctx, t.acme, t.ann.ID)
	if err != nil {
		return err
	}
	t.printf("promoted: %d\n", n)
	admins, err := t.store.Users.ListAdmins(ctx, t.acme)
	if err != nil {
		return err
	}
	for _, admin := range admins {
		t.printf("Acme Corp's admins: %s\n", admin.Name)
	}
	return nil
}

// Only the back office sees who there is. Its handle is another one, in a
// package of its own.
func (t *tour) countPerTenant(ctx context.Context) error {
	tenants, err := t.office.Tenants.ListTenants(ctx)
	if err != nil {
		return err
	}
	for _, customer := range tenants {
		users, err := t.store.Users.Count(ctx, customer.ID)
		if err != nil {
			return err
		}
		documents, err := t.store.Documents.Count(ctx, customer.ID)
		if err != nil {
			return err
		}
		t.printf("%s: users %d, documents %d\n", customer.Name, users, documents)
	}
	return nil
}

func (t *tour) transact(ctx context.Context) error {
	err := t.store.InTx(ctx, t.acme, func(tx *gen.Store) error {
		if _, err := tx.Users.Invite(ctx, t.acme, gen.InviteParams{Name: "Cleo", Email: "cleo@mail.test", Age: 29}); err != nil {
			return err
		}
		_, err := tx.Users.Count(ctx, t.widget)
		return err
	})
	if !errors.Is(err, tenant.ErrMismatch) {
		return fmt.Errorf("a transaction of Acme's counted Widget's users: %w", err)
	}
	t.printf("Widget's users in a transaction of Acme's: %v\n", err)
	n, err := t.store.Users.Count(ctx, t.acme)
	if err != nil {
		return err
	}
	t.printf("users of Acme Corp after the rollback: %d\n", n)
	return nil
}

// Widget's ids are known here, and with Acme's id they lead nowhere.
func (t *tour) isolate(ctx context.Context) error {
	rows := 1
	_, err := t.store.Documents.Get(ctx, t.acme, t.secret.ID)
	if errors.Is(err, tenant.ErrNotFound) {
		rows, err = 0, nil
	}
	if err != nil {
		return err
	}
	t.printf("Acme reads Widget's document: %d rows\n", rows)

	for _, try := range []struct {
		what string
		run  func() (int64, error)
	}{
		{"updates Widget's document", func() (int64, error) {
			return t.store.Documents.Update(ctx, t.acme, t.secret.ID, gen.DocumentPatch{Content: gen.Set("43")})
		}},
		{"deletes Widget's document", func() (int64, error) { return t.store.Documents.Delete(ctx, t.acme, t.secret.ID) }},
		{"promotes Widget's user", func() (int64, error) { return t.store.Users.Promote(ctx, t.acme, t.will.ID) }},
		{"publishes Widget's document", func() (int64, error) {
			return t.store.Documents.Publish(ctx, t.acme, []uuid.UUID{t.secret.ID})
		}},
		{"deletes the documents of Widget's user", func() (int64, error) {
			return t.store.Documents.DeleteByOwner(ctx, t.acme, t.will.ID)
		}},
	} {
		n, err := try.run()
		if err != nil {
			return err
		}
		t.printf("Acme %s: %d rows\n", try.what, n)
	}

	document, err := t.store.Documents.Get(ctx, t.widget, t.secret.ID)
	if err != nil {
		return err
	}
	t.printf("Widget still reads %q: %s\n", document.Title, document.Content)
	_, err = t.store.Users.List(ctx, tenant.ID{})
	if !errors.Is(err, tenant.ErrNoTenant) {
		return fmt.Errorf("users of no tenant were listed: %w", err)
	}
	t.printf("the users of nobody: %v\n", err)
	return nil
}

func (t *tour) delete(ctx context.Context) error {
	n, err := t.store.Documents.Delete(ctx, t.acme, t.plan.ID)
	if err != nil {
		return err
	}
	t.printf("documents deleted: %d\n", n)
	n, err = t.store.Users.Delete(ctx, t.acme, t.bob.ID)
	if err != nil {
		return err
	}
	t.printf("users deleted: %d, with the documents that were theirs\n", n)
	for _, c := range t.customers() {
		left, err := t.store.Documents.Count(ctx, c.id)
		if err != nil {
			return err
		}
		t.printf("documents left at %s: %d\n", c.name, left)
	}
	return nil
}

type customer struct {
	name string
	id   tenant.ID
}

func (t *tour) customers() []customer {
	return []customer{{"Acme Corp", t.acme}, {"Widget Inc", t.widget}}
}
