package pools

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Config says which servers there are and how many connections. Only Servers
// must be set.
type Config struct {
	// Servers are the DSNs of the servers, by the names under which the rest of
	// the program knows them. A DSN appears in no error and no metric.
	Servers map[string]string

	// MaxConns bounds the connections of all databases together. Zero means 64.
	MaxConns int

	// MaxConnsPerDatabase bounds the connections of one database. Zero means 4.
	MaxConnsPerDatabase int

	// MaxConnsOf are other bounds for single databases, such as one that many
	// tenants share.
	MaxConnsOf map[Database]int

	// MaxIdle is how long an unused connection is kept open while nobody else
	// needs its place. Zero means 30 seconds.
	MaxIdle time.Duration

	// MaxLifetime is how long a connection is used at all. Zero means an hour.
	MaxLifetime time.Duration

	// ConnectTimeout bounds one attempt to connect. Zero means 5 seconds.
	ConnectTimeout time.Duration

	// Backoff is the pause after a first failed attempt to connect to a
	// database; it doubles with each further one, up to 30 seconds. Zero means
	// 100 milliseconds.
	Backoff time.Duration

	// Configure changes how connections are made: tracers, TLS. It is called
	// once a server. Nil changes nothing.
	Configure func(server string, cfg *pgx.ConnConfig)

	// AfterConnect is called with each new connection, for its type map. An
	// error closes the connection and counts as a failed attempt.
	AfterConnect func(ctx context.Context, conn *pgx.Conn) error
}

const (
	defaultMaxConns       = 64
	defaultPerDatabase    = 4
	defaultMaxIdle        = 30 * time.Second
	defaultMaxLifetime    = time.Hour
	defaultConnectTimeout = 5 * time.Second
	defaultBackoff        = 100 * time.Millisecond
	maxBackoff            = 30 * time.Second

	// Patience is how long a connection stays with its database although others
	// wait: to be closed for one of them it must have served that long, or have
	// been idle that long, and they must have waited that long. A database that
	// has no connection at all does not wait for one that is idle.
	Patience = 20 * time.Millisecond
)

// A Database is a database on a server.
type Database struct {
	// Server is its name in [Config.Servers].
	Server string

	// Name is the database's. Zero means the one in the server's DSN.
	Name string
}

// String returns the names, which are fit for logs and metrics.
func (d Database) String() string {
	if d.Name == "" {
		return d.Server
	}
	return d.Server + "/" + d.Name
}

var (
	// ErrClosed says that CloseAll was called.
	ErrClosed = errors.New("pools: closed")

	// ErrUnavailable says that there is no connection to a database: the
	// attempt failed, or one a moment ago did and the pause is not over.
	ErrUnavailable = errors.New("pools: database is unavailable")

	// ErrUnknownServer says that a server has no entry in [Config.Servers].
	ErrUnknownServer = errors.New("pools: unknown server")

	// ErrBadName says that a database has a name that is not used.
	ErrBadName = errors.New("pools: not a usable name of a database")
)

// plainName reports whether name is made of letters, digits, _ and - and not
// too long: PostgreSQL would cut it.
func plainName(name string) bool {
	if name == "" || len(name) > 63 {
		return false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		case i > 0 && ('0' <= c && c <= '9' || c == '-'):
		default:
			return false
		}
	}
	return true
}

// maxOf returns the bound of one database. It needs defaults.
func (c *Config) maxOf(db Database) int {
	if n, ok := c.MaxConnsOf[db]; ok {
		return n
	}
	return c.MaxConnsPerDatabase
}

func (c Config) withDefaults() (Config, error) {
	if len(c.Servers) == 0 {
		return c, errors.New("pools: no servers given")
	}
	for _, n := range []int{c.MaxConns, c.MaxConnsPerDatabase} {
		if n < 0 {
			return c, fmt.Errorf("pools: a bound of %d connections", n)
		}
	}
	for db, n := range c.MaxConnsOf {
		if n < 1 {
			return c, fmt.Errorf("pools: a bound of %d connections for %s", n, db)
		}
	}
	for _, d := range []time.Duration{c.MaxIdle, c.MaxLifetime, c.ConnectTimeout, c.Backoff} {
		if d < 0 {
			return c, fmt.Errorf("pools: a bound of %v", d)
		}
	}
	setDefault(&c.MaxConns, defaultMaxConns)
	setDefault(&c.MaxConnsPerDatabase, defaultPerDatabase)
	setDefault(&c.MaxIdle, defaultMaxIdle)
	setDefault(&c.MaxLifetime, defaultMaxLifetime)
	setDefault(&c.ConnectTimeout, defaultConnectTimeout)
	setDefault(&c.Backoff, defaultBackoff)
	return c, nil
}

func setDefault[T int | time.Duration](v *T, to T) {
	if *v == 0 {
		*v = to
	}
}

// A ConnectError says that a connection to a database could not be made. It
// matches ErrUnavailable; what it wraps is the failure.
type ConnectError struct {
	Database Database
	err      error
	pausing  bool // err happened before
}

// Error names the database, and neither the server's words nor its address.
func (e *ConnectError) Error() string {
	if e.pausing {
		return fmt.Sprintf("pools: connect to %s: failed a moment ago", e.Database)
	}
	return fmt.Sprintf("pools: connect to %s: failed", e.Database)
}

// Is makes e match ErrUnavailable.
func (e *ConnectError) Is(target error) bool { return target == ErrUnavailable }

// Unwrap returns the failure, as pgx has it.
func (e *ConnectError) Unwrap() error { return e.err }
