package tenant

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// copyChunk is how many rows travel in one flight.
const copyChunk = 500

// insertRows does in the transaction what COPY would do: the server refuses that
// under row-level security. The rows are single inserts, which need no more
// than the statement's text to know their types, sent many at a time.
func (d *bound) insertRows(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	sql := insertSQL(table, columns)
	var n int64
	for {
		var b pgx.Batch
		for len(b.QueuedQueries) < copyChunk && src.Next() {
			values, err := src.Values()
			if err != nil {
				return 0, err
			}
			b.Queue(sql, values...)
		}
		if err := src.Err(); err != nil {
			return 0, err
		}
		if b.Len() == 0 {
			return n, nil
		}
		if err := d.tx.SendBatch(ctx, &b).Close(); err != nil {
			return 0, err
		}
		n += int64(b.Len())
	}
}

func insertSQL(table pgx.Identifier, columns []string) string {
	var names, values strings.Builder
	for i, column := range columns {
		if i > 0 {
			names.WriteString(", ")
			values.WriteString(", ")
		}
		names.WriteString(pgx.Identifier{column}.Sanitize())
		values.WriteString("$" + strconv.Itoa(i+1))
	}
	return "insert into " + table.Sanitize() + " (" + names.String() + ") values (" + values.String() + ")"
}
