package tenant

import (
	"context"
	"reflect"
)

// contextKey is the type of the key kept under it, so that the keys of several
// dimensions can be in one context.
type contextKey struct{ of reflect.Type }

// NewContext returns a context that carries id. It is meant for the edge of a
// program, where middleware learns the tenant and a handler turns it into an
// argument again; nothing in this package looks into a context on its own.
func NewContext(ctx context.Context, id Key) context.Context {
	return context.WithValue(ctx, contextKey{reflect.TypeOf(id)}, id)
}

// FromContext returns the key of type K that NewContext put there:
//
//	acme, err := tenant.FromContext[tenant.ID](ctx)
//
// A context that carries none, one of another type, or a zero value, is
// ErrNoTenant.
func FromContext[K Key](ctx context.Context) (K, error) {
	id, ok := ctx.Value(contextKey{reflect.TypeFor[K]()}).(K)
	if ok {
		if _, err := identify(id); err == nil {
			return id, nil
		}
	}
	var none K
	return none, ErrNoTenant
}
