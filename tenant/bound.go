package tenant

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// OnTx returns a DB that runs within tx and belongs to the tenant id. It is
// for transactions that somebody else holds: nothing commits or rolls back tx
// but its holder, and the DB ends with it.
//
// OnTx returns ErrNoTenant for a nil or zero id.
func OnTx(ctx context.Context, tx pgx.Tx, id Key) (DB, error) {
	who, err := identify(id)
	if err != nil {
		return nil, err
	}
	if tx == nil {
		return nil, errNoTx
	}
	return &bound{tx: tx, who: who}, nil
}

// bound is a DB that belongs to one tenant and one transaction.
type bound struct {
	tx        pgx.Tx
	who       identity
	savepoint bool         // tx is one of a transaction around it
	inserts   bool         // COPY is refused here
	own       func() error // makes sure that the database is the tenant's own, where it may be: see Isolate
}

// transactional is a DB that may belong to a transaction already.
type transactional interface {
	// belongs reports whether it does, and returns the error of every key but
	// the transaction's then.
	belongs(id Key) (bool, error)
}

// belongs asks db, if db is one that may say yes.
func belongs(db DB, id Key) (bool, error) {
	if d, ok := db.(transactional); ok {
		return d.belongs(id)
	}
	return false, nil
}

func (d *bound) belongs(id Key) (bool, error) { return true, d.admit(id) }

// admit refuses every key but the tenant's own.
func (d *bound) admit(id Key) error {
	who, err := identify(id)
	if err != nil {
		return err
	}
	if who != d.who {
		return ErrMismatch
	}
	return nil
}

func (d *bound) Exec(ctx context.Context, id Key, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := d.admit(id); err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := d.tx.Exec(ctx, sql, args...)
	return tag, scrub(err)
}

func (d *bound) Query(ctx context.Context, id Key, sql string, args ...any) (pgx.Rows, error) {
	if err := d.admit(id); err != nil {
		return failedRows(err)
	}
	return scrubRows(d.tx.Query(ctx, sql, args...))
}

func (d *bound) QueryRow(ctx context.Context, id Key, sql string, args ...any) pgx.Row {
	if err := d.admit(id); err != nil {
		return failedRow{err}
	}
	return scrubRow(d.tx.QueryRow(ctx, sql, args...))
}

func (d *bound) SendBatch(ctx context.Context, id Key, b *pgx.Batch) pgx.BatchResults {
	if err := d.admit(id); err != nil {
		return failedBatch(err)
	}
	return sendBatch(ctx, d.tx, b, nil)
}

func (d *bound) CopyFrom(ctx context.Context, id Key, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	if err := d.admit(id); err != nil {
		return 0, err
	}
	copyFrom := d.tx.CopyFrom
	if d.inserts {
		copyFrom = d.insertRows
	}
	n, err := copyFrom(ctx, table, columns, src)
	return n, scrub(err)
}

func (d *bound) InTx(ctx context.Context, id Key, opts pgx.TxOptions, fn func(DB) error) error {
	if err := d.admit(id); err != nil {
		return err
	}
	if opts != (pgx.TxOptions{}) {
		return errNestedTxOpt
	}
	savepoint, err := d.tx.Begin(ctx)
	if err != nil {
		return scrub(err)
	}
	return runTx(ctx, &bound{tx: savepoint, who: d.who, savepoint: true, inserts: d.inserts, own: d.own}, fn)
}

// rollbackTimeout bounds a rollback, which runs without the caller's ctx: that
// one may be what ended the transaction.
const rollbackTimeout = 5 * time.Second

// runTx runs fn on d and ends d's transaction or savepoint.
func runTx(ctx context.Context, d *bound, fn func(DB) error) error {
	finished := false
	defer func() {
		if !finished { // fn panicked, or ended its goroutine
			d.rollback(ctx)
		}
	}()
	err := fn(d)
	finished = true
	if err != nil {
		d.rollback(ctx)
		return err
	}
	if d.failed() {
		// fn kept a statement's failure to itself. The server would refuse to
		// release a savepoint now, and make a rollback of a commit in silence.
		d.rollback(ctx)
		return pgx.ErrTxCommitRollback
	}
	err = d.tx.Commit(ctx)
	if err == nil || d.savepoint {
		return scrub(err)
	}
	return outcome(err)
}

// rollback takes back what was done. When that fails pgx closes the connection,
// which takes it back as well, so there is nothing to report.
func (d *bound) rollback(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	d.tx.Rollback(ctx)
}

// failed reports whether a statement of the transaction has failed, after
// which the server accepts nothing but a rollback.
func (d *bound) failed() bool {
	conn := d.tx.Conn()
	return conn != nil && conn.PgConn().TxStatus() == 'E'
}
