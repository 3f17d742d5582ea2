package tenanthttp

import (
	"fmt"
	"net"
	"net/http"
	"strings"
)

// An Extractor returns the name by which a request means its tenant, or "" when
// it names none. Any function will do.
type Extractor func(r *http.Request) string

// Subdomain returns an Extractor for hosts directly below base: acme for
// acme.example.com below example.com. A host that is base itself, lies deeper,
// or below another domain names none. A port is ignored, and so are case and a
// final dot.
//
// Base is stated, and never guessed from a host, because what a domain's owner
// may hand out is not to be seen from its name: example.co.uk is a domain, and
// co.uk is not. A base of a single label is an error, localhost apart.
func Subdomain(base string) (Extractor, error) {
	base = strings.ToLower(strings.TrimSuffix(base, "."))
	labels := strings.Split(base, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return nil, fmt.Errorf("tenanthttp: base domain %q is none", base)
		}
	}
	if len(labels) < 2 && base != "localhost" {
		return nil, fmt.Errorf("tenanthttp: base domain %q is everybody's", base)
	}
	return func(r *http.Request) string {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		host = strings.ToLower(strings.TrimSuffix(host, "."))
		label, ok := strings.CutSuffix(host, "."+base)
		if !ok || !isLabel(label) {
			return ""
		}
		return label
	}, nil
}

// isLabel holds for one part of a domain, in small letters.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// Header returns an Extractor for a header. A request that has it twice names
// none. Clients can set headers: a proxy that sets this one must drop theirs.
func Header(name string) Extractor {
	name = http.CanonicalHeaderKey(name)
	return func(r *http.Request) string {
		if values := r.Header[name]; len(values) == 1 {
			return values[0]
		}
		return ""
	}
}

// Path returns an Extractor for a wildcard of the pattern that [http.ServeMux]
// matched, such as tenant in /t/{tenant}/users. The middleware must be inside
// of the mux.
func Path(wildcard string) Extractor {
	return func(r *http.Request) string { return r.PathValue(wildcard) }
}

// Claim returns an Extractor for a claim of a token that was verified before:
// claims returns the claims that the authentication left in the request, and
// nil when it left none. A claim that is no text names none.
func Claim(claims func(r *http.Request) map[string]any, name string) Extractor {
	return func(r *http.Request) string {
		value, _ := claims(r)[name].(string)
		return value
	}
}
