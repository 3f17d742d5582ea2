// Package provision makes the places that tenants live in.
//
// In come a [tenant.Placement] and the migrations; out comes a database or a
// schema in which they have run, with the application's role, its rights and,
// for shared tables under row-level security, the policies. It works as an
// administrator and changes only what is missing, so that what failed half-way
// is done again. It knows nothing of the catalog: the caller puts the tenant
// there once the place is ready.
package provision

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/tenantc/tenantc/tenant"
)

// Config says how places are made. Servers, Migrations and Role must be set.
type Config struct {
	// Servers are the DSNs of administrators, by the names that placements use.
	// Each must be allowed to create databases and roles, and is connected to
	// its own database, where it locks what is being made.
	Servers map[string]string

	// Migrations are SQL files of goose's, as in 001_users.sql, at the root.
	Migrations fs.FS

	// Role is the application's role. It is created, without a password, where
	// the server does not have it, and may read and write the rows of every
	// table that migrations made, read every view, and no more.
	Role string

	// Template is the database that new databases are copies of. Where the
	// migrations have run in it, a copy has nothing left to run. Nobody may be
	// connected to it. Zero means the server's own template.
	Template string

	// Extensions names the schemas in which extensions live. Migrations of a
	// tenant's schema find them there.
	Extensions []string

	// Setting is the run-time parameter that policies read. Zero means
	// app.tenant_id. See [tenant.RLSConfig].
	Setting string

	// Column is the column that policies compare with the setting, in the tables
	// that have it. Zero means tenant_id.
	Column string

	// Columns are the columns of single tables instead, such as id for the table
	// of tenants. A table that has neither gets no policy, and a role that may
	// read it is refused by [tenant.NewSharedRLS], unless it is excepted there.
	Columns map[string]string
}

// Provisioner makes places. Its methods may be called concurrently, by several
// processes too.
type Provisioner struct {
	cfg     Config
	servers map[string]*pgx.ConnConfig
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,62}$`)
var settingName = regexp.MustCompile(`^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)+$`)

// New returns a Provisioner. It opens no connection.
func New(cfg Config) (*Provisioner, error) {
	cfg.Setting = cmp.Or(cfg.Setting, "app.tenant_id")
	cfg.Column = cmp.Or(cfg.Column, "tenant_id")
	switch {
	case len(cfg.Servers) == 0 || cfg.Migrations == nil:
		return nil, errors.New("provision: servers and migrations must be given")
	case !plainName.MatchString(cfg.Role):
		return nil, fmt.Errorf("%w: role %q", tenant.ErrBadName, cfg.Role)
	case cfg.Template != "" && !plainName.MatchString(cfg.Template):
		return nil, fmt.Errorf("%w: template %q", tenant.ErrBadName, cfg.Template)
	case !settingName.MatchString(cfg.Setting):
		return nil, fmt.Errorf("%w: setting %q", tenant.ErrBadName, cfg.Setting)
	}
	for _, name := range cfg.Extensions {
		if !plainName.MatchString(name) {
			return nil, fmt.Errorf("%w: schema %q", tenant.ErrBadName, name)
		}
	}
	p := &Provisioner{cfg: cfg, servers: make(map[string]*pgx.ConnConfig)}
	for name, dsn := range cfg.Servers {
		server, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, fmt.Errorf("provision: the DSN of server %s cannot be read", name)
		}
		p.servers[name] = server
	}
	return p, nil
}

// Make makes a place ready: the database, the schema for [tenant.KindSchema],
// what the migrations make in it, and the role's rights. Under
// [tenant.KindSharedRLS] each table also gets its policies. What is there
// already stays, and migrations that have run are not run again.
//
// The place is for tenants alone: rights in it that everybody has by default
// are revoked. So its database must be named. A placement whose names are not
// used is [tenant.ErrBadName]. Another Make of the same place is waited for.
func (p *Provisioner) Make(ctx context.Context, at tenant.Placement) error {
	if err := at.Check(); err != nil {
		return err
	}
	if at.Database.Name == "" {
		return fmt.Errorf("%w: a place to make is in a database with a name", tenant.ErrBadName)
	}
	server := p.servers[at.Database.Server]
	if server == nil {
		return fmt.Errorf("provision: unknown server %q", at.Database.Server)
	}
	admin, err := pgx.ConnectConfig(ctx, server)
	if err != nil {
		return fmt.Errorf("provision: connect to server %s: %w", at.Database.Server, err)
	}
	defer goodbye(ctx, admin) // and with it the lock goes
	name := at.Database.Name
	if err := lock(ctx, admin, name+"/"+at.Schema); err != nil {
		return fmt.Errorf("provision: lock %s: %w", at.Database, err)
	}
	if err := p.role(ctx, admin); err != nil {
		return fmt.Errorf("provision: role %s: %w", p.cfg.Role, err)
	}
	if err := alone(ctx, admin, name, func() error { return p.database(ctx, admin, name) }); err != nil {
		return fmt.Errorf("provision: database %s: %w", at.Database, err)
	}
	inside := server.Copy()
	inside.Database = name
	if err := p.fill(ctx, admin, inside, at); err != nil {
		return fmt.Errorf("provision: %s: %w", at.Database, err)
	}
	return nil
}

// lock waits until nobody else has the place or database, and has it until the
// connection ends.
func lock(ctx context.Context, admin *pgx.Conn, what string) error {
	_, err := admin.Exec(ctx, `select pg_advisory_lock(hashtextextended($1, 0))`, "tenantc provision "+what)
	return err
}

// alone runs what changes a database as a whole, or a schema of extensions, for
// one of its schemas: two that are made at once would change the same rows of
// the server's catalog, which refuses the second.
func alone(ctx context.Context, admin *pgx.Conn, database string, do func() error) error {
	if err := lock(ctx, admin, database); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	if err := do(); err != nil {
		return err // and the lock goes with the connection
	}
	_, err := admin.Exec(ctx, `select pg_advisory_unlock(hashtextextended($1, 0))`, "tenantc provision "+database)
	return err
}

// goodbye closes conn, though ctx may have ended, and does not wait for long: the
// server may be gone.
func goodbye(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	conn.Close(ctx)
}

// role creates the application's role, or refuses one that is too powerful.
func (p *Provisioner) role(ctx context.Context, admin *pgx.Conn) error {
	var powerful bool
	err := admin.QueryRow(ctx, `select rolsuper or rolbypassrls from pg_roles where rolname = $1`, p.cfg.Role).Scan(&powerful)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		_, err = admin.Exec(ctx, `create role `+quote(p.cfg.Role)+` login nosuperuser nobypassrls nocreatedb nocreaterole`)
		if sqlState(err) == "42710" || sqlState(err) == "23505" { // somebody was faster
			return p.role(ctx, admin)
		}
		return err
	case err == nil && powerful:
		return fmt.Errorf("%w: it is a superuser or has BYPASSRLS", tenant.ErrUnsafeRole)
	}
	return err
}

// database creates a database, into which the application's role alone may
// connect besides administrators.
func (p *Provisioner) database(ctx context.Context, admin *pgx.Conn, name string) error {
	var there bool
	if err := admin.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&there); err != nil {
		return err
	}
	if !there {
		statement := `create database ` + quote(name)
		if p.cfg.Template != "" {
			statement += ` template ` + quote(p.cfg.Template)
		}
		// Somebody else may be faster.
		if _, err := admin.Exec(ctx, statement); err != nil && sqlState(err) != "42P04" && sqlState(err) != "23505" {
			return err
		}
	}
	return run(ctx, admin,
		`revoke connect, temporary on database `+quote(name)+` from public`,
		`grant connect on database `+quote(name)+` to `+quote(p.cfg.Role))
}

// fill makes what is inside of a database.
func (p *Provisioner) fill(ctx context.Context, admin *pgx.Conn, inside *pgx.ConnConfig, at tenant.Placement) error {
	conn, err := pgx.ConnectConfig(ctx, inside)
	if err != nil {
		return err
	}
	defer goodbye(ctx, conn)
	schema := cmp.Or(at.Schema, "public")
	if err := run(ctx, conn, `create schema if not exists `+quote(schema)); err != nil {
		return err
	}
	if err := p.migrate(ctx, inside, schema); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	tables, err := p.tables(ctx, conn, schema)
	if err != nil {
		return err
	}
	if at.Kind == tenant.KindSharedRLS {
		for _, t := range tables {
			if err := p.policies(ctx, conn, schema, t); err != nil {
				return fmt.Errorf("policies of %s: %w", t.name, err)
			}
		}
	}
	return alone(ctx, admin, inside.Database, func() error { return p.grant(ctx, conn, schema, tables) })
}

// migrate runs migrations on connections that see the schema alone: they are
// nobody else's, so that the search path may be the session's.
func (p *Provisioner) migrate(ctx context.Context, inside *pgx.ConnConfig, schema string) error {
	cfg := inside.Copy()
	path := quote(schema)
	for _, name := range p.cfg.Extensions {
		path += ", " + quote(name)
	}
	cfg.RuntimeParams["search_path"] = path
	db := stdlib.OpenDB(*cfg)
	defer db.Close()
	db.SetMaxOpenConns(2)
	return p.up(ctx, db)
}

func (p *Provisioner) up(ctx context.Context, db *sql.DB) error {
	migrations, err := goose.NewProvider(goose.DialectPostgres, db, p.cfg.Migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = migrations.Up(ctx)
	return err
}
