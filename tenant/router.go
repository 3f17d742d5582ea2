package tenant

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/tenant/pools"
)

// RouterConfig says where a router asks and what it remembers.
type RouterConfig struct {
	// Catalog says where each tenant is. It must be set.
	Catalog *Catalog

	// Pools are the connections to all servers that the catalog names. They
	// must be set; the caller closes them after the router.
	Pools *pools.Pools

	// RLS is how policies learn the tenant, for KindSharedRLS.
	RLS RLSConfig

	// Extensions names the schemas in which extensions live, for KindSchema.
	// See [SchemasConfig].
	Extensions []string

	// PerTenant is how many calls of one tenant run at a time in a database that
	// it shares. Further ones wait, as in [Fair]. Zero means half as many as the
	// database may have connections, and at least one; negative means no bound.
	PerTenant int

	// Size bounds how many tenants are remembered, in 64 parts by their keys.
	// Zero means 16384.
	Size int

	// Refresh is how often the router asks what changed, besides listening. It
	// bounds how long a change can go unseen while the catalog can be reached.
	// Zero means 15 seconds.
	Refresh time.Duration

	// Unknown is how long a tenant is taken for unknown without asking again.
	// Zero means a second.
	Unknown time.Duration
}

// Router is a [DB] for tenants that live in different places. NewRouter makes
// it.
//
// It asks the catalog where a tenant is, once, and remembers. It listens for
// changes and asks for them as well, so that a change reaches every process
// within [RouterConfig.Refresh] and usually at once. Until then a process may
// use the old place. Where that is closed to it, by a revoked right, a dropped
// schema or database, or a trigger that raises [SQLStateMoved], the router asks
// the catalog again: a call for a tenant that has moved returns ErrMoved, and
// the next one goes to the new place. While the catalog cannot be reached,
// remembered tenants are served and others are not.
//
// A tenant that the catalog does not have is ErrUnknownTenant, and a suspended
// one ErrSuspended; nothing is sent then. Before the first use of a database
// the router checks it as NewSharedRLS and NewSchemas do, with their errors.
type Router struct {
	*routing
	isolated bool // only tenants with a database of their own: see Isolate
}

// routing is what a router and its isolated view have in common.
type routing struct {
	cfg    RouterConfig
	memory *memory
	checks sync.Map // checkKey → *check
	fair   sync.Map // fairKey → *shares

	loads, moves atomic.Int64

	lifetime context.Context // ends with Close, and with it what runs in the background
	stop     context.CancelFunc
	tasks    tasks
	watch    watch
}

var _ DB = (*Router)(nil)

// ErrMoved says that a tenant lives elsewhere by now, and that the statement
// was refused at its old place. The next call goes to the new one.
var ErrMoved = errors.New("tenant: the tenant has moved")

// ErrClosed says that a router was closed, and does not remember where the
// tenant is. Nothing was sent.
var ErrClosed = errors.New("tenant: the router is closed")

// SQLStateMoved is the code of an error that a trigger raises in tables that a
// tenant has left:
//
//	raise exception using errcode = 'TM001'
const SQLStateMoved = "TM001"

const (
	defaultSize    = 16384
	defaultRefresh = 15 * time.Second
	defaultUnknown = time.Second

	// askTimeout bounds one question to the catalog or to a database.
	askTimeout = 5 * time.Second
)

// NewRouter returns a router that listens for changes until Close. It returns
// an error when the catalog cannot be reached.
func NewRouter(ctx context.Context, cfg RouterConfig) (*Router, error) {
	if cfg.Catalog == nil || cfg.Pools == nil {
		return nil, errors.New("tenant: a router needs a catalog and pools")
	}
	cfg.RLS.Setting = cmp.Or(cfg.RLS.Setting, defaultSetting)
	if !settingName.MatchString(cfg.RLS.Setting) {
		return nil, fmt.Errorf("tenant: setting %q: want prefix.name in small letters, such as %s", cfg.RLS.Setting, defaultSetting)
	}
	for _, name := range cfg.Extensions {
		if err := checkName("schema", name); err != nil {
			return nil, err
		}
	}
	cfg.Size = cmp.Or(cfg.Size, defaultSize)
	cfg.Refresh = cmp.Or(cfg.Refresh, defaultRefresh)
	cfg.Unknown = cmp.Or(cfg.Unknown, defaultUnknown)
	if cfg.Size < 0 || cfg.Refresh < 0 || cfg.Unknown < 0 {
		return nil, errors.New("tenant: a router with a negative bound")
	}
	mark, err := cfg.Catalog.mark(ctx)
	if err != nil {
		return nil, fmt.Errorf("tenant: ask the catalog: %w", scrub(err))
	}
	r := &Router{routing: &routing{cfg: cfg}}
	r.memory = newMemory(cfg.Size, &r.tasks)
	r.watch.mark = mark
	r.lifetime, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	r.tasks.start(func() { r.listen(r.lifetime) })
	r.tasks.start(func() { r.poll(r.lifetime) })
	return r, nil
}

// Close ends listening and every question that is being asked, and waits for
// that. The router hears of no changes any more and is of no use: a call that
// would have to ask gets ErrClosed, and only tenants that are remembered are
// still served. A second Close does nothing.
func (r *Router) Close() {
	r.stop()
	r.tasks.end()
}

// background returns a context for a question on behalf of all who wait for its
// answer: it has ctx's values and does not end with ctx, but with the router and
// after askTimeout.
func (r *Router) background(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
	stop := context.AfterFunc(r.lifetime, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// Placement returns where the router takes the tenant's rows to be. It returns
// the errors that a call for the tenant would have before anything is sent:
// ErrNoTenant, ErrUnknownTenant, ErrSuspended, ErrNotIsolated, ErrClosed, those
// of asking the catalog, and those of looking at a database for the first time.
func (r *Router) Placement(ctx context.Context, id Key) (Placement, error) {
	p, err := r.lookup(ctx, id)
	if err != nil {
		return Placement{}, err
	}
	return p.placement, nil
}

// lookup returns the tenant's place, ready for use.
func (r *Router) lookup(ctx context.Context, id Key) (*placed, error) {
	who, err := identify(id)
	if err != nil {
		return nil, err
	}
	s, hash := r.memory.shard(&who)
	if p := s.find(&who, hash); p != nil && p.ready.Load() {
		if !p.used.Load() {
			p.used.Store(true)
		}
		if err := r.suits(p); err != nil {
			return nil, err
		}
		return p, nil
	}
	return r.lookupSlowly(ctx, id, who, s.find(&who, hash))
}

// lookupSlowly is lookup for a tenant of whom p is remembered, or nil.
func (r *Router) lookupSlowly(ctx context.Context, id Key, who identity, p *placed) (*placed, error) {
	if p == nil || !p.until.IsZero() && time.Now().After(p.until) {
		var err error
		p, err = r.memory.ask(ctx, who, p, func(ctx context.Context) (*placed, error) { return r.load(ctx, id) })
		if err != nil {
			return nil, err
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	if err := r.suits(p); err != nil {
		return nil, err
	}
	if err := r.check(ctx, p.placement); err != nil {
		return nil, err
	}
	p.ready.Store(true)
	return p, nil
}

// suits refuses a place that others share, for isolated statements.
func (r *Router) suits(p *placed) error {
	if r.isolated && p.placement.Kind != KindDatabase {
		return fmt.Errorf("%w: the tenant's placement is %s", ErrNotIsolated, p.placement.Kind)
	}
	return nil
}

// load asks the catalog.
func (r *Router) load(ctx context.Context, id Key) (*placed, error) {
	ctx, cancel := r.background(ctx)
	defer cancel()
	r.loads.Add(1)
	at, err := r.cfg.Catalog.Find(ctx, id)
	switch {
	case errors.Is(err, ErrUnknownTenant):
		return &placed{err: ErrUnknownTenant, until: time.Now().Add(r.cfg.Unknown)}, nil
	case err != nil:
		return nil, err
	case at.Suspended:
		return &placed{placement: at, err: ErrSuspended}, nil
	}
	db, err := r.open(at)
	if err != nil {
		return nil, err
	}
	return &placed{placement: at, db: db}, nil
}

// checkKey is what needs to be checked once.
type checkKey struct {
	kind Kind
	at   pools.Database
}

// check is a database that is being checked, or was.
type check struct {
	done chan struct{}
	err  error
}

// check asks a database before its first use whether it keeps its tenants
// apart. A database that does is not asked again.
func (r *Router) check(ctx context.Context, at Placement) error {
	key := checkKey{at.Kind, at.Database}
	fresh := &check{done: make(chan struct{})}
	known, running := r.checks.LoadOrStore(key, fresh)
	c := known.(*check)
	if !running && !r.tasks.start(func() {
		ctx, cancel := r.background(ctx)
		defer cancel()
		if c.err = r.checkDatabase(ctx, at); c.err != nil {
			r.checks.Delete(key)
		}
		close(c.done)
	}) {
		c.err = ErrClosed
		r.checks.Delete(key)
		close(c.done)
	}
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Router) checkDatabase(ctx context.Context, at Placement) error {
	pool, err := r.cfg.Pools.WithMode(at.Database, modeOf(at.Kind))
	if err != nil {
		return fmt.Errorf("tenant: %w", err)
	}
	var unsafe error
	err = pool.With(ctx, func(conn *pgx.Conn) error {
		unsafe = checkPoolerOn(ctx, conn)
		return nil
	})
	if err := errors.Join(unsafe, scrub(err)); err != nil {
		return err
	}
	switch at.Kind {
	case KindSharedRLS:
		return checkRLS(ctx, pool, r.cfg.RLS)
	case KindSchema:
		return checkExtensions(ctx, pool, r.cfg.Extensions)
	}
	return nil
}

// judge returns what an error at a place means: ErrMoved, where the tenant is
// elsewhere by now. Where ctx, which is the call's, ends before the catalog has
// answered, it is what the place said.
func (r *Router) judge(ctx context.Context, id Key, p *placed, err error) error {
	if !mayMeanMoved(err) {
		return err
	}
	who, noTenant := identify(id)
	if noTenant != nil {
		return err
	}
	s, hash := r.memory.shard(&who)
	known := s.find(&who, hash)
	if known == p {
		r.memory.forget(who)
	}
	now, lookupErr := r.memory.ask(ctx, who, known, func(ctx context.Context) (*placed, error) { return r.load(ctx, id) })
	if lookupErr == nil && now.placement == p.placement && now.err == nil {
		if serverCode(err) == SQLStateMoved {
			return &movedError{err} // before the catalog says so
		}
		return err
	}
	if lookupErr != nil && serverCode(err) != SQLStateMoved {
		return err
	}
	r.moves.Add(1)
	return &movedError{err}
}

// mayMeanMoved reports whether err is what a place says that a tenant has left.
func mayMeanMoved(err error) bool {
	switch serverCode(err) {
	case SQLStateMoved,
		"42501", // insufficient_privilege: CONNECT or USAGE was revoked, or a policy closes the place
		"42P01", // undefined_table: a schema that cannot be used is searched in silence
		"3D000", // invalid_catalog_name: the database was dropped
		"3F000", // invalid_schema_name
		"55000", // object_not_in_prerequisite_state: a database that takes no connections
		"57P01": // admin_shutdown: the connections to the place were ended
		return true
	}
	return false
}

func serverCode(err error) string {
	var own *Error
	if !errors.As(err, &own) {
		return ""
	}
	return own.pg.Code
}

// movedError is what the old place said.
type movedError struct{ err error }

func (e *movedError) Error() string        { return ErrMoved.Error() + ": " + e.err.Error() }
func (e *movedError) Unwrap() error        { return e.err }
func (e *movedError) Is(target error) bool { return target == ErrMoved }
