package tenant

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// sendBatch sends a copy of b. pgx writes into the batch that it sends, and the
// callbacks in b must see scrubbed errors. Where set is not nil it goes before
// b, and its result is hidden.
func sendBatch(ctx context.Context, db querier, b *pgx.Batch, set *pgx.QueuedQuery) pgx.BatchResults {
	if beginsTx(b) {
		return failedBatch(ErrBatchTx)
	}
	items := make([]pgx.QueuedQuery, len(b.QueuedQueries))
	queue := make([]*pgx.QueuedQuery, len(items), len(items)+1)
	for i, q := range b.QueuedQueries {
		items[i] = pgx.QueuedQuery{SQL: q.SQL, Arguments: q.Arguments}
		if fn := q.Fn; fn != nil {
			items[i].Fn = func(inner pgx.BatchResults) error { return fn(batchResults{inner}) }
		}
		queue[i] = &items[i]
	}
	if set == nil {
		return batchResults{db.SendBatch(ctx, &pgx.Batch{QueuedQueries: queue})}
	}
	br, err := pastSetting(db.SendBatch(ctx, &pgx.Batch{QueuedQueries: slices.Insert(queue, 0, set)}))
	if err != nil {
		return failedBatch(err)
	}
	return batchResults{br}
}

// beginsTx reports whether [pgx.Batch.BeginTx] was called on b. The batch keeps
// that to itself, but its results have a transaction then.
func beginsTx(b *pgx.Batch) bool {
	return pgx.FailedBatchResults(b, ErrBatchTx).Tx() != nil
}

// failedBatch are the results of a batch that was not sent.
func failedBatch(err error) pgx.BatchResults {
	return batchResults{pgx.FailedBatchResults(&pgx.Batch{}, err)}
}

// batchResults are pgx's results with scrubbed errors.
type batchResults struct{ inner pgx.BatchResults }

func (r batchResults) Exec() (pgconn.CommandTag, error) {
	tag, err := r.inner.Exec()
	return tag, scrub(err)
}

func (r batchResults) Query() (pgx.Rows, error) { return scrubRows(r.inner.Query()) }
func (r batchResults) QueryRow() pgx.Row        { return scrubRow(r.inner.QueryRow()) }
func (r batchResults) Close() error             { return scrub(r.inner.Close()) }
func (r batchResults) Tx() pgx.Tx               { return nil }
