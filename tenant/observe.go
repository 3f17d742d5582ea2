package tenant

import (
	"context"
	"time"
)

// Observer sees every statement that goes through a [DB] made by [Observe], and
// may refuse it. It sees texts and never values. It may be called concurrently,
// and what it does, the statement waits for.
type Observer interface {
	// Before is called before s is sent. An error refuses s: nothing is sent,
	// and the caller gets the error as it is. Otherwise the statement runs with
	// the context returned, which is ctx or made from it; nil stands for ctx.
	//
	// Statements of a batch run with the caller's context; the one returned is
	// for After alone there. One in a transaction starts from its own caller's
	// context, not from that of the transaction.
	Before(ctx context.Context, s Statement) (context.Context, error)

	// After is called once s is over, with the context that Before returned. It
	// follows each Before that returned no error, unless the rows of s are
	// never closed or its row never scanned.
	After(ctx context.Context, s Statement, o Outcome)
}

// Guard is an [Observer] that may refuse statements and is not interested in
// what becomes of them.
type Guard func(ctx context.Context, s Statement) error

// Before calls g.
func (g Guard) Before(ctx context.Context, s Statement) (context.Context, error) {
	return ctx, g(ctx, s)
}

// After does nothing.
func (g Guard) After(context.Context, Statement, Outcome) {}

// Statement is one statement that is to be sent for a tenant.
type Statement struct {
	// Call says which method of [DB] sends it.
	Call Call

	// Tenant is the key that the method was given, and never that of no tenant.
	Tenant Key

	// SQL is the statement's text, with parameters in place of values; text
	// written by hand may of course have values in it, and a pgx.QueryRewriter
	// among its arguments, which generated code never has, may still turn it into
	// another. A copy and a transaction, which have no text of the caller's, are
	// told as "copy … from stdin", "begin" and "savepoint".
	SQL string
}

// Call is the method of [DB] that sends a statement.
type Call uint8

// The calls.
const (
	CallExec     Call = iota + 1
	CallQuery         // over when the rows are read to their end, or closed
	CallQueryRow      // over when the row is scanned
	CallBatch         // one statement of a batch; over when its result is read, or the batch is closed
	CallCopy
	CallTx // a transaction or a savepoint; over when it is kept or taken back
)

// String returns the method's name.
func (c Call) String() string {
	switch c {
	case CallExec:
		return "Exec"
	case CallQuery:
		return "Query"
	case CallQueryRow:
		return "QueryRow"
	case CallBatch:
		return "SendBatch"
	case CallCopy:
		return "CopyFrom"
	case CallTx:
		return "InTx"
	}
	return "unknown"
}

// Outcome is what became of a statement.
type Outcome struct {
	// Rows is how many rows were returned or, where none were, touched.
	Rows int64

	// Duration is the time from before the statement was sent until it was
	// over. The caller's own work between two rows is part of it.
	Duration time.Duration

	// Err is what the caller gets, or nil. A row that was not found is no error
	// here. A transaction's is what InTx returns, which may be the caller's own.
	// Where a statement of a batch fails, those behind it have its error.
	Err error

	// Refused says that an observer refused the statement, or another of its
	// batch: Err is that observer's, and nothing was sent.
	Refused bool
}

// Observe returns a DB that tells observers of every statement before it is
// handed to db and after it is over. The first observer comes first before a
// statement and last after it; one that refuses keeps those behind it from
// hearing of the statement. Without observers it returns db: what is not
// switched on costs nothing.
//
// The DB inside InTx is observed too. Calls without a tenant are refused with
// [ErrNoTenant] before any observer hears of them. What a placement adds of its
// own, as the setting of row-level security, is no statement of the caller's
// and not shown. A DB that OnTx returns is observed when Observe is called on
// it, and not because the placement is.
//
// Every statement of a batch is shown to the observers before the first is
// sent; when one is refused none is.
func Observe(db DB, observers ...Observer) DB {
	if len(observers) == 0 {
		return db
	}
	return &observed{db, append([]Observer(nil), observers...)}
}

// sighting is a statement that observers have been told of, and how far that got.
type sighting struct {
	observers []Observer
	told      []context.Context // by Before, as far as it was called
	s         Statement
	began     time.Time
	over      bool
}

// see tells the observers of s. It returns the context that s runs with, or
// the error of the one that refuses s; those before that one know already.
func (d *observed) see(ctx context.Context, w *sighting, s Statement) (context.Context, error) {
	w.observers, w.s, w.began = d.observers, s, time.Now()
	w.told = make([]context.Context, 0, len(d.observers))
	for _, observer := range d.observers {
		next, err := observer.Before(ctx, s)
		if err != nil {
			w.end(Outcome{Err: err, Refused: true})
			return nil, err
		}
		if next != nil {
			ctx = next
		}
		w.told = append(w.told, ctx)
	}
	return ctx, nil
}

// end tells the observers, once, that the statement is over.
func (w *sighting) end(o Outcome) {
	if w.over {
		return
	}
	w.over = true
	o.Duration = time.Since(w.began)
	for i := len(w.told) - 1; i >= 0; i-- {
		w.observers[i].After(w.told[i], w.s, o)
	}
}
