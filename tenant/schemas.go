package tenant

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// SchemasConfig says which schema is whose.
type SchemasConfig struct {
	// Name returns the name of a tenant's schema. It must give two tenants two
	// names. Zero means tenant_ and the key, a UUID without its dashes. A name
	// is letters, digits, _ and -, at most 63; a call for a tenant with another
	// one is ErrBadName.
	Name func(id Key) string

	// Extensions names the schemas in which extensions live, such as public.
	// They are searched after the tenant's, for types, functions and operators;
	// a schema that holds a relation of somebody's is refused. Zero means none.
	Extensions []string
}

// Schemas is a [DB] for tenants that each have a schema of their own in one
// database, with the same tables. NewSchemas makes it.
//
// Each call sends the search path together with its statement, as a setting
// that ends with the transaction, in one round trip: the tenant's schema, those
// of extensions, and temporary tables last. Within InTx it is set once. A
// statement that names a schema itself escapes that; generated code has none.
//
// Where the tenant has no schema, or the role may not use it, its tables are
// not found: undefined_table (SQLSTATE 42P01).
type Schemas struct{ scoped }

var _ DB = (*Schemas)(nil)

// ErrQueryMode says that a pool's query mode prepares a statement before the
// search path is set. Under it a statement would keep the tables of the tenant
// who came first, or find none. [pgx.QueryExecModeExec] is the mode to use.
var ErrQueryMode = errors.New("tenant: schemas need the query mode exec or simple_protocol")

// NewSchemas returns a placement on pool, whose query mode must be exec or the
// simple protocol: anything else is ErrQueryMode. The caller keeps the pool and
// closes it.
func NewSchemas(ctx context.Context, pool *pgxpool.Pool, cfg SchemasConfig) (*Schemas, error) {
	switch mode := pool.Config().ConnConfig.DefaultQueryExecMode; mode {
	case pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol:
	default:
		return nil, fmt.Errorf("%w, not %s", ErrQueryMode, mode)
	}
	if err := checkExtensions(ctx, pool, cfg.Extensions); err != nil {
		return nil, err
	}
	name := cfg.Name
	if name == nil {
		name = defaultName
	}
	return newSchemas(pool, name, cfg.Extensions), nil
}

func newSchemas(pool beginner, name func(Key) string, extensions []string) *Schemas {
	tail := searchTail(extensions)
	return &Schemas{scoped{pool: pool, set: newSetting("search_path", func(id Key) (string, error) {
		return searchPath(name(id), tail)
	})}}
}

// searchPath puts the schema name before tail, which searchTail made.
func searchPath(name, tail string) (string, error) {
	if err := checkName("schema", name); err != nil {
		return "", err
	}
	return `"` + name + tail, nil
}

// searchTail begins with the quote that ends the tenant's name. A schema
// pg_temp that is not named would be searched first.
func searchTail(extensions []string) string {
	var b strings.Builder
	b.WriteString(`"`)
	for _, name := range extensions {
		b.WriteString(`, "` + name + `"`)
	}
	b.WriteString(`, pg_temp`)
	return b.String()
}

// strays are the relations in schemas of extensions that no extension brought:
// they would stand in for those that a tenant lacks.
const strays = `
select n.nspname || '.' || c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
	and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by 1`

func checkExtensions(ctx context.Context, db querier, schemas []string) error {
	if len(schemas) == 0 {
		return nil
	}
	for _, name := range schemas {
		if err := checkName("schema", name); err != nil {
			return err
		}
	}
	rows, err := db.Query(ctx, strays, schemas)
	if err != nil {
		return fmt.Errorf("tenant: look into schemas of extensions: %w", scrub(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("tenant: look into schemas of extensions: %w", scrub(err))
	}
	if len(found) > 0 {
		return fmt.Errorf("tenant: schemas of extensions hold what is no extension's: %s", strings.Join(found, ", "))
	}
	return nil
}

// OnTx is [OnTx] for a transaction of a pool with a schema a tenant: it also
// sets the search path for the rest of the transaction.
func (d *Schemas) OnTx(ctx context.Context, tx pgx.Tx, id Key) (DB, error) {
	return d.bind(ctx, tx, id)
}
