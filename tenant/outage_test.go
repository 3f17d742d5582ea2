package tenant_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

// A server is killed under load, and comes back. Until then calls fail for a
// reason that can be told; afterwards all is as before. Tenants on another
// server do not notice.
func TestOutage(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	// What was committed must be in its files.
	server, err := pgtest.Start(ctx, pgtest.Config{Own: true, Settings: map[string]string{"synchronous_commit": "on"}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	dsn, err := server.CreateDatabase(ctx, notesSchema)
	if err != nil {
		t.Fatal(err)
	}
	other := pgtest.DSN(t, notesSchema)
	p, err := pools.New(pools.Config{
		Servers: map[string]string{"mortal": dsn, "other": other}, MaxConns: 6, Backoff: 5 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.CloseAll(ctx); err != nil {
			t.Error(err)
		}
	}()
	at := make(map[tenant.Key]pools.Database)
	for id, d := range map[tenant.ID]struct{ server, dsn string }{acme: {"mortal", dsn}, busy: {"other", other}} {
		cfg, err := pgconn.ParseConfig(d.dsn)
		if err != nil {
			t.Fatal(err)
		}
		at[id] = pools.Database{Server: d.server, Name: cfg.Database}
	}
	db, err := tenant.NewDatabases(p, tenant.DatabasesConfig{At: func(id tenant.Key) pools.Database { return at[id] }})
	if err != nil {
		t.Fatal(err)
	}
	insert(t, db, acme, 1, "a1")
	insert(t, db, busy, 1, "b1")
	checkOnTx(t, db, dsn)

	load, stop := context.WithCancel(ctx)
	defer stop()
	var good, failed, others tally
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			for load.Err() == nil {
				var body string
				switch err := db.QueryRow(ctx, acme, getNote, acme, 1).Scan(&body); {
				case err == nil && body == "a1":
					good.add()
				case err == nil:
					t.Errorf("read %q", body)
				case tells(err):
					failed.add()
				default:
					t.Errorf("cannot be told: %T %v", err, err)
				}
			}
		})
	}
	for range 2 {
		group.Go(func() {
			for load.Err() == nil {
				var body string
				if err := db.QueryRow(ctx, busy, getNote, busy, 1).Scan(&body); err != nil || body != "b1" {
					t.Errorf("on another server: %q, %v", body, err)
				}
				others.add()
			}
		})
	}
	good.grows(t, "work before the outage", 20)
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	failed.grows(t, "failures during the outage", 20)
	others.grows(t, "work elsewhere during the outage", 20)
	if err := server.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	good.grows(t, "work after the outage", 20)
	stop()
	group.Wait()
	checkOnTx(t, db, dsn) // another process by now
	if s := p.Stats(); s.InUse != 0 || s.Open > 6 || s.DialFailures == 0 {
		t.Errorf("%+v", s)
	}
}

// tells reports whether err says that it is the connection.
func tells(err error) bool {
	var own *tenant.Error
	var network net.Error
	return errors.Is(err, tenant.ErrUnavailable) || errors.As(err, &own) || errors.As(err, &network) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || pgconn.SafeToRetry(err)
}
