package pools

import (
	"container/list"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// conn is a connection, in use by one call or idle.
type conn struct {
	*pgx.Conn
	entry *entry
	born  time.Time
	since time.Time // when it came back

	before, after *conn // among the idle

	rows []rows // for the calls to come
}

// waiter is a call that waits for a connection.
type waiter struct {
	entry  *entry
	since  time.Time
	result chan grant    // holds one
	global *list.Element // nil once resolved
	local  *list.Element
}

// grant is what a waiter gets: a connection of its database, or the place of
// victim, if any, which it closes before it opens one.
type grant struct {
	conn    *conn
	suspect bool // conn came back before another of its database was lost
	victim  *conn
	err     error
}

// acquire returns a connection for one call, which gives it back with release.
func (p *Pools) acquire(ctx context.Context, pool *Pool) (*conn, error) {
	for {
		g, e := p.request(ctx, pool)
		if g.err != nil {
			return nil, g.err
		}
		if g.conn == nil {
			return p.connect(ctx, e, g.victim)
		}
		if p.works(ctx, g) {
			return g.conn, nil
		}
		if err := ended(ctx); err != nil {
			return nil, err
		}
	}
}

// request gets a connection that is there, or a place for a new one.
func (p *Pools) request(ctx context.Context, pool *Pool) (grant, *entry) {
	if err := ctx.Err(); err != nil {
		return grant{err: err}, nil
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return grant{err: ErrClosed}, nil
	}
	e := p.entryOf(pool)
	if n := len(e.idle); n > 0 {
		c := p.unidle(e.idle[n-1])
		suspect := !c.since.After(e.brokenAt)
		p.mu.Unlock()
		return grant{conn: c, suspect: suspect}, e
	}
	now := time.Now()
	if err := e.pause(now); err != nil {
		p.mu.Unlock()
		return grant{err: err}, nil
	}
	if e.open < e.max {
		if p.open < p.cfg.MaxConns {
			e.open++
			p.open++
			p.mu.Unlock()
			return grant{}, e
		}
		if victim := p.takeIdle(e, now); victim != nil {
			p.mu.Unlock()
			return grant{victim: victim}, e
		}
	}
	w := &waiter{entry: e, since: now, result: make(chan grant, 1)}
	w.global, w.local = p.waiting.PushBack(w), e.waiting.PushBack(w)
	p.stats.Waits++
	p.mu.Unlock()
	return p.await(ctx, w), e
}

func (p *Pools) await(ctx context.Context, w *waiter) grant {
	ticker := time.NewTicker(Patience)
	defer ticker.Stop()
	for waiting := true; waiting; {
		select {
		case g := <-w.result:
			return g
		case <-ctx.Done():
			waiting = false
		case now := <-ticker.C:
			p.mu.Lock()
			if w.global != nil && p.waiting.Front() == w.global {
				p.settle(now) // what was idle for a moment is idle for longer now
			}
			p.mu.Unlock()
		}
	}
	p.mu.Lock()
	if w.global != nil {
		p.remove(w)
		p.mu.Unlock()
		return grant{err: ctx.Err()}
	}
	p.mu.Unlock()
	// It was served at the same moment: hand on what it got.
	switch g := <-w.result; {
	case g.err != nil:
	case g.conn != nil:
		p.release(g.conn)
	default:
		p.giveUp(w.entry, g.victim)
	}
	return grant{err: ctx.Err()}
}

// remove takes w out of the queues. It needs p.mu.
func (p *Pools) remove(w *waiter) {
	p.waiting.Remove(w.global)
	w.entry.waiting.Remove(w.local)
	w.global, w.local = nil, nil
	p.stats.WaitTime += time.Since(w.since)
}

// resolve ends w's wait. It needs p.mu.
func (p *Pools) resolve(w *waiter, g grant) {
	p.remove(w)
	w.result <- g
}

// unidle takes c from the idle ones. It needs p.mu.
func (p *Pools) unidle(c *conn) *conn {
	p.idle.remove(c)
	e := c.entry
	for i := len(e.idle) - 1; i >= 0; i-- {
		if e.idle[i] == c {
			e.idle = slices.Delete(e.idle, i, i+1)
			break
		}
	}
	return c
}

// move gives the place of c, which is idle or comes back, to e. It needs p.mu.
func (p *Pools) move(c *conn, e *entry) {
	c.entry.open--
	p.forget(c.entry, time.Now())
	e.open++
}

// mayTake reports whether a database may take a place from another, as long as
// both are busy: to have one at all, or to have no more than the other. What
// has a place gets on with it. Passing places back and forth would help nobody,
// and costs a new connection each time.
func (e *entry) mayTake(from *entry) bool { return e.open == 0 || from.open > e.open+1 }

// takeIdle gives e the place of a connection that is idle, the one idle longest
// first. It needs p.mu, and returns the connection, or nil.
func (p *Pools) takeIdle(e *entry, now time.Time) *conn {
	for c := p.idle.first; c != nil; c = c.after {
		if now.Sub(c.since) >= Patience || e.mayTake(c.entry) {
			p.unidle(c)
			p.stats.Evictions++
			p.move(c, e)
			return c
		}
	}
	return nil
}

// release takes a connection back from the call that had it.
func (p *Pools) release(c *conn) {
	now := time.Now()
	broken := c.IsClosed()
	keep := !broken && !c.PgConn().IsBusy() && c.PgConn().TxStatus() == 'I' && now.Sub(c.born) < p.cfg.MaxLifetime
	c.since = now

	p.mu.Lock()
	e := c.entry
	if broken {
		e.brokenAt = now
	}
	if !keep || p.closed {
		p.mu.Unlock()
		p.discard(c)
		return
	}
	other := p.nextFrom(e)
	if own := e.waiting.Front(); own != nil {
		w := own.Value.(*waiter)
		if other == nil || now.Sub(other.since) < Patience || now.Sub(c.born) < Patience || w.since.Before(other.since) {
			p.resolve(w, grant{conn: c})
			p.mu.Unlock()
			return
		}
	}
	if other != nil {
		p.stats.Evictions++
		p.move(c, other.entry)
		p.resolve(other, grant{victim: c})
		p.mu.Unlock()
		return
	}
	e.idle = append(e.idle, c)
	p.idle.add(c)
	p.mu.Unlock()
}

// nextFrom returns the oldest call that may take a place from e. It needs p.mu.
func (p *Pools) nextFrom(e *entry) *waiter {
	for el := p.waiting.Front(); el != nil; el = el.Next() {
		if w := el.Value.(*waiter); w.entry != e && w.entry.open < w.entry.max && w.entry.mayTake(e) {
			return w
		}
	}
	return nil
}

// discard closes a connection and frees its place. Nobody waits for that: a
// server that does not answer takes its time.
func (p *Pools) discard(c *conn) { p.giveUp(c.entry, c) }

// giveUp frees a place of e once c, if any, is closed.
func (p *Pools) giveUp(e *entry, c *conn) {
	p.mu.Lock()
	p.closing++
	p.mu.Unlock()
	p.tasks.Go(func() {
		if c != nil {
			c.farewell()
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.closing--
		p.free(e)
	})
}

// farewell closes c and waits until it is closed.
func (c *conn) farewell() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	c.Close(ctx)
	<-c.PgConn().CleanupDone()
}

// free gives up a place of e. It needs p.mu.
func (p *Pools) free(e *entry) {
	e.open--
	p.open--
	p.fewer.Broadcast()
	now := time.Now()
	p.settle(now)
	p.forget(e, now)
	p.checkDrained()
}

// settle serves the calls that wait and can be served, the oldest first. It
// needs p.mu.
func (p *Pools) settle(now time.Time) {
	for el := p.waiting.Front(); el != nil; {
		w := el.Value.(*waiter)
		el = el.Next()
		e := w.entry
		if e.open >= e.max {
			continue
		}
		if err := e.pause(now); err != nil {
			p.resolve(w, grant{err: err})
			continue
		}
		if p.open < p.cfg.MaxConns {
			e.open++
			p.open++
			p.resolve(w, grant{})
		} else if victim := p.takeIdle(e, now); victim != nil {
			p.resolve(w, grant{victim: victim})
		}
	}
}
