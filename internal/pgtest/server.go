package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Config says which server Start uses. The zero value is the usual one.
type Config struct {
	// DSN names a running server to use instead of starting one; its role must
	// be allowed to create databases. Zero means TENANTC_TEST_DSN, and when
	// that is empty too, or BinDir or Own is set, a server is started.
	DSN string

	// Own starts a server even where TENANTC_TEST_DSN names one, for those who
	// need several.
	Own bool

	// BinDir is the folder with initdb and postgres. Zero means TENANTC_PG_BIN,
	// then PATH, then the newest /usr/lib/postgresql/*/bin.
	BinDir string

	// Dir is the folder under which the server's files are put. Zero means
	// /dev/shm where it has room, else the temporary folder.
	Dir string

	// Settings are server settings that go before the built-in ones, such as
	// {"fsync": "on"}. Only a server that Start starts can take them: with a
	// running one they are an error.
	Settings map[string]string
}

// Server is a PostgreSQL in which databases can be made. Its methods may be
// called concurrently.
type Server struct {
	dsn     string        // of the maintenance database
	admin   *pgxpool.Pool // on dsn
	version int           // server_version_num, such as 150013
	process *process      // nil when the server was running already

	mu        sync.Mutex
	templates map[[32]byte]*template // by schema text
}

// Start connects to a running server or starts one; ctx bounds the start only.
// The caller closes it. An error says what is missing and how to get it.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	dsn := cfg.DSN
	if dsn == "" && cfg.BinDir == "" && !cfg.Own {
		dsn = os.Getenv("TENANTC_TEST_DSN")
	}
	if dsn != "" {
		if len(cfg.Settings) > 0 {
			return nil, errors.New("settings cannot be given to a server that runs already: unset TENANTC_TEST_DSN and Config.DSN")
		}
		return connect(ctx, dsn, nil)
	}
	bin, err := findBinaries(cfg.BinDir)
	if err != nil {
		return nil, err
	}
	p, err := launch(ctx, bin, cfg)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	s, err := connect(ctx, p.dsn("postgres"), p)
	if err != nil {
		p.stop()
		return nil, err
	}
	return s, nil
}

func connect(ctx context.Context, dsn string, p *process) (*Server, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the DSN of the PostgreSQL server: %w", err)
	}
	cfg.MaxConns = 4
	admin, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	s := &Server{dsn: dsn, admin: admin, process: p, templates: make(map[[32]byte]*template)}
	err = admin.QueryRow(ctx, `select current_setting('server_version_num')::int`).Scan(&s.version)
	if err != nil {
		admin.Close()
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	return s, nil
}

// DSN returns the DSN of the server's maintenance database.
func (s *Server) DSN() string { return s.dsn }

// Kill ends a server that Start started as a crash does: connections break and
// nobody says why. Its data stay for Restart.
func (s *Server) Kill() error {
	if s.process == nil {
		return errRunning
	}
	s.process.kill()
	return nil
}

// Restart starts a server that was killed again, where it was.
func (s *Server) Restart(ctx context.Context) error {
	if s.process == nil {
		return errRunning
	}
	if err := s.process.restart(ctx); err != nil {
		return fmt.Errorf("start PostgreSQL again: %w", err)
	}
	return nil
}

var errRunning = errors.New("the server was running already: it is not ours to end")

// Close stops a server that Start started and removes its files; a server that
// was running already keeps running. Connections still open are cut.
func (s *Server) Close() error {
	s.admin.Close()
	if s.process == nil {
		return nil
	}
	return s.process.stop()
}
