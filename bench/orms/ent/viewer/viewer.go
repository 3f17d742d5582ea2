// Package viewer carries the tenant in a context, as ent's documentation has it.
//
// In comes a tenant, out comes a context. It refuses to guess: a context that
// carries none has none.
package viewer

import (
	"context"

	"github.com/google/uuid"
)

type key struct{}

// NewContext returns a context for one tenant.
func NewContext(ctx context.Context, tenant uuid.UUID) context.Context {
	return context.WithValue(ctx, key{}, tenant)
}

// Tenant returns the tenant that a context carries.
func Tenant(ctx context.Context) (uuid.UUID, bool) {
	tenant, ok := ctx.Value(key{}).(uuid.UUID)
	return tenant, ok
}
