package tenant

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/tenant/pools"
)

// ErrUnavailable says that there is no connection to the tenant's database: an
// attempt to connect failed, or one a moment ago did and its pause is not over.
// Nothing was sent.
var ErrUnavailable = pools.ErrUnavailable

// DatabasesConfig says which database is whose.
type DatabasesConfig struct {
	// Server is the server of all databases, as the pools know it. It must be
	// set unless At is.
	Server string

	// At returns the database of a tenant. It must give two tenants two
	// databases. Zero means one on Server that is called tenant_ and the key, a
	// UUID without its dashes; a call for a tenant whose key makes no name is
	// ErrBadName.
	At func(id Key) pools.Database
}

// Databases is a [DB] for tenants that each have a database of their own.
// NewDatabases makes it.
type Databases struct {
	pools    *pools.Pools
	at       func(id Key) pools.Database
	holders  *holders // nil where the names alone keep tenants apart
	homes    *homes
	isolated bool // two tenants must not meet in one database: see Isolate
}

var _ DB = (*Databases)(nil)

// NewDatabases returns a placement over p, which the caller keeps and closes.
// It opens no connection. It returns an error for a server that p does not
// know.
func NewDatabases(p *pools.Pools, cfg DatabasesConfig) (*Databases, error) {
	d := &Databases{pools: p, at: cfg.At, homes: newHomes()}
	if cfg.At == nil {
		if _, err := p.On(pools.Database{Server: cfg.Server}); err != nil {
			return nil, fmt.Errorf("tenant: databases: %w", err)
		}
		d.at = func(id Key) pools.Database { return pools.Database{Server: cfg.Server, Name: defaultName(id)} }
	} else {
		d.holders = &holders{of: make(map[pools.Database]identity)}
	}
	return d, nil
}

var errNoDatabase = errors.New("tenant: a tenant's database has no name")

// of returns the tenant's placement.
func (d *Databases) of(id Key) (*shared, error) {
	home, err := d.home(id)
	if err != nil {
		return nil, err
	}
	return &home.db, nil
}

// home returns where the tenant's rows are, as far as it is remembered or can be
// told.
func (d *Databases) home(id Key) (*home, error) {
	who, err := identify(id)
	if err != nil {
		return nil, err
	}
	slot := d.homes.slot(&who)
	known := slot.Load()
	if known != nil && known.who != who {
		known = nil
	}
	if known != nil && d.holders == nil {
		return known, nil
	}
	at := d.at(id)
	if known != nil && known.at == at {
		return known, nil
	}
	found, err := d.find(who, at)
	if err != nil {
		return nil, err
	}
	slot.Store(found)
	return found, nil
}

// find returns the home of a tenant whose database is at.
func (d *Databases) find(who identity, at pools.Database) (*home, error) {
	if at.Name == "" {
		return nil, errNoDatabase // the server's own would be everybody's
	}
	if err := checkName("database", at.Name); err != nil {
		return nil, err
	}
	pool, err := d.pools.On(at)
	if err != nil {
		return nil, fmt.Errorf("tenant: %w", err)
	}
	own := itsOwn
	if d.holders != nil {
		own = func() error { return d.holders.hold(at, who) }
	}
	if d.isolated {
		if err := own(); err != nil {
			return nil, err
		}
	}
	return &home{who: who, at: at, pool: pool, db: shared{pool, own}}, nil
}

func (d *Databases) Exec(ctx context.Context, id Key, sql string, args ...any) (pgconn.CommandTag, error) {
	db, err := d.of(id)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	return db.Exec(ctx, id, sql, args...)
}

func (d *Databases) Query(ctx context.Context, id Key, sql string, args ...any) (pgx.Rows, error) {
	db, err := d.of(id)
	if err != nil {
		return failedRows(err)
	}
	return db.Query(ctx, id, sql, args...)
}

func (d *Databases) QueryRow(ctx context.Context, id Key, sql string, args ...any) pgx.Row {
	db, err := d.of(id)
	if err != nil {
		return failedRow{err}
	}
	return db.QueryRow(ctx, id, sql, args...)
}

func (d *Databases) SendBatch(ctx context.Context, id Key, b *pgx.Batch) pgx.BatchResults {
	db, err := d.of(id)
	if err != nil {
		return failedBatch(err)
	}
	return db.SendBatch(ctx, id, b)
}

func (d *Databases) CopyFrom(ctx context.Context, id Key, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	db, err := d.of(id)
	if err != nil {
		return 0, err
	}
	return db.CopyFrom(ctx, id, table, columns, src)
}

func (d *Databases) InTx(ctx context.Context, id Key, opts pgx.TxOptions, fn func(DB) error) error {
	db, err := d.of(id)
	if err != nil {
		return err
	}
	return db.InTx(ctx, id, opts, fn)
}
