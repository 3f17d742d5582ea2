package tenant

import (
	"errors"

	"github.com/jackc/pgx/v5"
)

var (
	// ErrNoTenant says that a statement was given no tenant: a nil key, or the
	// zero value of one. Nothing was sent.
	ErrNoTenant = errors.New("tenant: no tenant given")

	// ErrMismatch says that two tenants met in one call: a DB that belongs to one
	// was asked for another, or a row of one was given to a method for another.
	// Nothing was sent.
	ErrMismatch = errors.New("tenant: the transaction or the row belongs to another tenant")

	// ErrNotFound says that the tenant has no such row. Whether another tenant
	// has one cannot be told from it. It matches [pgx.ErrNoRows] too.
	ErrNotFound error = notFound{}

	// ErrConflict says that a row collides with one that is there: a unique or
	// exclusion constraint. The constraint's name is in the [Error] that
	// matches it.
	ErrConflict = errors.New("tenant: conflict with an existing row")

	// ErrCommitUnknown says that the connection was lost, or ctx ended, between
	// the commit of a transaction and its answer: the transaction may have been
	// kept, or not. Running it again may do things twice.
	ErrCommitUnknown = errors.New("tenant: it is not known whether the transaction was kept")

	// ErrNotRun says that a [Result] was asked for before its batch ran.
	ErrNotRun = errors.New("tenant: the batch has not run yet")

	// ErrStale says that a row has moved on since it was read: another version of
	// it is there by now, or none. Read it again and decide anew.
	ErrStale = errors.New("tenant: the row has changed since it was read")

	// ErrCursor says that a cursor is not for this page: it belongs to another
	// tenant, another query, order or form of conditions, or it is damaged.
	// Nothing was sent.
	ErrCursor = errors.New("tenant: the cursor does not belong to this page")

	// ErrBatchTx says that a batch begins a transaction of its own
	// ([pgx.Batch.BeginTx]), which would outlive the call that places it.
	// Nothing was sent; [DB.InTx] is the way to a transaction.
	ErrBatchTx = errors.New("tenant: the batch begins a transaction of its own; send it within InTx instead")
)

var (
	errScanNull    = errors.New("tenant: cannot scan NULL into a key")
	errScannedRow  = errors.New("tenant: the row was scanned already")
	errNestedTxOpt = errors.New("tenant: a nested transaction is a savepoint and takes no options")
	errNoTx        = errors.New("tenant: OnTx needs a transaction")
)

type notFound struct{}

func (notFound) Error() string { return "tenant: not found" }
func (notFound) Unwrap() error { return pgx.ErrNoRows }

// NotFound returns ErrNotFound for pgx.ErrNoRows, and any other err as it is.
func NotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
