package generator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/diag"
)

const pluginConfig = `version: "2"
sql:
  - engine: postgresql
    schema: schema
    queries: [queries, more]
    codegen:
      - plugin: tenantc
        out: gen
        options:
          package: gen
          query_parameter_limit: 3
          tenancy:
            dimensions:
              - {name: tenant, columns: [tenant_id]}
plugins:
  - name: tenantc
    process: {cmd: tenantc, format: json}
    env: [PATH, HOME]
`

// pluginRequest is what sqlc sends for pluginConfig, the queries left out.
func pluginRequest(t *testing.T, change func(settings, codegen map[string]any)) string {
	t.Helper()
	codegen := map[string]any{
		"out": "gen", "plugin": "tenantc", "env": []string{"PATH", "HOME"}, "process": map[string]any{"cmd": "tenantc"}, "wasm": nil,
		"options": []byte(`{"package":"gen","query_parameter_limit":3,"tenancy":{"dimensions":[{"columns":["tenant_id"],"name":"tenant"}]}}`),
	}
	settings := map[string]any{
		"version": "2", "engine": "postgresql", "schema": []string{"schema"}, "queries": []string{"queries", "more"}, "codegen": codegen,
	}
	if change != nil {
		change(settings, codegen)
	}
	data, err := json.Marshal(map[string]any{"settings": settings, "sqlc_version": "v1.31.1"})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAgree(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(settings, codegen map[string]any)
		env    []string
		want   string // a part of the finding; "" for none
	}{
		"the same":       {},
		"another out":    {change: func(_, c map[string]any) { c["out"] = "db" }, want: `sqlc says "db", and sqlc.yaml says ["gen"]`},
		"another engine": {change: func(s, _ map[string]any) { s["engine"] = "mysql" }, want: "another engine"},
		"another schema": {change: func(s, _ map[string]any) { s["schema"] = []string{"other"} }, want: `sqlc says ["other"], and sqlc.yaml says ["schema"]`},
		"fewer queries":  {change: func(s, _ map[string]any) { s["queries"] = []string{"queries"} }, want: "other queries"},
		"no options":     {change: func(_, c map[string]any) { c["options"] = []byte{} }, want: "other options"},
		"another tenancy": {change: func(_, c map[string]any) {
			c["options"] = bytes.Replace(c["options"].([]byte), []byte("tenant_id"), []byte("org_id"), 1)
		}, want: "other options"},
		"no PATH":       {env: []string{"HOME=/root"}, want: "not given the PATH"},
		"an empty PATH": {env: []string{"PATH="}, want: "not given the PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "sqlc.yaml"), []byte(pluginConfig), 0o644); err != nil {
				t.Fatal(err)
			}
			if tc.env == nil {
				tc.env = []string{"PATH=/bin"}
			}
			var req request
			if err := json.Unmarshal([]byte(pluginRequest(t, tc.change)), &req); err != nil {
				t.Fatal(err)
			}
			r := &run{cfg: Config{Dir: dir, Env: tc.env}, only: req.wants}
			err := r.load()
			if err == nil {
				err = r.agree(req)
			}
			if err != nil || (tc.want == "") != (r.rep.Len() == 0) {
				t.Fatal(err, r.rep.Sorted())
			}
			for _, d := range r.rep.Sorted() {
				if d.Code != diag.CodePluginSettings || d.Severity != diag.Error || d.Pos.File != "sqlc.yaml" ||
					!strings.Contains(d.Message+"\n"+d.Why, tc.want) {
					t.Errorf("got %+v, want …%s…", d, tc.want)
				}
			}
		})
	}
}

func TestServeNoJSON(t *testing.T) {
	t.Parallel()
	_, err := Serve(context.Background(), Config{Dir: t.TempDir()}, strings.NewReader("\x0a\x05proto"), new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "format has to be json") {
		t.Errorf("a request in protobuf gives %v", err)
	}
}

func TestRecoverBug(t *testing.T) {
	t.Parallel()
	for name, fall := range map[string]func(){
		"a contradiction": func() { diag.Bugf("the %s disagree", "proofs") },
		"a nil map":       func() { maps.Copy(map[string]int(nil), map[string]int{"a": 1}) },
	} {
		err := func() (err error) {
			defer recoverBug(&err)
			fall()
			return nil
		}()
		bug := (*BugError)(nil)
		if !errors.As(err, &bug) || len(bug.Stack) == 0 || bug.Message == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
