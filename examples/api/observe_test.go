package api

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/tenant"
)

// Generated methods are known by their names, and whoever calls them by file
// and line: also where a loop goes on while the rows come.
func TestAuditOfGeneratedMethods(t *testing.T) {
	ctx, _, acme, widget := demo()
	var out bytes.Buffer
	store := gen.New(tenant.Observe(tenant.NewShared(pool), tenant.NewAudit(tenant.AuditConfig{
		Logger:    slog.New(slog.NewJSONHandler(&out, nil)),
		Generated: []string{reflect.TypeFor[gen.Store]().PkgPath()},
		Caller:    true,
	})))
	must(store.Users.Get(ctx, acme, annID))
	must(store.Users.List(ctx, widget, gen.UserCols.Name.Eq("Ann")))
	for _, err := range store.Users.ForEach(ctx, acme) {
		if err != nil {
			t.Fatal(err)
		}
	}
	err := store.InTx(ctx, widget, func(tx *gen.Store) error {
		_, err := tx.Users.Count(ctx, widget)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Batch(ctx, acme, func(b *gen.Batch) { b.Users.Promote(annID) })
	if err != nil {
		t.Fatal(err)
	}

	type record struct {
		Call, Query, Tenant, Caller string
		Rows                        int
	}
	var got []record
	for line := range strings.Lines(out.String()) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(r.Caller, "observe_test.go:") {
			t.Errorf("called from %q", r.Caller)
		}
		r.Caller = ""
		if r.Call == "SendBatch" { // its name is the text
			r.Query, _, _ = strings.Cut(r.Query, " ")
		}
		got = append(got, r)
	}
	want := []record{
		{"QueryRow", "Users.Get", acme.String(), "", 1},
		{"Query", "Users.List", widget.String(), "", 1},
		{"Query", "Users.ForEach", acme.String(), "", 2},
		{"QueryRow", "Users.Count", widget.String(), "", 1},
		{"InTx", "begin", widget.String(), "", 0},
		{"SendBatch", "update", acme.String(), "", 1},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	for _, value := range []string{"Ann", "mail.test", annID.String()} {
		if strings.Contains(out.String(), value) {
			t.Errorf("the log has the value %s", value)
		}
	}
}
