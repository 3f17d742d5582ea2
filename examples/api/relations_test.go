package api

import (
	"errors"
	"fmt"

	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/models"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/filter"
)

func Example_relations() {
	ctx, store, acme, widget := demo()

	var documents []models.Document
	for _, title := range []string{"Plan", "Budget", "Menu"} {
		d, err := store.Documents.Create(ctx, acme, gen.NewDocument{Title: title, OwnerID: annID})
		if err != nil {
			return
		}
		documents = append(documents, d)
	}

	// One round trip, in which Ann is asked for once.
	owners, err := store.Documents.LoadOwners(ctx, acme, documents)
	for _, d := range documents {
		fmt.Println(d.Title, "is", owners[d.OwnerID].Name+"'s", err)
	}

	// Widget has a user with that id as well, who is not attached to Acme's documents.
	owners, err = store.Documents.LoadOwners(ctx, widget, documents)
	fmt.Println(len(owners), errors.Is(err, tenant.ErrMismatch))
	// Output:
	// Plan is Ann's <nil>
	// Budget is Ann's <nil>
	// Menu is Ann's <nil>
	// 0 true
}

func Example_relationsFromTheOtherEnd() {
	ctx, store, acme, widget := demo()

	for _, title := range []string{"Plan", "Budget"} {
		if _, err := store.Documents.Create(ctx, acme, gen.NewDocument{Title: title, OwnerID: annID}); err != nil {
			return
		}
	}
	if _, err := store.Documents.Create(ctx, widget, gen.NewDocument{Title: "Menu", OwnerID: annID}); err != nil {
		return
	}
	users, err := store.Users.ListBy(ctx, acme, filter.OrderBy(gen.UserCols.Name.Asc()))
	if err != nil {
		return
	}

	// One round trip for all users. Widget's document refers to a user of that id, too.
	documents, err := store.Users.LoadDocuments(ctx, acme, users)
	for _, u := range users {
		fmt.Println(u.Name, "has", len(documents[u.ID]), "documents", err)
	}

	documents, err = store.Users.LoadDocuments(ctx, widget, users)
	fmt.Println(len(documents), errors.Is(err, tenant.ErrMismatch))
	// Output:
	// Ann has 2 documents <nil>
	// Bob has 0 documents <nil>
	// 0 true
}
