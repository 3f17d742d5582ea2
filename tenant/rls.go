package tenant

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// RLSConfig says how the policies of a database learn the tenant.
type RLSConfig struct {
	// Setting is the run-time parameter that policies read, of the form
	// prefix.name. Zero means app.tenant_id.
	Setting string

	// Except names relations, as schema.name, that NewSharedRLS passes over:
	// those that are nobody's data, and those whose policies it does not
	// understand and a person has read. Zero means none. A name that no
	// relation has is an error.
	Except []string
}

const defaultSetting = "app.tenant_id"

var settingName = regexp.MustCompile(`^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)+$`)

// SharedRLS is a [DB] for tenants whose rows share their tables, where
// PostgreSQL's row-level security stands behind the statement's own predicate:
// should one fail, the other holds. NewSharedRLS makes it.
//
// Each call sends the tenant's key to the server together with its statement,
// as a setting that ends with the transaction, in one round trip. Within InTx
// it is set once. CopyFrom sends inserts, because the server refuses COPY
// under row-level security.
type SharedRLS struct{ scoped }

var _ DB = (*SharedRLS)(nil)

// ErrUnsafeRole says that policies do not bind the role of a pool. The error
// that matches it lists why.
var ErrUnsafeRole = errors.New("tenant: row-level security does not hold for this role")

// NewSharedRLS returns a placement on pool after asking the server whether
// policies bind the pool's role. The caller keeps the pool and closes it.
//
// The role must be no superuser, have no BYPASSRLS, own no relation, and be no
// member of a role that is any of that. Each relation that it may use must be
// a table with row-level security enabled and forced, and with a policy that
// compares a column with the setting and applies to every command, restrictive
// or the only kind there is; a view must have security_invoker. The role must
// not be allowed to TRUNCATE. ErrUnsafeRole lists what is otherwise.
// ErrPooler says that the pool's query mode does not work with the pooler in
// between.
func NewSharedRLS(ctx context.Context, pool *pgxpool.Pool, cfg RLSConfig) (*SharedRLS, error) {
	cfg.Setting = cmp.Or(cfg.Setting, defaultSetting)
	if !settingName.MatchString(cfg.Setting) {
		return nil, fmt.Errorf("tenant: setting %q: want prefix.name in small letters, such as %s", cfg.Setting, defaultSetting)
	}
	if err := checkPooler(ctx, pool); err != nil {
		return nil, err
	}
	if err := checkRLS(ctx, pool, cfg); err != nil {
		return nil, err
	}
	return newSharedRLS(pool, cfg.Setting), nil
}

func newSharedRLS(pool beginner, name string) *SharedRLS {
	return &SharedRLS{scoped{pool: pool, set: newSetting(name, keyText), inserts: true}}
}

func keyText(id Key) (string, error) { return id.String(), nil }

// OnTx is [OnTx] for a transaction of a pool under row-level security: it also
// sets the tenant's key for the rest of the transaction.
func (d *SharedRLS) OnTx(ctx context.Context, tx pgx.Tx, id Key) (DB, error) {
	return d.bind(ctx, tx, id)
}
