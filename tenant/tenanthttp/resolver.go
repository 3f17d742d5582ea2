package tenanthttp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tenantc/tenantc/tenant"
)

// A Resolver returns the key of the tenant who is called name, or an error that
// matches tenant.ErrUnknownTenant or tenant.ErrSuspended.
type Resolver[K tenant.Key] func(ctx context.Context, name string) (K, error)

// ID is the Resolver for names that are keys. A name that is none is
// tenant.ErrUnknownTenant. Whether there is such a tenant it does not know.
func ID(_ context.Context, name string) (tenant.ID, error) {
	id, err := tenant.ParseID(name)
	if err != nil {
		return tenant.ID{}, tenant.ErrUnknownTenant
	}
	return id, nil
}

// CacheConfig bounds what Cached remembers.
type CacheConfig struct {
	// Size is how many names are remembered. Zero means 4096.
	Size int

	// For is how long a tenant is remembered, and so how long a change of names
	// can go unseen. Zero means a minute.
	For time.Duration

	// Unknown is how long a name is remembered to be nobody's. Zero means a
	// second.
	Unknown time.Duration
}

// Cached returns a Resolver that asks resolve once about a name and remembers.
// Requests for one name that come at the same time wait for one answer, which
// does not end with the request that happened to be first. Errors other than
// tenant.ErrUnknownTenant are not remembered.
func Cached[K tenant.Key](resolve Resolver[K], cfg CacheConfig) Resolver[K] {
	c := &cache[K]{resolve: resolve, cfg: cfg, known: make(map[string]answer[K]), calls: make(map[string]*question[K])}
	if c.cfg.Size <= 0 {
		c.cfg.Size = 4096
	}
	if c.cfg.For <= 0 {
		c.cfg.For = time.Minute
	}
	if c.cfg.Unknown <= 0 {
		c.cfg.Unknown = time.Second
	}
	return c.find
}

type cache[K tenant.Key] struct {
	resolve Resolver[K]
	cfg     CacheConfig

	mu    sync.Mutex
	known map[string]answer[K]
	calls map[string]*question[K]
}

// answer is what is remembered of a name.
type answer[K tenant.Key] struct {
	id    K
	err   error
	until time.Time
}

// question is one that is being asked.
type question[K tenant.Key] struct {
	done chan struct{}
	answer[K]
}

// askTimeout bounds one question.
const askTimeout = 5 * time.Second

func (c *cache[K]) find(ctx context.Context, name string) (K, error) {
	c.mu.Lock()
	if known, ok := c.known[name]; ok && time.Now().Before(known.until) {
		c.mu.Unlock()
		return known.id, known.err
	}
	q := c.calls[name]
	if q == nil {
		q = &question[K]{done: make(chan struct{})}
		c.calls[name] = q
		go c.ask(context.WithoutCancel(ctx), name, q)
	}
	c.mu.Unlock()
	select {
	case <-q.done:
		return q.id, q.err
	case <-ctx.Done():
		var none K
		return none, ctx.Err()
	}
}

func (c *cache[K]) ask(ctx context.Context, name string, q *question[K]) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	q.id, q.err = c.safely(ctx, name)

	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.calls, name)
	close(q.done)
	keep := c.cfg.For
	switch {
	case errors.Is(q.err, tenant.ErrUnknownTenant):
		keep = c.cfg.Unknown
	case q.err != nil:
		return
	}
	if _, ok := c.known[name]; !ok && len(c.known) >= c.cfg.Size {
		c.makeRoom()
	}
	q.until = time.Now().Add(keep)
	c.known[name] = q.answer
}

// safely makes an error of a panic: here it would end the process, and not the
// request alone.
func (c *cache[K]) safely(ctx context.Context, name string) (id K, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("tenanthttp: resolving a name panicked: %v", p)
		}
	}()
	return c.resolve(ctx, name)
}

// makeRoom drops a name: one that is nobody's or forgotten, if it soon meets
// one, or else any.
func (c *cache[K]) makeRoom() {
	now := time.Now()
	victim, looked := "", 0
	for name, known := range c.known {
		victim = name
		if looked++; known.err != nil || now.After(known.until) || looked == 16 {
			break
		}
	}
	delete(c.known, victim)
}
