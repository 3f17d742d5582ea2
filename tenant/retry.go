package tenant

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// TxOptions say how a transaction runs. The zero value is the server's default
// isolation, read and write, once.
type TxOptions struct {
	// Isolation is the isolation level. Empty means the server's default.
	Isolation pgx.TxIsoLevel

	// ReadOnly makes the server refuse every write.
	ReadOnly bool

	// Deferrable lets a serializable transaction that only reads wait until it
	// can run without being able to fail. It changes nothing elsewhere.
	Deferrable bool

	// Attempts is how often the function may run in all, each time in a new
	// transaction, when the server ended the one before with a serialization
	// failure or a deadlock. Zero and one mean once.
	Attempts int

	// Backoff bounds the wait before the second attempt; each further attempt
	// doubles the bound, up to a second. How long the wait is within its bound
	// is left to chance, so that two which collided do not collide again. Zero
	// means 10 milliseconds.
	Backoff time.Duration
}

const (
	defaultBackoff = 10 * time.Millisecond
	maxBackoff     = time.Second
)

func (o TxOptions) pgx() pgx.TxOptions {
	out := pgx.TxOptions{IsoLevel: o.Isolation}
	if o.ReadOnly {
		out.AccessMode = pgx.ReadOnly
	}
	if o.Deferrable {
		out.DeferrableMode = pgx.Deferrable
	}
	return out
}

// InTx runs fn in a transaction of db as [DB.InTx] does, and again in a new one
// as often as opts allow. What fn changes outside of the database it changes
// once an attempt.
//
// Only a failure that leaves nothing behind is tried again: one of which the
// server said, of a statement or of the commit, that it is a serialization
// failure or a deadlock. A commit whose outcome is not known
// ([ErrCommitUnknown]) is none. Nor is a failure that fn keeps to itself. When
// the attempts are used up the last failure is returned, and when ctx ends
// while InTx waits both that failure and ctx's error are.
//
// On a DB that belongs to a transaction already opts must be zero: a failed
// transaction can only be tried again as a whole.
func InTx(ctx context.Context, db DB, id Key, opts TxOptions, fn func(DB) error) error {
	if opts != (TxOptions{}) {
		if nested, err := belongs(db, id); err != nil {
			return err
		} else if nested {
			return errNestedTxOpt
		}
	}
	limit := opts.Backoff
	if limit <= 0 {
		limit = defaultBackoff
	}
	for attempt := 1; ; attempt++ {
		err := db.InTx(ctx, id, opts.pgx(), fn)
		if attempt >= opts.Attempts || !retryable(err) {
			return err
		}
		if ended := wait(ctx, min(limit, maxBackoff)); ended != nil {
			return fmt.Errorf("%w; not tried again: %w", err, ended)
		}
		limit = min(2*limit, maxBackoff)
	}
}

// wait waits for a time between nothing and limit, or returns ctx's error.
func wait(ctx context.Context, limit time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	timer := time.NewTimer(rand.N(limit))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryable reports whether err says that the transaction may succeed when it
// is run again, and that it left nothing behind.
func retryable(err error) bool {
	if errors.Is(err, ErrCommitUnknown) {
		return false
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// commitError wraps a commit's error after which the transaction may have been
// kept.
type commitError struct{ err error }

func (e *commitError) Error() string        { return ErrCommitUnknown.Error() + ": " + e.err.Error() }
func (e *commitError) Unwrap() error        { return e.err }
func (e *commitError) Is(target error) bool { return target == ErrCommitUnknown }

// outcome returns what a commit's error means. The server decided when it
// reports an error and goes on; nothing was decided when nothing was sent.
// Anything else, a lost connection or one that the server ends, can have come
// before the commit or after it.
func outcome(err error) error {
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, pgx.ErrTxClosed), errors.Is(err, pgx.ErrTxCommitRollback), pgconn.SafeToRetry(err):
		return err
	case errors.As(err, &pg) && pg.SeverityUnlocalized == "ERROR":
		return scrub(err)
	}
	return &commitError{scrub(err)}
}
