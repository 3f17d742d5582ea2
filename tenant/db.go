package tenant

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// DB runs statements for one tenant at a time, where that tenant's rows live.
//
// It is the door that generated code goes through, and a raw one: it places a
// statement, and it is the statement's own text that confines it to the
// tenant's rows. Generated methods have that proven. Text written by hand has
// not, and belongs in a query file.
//
// Every method refuses a nil or zero id with [ErrNoTenant], and a DB that
// belongs to one tenant, as inside InTx, refuses every other with
// [ErrMismatch]; neither sends anything. Errors of the server arrive as
// [*Error]. When ctx ends, a call that has to wait for anything returns its
// error. A DB made from a pool may be used concurrently; one that belongs
// to a transaction may not. The zero values of types that implement it are of no
// use.
type DB interface {
	// Exec runs a statement that returns no rows.
	Exec(ctx context.Context, id Key, sql string, args ...any) (pgconn.CommandTag, error)

	// Query runs a statement that returns rows. The rows are never nil, and
	// must be closed; their Conn is nil, because a connection is not the
	// tenant's.
	Query(ctx context.Context, id Key, sql string, args ...any) (pgx.Rows, error)

	// QueryRow runs a statement that returns a row. The row must be scanned,
	// once; a missing one is pgx.ErrNoRows then. See [NotFound].
	QueryRow(ctx context.Context, id Key, sql string, args ...any) pgx.Row

	// SendBatch sends the statements of b in one round trip. The results must
	// be closed. b is not changed and may be sent again.
	SendBatch(ctx context.Context, id Key, b *pgx.Batch) pgx.BatchResults

	// CopyFrom writes the rows of src to a table and returns their number. The
	// tenant's key is a column of src like any other.
	CopyFrom(ctx context.Context, id Key, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error)

	// InTx runs fn in a transaction, with a DB that belongs to the tenant and
	// ends with fn. It commits when fn returns nil; it rolls back when fn
	// returns an error, which InTx then returns as it is, or panics. When fn
	// returns nil after a statement of the transaction failed there is nothing
	// to commit, and InTx returns pgx.ErrTxCommitRollback. It returns an error
	// that matches [ErrCommitUnknown] when the commit was sent and not answered.
	//
	// On a DB that belongs to a transaction already, InTx is a savepoint: an
	// error takes back what fn did and leaves the transaction usable. opts must
	// be zero there, since a transaction cannot change its isolation half-way.
	InTx(ctx context.Context, id Key, opts pgx.TxOptions, fn func(DB) error) error
}

// querier is what a pool and a transaction have in common.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error)
}
