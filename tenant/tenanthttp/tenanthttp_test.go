package tenanthttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/tenanthttp"
)

var acme = tenant.MustID("0190a6f2-0000-7000-8000-00000000000a")

func request(target string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

func TestSubdomain(t *testing.T) {
	t.Parallel()
	from, err := tenanthttp.Subdomain("Example.co.uk.")
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"acme.example.co.uk":        "acme",
		"ACME.Example.CO.UK":        "acme",
		"acme.example.co.uk:8080":   "acme",
		"acme.example.co.uk.":       "acme",
		"a-1.example.co.uk":         "a-1",
		"example.co.uk":             "",
		".example.co.uk":            "",
		"a.b.example.co.uk":         "",
		"acme.example.co.uk.evil.x": "",
		"acmeexample.co.uk":         "",
		"acme.other.co.uk":          "",
		"-a.example.co.uk":          "",
		"a_b.example.co.uk":         "",
		"ä.example.co.uk":           "",
		"[::1]:80":                  "",
		"":                          "",
	} {
		r := request("/")
		r.Host = host
		if got := from(r); got != want {
			t.Errorf("%s names %q, want %q", host, got, want)
		}
	}
	for _, base := range []string{"", "com", ".", "a..b", "a b.com", "*.example.com"} {
		if _, err := tenanthttp.Subdomain(base); err == nil {
			t.Errorf("base %q is accepted", base)
		}
	}
	local, err := tenanthttp.Subdomain("localhost")
	if err != nil {
		t.Fatal(err)
	}
	r := request("/")
	if r.Host = "acme.localhost:8080"; local(r) != "acme" {
		t.Errorf("%s names %q", r.Host, local(r))
	}
}

func TestExtractors(t *testing.T) {
	t.Parallel()
	header := tenanthttp.Header("x-tenant")
	if got := header(request("/", "X-Tenant", "acme")); got != "acme" {
		t.Errorf("header: %q", got)
	}
	if got := header(request("/", "X-Tenant", "acme", "X-Tenant", "busy")); got != "" {
		t.Errorf("two headers: %q", got)
	}
	if got := header(request("/")); got != "" {
		t.Errorf("no header: %q", got)
	}

	var seen string
	mux := http.NewServeMux()
	mux.HandleFunc("/t/{tenant}/users", func(_ http.ResponseWriter, r *http.Request) { seen = tenanthttp.Path("tenant")(r) })
	mux.ServeHTTP(httptest.NewRecorder(), request("/t/acme/users"))
	if seen != "acme" {
		t.Errorf("path: %q", seen)
	}

	claims := map[string]any{"org": "acme", "n": 7}
	of := func(*http.Request) map[string]any { return claims }
	for claim, want := range map[string]string{"org": "acme", "n": "", "none": ""} {
		if got := tenanthttp.Claim(of, claim)(request("/")); got != want {
			t.Errorf("claim %s: %q", claim, got)
		}
	}
	claims = nil
	if got := tenanthttp.Claim(of, "org")(request("/")); got != "" {
		t.Errorf("no claims: %q", got)
	}
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	resolve := func(_ context.Context, name string) (tenant.ID, error) {
		switch name {
		case "acme":
			return acme, nil
		case "sleeping":
			return tenant.ID{}, fmt.Errorf("resolve: %w", tenant.ErrSuspended)
		case "broken":
			return tenant.ID{}, errors.New("secret of the database")
		case "zero":
			return tenant.ID{}, nil
		}
		return tenant.ID{}, tenant.ErrUnknownTenant
	}
	wrap, err := tenanthttp.Middleware(tenanthttp.Config[tenant.ID]{From: tenanthttp.Header("X-Tenant"), Resolve: resolve})
	if err != nil {
		t.Fatal(err)
	}
	handler := wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := tenant.FromContext[tenant.ID](r.Context())
		fmt.Fprint(w, id, err)
	}))
	for name, want := range map[string]struct {
		status int
		body   string
	}{
		"acme":     {http.StatusOK, acme.String() + " <nil>"},
		"stranger": {http.StatusNotFound, "Not Found\n"},
		"":         {http.StatusNotFound, "Not Found\n"},
		"zero":     {http.StatusNotFound, "Not Found\n"},
		"sleeping": {http.StatusForbidden, "Forbidden\n"},
		"broken":   {http.StatusServiceUnavailable, "Service Unavailable\n"},
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, request("/", "X-Tenant", name))
		if w.Code != want.status || w.Body.String() != want.body {
			t.Errorf("%q: %d %q, want %d %q", name, w.Code, w.Body, want.status, want.body)
		}
	}
	for name, cfg := range map[string]tenanthttp.Config[tenant.ID]{
		"nothing":     {},
		"no resolver": {From: tenanthttp.Header("X-Tenant")},
		"no source":   {Resolve: resolve},
	} {
		if _, err := tenanthttp.Middleware(cfg); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestRefuseIsAskedInstead(t *testing.T) {
	t.Parallel()
	var refused error
	wrap, err := tenanthttp.Middleware(tenanthttp.Config[tenant.ID]{
		From: tenanthttp.Header("X-Tenant"), Resolve: tenanthttp.ID,
		Refuse: func(w http.ResponseWriter, _ *http.Request, err error) {
			refused = err
			w.WriteHeader(http.StatusTeapot)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	handler := wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler runs") }))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, request("/", "X-Tenant", "no key"))
	if w.Code != http.StatusTeapot || !errors.Is(refused, tenant.ErrUnknownTenant) {
		t.Errorf("%d, %v", w.Code, refused)
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	if id, err := tenanthttp.ID(t.Context(), acme.String()); id != acme || err != nil {
		t.Errorf("%v, %v", id, err)
	}
	for _, name := range []string{"", "acme", "00000000-0000-0000-0000-000000000000"} {
		if _, err := tenanthttp.ID(t.Context(), name); !errors.Is(err, tenant.ErrUnknownTenant) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestCached(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var asked atomic.Int64
	hold := make(chan struct{})
	find := tenanthttp.Cached(func(_ context.Context, name string) (tenant.Int64ID, error) {
		asked.Add(1)
		<-hold
		n, err := strconv.ParseInt(name, 10, 64)
		switch {
		case err != nil:
			return tenant.Int64ID{}, tenant.ErrUnknownTenant
		case n < 0:
			return tenant.Int64ID{}, errors.New("broken")
		}
		return tenant.NewInt64ID(n), nil
	}, tenanthttp.CacheConfig{Size: 3, For: time.Hour, Unknown: time.Hour})

	// The first to ask goes away; the others get the answer to its question.
	gone, cancel := context.WithCancel(ctx)
	first := make(chan error)
	go func() { _, err := find(gone, "7"); first <- err }()
	for asked.Load() == 0 {
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if id, err := find(ctx, "7"); id != tenant.NewInt64ID(7) || err != nil {
				t.Errorf("%v, %v", id, err)
			}
		})
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who went away got %v", err)
	}
	close(hold)
	group.Wait()
	for range 3 {
		if _, err := find(ctx, "stranger"); !errors.Is(err, tenant.ErrUnknownTenant) {
			t.Errorf("a stranger: %v", err)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times about two names", n)
	}
	for range 2 {
		if _, err := find(ctx, "-1"); err == nil {
			t.Error("no error")
		}
	}
	if n := asked.Load(); n != 4 {
		t.Errorf("asked %d times: a failure is remembered", n)
	}
	for i := range 100 {
		find(ctx, strconv.Itoa(100+i))
	}
	before := asked.Load()
	remembered := 0
	for i := range 100 {
		find(ctx, strconv.Itoa(199-i))
		if asked.Load() == before {
			remembered++
		}
		before = asked.Load()
	}
	if remembered > 3 {
		t.Errorf("%d names are remembered", remembered)
	}
}

// A panic is the requests' that wait for the answer, not the process's.
func TestResolverPanics(t *testing.T) {
	t.Parallel()
	find := tenanthttp.Cached(func(context.Context, string) (tenant.ID, error) { panic("no such luck") }, tenanthttp.CacheConfig{})
	for range 2 {
		if _, err := find(t.Context(), "acme"); err == nil {
			t.Error("no error")
		}
	}
}

func TestAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	asked := 0
	find := tenanthttp.Cached(func(context.Context, string) (tenant.ID, error) {
		asked++
		return acme, nil
	}, tenanthttp.CacheConfig{For: time.Nanosecond})
	for range 3 {
		if _, err := find(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
}
