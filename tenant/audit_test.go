package tenant_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

var durations = regexp.MustCompile(` duration=\S+`)

// A record has the statement's text and no value: of arguments, rows, errors
// of the server, of the client, or of the caller.
func TestAudit(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey {
			return slog.Attr{}
		}
		return a
	}}))
	guard := tenant.Guard(func(_ context.Context, s tenant.Statement) error {
		if strings.HasPrefix(s.SQL, "drop") {
			return errors.New("secret of the guard's")
		}
		return nil
	})
	db := tenant.Observe(tenant.NewShared(pgtest.New(t, notesSchema)), tenant.NewAudit(tenant.AuditConfig{Logger: logger}), guard)
	insert(t, db, acme, 1, "secret")
	insert(t, db, busy, 1, "secret")
	bodies(t, db, acme)
	db.Exec(ctx, acme, insertNote, acme, 1, "secret")
	db.Exec(ctx, acme, insertNote, acme, "secret", "secret")
	db.QueryRow(ctx, busy, `select body::int from notes where tenant_id = $1`, busy).Scan(new(int))
	db.QueryRow(ctx, busy, getNote, busy, 1).Scan(new(int))
	db.Exec(ctx, busy, `drop table notes`)
	db.InTx(ctx, busy, pgx.TxOptions{}, func(tx tenant.DB) error { return errors.New("secret of the caller's") })
	ended, cancel := context.WithCancel(ctx)
	cancel()
	db.Exec(ended, busy, `select 1`)

	want := strings.NewReplacer("ACME", acmeText, "BUSY", busyText).Replace(`
call=Exec query="insert into notes (tenant_id, id, body) values ($1, $2, $3)" tenant=ACME rows=1
call=Exec query="insert into notes (tenant_id, id, body) values ($1, $2, $3)" tenant=BUSY rows=1
call=Query query="select body from notes where tenant_id = $1 order by id" tenant=ACME rows=1
call=Exec query="insert into notes (tenant_id, id, body) values ($1, $2, $3)" tenant=ACME rows=0 error="unique_violation (SQLSTATE 23505): constraint notes_pkey, table notes"
call=Exec query="insert into notes (tenant_id, id, body) values ($1, $2, $3)" tenant=ACME rows=0 error="invalid_text_representation (SQLSTATE 22P02)"
call=QueryRow query="select body::int from notes where tenant_id = $1" tenant=BUSY rows=0 error="invalid_text_representation (SQLSTATE 22P02)"
call=QueryRow query="select body from notes where tenant_id = $1 and id = $2" tenant=BUSY rows=0 error=other
call=Exec query="drop table notes" tenant=BUSY rows=0 error=refused
call=InTx query=begin tenant=BUSY rows=0 error=other
call=Exec query="select 1" tenant=BUSY rows=0 error="context canceled"
`)
	if n := len(durations.FindAllString(out.String(), -1)); n != 10 {
		t.Errorf("%d records have a duration", n)
	}
	if diff := cmp.Diff(want, "\n"+durations.ReplaceAllString(out.String(), "")); diff != "" {
		t.Error(diff)
	}
}

// The caller is who calls the DB, also from within a transaction and a batch.
func TestAuditCaller(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, nil))
	db := tenant.Observe(tenant.NewShared(pgtest.New(t, notesSchema)), tenant.NewAudit(tenant.AuditConfig{Logger: logger, Caller: true}))
	for name, call := range map[string]func() string{
		"Exec": func() string { return at(second(db.Exec(ctx, acme, listNotes, acme))) },
		"Query": func() string {
			rows, err := db.Query(ctx, acme, listNotes, acme)
			rows.Close()
			return at(err, -2)
		},
		"InTx": func() (where string) {
			db.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error {
				where = at(second(tx.Exec(ctx, acme, listNotes, acme)))
				return nil
			})
			return where
		},
		"RunBatch": func() string {
			return at(tenant.RunBatch(ctx, db, acme, func(b *tenant.Batch) { tenant.QueueExec(b, listNotes, acme) }))
		},
	} {
		out.Reset()
		if where := call(); !strings.Contains(out.String(), where+"\n") {
			t.Errorf("%s: want %s in\n%s", name, where, &out)
		}
	}
}

// at returns the line of its caller, or one so many lines further, as a record
// has it.
func at(_ error, further ...int) string {
	_, file, line, _ := runtime.Caller(1)
	for _, n := range further {
		line += n
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// What is below the logger's level is not even looked for.
func TestAuditBelowTheLevel(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, nil))
	audit := tenant.NewAudit(tenant.AuditConfig{Logger: logger, Level: slog.LevelDebug, Caller: true, Generated: []string{"x"}})
	s := tenant.Statement{Call: tenant.CallExec, Tenant: acme, SQL: listNotes}
	ctx := t.Context()
	if got := testing.AllocsPerRun(100, func() {
		audit.Before(ctx, s)
		audit.After(ctx, s, tenant.Outcome{})
	}); got != 0 || out.Len() != 0 {
		t.Errorf("%v allocations, and %q", got, &out)
	}
}
