package pgtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// bouncerBinary is where Debian and its kin put it, outside an ordinary user's
// PATH.
const bouncerBinary = "/usr/sbin/pgbouncer"

const bouncerPort = 6432

// bouncerSettings are a pooler in transaction mode with few connections, so
// that clients meet each other's.
var bouncerSettings = map[string]string{
	"pool_mode":                 "transaction",
	"default_pool_size":         "2",
	"max_client_conn":           "200",
	"auth_type":                 "trust",
	"listen_addr":               "",
	"ignore_startup_parameters": "extra_float_digits",
}

// A Bouncer is a PgBouncer before a server.
type Bouncer struct {
	dir    string
	cmd    *exec.Cmd
	exited chan struct{}
	reaper *reaper
}

// NewBouncer starts a PgBouncer before the server of dsn, for the given users,
// and ends it with t. Settings go before the built-in ones. Where there is no
// PgBouncer t fails.
func NewBouncer(t testing.TB, dsn string, settings map[string]string, users ...string) *Bouncer {
	t.Helper()
	b, err := startBouncer(dsn, settings, users)
	if err != nil {
		t.Fatalf("pgtest: start PgBouncer: %v", err)
	}
	t.Cleanup(func() {
		if err := b.close(); err != nil {
			t.Errorf("pgtest: stop PgBouncer: %v", err)
		}
	})
	return b
}

// Through points cfg at the pooler.
func (b *Bouncer) Through(cfg *pgconn.Config) {
	cfg.Host, cfg.Port = b.dir, bouncerPort
	cfg.TLSConfig, cfg.Fallbacks = nil, nil
}

func startBouncer(dsn string, settings map[string]string, users []string) (b *Bouncer, err error) {
	binary := bouncerBinary
	if _, err := os.Stat(binary); err != nil {
		if binary, err = exec.LookPath("pgbouncer"); err != nil {
			return nil, errors.New("no PgBouncer found: install it (Debian, Ubuntu: apt-get install pgbouncer)")
		}
	}
	cfg, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	who, err := serverAccount()
	if err != nil {
		return nil, err
	}
	dir, err := runFolder("", who)
	if err != nil {
		return nil, err
	}
	b = &Bouncer{dir: dir, exited: make(chan struct{})}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.reaper, err = startReaper(dir); err != nil {
		return b, err
	}
	all := maps.Clone(bouncerSettings)
	maps.Copy(all, settings)
	all["unix_socket_dir"], all["listen_port"] = dir, fmt.Sprint(bouncerPort)
	all["auth_file"], all["logfile"] = filepath.Join(dir, "users"), filepath.Join(dir, "log")
	var ini, list strings.Builder
	fmt.Fprintf(&ini, "[databases]\n* = host=%s port=%d\n[pgbouncer]\n", cfg.Host, cfg.Port)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&ini, "%s = %s\n", name, all[name])
	}
	for _, user := range users {
		fmt.Fprintf(&list, "%q \"\"\n", user)
	}
	config := filepath.Join(dir, "ini")
	err = errors.Join(
		os.WriteFile(config, []byte(ini.String()), 0o644),
		os.WriteFile(all["auth_file"], []byte(list.String()), 0o644),
		who.own(dir))
	if err != nil {
		return b, err
	}
	cmd := exec.Command(binary, config)
	cmd.Dir, cmd.Env = dir, serverEnv()
	cmd.SysProcAttr = who.attributes()
	if err := startTied(cmd, b.exited); err != nil {
		return b, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	b.cmd = cmd
	return b, b.awaitReady(cfg, users)
}

func (b *Bouncer) awaitReady(cfg *pgconn.Config, users []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	cfg = cfg.Copy()
	cfg.User = users[0]
	b.Through(cfg)
	for {
		conn, err := pgconn.ConnectConfig(ctx, cfg)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-b.exited:
			return fmt.Errorf("it ended during its start; its log:\n%s", b.logTail())
		case <-ctx.Done():
			return fmt.Errorf("%w: %w; its log:\n%s", ctx.Err(), err, b.logTail())
		case <-time.After(pollInterval):
		}
	}
}

func (b *Bouncer) logTail() string {
	return (&process{dir: b.dir}).logTail()
}

func (b *Bouncer) close() error {
	var errs []error
	if b.cmd != nil {
		quit(b.cmd.Process)
		select {
		case <-b.exited:
		case <-time.After(stopTimeout):
			errs = append(errs, errors.New("it did not stop and was killed"), b.cmd.Process.Kill())
			<-b.exited
		}
	}
	errs = append(errs, os.RemoveAll(b.dir))
	if b.reaper != nil {
		errs = append(errs, b.reaper.release())
	}
	return errors.Join(errs...)
}
