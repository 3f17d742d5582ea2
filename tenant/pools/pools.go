package pools

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Pools keeps the connections to all databases. Its methods may be called
// concurrently.
type Pools struct {
	cfg     Config
	servers map[string]*pgx.ConnConfig

	mu      sync.Mutex // held for bookkeeping only
	entries map[key]*entry
	open    int // connections, those included that are being opened or closed
	closing int // of them
	idle    idleList
	waiting *list.List // of *waiter, the oldest first
	closed  bool
	drained chan struct{} // closed once closed holds and no connection is open
	stats   Stats

	stop  chan struct{}  // ends the janitor
	tasks sync.WaitGroup // the janitor and those who close connections
	fewer sync.Cond      // there are fewer connections or entries
}

// key names the connections that are interchangeable.
type key struct {
	db   Database
	mode pgx.QueryExecMode // zero means that of the server's DSN
}

// entry is a database in use: one with a connection, a waiter or a pause.
type entry struct {
	key     key
	gone    bool // no longer among the entries
	max     int
	open    int
	idle    []*conn    // the one used last at the end
	waiting *list.List // of *waiter

	failures int
	retryAt  time.Time
	lastErr  error
	brokenAt time.Time // when a connection was lost: those older are suspect
}

// New returns pools without any connection. The caller ends them with CloseAll.
func New(cfg Config) (*Pools, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Pools{
		cfg:     cfg,
		servers: make(map[string]*pgx.ConnConfig),
		entries: make(map[key]*entry),
		waiting: list.New(),
		drained: make(chan struct{}),
		stop:    make(chan struct{}),
	}
	for name, dsn := range cfg.Servers {
		if !plainName(name) {
			return nil, fmt.Errorf("pools: server %q: want letters, digits, _ and -, at most 63, beginning with a letter or _", name)
		}
		server, err := pgx.ParseConfig(dsn)
		if err != nil {
			// The parser's message quotes the DSN, its password left out on a
			// best effort.
			return nil, fmt.Errorf("pools: the DSN of server %s cannot be read", name)
		}
		server.ConnectTimeout = cfg.ConnectTimeout
		if cfg.Configure != nil {
			cfg.Configure(name, server)
		}
		p.servers[name] = server
	}
	p.fewer.L = &p.mu
	p.tasks.Go(p.janitor)
	return p, nil
}

// On returns the pool of a database. It opens no connection. It returns
// ErrUnknownServer and ErrBadName.
func (p *Pools) On(db Database) (*Pool, error) { return p.WithMode(db, 0) }

// WithMode is On for connections whose statements run in a mode of their own.
// They share the bound of the database with no others.
func (p *Pools) WithMode(db Database, mode pgx.QueryExecMode) (*Pool, error) {
	if p.servers[db.Server] == nil {
		return nil, fmt.Errorf("%w: %q", ErrUnknownServer, db.Server)
	}
	if db.Name != "" && !plainName(db.Name) {
		return nil, fmt.Errorf("%w: %q: want letters, digits, _ and -, at most 63, beginning with a letter or _", ErrBadName, db.Name)
	}
	return &Pool{pools: p, key: key{db, mode}}, nil
}

// entryOf returns the entry of pool, which it makes at need. It needs p.mu.
func (p *Pools) entryOf(pool *Pool) *entry {
	if e := pool.entry.Load(); e != nil && !e.gone {
		return e
	}
	k := pool.key
	e := p.entries[k]
	if e == nil {
		e = &entry{key: k, max: p.cfg.maxOf(k.db), waiting: list.New()}
		p.entries[k] = e
	}
	pool.entry.Store(e)
	return e
}

// forget drops an entry that holds nothing. It needs p.mu.
func (p *Pools) forget(e *entry, now time.Time) {
	if e.open == 0 && e.waiting.Len() == 0 && (e.failures == 0 || now.After(e.retryAt.Add(maxBackoff))) {
		delete(p.entries, e.key)
		p.fewer.Broadcast()
		e.gone = true
	}
}

// CloseAll closes idle connections now and each other one when it comes back,
// and waits for the last, or for ctx, whose error it returns then. Calls that
// wait get ErrClosed, and so does every later one. A second CloseAll only
// waits.
func (p *Pools) CloseAll(ctx context.Context) error {
	p.mu.Lock()
	var victims []*conn
	if !p.closed {
		p.closed = true
		close(p.stop)
		for el := p.waiting.Front(); el != nil; el = p.waiting.Front() {
			p.resolve(el.Value.(*waiter), grant{err: ErrClosed})
		}
		for p.idle.first != nil {
			victims = append(victims, p.unidle(p.idle.first))
		}
		p.checkDrained()
	}
	p.mu.Unlock()
	for _, c := range victims {
		p.discard(c)
	}
	select {
	case <-p.drained:
		p.tasks.Wait() // they are done, or about to return
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pools: %d connections are in use: %w", p.Stats().InUse, ctx.Err())
	}
}

func (p *Pools) checkDrained() {
	if !p.closed || p.open > 0 {
		return
	}
	select {
	case <-p.drained:
	default:
		close(p.drained)
	}
}

// janitor closes connections that nobody used for a while.
func (p *Pools) janitor() {
	ticker := time.NewTicker(max(p.cfg.MaxIdle/4, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-ticker.C:
			for _, c := range p.unused(now) {
				p.discard(c)
			}
		}
	}
}

// unused takes the connections out that have been idle for too long, and drops
// entries that hold nothing any more.
func (p *Pools) unused(now time.Time) (victims []*conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := p.idle.first; c != nil && now.Sub(c.since) >= p.cfg.MaxIdle; c = p.idle.first {
		victims = append(victims, p.unidle(c))
	}
	for _, e := range p.entries {
		p.forget(e, now)
	}
	return victims
}
