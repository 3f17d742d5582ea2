package api

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/tenant"
)

func Example_transaction() {
	ctx, store, acme, widget := demo()

	err := store.InTx(ctx, acme, func(tx *gen.Store) error {
		if _, err := tx.Users.Promote(ctx, acme, annID); err != nil {
			return err
		}
		_, err := tx.Documents.Create(ctx, acme, gen.NewDocument{Title: "Plan", OwnerID: annID})
		return err
	})
	fmt.Println(err)

	// The transaction is Acme's. Another tenant's key is refused before anything is sent.
	err = store.InTx(ctx, acme, func(tx *gen.Store) error {
		_, err := tx.Users.Promote(ctx, widget, annID)
		return err
	})
	fmt.Println(errors.Is(err, tenant.ErrMismatch))
	// Output:
	// <nil>
	// true
}

func Example_savepoint() {
	ctx, store, acme, _ := demo()

	err := store.InTx(ctx, acme, func(tx *gen.Store) error {
		// What fails in here is taken back alone; the transaction goes on.
		err := tx.InTx(ctx, acme, func(tx *gen.Store) error {
			_, err := tx.Users.Create(ctx, acme, gen.NewUser{Name: "Ann", Email: "ann@mail.test", Age: 9})
			return err
		})
		if !errors.Is(err, tenant.ErrConflict) {
			return err
		}
		_, err = tx.Users.Create(ctx, acme, gen.NewUser{Name: "Ann", Email: "ann.the.younger@mail.test", Age: 9})
		return err
	})
	users, _ := store.Users.Count(ctx, acme)
	fmt.Println(err, users)
	// Output:
	// <nil> 3
}

func Example_retries() {
	ctx, store, acme, _ := demo()

	// When the server ends the transaction with a serialization failure or a deadlock,
	// the function runs again in a new one, up to five times in all.
	opts := tenant.TxOptions{Isolation: pgx.Serializable, Attempts: 5}
	err := store.InTxWith(ctx, acme, opts, func(tx *gen.Store) error {
		admins, err := tx.Users.Count(ctx, acme, gen.UserCols.Role.Eq("admin"))
		if err != nil || admins > 0 {
			return err
		}
		_, err = tx.Users.Promote(ctx, acme, annID) // the first admin, and only one
		return err
	})
	admins, _ := store.Users.ListAdmins(ctx, acme)
	fmt.Println(err, len(admins), admins[0].Name)
	// Output:
	// <nil> 1 Ann
}

func Example_errors() {
	ctx, store, acme, _ := demo()

	_, err := store.Users.Create(ctx, acme, gen.NewUser{Name: "Eve", Email: "ann@mail.test", Age: 20})
	fmt.Println(errors.Is(err, tenant.ErrConflict))

	// The constraint is named; the server's own words, which may quote other rows, are gone.
	var pg *pgconn.PgError
	fmt.Println(errors.As(err, &pg), pg.ConstraintName, pg.Code, pg.Detail == "")
	fmt.Println(err)
	// Output:
	// true
	// true users_tenant_id_email_key 23505 true
	// unique_violation (SQLSTATE 23505): constraint users_tenant_id_email_key, table users
}
