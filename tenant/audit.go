package tenant

import (
	"context"
	"errors"
	"log/slog"

	"github.com/jackc/pgx/v5"
)

// AuditConfig says what [NewAudit] writes. The zero value writes to the default
// logger, at level info, without looking at the stack.
type AuditConfig struct {
	// Logger takes the records. Nil means slog.Default.
	Logger *slog.Logger

	// Level is that of the records. Zero means info.
	Level slog.Level

	// Generated are the import paths of packages with generated code. Where one
	// of their methods sends a statement the record has the method's name in
	// place of the statement's text. Zero means the text always.
	Generated []string

	// Caller adds the file and line that sends the statement, outside of
	// Generated and of this package.
	Caller bool
}

// NewAudit returns an [Observer] that writes a record for each statement that is
// over, and none of its values: call, query, tenant, rows, duration, then caller
// if asked for, and error if it failed, as [Outcome.Reason] tells it.
//
// The query is the name of the generated method where AuditConfig.Generated
// tells of it, and the text of the statement where it does not, and for
// statements of a batch.
func NewAudit(cfg AuditConfig) Observer { return &audit{cfg} }

type audit struct{ AuditConfig }

// originKey keeps an origin in a context until the statement is over: that
// may be elsewhere.
type originKey struct{}

type origin struct{ query, caller string }

func (a *audit) logger() *slog.Logger {
	if a.Logger != nil {
		return a.Logger
	}
	return slog.Default()
}

func (a *audit) Before(ctx context.Context, _ Statement) (context.Context, error) {
	if !a.Caller && len(a.Generated) == 0 || !a.logger().Enabled(ctx, a.Level) {
		return ctx, nil
	}
	query, caller := Origin(a.Generated...)
	return context.WithValue(ctx, originKey{}, origin{query, caller}), nil
}

func (a *audit) After(ctx context.Context, s Statement, o Outcome) {
	logger := a.logger()
	if !logger.Enabled(ctx, a.Level) {
		return
	}
	from, _ := ctx.Value(originKey{}).(origin)
	query := s.SQL
	if from.query != "" && s.Call != CallBatch && s.Call != CallTx {
		query = from.query
	}
	attrs := make([]slog.Attr, 0, 7)
	attrs = append(attrs,
		slog.String("call", s.Call.String()),
		slog.String("query", query),
		slog.String("tenant", s.Tenant.String()),
		slog.Int64("rows", o.Rows),
		slog.Duration("duration", o.Duration))
	if a.Caller {
		attrs = append(attrs, slog.String("caller", from.caller))
	}
	if o.Err != nil {
		attrs = append(attrs, slog.String("error", o.Reason()))
	}
	logger.LogAttrs(ctx, a.Level, "statement", attrs...)
}

// plain are errors that have no values in them.
var plain = []error{
	context.Canceled, context.DeadlineExceeded, pgx.ErrTxClosed, pgx.ErrTxCommitRollback, errUnwound,
	ErrMismatch, ErrBatchTx, ErrMoved, ErrSuspended, ErrUnknownTenant, ErrUnavailable,
}

// Reason says why a statement failed, for logs: without a value of a row, an
// argument or a caller's text. It is "" where Err is nil, and "other" where no
// more can be said.
func (o Outcome) Reason() string {
	var server *Error
	switch {
	case o.Err == nil:
		return ""
	case o.Refused:
		return "refused"
	case errors.Is(o.Err, ErrCommitUnknown):
		return ErrCommitUnknown.Error()
	case errors.As(o.Err, &server):
		return server.Error()
	}
	for _, known := range plain {
		if errors.Is(o.Err, known) {
			return known.Error()
		}
	}
	return "other"
}
