package tenant

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A setting is a run-time parameter of the server that says whose turn it is:
// the one that policies read, or the search path.
//
// It is set for a transaction only and together with what needs it, in one
// flight. Set for a session it would outlive the call, and behind a pooler in
// transaction mode it would meet another client's statements.
type setting struct {
	sql   string                    // sets it from $1, until the transaction ends
	value func(Key) (string, error) // what it is for a tenant
}

func newSetting(name string, value func(Key) (string, error)) setting {
	return setting{"select set_config(" + quoteLiteral(name) + ", $1, true)", value}
}

// scoped is the placement of tenants who share a pool and differ in a setting.
type scoped struct {
	pool    beginner
	set     setting
	inserts bool // COPY is refused here
}

// beginner is a pool.
type beginner interface {
	querier
	BeginTx(ctx context.Context, opts pgx.TxOptions) (pgx.Tx, error)
}

var errOption = errors.New("tenant: a statement that travels with a setting takes no options of pgx but a QueryRewriter")

// A flight is a statement behind the one that sets the setting. pgx sends both
// at once, and the server runs both in one transaction of its own making.
type flight struct {
	batch      pgx.Batch
	set, query pgx.QueuedQuery
	queue      [2]*pgx.QueuedQuery
	value      [1]any
}

// send sends the statement and returns its results, the setting's behind them.
// They must be closed.
func (d *scoped) send(ctx context.Context, id Key, sql string, args []any) (pgx.BatchResults, error) {
	if err := admit(id); err != nil {
		return nil, err
	}
	if len(args) > 0 && isOption(args[0]) {
		return nil, errOption
	}
	value, err := d.set.value(id)
	if err != nil {
		return nil, err
	}
	f := new(flight)
	f.value[0] = value
	f.set.SQL, f.set.Arguments = d.set.sql, f.value[:]
	f.query.SQL, f.query.Arguments = sql, args
	f.queue = [2]*pgx.QueuedQuery{&f.set, &f.query}
	f.batch.QueuedQueries = f.queue[:]
	return pastSetting(d.pool.SendBatch(ctx, &f.batch))
}

// isOption reports whether pgx would take arg for an option of a query, which
// a batch would send as a parameter.
func isOption(arg any) bool {
	switch arg.(type) {
	case pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID:
		return true
	}
	return false
}

// pastSetting reads the result of the setting, which comes first.
func pastSetting(br pgx.BatchResults) (pgx.BatchResults, error) {
	if _, err := br.Exec(); err != nil {
		br.Close() // repeats err
		return nil, scrub(err)
	}
	return br, nil
}

func (d *scoped) Exec(ctx context.Context, id Key, sql string, args ...any) (pgconn.CommandTag, error) {
	br, err := d.send(ctx, id, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := br.Exec()
	// What Close returns is err, or else what the end of the transaction says.
	if closeErr := br.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return pgconn.CommandTag{}, scrub(err)
	}
	return tag, nil
}

func (d *scoped) Query(ctx context.Context, id Key, sql string, args ...any) (pgx.Rows, error) {
	br, err := d.send(ctx, id, sql, args)
	if err != nil {
		return failedRows(err)
	}
	inner, err := br.Query()
	if err != nil {
		br.Close()
		return failedRows(scrub(err))
	}
	r := flightRowsSlab.take()
	r.Rows, r.br = inner, br
	return scrubRows(r, nil)
}

func (d *scoped) QueryRow(ctx context.Context, id Key, sql string, args ...any) pgx.Row {
	br, err := d.send(ctx, id, sql, args)
	if err != nil {
		return failedRow{err}
	}
	r := flightRowSlab.take()
	r.inner, r.br = br.QueryRow(), br
	return scrubRow(r)
}

func (d *scoped) SendBatch(ctx context.Context, id Key, b *pgx.Batch) pgx.BatchResults {
	if err := admit(id); err != nil {
		return failedBatch(err)
	}
	value, err := d.set.value(id)
	if err != nil {
		return failedBatch(err)
	}
	return sendBatch(ctx, d.pool, b, &pgx.QueuedQuery{SQL: d.set.sql, Arguments: []any{value}})
}

func (d *scoped) CopyFrom(ctx context.Context, id Key, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (n int64, err error) {
	err = d.InTx(ctx, id, pgx.TxOptions{}, func(tx DB) error {
		n, err = tx.CopyFrom(ctx, id, table, columns, src)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (d *scoped) InTx(ctx context.Context, id Key, opts pgx.TxOptions, fn func(DB) error) error {
	who, err := identify(id)
	if err != nil {
		return err
	}
	value, err := d.set.value(id)
	if err != nil {
		return err
	}
	var b pgx.Batch
	b.BeginTx(opts)
	b.Queue(d.set.sql, value)
	br := d.pool.SendBatch(ctx, &b)
	tx := br.Tx() // closed where nothing was begun
	bound := &bound{tx: tx, who: who, inserts: d.inserts}
	if err := br.Close(); err != nil {
		bound.rollback(ctx)
		return scrub(err)
	}
	return runTx(ctx, bound, fn)
}

// bind makes a transaction that somebody else holds the tenant's.
func (d *scoped) bind(ctx context.Context, tx pgx.Tx, id Key) (DB, error) {
	who, err := identify(id)
	if err != nil {
		return nil, err
	}
	if tx == nil {
		return nil, errNoTx
	}
	value, err := d.set.value(id)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, d.set.sql, value); err != nil {
		return nil, scrub(err)
	}
	return &bound{tx: tx, who: who, inserts: d.inserts}, nil
}

// flightRows are rows that end their flight when they are closed.
type flightRows struct {
	pgx.Rows
	br    pgx.BatchResults // nil once closed
	ended error
}

var flightRowsSlab slab[flightRows]

func (r *flightRows) Close() {
	r.Rows.Close()
	if br := r.br; br != nil {
		r.br = nil
		r.ended = br.Close()
	}
}

// Err returns what went wrong with the rows or, once they are closed, with the
// end of the transaction: a deferred constraint speaks no earlier.
func (r *flightRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.ended
}

func (r *flightRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *flightRows) Scan(dest ...any) error {
	err := r.Rows.Scan(dest...)
	if err != nil {
		r.Close()
	}
	return err
}

func (r *flightRows) Values() ([]any, error) {
	values, err := r.Rows.Values()
	if err != nil {
		r.Close()
	}
	return values, err
}

// flightRow is a row that ends its flight when it is scanned.
type flightRow struct {
	inner pgx.Row
	br    pgx.BatchResults
}

var flightRowSlab slab[flightRow]

func (r *flightRow) Scan(dest ...any) error {
	br := r.br
	defer func() { // a Scan of the caller's may panic
		if br != nil {
			br.Close()
		}
	}()
	err := r.inner.Scan(dest...)
	ended := br.Close()
	br = nil
	if err != nil {
		return err
	}
	return ended
}
