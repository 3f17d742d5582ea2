package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	superuser    = "postgres"
	pollInterval = 2 * time.Millisecond
	// stopTimeout is how long an immediate shutdown may take before the
	// server is killed.
	stopTimeout = 10 * time.Second
)

// settings trade every promise about power cuts for speed. Autovacuum is off
// because its worker may sit in a template at the moment a test copies it.
var settings = map[string]string{
	"listen_addresses":           "",
	"fsync":                      "off",
	"synchronous_commit":         "off",
	"full_page_writes":           "off",
	"wal_level":                  "minimal",
	"max_wal_senders":            "0",
	"autovacuum":                 "off",
	"max_connections":            "400",
	"dynamic_shared_memory_type": "mmap", // in the run folder, and removed with it
	"timezone":                   "UTC",
	"log_timezone":               "UTC",
}

// process is a server that this process started.
type process struct {
	dir    string // run folder: data, socket and log
	cmd    *exec.Cmd
	exited chan struct{} // closed once the server has ended
	reaper *reaper
	again  func() error // starts the server on its data
}

// launch makes a run folder, fills it from the cached cluster and starts a
// server that accepts connections when launch returns.
func launch(ctx context.Context, bin binaries, cfg Config) (p *process, err error) {
	who, err := serverAccount()
	if err != nil {
		return nil, err
	}
	dir, err := runFolder(cfg.Dir, who)
	if err != nil {
		return nil, err
	}
	p = &process{dir: dir, exited: make(chan struct{})}
	defer func() {
		if err != nil {
			p.stop()
		}
	}()
	// The reaper comes first: from here on, nothing stays when we are killed.
	if p.reaper, err = startReaper(dir); err != nil {
		return p, err
	}
	if err := makeCluster(ctx, bin, who, p.data()); err != nil {
		return p, err
	}
	p.again = func() error { return p.start(bin, who, cfg.Settings) }
	if err := p.again(); err != nil {
		return p, err
	}
	return p, p.awaitReady(ctx)
}

// kill ends the server as a crash does, and leaves its files.
func (p *process) kill() {
	quit(p.cmd.Process)
	<-p.exited
}

// restart starts a server that was killed, on what it left.
func (p *process) restart(ctx context.Context) error {
	p.exited = make(chan struct{})
	if err := p.again(); err != nil {
		return err
	}
	return p.awaitReady(ctx)
}

func (p *process) data() string    { return filepath.Join(p.dir, "data") }
func (p *process) logFile() string { return filepath.Join(p.dir, "log") }

// dsn returns the DSN of the named database, reached through the socket.
func (p *process) dsn(database string) string {
	q := url.Values{"host": {p.dir}, "port": {"5432"}, "user": {superuser}, "sslmode": {"disable"}}
	return "postgres:///" + database + "?" + q.Encode()
}

func (p *process) start(bin binaries, who *account, extra map[string]string) error {
	log, err := os.Create(p.logFile())
	if err != nil {
		return err
	}
	defer log.Close()

	all := maps.Clone(settings)
	maps.Copy(all, extra)
	args := []string{"-D", p.data(), "-k", p.dir, "-p", "5432"}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		args = append(args, "-c", name+"="+all[name])
	}
	cmd := exec.Command(bin.path("postgres"), args...)
	cmd.Dir, cmd.Env = p.dir, serverEnv()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = who.attributes()
	if err := startTied(cmd, p.exited); err != nil {
		return fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	p.cmd = cmd
	return nil
}

// awaitReady returns once the server answers. Most of a start is over within
// 50 ms, so it asks often.
func (p *process) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		conn, err := pgconn.Connect(ctx, p.dsn("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-p.exited:
			return fmt.Errorf("the server ended during its start; its log:\n%s", p.logTail())
		case <-ctx.Done():
			return fmt.Errorf("%w: %w; the server's log:\n%s", ctx.Err(), err, p.logTail())
		case <-time.After(pollInterval):
		}
	}
}

// logTail returns the end of the server's log, for an error message.
func (p *process) logTail() string {
	f, err := os.Open(p.logFile())
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	const most = 4 << 10
	if info, err := f.Stat(); err == nil && info.Size() > most {
		f.Seek(-most, io.SeekEnd)
	}
	tail, err := io.ReadAll(f)
	if err != nil {
		return err.Error()
	}
	return string(tail)
}

// stop shuts the server down without ceremony, and removes its files. It
// works on a process at any stage of its start, and a second time.
func (p *process) stop() error {
	var errs []error
	if p.cmd != nil {
		quit(p.cmd.Process)
		select {
		case <-p.exited:
		case <-time.After(stopTimeout):
			errs = append(errs, errors.New("the server did not stop and was killed"), p.cmd.Process.Kill())
			<-p.exited
		}
	}
	errs = append(errs, os.RemoveAll(p.dir))
	if p.reaper != nil {
		errs = append(errs, p.reaper.release())
	}
	return errors.Join(errs...)
}

// serverEnv is what initdb and postgres see of the environment: nothing that
// could change their meaning, such as PGDATA or a locale.
func serverEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
}
