package tenant

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"
)

// Counters is an [Observer] that counts the statements of each tenant, for as
// many tenants as it was made for. It is an expvar.Var too:
//
//	counters := tenant.NewCounters(1000)
//	expvar.Publish("tenants", counters)
//	db := tenant.Observe(tenant.NewShared(pool), counters)
//
// Put behind a [Guard] it counts what was sent; put before it also what was
// refused.
type Counters struct {
	most  int
	mu    sync.RWMutex
	known map[identity]*tally
	other tally
}

var _ Observer = (*Counters)(nil)

// NewCounters returns counters for the first tenants that it meets, at most
// that many. All further ones are counted together.
func NewCounters(most int) *Counters {
	return &Counters{most: most, known: make(map[identity]*tally)}
}

// Count is what was counted. The zero value is nothing.
type Count struct {
	Queries int64 // statements that are over, each of a batch for itself
	Rows    int64 // rows that they returned or touched
	Errors  int64 // statements that failed
	Time    time.Duration

	// Transactions is how many transactions and savepoints are over, and
	// Undone how many of them were not kept, or not surely. Their time is
	// that of their statements.
	Transactions, Undone int64
}

// tally is a Count that is being counted.
type tally struct {
	name                                                     string
	queries, rows, errors, nanoseconds, transactions, undone atomic.Int64
}

func (t *tally) add(s Statement, o Outcome) {
	if s.Call == CallTx {
		t.transactions.Add(1)
		if o.Err != nil {
			t.undone.Add(1)
		}
		return
	}
	t.queries.Add(1)
	t.rows.Add(o.Rows)
	t.nanoseconds.Add(int64(o.Duration))
	if o.Err != nil {
		t.errors.Add(1)
	}
}

func (t *tally) count() Count {
	return Count{
		Queries:      t.queries.Load(),
		Rows:         t.rows.Load(),
		Errors:       t.errors.Load(),
		Time:         time.Duration(t.nanoseconds.Load()),
		Transactions: t.transactions.Load(),
		Undone:       t.undone.Load(),
	}
}

// Before counts nothing yet.
func (c *Counters) Before(ctx context.Context, _ Statement) (context.Context, error) { return ctx, nil }

// After counts.
func (c *Counters) After(_ context.Context, s Statement, o Outcome) { c.tally(s.Tenant).add(s, o) }

// tally returns the tenant's own, or the one of all others.
func (c *Counters) tally(id Key) *tally {
	who := id.identity()
	c.mu.RLock()
	t, full := c.known[who], len(c.known) >= c.most
	c.mu.RUnlock()
	if t != nil {
		return t
	}
	if full {
		return &c.other
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t = c.known[who]; t != nil {
		return t
	}
	if len(c.known) >= c.most {
		return &c.other
	}
	t = &tally{name: id.String()}
	c.known[who] = t
	return t
}

// Of returns what was counted for the tenant, and false where it is one of the
// others, was not met yet, or is none.
func (c *Counters) Of(id Key) (Count, bool) {
	who, err := identify(id)
	if err != nil {
		return Count{}, false
	}
	c.mu.RLock()
	t := c.known[who]
	c.mu.RUnlock()
	if t == nil {
		return Count{}, false
	}
	return t.count(), true
}

// Other returns what was counted for all tenants that have no count of their
// own.
func (c *Counters) Other() Count { return c.other.count() }

// String returns the counts as JSON: "tenants" by key, and "other". Times are in
// seconds. Keys of different kinds that read alike are counted together here.
func (c *Counters) String() string {
	type entry struct {
		Queries      int64   `json:"queries"`
		Rows         int64   `json:"rows"`
		Errors       int64   `json:"errors"`
		Seconds      float64 `json:"seconds"`
		Transactions int64   `json:"transactions"`
		Undone       int64   `json:"undone"`
	}
	plus := func(e entry, n Count) entry {
		return entry{
			e.Queries + n.Queries, e.Rows + n.Rows, e.Errors + n.Errors, e.Seconds + n.Time.Seconds(),
			e.Transactions + n.Transactions, e.Undone + n.Undone,
		}
	}
	out := struct {
		Tenants map[string]entry `json:"tenants"`
		Other   entry            `json:"other"`
	}{make(map[string]entry), plus(entry{}, c.Other())}
	c.mu.RLock()
	for _, t := range c.known {
		out.Tenants[t.name] = plus(out.Tenants[t.name], t.count())
	}
	c.mu.RUnlock()
	text, err := json.Marshal(out)
	if err != nil { // numbers and strings; JSON has no infinite ones, and neither have we
		return "null"
	}
	return string(text)
}
