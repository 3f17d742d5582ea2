package tenant

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/tenant/pools"
)

// Kind is a way to place a tenant's rows.
type Kind string

const (
	// KindShared is tables that tenants share, as NewShared has it.
	KindShared Kind = "shared"

	// KindSharedRLS is such tables under row-level security, as NewSharedRLS
	// has it.
	KindSharedRLS Kind = "rls"

	// KindSchema is a schema of the tenant's own, as NewSchemas has it.
	KindSchema Kind = "schema"

	// KindDatabase is a database of the tenant's own, as NewDatabases has it.
	KindDatabase Kind = "database"
)

// Placement says where a tenant's rows live. Two placements that are equal are
// the same place. The zero value is none.
type Placement struct {
	Kind Kind

	// Database is where the tables are. A name is needed for KindDatabase only.
	Database pools.Database

	// Schema is the tenant's schema for KindSchema, and empty otherwise.
	Schema string

	// Suspended tenants keep their place and are refused.
	Suspended bool
}

// Check returns an error for a placement that can be none: ErrBadName for a
// name that is not used, or for a part that is missing, unknown or too much.
func (p Placement) Check() error {
	switch p.Kind {
	case KindShared, KindSharedRLS:
	case KindSchema:
		if err := checkName("schema", p.Schema); err != nil {
			return err
		}
	case KindDatabase:
		if p.Database.Name == "" {
			return errNoDatabase
		}
	default:
		return fmt.Errorf("tenant: placement of unknown kind %q", p.Kind)
	}
	if p.Kind != KindSchema && p.Schema != "" {
		return fmt.Errorf("tenant: placement of kind %s with schema %q", p.Kind, p.Schema)
	}
	if p.Database.Name != "" {
		if err := checkName("database", p.Database.Name); err != nil {
			return err
		}
	}
	return checkName("server", p.Database.Server)
}

var (
	// ErrUnknownTenant says that the catalog has no such tenant.
	ErrUnknownTenant = errors.New("tenant: unknown tenant")

	// ErrSuspended says that the tenant is suspended.
	ErrSuspended = errors.New("tenant: the tenant is suspended")
)

// catalogTable is what Create runs. Rows are never deleted, so that whoever
// asks what changed sees all of it; two tenants never have one place of their
// own. A row's changed_in is the transaction that wrote it.
const catalogTable = `
create table if not exists tenant_placements (
	tenant     text primary key check (tenant <> '' and octet_length(tenant) <= 1000),
	kind       text not null check (kind in ('shared', 'rls', 'schema', 'database')),
	server     text not null,
	database   text not null default '',
	schema     text not null default '',
	state      text not null default 'active' check (state in ('active', 'suspended', 'removed')),
	changed_in xid8 not null default pg_current_xact_id(),
	check ((kind = 'schema') = (schema <> '')),
	check (kind <> 'database' or database <> '')
);
create unique index if not exists tenant_placements_schema on tenant_placements (server, database, schema)
	where kind = 'schema' and state <> 'removed';
create unique index if not exists tenant_placements_database on tenant_placements (server, database)
	where kind = 'database' and state <> 'removed';
create index if not exists tenant_placements_changed_in on tenant_placements (changed_in);

create or replace function tenant_placements_changed() returns trigger language plpgsql as $$
begin
	if tg_op = 'DELETE' then
		raise exception 'a tenant is removed by its state';
	end if;
	if tg_op = 'UPDATE' and new.tenant <> old.tenant then
		raise exception 'a tenant keeps its key';
	end if;
	new.changed_in := pg_current_xact_id();
	perform pg_notify('tenant_placements', new.tenant);
	return new;
end $$;
create or replace trigger tenant_placements_changed before insert or update or delete on tenant_placements
	for each row execute function tenant_placements_changed();`

// Catalog is the table tenant_placements of a control database: which tenant's
// rows live where. Its methods may be called concurrently, and keep nothing;
// a [Router] remembers.
type Catalog struct{ pool *pgxpool.Pool }

// NewCatalog returns the catalog in pool's database. The caller keeps the pool
// and closes it.
func NewCatalog(pool *pgxpool.Pool) *Catalog { return &Catalog{pool} }

// Create makes the table where it is missing.
func (c *Catalog) Create(ctx context.Context) error {
	if _, err := c.pool.Exec(ctx, catalogTable, pgx.QueryExecModeSimpleProtocol); err != nil {
		return fmt.Errorf("tenant: create the catalog: %w", scrub(err))
	}
	return nil
}

// Find returns where a tenant's rows live. It returns ErrNoTenant and
// ErrUnknownTenant; a suspended tenant is no error here.
func (c *Catalog) Find(ctx context.Context, id Key) (Placement, error) {
	if err := admit(id); err != nil {
		return Placement{}, err
	}
	var p Placement
	err := c.pool.QueryRow(ctx, `select kind, server, database, schema, state = 'suspended'
		from tenant_placements where tenant = $1 and state <> 'removed'`, id.String()).
		Scan(&p.Kind, &p.Database.Server, &p.Database.Name, &p.Schema, &p.Suspended)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Placement{}, ErrUnknownTenant
	case err != nil:
		return Placement{}, fmt.Errorf("tenant: ask the catalog: %w", scrub(err))
	}
	return p, nil
}

// Put says where a tenant's rows live from now on. It moves no rows. A schema
// or database that another tenant has is ErrConflict.
func (c *Catalog) Put(ctx context.Context, id Key, p Placement) error {
	if err := admit(id); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	state := "active"
	if p.Suspended {
		state = "suspended"
	}
	_, err := c.pool.Exec(ctx, `insert into tenant_placements (tenant, kind, server, database, schema, state)
		values ($1, $2, $3, $4, $5, $6)
		on conflict (tenant) do update set kind = excluded.kind, server = excluded.server,
			database = excluded.database, schema = excluded.schema, state = excluded.state`,
		id.String(), string(p.Kind), p.Database.Server, p.Database.Name, p.Schema, state)
	if err != nil {
		return fmt.Errorf("tenant: write the catalog: %w", scrub(err))
	}
	return nil
}

// Remove makes a tenant unknown. It removes no rows of the tenant's. A tenant
// that is unknown already is ErrUnknownTenant.
func (c *Catalog) Remove(ctx context.Context, id Key) error {
	if err := admit(id); err != nil {
		return err
	}
	tag, err := c.pool.Exec(ctx, `update tenant_placements set state = 'removed' where tenant = $1 and state <> 'removed'`, id.String())
	if err != nil {
		return fmt.Errorf("tenant: write the catalog: %w", scrub(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrUnknownTenant
	}
	return nil
}

// changes returns the tenants whose rows were written since mark, and the mark
// to ask with next. A transaction that was running at one mark is seen from
// there on, whenever it commits.
func (c *Catalog) changes(ctx context.Context, mark string) (tenants []string, next string, err error) {
	err = c.pool.QueryRow(ctx, `select pg_snapshot_xmin(pg_current_snapshot())::text,
		array(select tenant from tenant_placements where changed_in >= $1::text::xid8)`, mark).Scan(&next, &tenants)
	return tenants, next, err
}

// mark returns the mark of now.
func (c *Catalog) mark(ctx context.Context) (mark string, err error) {
	err = c.pool.QueryRow(ctx, `select pg_snapshot_xmin(pg_current_snapshot())::text`).Scan(&mark)
	return mark, err
}
