package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// template is a database that holds one schema and no connection. Its lock is
// held while it is built, so that tests which start together build it once.
type template struct {
	mu    sync.Mutex
	name  string
	built bool
}

// CreateDatabase makes a database, runs the texts of schemaSQL in it in order
// and returns its DSN. Each distinct schema is run once a server and copied
// from then on. The database lasts until DropDatabase or the server's end.
func (s *Server) CreateDatabase(ctx context.Context, schemaSQL ...string) (dsn string, err error) {
	name := "t_" + randomName()
	switch {
	case len(schemaSQL) == 0:
		err = s.create(ctx, name, "template1")
	case s.process == nil:
		// A template on somebody else's server would outlive this process.
		err = s.createWithSchema(ctx, name, schemaSQL)
	default:
		var source string
		if source, err = s.templateFor(ctx, schemaSQL); err == nil {
			err = s.create(ctx, name, source)
		}
	}
	if err != nil {
		return "", fmt.Errorf("create database: %w", err)
	}
	return withDatabase(s.dsn, name), nil
}

// DropDatabase drops a database that CreateDatabase made, given its DSN, and
// cuts the connections to it.
func (s *Server) DropDatabase(ctx context.Context, dsn string) error {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("drop database: %w", err)
	}
	_, err = s.admin.Exec(ctx, "drop database "+pgx.Identifier{cfg.Database}.Sanitize()+" with (force)")
	if err != nil {
		return fmt.Errorf("drop database %s: %w", cfg.Database, err)
	}
	return nil
}

func (s *Server) templateFor(ctx context.Context, schemaSQL []string) (string, error) {
	hash := sha256.New()
	for _, text := range schemaSQL {
		fmt.Fprintf(hash, "%d:%s", len(text), text)
	}
	key := [32]byte(hash.Sum(nil))

	s.mu.Lock()
	tmpl := s.templates[key]
	if tmpl == nil {
		tmpl = &template{name: "template_" + hex.EncodeToString(key[:8])}
		s.templates[key] = tmpl
	}
	s.mu.Unlock()

	tmpl.mu.Lock()
	defer tmpl.mu.Unlock()
	if tmpl.built {
		return tmpl.name, nil
	}
	if err := s.createWithSchema(ctx, tmpl.name, schemaSQL); err != nil {
		return "", err
	}
	tmpl.built = true
	return tmpl.name, nil
}

// createWithSchema leaves no database behind when the schema fails.
func (s *Server) createWithSchema(ctx context.Context, name string, schemaSQL []string) error {
	if err := s.create(ctx, name, "template1"); err != nil {
		return err
	}
	dsn := withDatabase(s.dsn, name)
	if err := runSchema(ctx, dsn, schemaSQL); err != nil {
		return errors.Join(err, s.DropDatabase(context.WithoutCancel(ctx), dsn))
	}
	return nil
}

func (s *Server) create(ctx context.Context, name, source string) error {
	sql := "create database " + pgx.Identifier{name}.Sanitize() + " template " + pgx.Identifier{source}.Sanitize()
	if s.version >= 150000 {
		sql += " strategy file_copy" // the only one there was before 15
	}
	_, err := s.admin.Exec(ctx, sql)
	return err
}

func runSchema(ctx context.Context, dsn string, schemaSQL []string) error {
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for i, text := range schemaSQL {
		if _, err := conn.Exec(ctx, text).ReadAll(); err != nil {
			return fmt.Errorf("schema text %d%s: %w", i+1, lineOf(text, err), err)
		}
	}
	return nil
}

// lineOf says at which line of text the server's error points, if it points.
func lineOf(text string, err error) string {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) || pgErr.Position < 1 {
		return ""
	}
	runes := []rune(text)
	before := string(runes[:min(int(pgErr.Position)-1, len(runes))])
	return fmt.Sprintf(", line %d", 1+strings.Count(before, "\n"))
}

// withDatabase returns dsn with another database, in the form it came in: a
// URL or key=value words, of which the last one of a key counts.
func withDatabase(dsn, name string) string {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		if u, err := url.Parse(dsn); err == nil {
			u.Path = "/" + name
			q := u.Query()
			q.Del("dbname")
			q.Del("database")
			u.RawQuery = q.Encode()
			return u.String()
		}
	}
	return dsn + " dbname=" + name
}

func randomName() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
