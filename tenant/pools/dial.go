package pools

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// closeTimeout bounds saying goodbye to a server.
const closeTimeout = time.Second

// pingAfter is how long a connection may be idle without being asked whether
// it still works.
const pingAfter = time.Second

// connect opens a connection in a place that the caller holds.
func (p *Pools) connect(ctx context.Context, e *entry, victim *conn) (*conn, error) {
	if victim != nil {
		victim.farewell()
	}
	c, err := p.dial(ctx, e)
	p.mu.Lock()
	if err == nil {
		p.stats.Dials++
		e.failures, e.lastErr = 0, nil
		p.mu.Unlock()
		return c, nil
	}
	ended := ended(ctx)
	if ended == nil {
		p.stats.DialFailures++
		e.fail(err, p.cfg.Backoff)
	}
	p.free(e)
	p.mu.Unlock()
	if ended != nil {
		return nil, ended
	}
	return nil, &ConnectError{Database: e.key.db, err: err}
}

// ended returns why ctx has ended. The network may notice a deadline before
// ctx does.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

func (p *Pools) dial(ctx context.Context, e *entry) (*conn, error) {
	cfg := p.servers[e.key.db.Server].Copy()
	if e.key.db.Name != "" {
		cfg.Database = e.key.db.Name
	}
	if e.key.mode != 0 {
		cfg.DefaultQueryExecMode = e.key.mode
	}
	opened, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	opened.PgConn().CustomData()[originData] = origin{p, e.key.db}
	c := &conn{Conn: opened, entry: e, born: time.Now()}
	if p.cfg.AfterConnect != nil {
		if err := p.cfg.AfterConnect(ctx, opened); err != nil {
			c.farewell()
			return nil, err
		}
	}
	return c, nil
}

// originData is where a connection has its origin.
const originData = "tenantc pools"

// origin is whose connection one is. Nobody else can make one.
type origin struct {
	pools *Pools
	db    Database
}

// fail begins a pause.
func (e *entry) fail(err error, first time.Duration) {
	pause := min(first<<min(e.failures, 20), maxBackoff)
	e.failures++
	e.retryAt, e.lastErr = time.Now().Add(pause), err
}

// pause returns why no connection is opened now.
func (e *entry) pause(now time.Time) error {
	if e.failures == 0 || now.After(e.retryAt) {
		return nil
	}
	return &ConnectError{Database: e.key.db, err: e.lastErr, pausing: true}
}

// works asks a connection that was idle for long, or that is suspect, whether
// it still works, and discards it if it does not.
func (p *Pools) works(ctx context.Context, g grant) bool {
	if !g.suspect && time.Since(g.conn.since) < pingAfter {
		return true
	}
	if err := g.conn.Ping(ctx); err == nil {
		return true
	}
	p.discard(g.conn)
	return false
}
