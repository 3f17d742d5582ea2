package tenant

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// watch is what a router knows of the catalog's changes.
type watch struct {
	mu   sync.Mutex
	mark string // everything before it was seen

	listening         atomic.Bool
	news              news // of listening, changes and failures
	changes, failures atomic.Int64
}

// firstPause and lastPause bound the pause before listening is tried again.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// poll asks for changes now and then: a notification may get lost, with a
// connection or in a pooler that does not know about LISTEN.
func (r *Router) poll(ctx context.Context) {
	ticker := time.NewTicker(r.cfg.Refresh)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			r.catchUp(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// catchUp forgets the tenants that changed since it was last called.
func (r *Router) catchUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	tenants, next, err := r.cfg.Catalog.changes(ctx, r.watch.mark)
	if err != nil {
		r.watch.failures.Add(1)
		r.watch.news.spread()
		return // the mark stays, and with it what was missed
	}
	for _, text := range tenants {
		r.changed(text)
	}
	r.watch.mark = next
}

// changed forgets a tenant. The catalog has its key as text, which may be that
// of several kinds.
func (r *Router) changed(text string) {
	r.watch.changes.Add(1)
	if id, err := ParseID(text); err == nil {
		r.memory.forget(id.identity())
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		r.memory.forget(NewInt64ID(n).identity())
	}
	r.memory.forget(NewTextID(text).identity())
	r.watch.news.spread()
}

// listen waits for notifications, over and over.
func (r *Router) listen(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		start := time.Now()
		r.listenOnce(ctx)
		r.watch.listening.Store(false)
		if ctx.Err() != nil {
			return
		}
		r.watch.failures.Add(1)
		r.watch.news.spread()
		if time.Since(start) > lastPause {
			pause = firstPause
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
		pause = min(2*pause, lastPause)
	}
}

// listenOnce listens on a connection of its own until that is lost.
func (r *Router) listenOnce(ctx context.Context) {
	conn, err := pgx.ConnectConfig(ctx, r.cfg.Catalog.pool.Config().ConnConfig)
	if err != nil {
		return
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, `listen tenant_placements`); err != nil {
		return
	}
	r.catchUp(ctx) // what happened before it listened
	r.watch.listening.Store(true)
	r.watch.news.spread()
	for {
		note, err := conn.WaitForNotification(ctx)
		if err != nil {
			return
		}
		r.changed(note.Payload)
	}
}
