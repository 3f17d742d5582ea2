package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"
	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/tenant"
)

// Every customer uses these keys, so that only the place and the tenant's own
// key tell their rows apart.
var (
	ann  = uuid.MustParse("0198f1b2-0000-7000-8000-0000000000a1")
	bob  = uuid.MustParse("0198f1b2-0000-7000-8000-0000000000b0")
	plan = uuid.MustParse("0198f1b2-0000-7000-8000-000000000d0c")
)

// A tour is one walk through what the customers do.
type tour struct {
	out    io.Writer
	store  *gen.Store
	router *tenant.Router
}

func (t *tour) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

func (t *tour) walk(ctx context.Context) error {
	for _, part := range []struct {
		title string
		run   func(context.Context) error
	}{
		{"where they live", t.places},
		{"all write the same keys", t.write},
		{"each reads all that it can", t.read},
		{"each takes its own rows away", t.remove},
		{"the ones who are not served", t.refuse},
	} {
		t.printf("--- %s ---\n", part.title)
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.title, err)
		}
		t.printf("\n")
	}
	return nil
}

func (t *tour) places(ctx context.Context) error {
	for _, c := range customers {
		at, err := t.router.Placement(ctx, c.id)
		if err != nil {
			return err
		}
		t.printf("%-5s %-8s %s", c.name, at.Kind, at.Database)
		if at.Schema != "" {
			t.printf(", schema %s", at.Schema)
		}
		t.printf("\n")
	}
	return nil
}

// write uses each way to run a statement: alone, many at once, in bulk, and in
// a transaction.
func (t *tour) write(ctx context.Context) error {
	for _, c := range customers {
		made, err := t.store.Tenants.Create(ctx, c.id, gen.NewTenant{Name: c.name, Subdomain: "app"})
		if err != nil {
			return err
		}
		n, err := t.store.Users.Import(ctx, c.id, []gen.ImportItem{
			{ID: ann, Name: "Ann of " + c.name, Email: "ann@mail.test", Role: "member", Age: 41},
			{ID: bob, Name: "Bob of " + c.name, Email: "bob@mail.test", Role: "member", Age: 17},
		})
		if err != nil {
			return err
		}
		if err := t.store.Users.SetRoles(ctx, c.id, []gen.SetRolesItem{{ID: ann, Role: "admin"}}); err != nil {
			return err
		}
		err = t.store.InTx(ctx, c.id, func(tx *gen.Store) error {
			_, err := tx.Documents.Create(ctx, c.id, gen.NewDocument{ID: &plan, Title: "Plan of " + c.name, OwnerID: ann})
			if err != nil {
				return err
			}
			_, err = tx.Documents.Publish(ctx, c.id, []uuid.UUID{plan})
			return err
		})
		if err != nil {
			return err
		}
		t.printf("%s: a tenant, %d users, and a document\n", made.Name, n)
	}
	return nil
}

func (t *tour) read(ctx context.Context) error {
	alone := 0
	for _, c := range customers {
		users, err := t.store.Users.List(ctx, c.id, gen.UserCols.Age.Gte(0))
		if err != nil {
			return err
		}
		documents, err := t.store.Documents.ListWithOwners(ctx, c.id)
		if err != nil {
			return err
		}
		admins, err := t.store.Users.ListAdmins(ctx, c.id)
		if err != nil {
			return err
		}
		var seen []string
		for _, u := range users {
			seen = append(seen, u.Name)
		}
		for _, u := range admins {
			seen = append(seen, "admin "+u.Name)
		}
		for _, d := range documents {
			seen = append(seen, fmt.Sprintf("%q by %s", d.Title, d.OwnerName))
		}
		slices.Sort(seen)
		own := []string{
			fmt.Sprintf("%q by Ann of %s", "Plan of "+c.name, c.name),
			"Ann of " + c.name, "Bob of " + c.name, "admin Ann of " + c.name,
		}
		if slices.Equal(seen, own) {
			alone++
		}
		t.printf("%s sees", c.name)
		for i, what := range seen {
			if i > 0 {
				t.printf(",")
			}
			t.printf(" %s", what)
		}
		t.printf("\n")
	}
	t.printf("saw their own rows only: %d of %d\n", alone, len(customers))
	if alone != len(customers) {
		return errors.New("a tenant saw something else than its own rows")
	}
	return nil
}

// remove deletes everything that a customer can reach, and looks whether the
// next one still has its rows.
func (t *tour) remove(ctx context.Context) error {
	for i, c := range customers {
		n, err := t.store.Users.DeleteWhere(ctx, c.id, gen.UserCols.Age.Gte(0))
		if err != nil {
			return err
		}
		left := 0
		for _, other := range customers[i+1:] {
			n, err := t.store.Users.Count(ctx, other.id)
			if err != nil {
				return err
			}
			left += int(n)
		}
		t.printf("%s deleted %d users; those after it have %d\n", c.name, n, left)
		if want := 2 * (len(customers) - i - 1); n != 2 || left != want {
			return fmt.Errorf("%s deleted %d users, and %d of %d are left to others", c.name, n, left, want)
		}
	}
	return nil
}

func (t *tour) refuse(ctx context.Context) error {
	_, err := t.store.Users.List(ctx, tenant.NewID())
	if !errors.Is(err, tenant.ErrUnknownTenant) {
		return fmt.Errorf("users of a stranger were listed: %w", err)
	}
	t.printf("a stranger: %v\n", err)
	err = t.store.InTx(ctx, customers[0].id, func(tx *gen.Store) error {
		_, err := tx.Users.Count(ctx, customers[1].id)
		return err
	})
	if !errors.Is(err, tenant.ErrMismatch) {
		return fmt.Errorf("a transaction served two tenants: %w", err)
	}
	t.printf("%s in a transaction of %s's: %v\n", customers[1].name, customers[0].name, err)
	return nil
}
