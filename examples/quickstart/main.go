// Command quickstart walks through what an application with many tenants does
// first, on a real PostgreSQL, and prints what happens.
//
// In comes a server: the one that DATABASE_URL names, whose role must be
// allowed to create databases, or else one started for the run. Out comes the
// walk, in numbered examples. It refuses to touch a database that it did not
// create.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/schema"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, os.Getenv("DATABASE_URL")); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run walks through a database of its own on the server that dsn names, or on
// one of its own when that is empty.
func run(ctx context.Context, out io.Writer, dsn string) (err error) {
	server, err := pgtest.Start(ctx, pgtest.Config{DSN: dsn})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()

	migrations, err := schema.Up()
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	database, err := server.CreateDatabase(ctx, migrations...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.DropDatabase(context.WithoutCancel(ctx), database)) }()

	pool, err := pgxpool.New(ctx, database)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer pool.Close()
	return walk(ctx, out, pool)
}
