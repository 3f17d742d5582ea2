// Package tenanthttp finds the tenant of an HTTP request.
//
// In comes a request; out goes the same one with the tenant's key in its
// context, where the handler takes it out with [tenant.FromContext] and passes
// it on as an argument. An [Extractor] says where the request names its tenant,
// and a [Resolver] whose name that is. A request that names none, or one that
// there is not, ends here with 404 Not Found, and both look alike.
//
// The package authenticates nobody. A name that the client chooses, such as a
// subdomain, a header or a part of the path, says which tenant is meant, and
// not that the user belongs to it.
package tenanthttp

import (
	"errors"
	"net/http"

	"github.com/tenantc/tenantc/tenant"
)

// Config says how Middleware finds the tenant. From and Resolve must be set.
type Config[K tenant.Key] struct {
	// From says where a request names its tenant.
	From Extractor

	// Resolve turns the name into a key. See [Cached], and [ID] for names that
	// are keys.
	Resolve Resolver[K]

	// Refuse answers a request without a tenant that can be served: err matches
	// tenant.ErrNoTenant, tenant.ErrUnknownTenant, tenant.ErrSuspended, or is
	// what Resolve returned. Nil means [Refuse].
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
}

var errConfig = errors.New("tenanthttp: From and Resolve must be set")

// Middleware returns a wrapper for handlers that need a tenant. It returns an
// error for a Config that lacks something.
func Middleware[K tenant.Key](cfg Config[K]) (func(http.Handler) http.Handler, error) {
	if cfg.From == nil || cfg.Resolve == nil {
		return nil, errConfig
	}
	if cfg.Refuse == nil {
		cfg.Refuse = Refuse
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id, err := find(cfg, r)
			if err != nil {
				cfg.Refuse(w, r, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(tenant.NewContext(r.Context(), id)))
		})
	}, nil
}

func find[K tenant.Key](cfg Config[K], r *http.Request) (id K, err error) {
	name := cfg.From(r)
	if name == "" {
		return id, tenant.ErrNoTenant
	}
	if id, err = cfg.Resolve(r.Context(), name); err != nil {
		return id, err
	}
	// What Resolve has made is asked for as the handler will ask for it.
	return tenant.FromContext[K](tenant.NewContext(r.Context(), id))
}

// Refuse answers 404 Not Found for a tenant that is missing or unknown, 403
// Forbidden for one that is suspended, and 503 Service Unavailable for anything
// else. It says no more than that.
func Refuse(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusServiceUnavailable
	switch {
	case errors.Is(err, tenant.ErrNoTenant), errors.Is(err, tenant.ErrUnknownTenant):
		status = http.StatusNotFound
	case errors.Is(err, tenant.ErrSuspended):
		status = http.StatusForbidden
	}
	http.Error(w, http.StatusText(status), status)
}
