// Package tenantotel traces the statements of a [tenant.DB] with OpenTelemetry.
//
// A span stands for a statement and tells its tenant, its text and how many rows
// it returned, and never a value:
//
//	db := tenant.Observe(tenant.NewShared(pool), tenantotel.New(tenantotel.Config{}))
//
// It needs no tracer of pgx's. One that is set on the pool finds the span of a
// statement in its context, and puts its own below it.
package tenantotel

import (
	"context"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/tenantc/tenantc/tenant"
)

// TenantKey is the attribute with the tenant's key.
const TenantKey = attribute.Key("tenant.id")

// Other is the tenant of a span whose tenant is not told. See
// [Config.MaxTenants].
const Other = "other"

const scope = "github.com/tenantc/tenantc/tenant/tenantotel"

// Config says what is traced. The zero value traces through the global provider.
type Config struct {
	// Provider makes the tracer. Nil means otel.GetTracerProvider.
	Provider trace.TracerProvider

	// MaxTenants is how many tenants are told apart: the first so many, since
	// what reads spans may keep something for each value. All further ones are
	// [Other]. Zero means 1000.
	MaxTenants int

	// Generated are the import paths of packages with generated code. A span is
	// named after the method of theirs that sends the statement, such as
	// "Users.List". Other spans, those of a batch's statements among them, are
	// named after the method of [tenant.DB]. Zero means that the stack is not
	// looked at.
	Generated []string
}

// New returns an observer that makes a span of each statement. Statements of a
// batch have a span each, side by side; that of a transaction does not have those
// of its statements below it, which come with a context of their caller's.
//
// A sampler sees the tenant when the span starts.
func New(cfg Config) tenant.Observer {
	if cfg.Provider == nil {
		cfg.Provider = otel.GetTracerProvider()
	}
	if cfg.MaxTenants == 0 {
		cfg.MaxTenants = 1000
	}
	return &tracer{
		tracer:    cfg.Provider.Tracer(scope),
		generated: cfg.Generated,
		tenants:   tenants{most: cfg.MaxTenants, known: make(map[string]bool)},
	}
}

type tracer struct {
	tracer    trace.Tracer
	generated []string
	tenants   tenants
}

func (t *tracer) Before(ctx context.Context, s tenant.Statement) (context.Context, error) {
	name := s.Call.String()
	if len(t.generated) > 0 && s.Call != tenant.CallBatch && s.Call != tenant.CallTx {
		if query, _ := tenant.Origin(t.generated...); query != "" {
			name = query
		}
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(TenantKey.String(t.tenants.name(s.Tenant)), semconv.DBSystemNamePostgreSQL))
	if span.IsRecording() {
		span.SetAttributes(semconv.DBQueryText(s.SQL))
	}
	return ctx, nil
}

func (t *tracer) After(ctx context.Context, s tenant.Statement, o tenant.Outcome) {
	span := trace.SpanFromContext(ctx)
	defer span.End()
	if !span.IsRecording() {
		return
	}
	if s.Call != tenant.CallTx {
		span.SetAttributes(semconv.DBResponseReturnedRows(int(o.Rows)))
	}
	if o.Err == nil {
		return
	}
	span.SetStatus(codes.Error, o.Reason())
	var pg *pgconn.PgError
	if !o.Refused && errors.As(o.Err, &pg) {
		span.SetAttributes(semconv.DBResponseStatusCode(pg.Code))
	}
}

// tenants are those that are told apart.
type tenants struct {
	most  int
	mu    sync.RWMutex
	known map[string]bool
}

// name returns the key's text, or Other.
func (t *tenants) name(id tenant.Key) string {
	name := id.String()
	t.mu.RLock()
	known, full := t.known[name], len(t.known) >= t.most
	t.mu.RUnlock()
	switch {
	case known:
		return name
	case full:
		return Other
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.known[name] && len(t.known) >= t.most {
		return Other
	}
	t.known[name] = true
	return name
}
