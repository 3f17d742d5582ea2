package tenant_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

func TestDatabases(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	at := make(map[tenant.Key]pools.Database)
	var dsn string
	for _, id := range []tenant.ID{acme, busy} {
		dsn = pgtest.DSN(t, notesSchema)
		cfg, err := pgconn.ParseConfig(dsn)
		if err != nil {
			t.Fatal(err)
		}
		at[id] = pools.Database{Server: "main", Name: cfg.Database}
	}
	missing := tenant.NewID()
	at[missing] = pools.Database{Server: "main", Name: "nowhere"}
	p, err := pools.New(pools.Config{Servers: map[string]string{"main": dsn}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.CloseAll(ctx); err != nil {
			t.Error(err)
		}
	}()
	db, err := tenant.NewDatabases(p, tenant.DatabasesConfig{At: func(id tenant.Key) pools.Database { return at[id] }})
	if err != nil {
		t.Fatal(err)
	}
	insert(t, db, acme, 1, "a1")
	insert(t, db, busy, 1, "b1")
	n, err := db.CopyFrom(ctx, acme, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"}, pgx.CopyFromRows([][]any{{acme, 2, "a2"}}))
	if err != nil || n != 1 {
		t.Errorf("copied %d, %v", n, err)
	}
	b := new(pgx.Batch)
	b.Queue(insertNote, acme, 3, "a3")
	if err := db.SendBatch(ctx, acme, b).Close(); err != nil {
		t.Error(err)
	}
	err = db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
		insert(t, tx, acme, 4, "a4")
		_, err := tx.Exec(ctx, busy, `select 1`)
		return err
	})
	if !errors.Is(err, tenant.ErrMismatch) {
		t.Errorf("another tenant in a transaction: %v", err)
	}
	// Statements that forgot their predicate.
	if got := everything(t, db, acme); !cmp.Equal(got, []string{"a1", "a2", "a3"}) {
		t.Errorf("acme has %q", got)
	}
	if got := everything(t, db, busy); !cmp.Equal(got, []string{"b1"}) {
		t.Errorf("busy has %q", got)
	}
	for method, err := range everyMethod(ctx, db, missing) {
		if !errors.Is(err, tenant.ErrUnavailable) || method == "Exec" && code(err) != "3D000" {
			t.Errorf("%s of a database that is not there: %v", method, err)
		}
	}
	for method, err := range everyMethod(ctx, db, tenant.NewID()) {
		if err == nil {
			t.Errorf("%s of a tenant without a database", method)
		}
	}
	for method, err := range everyMethod(ctx, db, tenant.ID{}) {
		if !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s for nobody: %v", method, err)
		}
	}
	if _, err := tenant.NewDatabases(p, tenant.DatabasesConfig{}); !errors.Is(err, pools.ErrUnknownServer) {
		t.Errorf("no server: %v", err)
	}
	named, err := tenant.NewDatabases(p, tenant.DatabasesConfig{Server: "main"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := named.Exec(ctx, acme, `select 1`); code(err) != "3D000" {
		t.Errorf("a database by its default name: %v", err)
	}
	if _, err := named.Exec(ctx, tenant.NewTextID(`a"b`), `select 1`); !errors.Is(err, tenant.ErrBadName) {
		t.Errorf("a key that makes no name: %v", err)
	}
}

// More tenants than are remembered, of whom half are in either database: each
// call reaches its tenant's own, whoever was there before, and the one that At
// says by now.
func TestDatabasesOfMany(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p, at := severalDatabases(t, 2)
	turned := 0
	of := func(id tenant.Key) pools.Database { return at[(int(id.(tenant.Int64ID).Int64())+turned)%2] }
	databases, err := tenant.NewDatabases(p, tenant.DatabasesConfig{At: of})
	if err != nil {
		t.Fatal(err)
	}
	for turned = range 2 {
		for n := range int64(3000) {
			id := tenant.NewInt64ID(n + 1)
			for range 2 {
				var name string
				if err := databases.QueryRow(ctx, id, `select current_database()`).Scan(&name); err != nil {
					t.Fatal(err)
				}
				if want := of(id).Name; name != want {
					t.Fatalf("tenant %s reached %s, not %s", id, name, want)
				}
			}
		}
	}
}
