package tenantotel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/tenantotel"
)

const notes = `create table notes (tenant_id uuid not null, body text not null, unique (tenant_id, body))`

const (
	insertNote = `insert into notes (tenant_id, body) values ($1, $2)`
	listNotes  = `select body from notes where tenant_id = $1`
)

var (
	acme = tenant.MustID("0190a6f2-0000-7000-8000-00000000000a")
	busy = tenant.MustID("0190a6f2-0000-7000-8000-00000000000b")
)

func traced(t *testing.T, cfg tenantotel.Config) (tenant.DB, *tracetest.SpanRecorder, trace.Tracer) {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	cfg.Provider = provider
	return tenant.Observe(tenant.NewShared(pgtest.New(t, notes)), tenantotel.New(cfg)), recorder, provider.Tracer("test")
}

// told is a span in a line: its name, status and attributes.
func told(span sdktrace.ReadOnlySpan) string {
	parts := []string{span.Name()}
	if s := span.Status(); s.Code == codes.Error {
		parts = append(parts, "error: "+s.Description)
	}
	var attributes []string
	for _, a := range span.Attributes() {
		attributes = append(attributes, fmt.Sprintf("%s=%s", a.Key, a.Value.String()))
	}
	slices.Sort(attributes)
	return strings.Join(append(parts, attributes...), "; ")
}

func TestSpans(t *testing.T) {
	t.Parallel()
	db, recorder, tracer := traced(t, tenantotel.Config{MaxTenants: 1})
	ctx, parent := tracer.Start(t.Context(), "request")
	db.Exec(ctx, acme, insertNote, acme, "secret")
	db.Exec(ctx, acme, insertNote, acme, "secret")
	db.QueryRow(ctx, busy, listNotes, busy).Scan(new(string))
	b := new(pgx.Batch)
	b.Queue(insertNote, busy, "secret")
	b.Queue(listNotes, busy)
	if err := db.SendBatch(ctx, busy, b).Close(); err != nil {
		t.Fatal(err)
	}
	db.InTx(ctx, acme, pgx.TxOptions{}, func(tenant.DB) error { return errors.New("secret of the caller's") })
	parent.End()

	const acmes = "; tenant.id=0190a6f2-0000-7000-8000-00000000000a"
	const text = "db.query.text="
	want := []string{
		"Exec; " + text + insertNote + "; db.response.returned_rows=1; db.system.name=postgresql" + acmes,
		"Exec; error: unique_violation (SQLSTATE 23505): constraint notes_tenant_id_body_key, table notes; " +
			text + insertNote + "; db.response.returned_rows=0; db.response.status_code=23505; db.system.name=postgresql" + acmes,
		"QueryRow; " + text + listNotes + "; db.response.returned_rows=0; db.system.name=postgresql; tenant.id=other",
		"SendBatch; " + text + insertNote + "; db.response.returned_rows=1; db.system.name=postgresql; tenant.id=other",
		"SendBatch; " + text + listNotes + "; db.response.returned_rows=1; db.system.name=postgresql; tenant.id=other",
		"InTx; error: other; " + text + "begin; db.system.name=postgresql" + acmes,
		"request",
	}
	spans := recorder.Ended()
	if len(spans) != len(want) {
		t.Fatalf("%d spans, want %d", len(spans), len(want))
	}
	for i, span := range spans {
		if got := told(span); got != want[i] {
			t.Errorf("span %d:\n%s\nwant\n%s", i, got, want[i])
		}
		if i < len(spans)-1 && (span.Parent().SpanID() != parent.SpanContext().SpanID() || span.SpanKind() != trace.SpanKindClient) {
			t.Errorf("span %d is a %v below %v", i, span.SpanKind(), span.Parent().SpanID())
		}
	}
}

// What a statement runs with is its span's context, where other tracers look.
func TestSpanIsInTheContext(t *testing.T) {
	t.Parallel()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	var seen trace.SpanID
	below := tenant.Guard(func(ctx context.Context, _ tenant.Statement) error {
		seen = trace.SpanFromContext(ctx).SpanContext().SpanID()
		return errors.New("no")
	})
	db := tenant.Observe(tenant.NewShared(nil), tenantotel.New(tenantotel.Config{Provider: provider}), below)
	db.Exec(t.Context(), acme, listNotes)
	spans := recorder.Ended()
	if len(spans) != 1 || spans[0].SpanContext().SpanID() != seen || spans[0].Status().Description != "refused" {
		t.Errorf("seen %v of %v", seen, spans)
	}
}

// noteRepo stands for a repository.
type noteRepo struct{ db tenant.DB }

func (n *noteRepo) List(ctx context.Context) error {
	_, err := n.db.Exec(ctx, acme, listNotes, acme)
	return err
}

// A span is named after the method of a generated package that is called from
// outside of it. This package stands for one, and testing for its caller.
func TestSpanNames(t *testing.T) {
	t.Parallel()
	db, recorder, _ := traced(t, tenantotel.Config{Generated: []string{"github.com/tenantc/tenantc/tenant/tenantotel_test"}})
	if err := (&noteRepo{db}).List(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), acme, pgx.TxOptions{}, func(tenant.DB) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, span := range recorder.Ended() {
		names = append(names, span.Name())
	}
	if want := []string{"noteRepo.List", "InTx"}; !slices.Equal(names, want) {
		t.Errorf("spans are called %q, want %q", names, want)
	}
}

// However many come at once, no more tenants are told apart than was said.
func TestTenantsAreBounded(t *testing.T) {
	t.Parallel()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	observer := tenantotel.New(tenantotel.Config{Provider: provider, MaxTenants: 5})
	var group sync.WaitGroup
	for range 50 {
		id := tenant.NewID()
		group.Go(func() {
			for range 4 {
				ctx, err := observer.Before(context.Background(), tenant.Statement{Call: tenant.CallExec, Tenant: id, SQL: listNotes})
				if err != nil {
					t.Error(err)
				}
				observer.After(ctx, tenant.Statement{Call: tenant.CallExec, Tenant: id, SQL: listNotes}, tenant.Outcome{})
			}
		})
	}
	group.Wait()
	names := make(map[string]int)
	for _, span := range recorder.Ended() {
		for _, a := range span.Attributes() {
			if a.Key == tenantotel.TenantKey {
				names[a.Value.AsString()]++
			}
		}
	}
	if len(names) != 6 || names[tenantotel.Other] != 45*4 {
		t.Errorf("tenants are told as %v", names)
	}
}
