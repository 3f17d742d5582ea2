package api

import (
	"fmt"

	"github.com/tenantc/tenantc/gen"
)

func Example_conditionsOnAQuery() {
	ctx, store, acme, widget := demo()

	must(store.Documents.Create(ctx, acme, gen.NewDocument{Title: "Plan", OwnerID: annID}))
	must(store.Documents.Create(ctx, acme, gen.NewDocument{Title: "Play", OwnerID: bobID}))
	must(store.Documents.Create(ctx, widget, gen.NewDocument{Title: "Plot", OwnerID: annID}))

	all, err := store.Documents.ListByOwners(ctx, acme, "pl%")
	fmt.Println(len(all), err)

	adults, err := store.Documents.ListByOwners(ctx, acme, "pl%", gen.UserCols.Age.Gte(18))
	fmt.Println(len(adults), adults[0].Title, adults[0].OwnerName, err)
	// Output:
	// 2 <nil>
	// 1 Plan Ann <nil>
}
