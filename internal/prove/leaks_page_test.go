package prove_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

const leaksHead = `# Leaks

A catalogue of the ways in which one tenant's rows reach another, each with the refusal as tenantc prints it and a twin that is
confined. The page is made from the case files in ` + "`internal/prove/testdata/leaks`" + `, which hold data too: the tests run every statement
here on a real PostgreSQL, see each leak leak and each twin not. A and B are two tenants; ` + "`tenant_id`" + ` holds the tenant, and what else
is declared stands as a comment in the schema.

`

// TestLeaksPage asks that docs/leaks.md says what the tool says today.
func TestLeaksPage(t *testing.T) {
	t.Parallel()
	files, err := gallery.Load("testdata/leaks/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var list, body strings.Builder
	leaks := 0
	for _, f := range files {
		title := strings.ReplaceAll(f.Name, "_", " ")
		title = strings.ToUpper(title[:1]) + title[1:]
		fmt.Fprintf(&list, "- [%s](#%s)\n", title, strings.ToLower(strings.ReplaceAll(title, " ", "-")))
		fmt.Fprintf(&body, "\n## %s\n\n%s\n\n%s", title, strings.TrimSpace(f.Comment), block("sql", f.Leak.Schema))
		for _, q := range f.Leak.Queries {
			leaks++
			text := asFile(q)
			printed, _ := printedOf(t, &f.Leak, text)
			if printed == "" {
				t.Errorf("%s/%s: nothing is printed", f.Name, q.Name)
			}
			fmt.Fprintf(&body, "\n%s\n%s", block("sql", text), block("", printed))
		}
		if f.Tight.Schema != f.Leak.Schema {
			fmt.Fprintf(&body, "\nConfined under another schema:\n\n%s\n", block("sql", f.Tight.Schema))
		} else {
			body.WriteString("\nConfined:\n\n")
		}
		var tight []string
		for _, q := range f.Tight.Queries {
			if _, accepted := printedOf(t, &f.Tight, asFile(q)); accepted {
				tight = append(tight, asFile(q))
			}
		}
		body.WriteString(block("sql", strings.Join(tight, "\n")))
	}
	const page = "../../docs/leaks.md"
	text := leaksHead + fmt.Sprintf("%d families, %d leaks.\n\n", len(files), leaks) + list.String() + body.String()
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != text {
		t.Error("docs/leaks.md is not what the case files give: run go test ./internal/prove -run TestLeaksPage -update")
	}
}

func block(language, text string) string {
	return "```" + language + "\n" + strings.Trim(text, "\n") + "\n```\n"
}

// asFile writes a query as a query file has it.
func asFile(q gallery.Query) string {
	text := "-- name: " + q.Name + " " + q.Command + "\n"
	if q.Tenant > 0 && !onlyTenant.MatchString(q.SQL) {
		text += fmt.Sprintf("-- tenant: $%d\n", q.Tenant)
	}
	return text + q.SQL + ";\n"
}

// onlyTenant matches a statement in which $1 is compared with the tenant column.
var onlyTenant = regexp.MustCompile(`tenant_id = \$1\b`)

// printedOf checks one query file under the schema of a side and returns what
// the tool prints of it, and whether it is accepted.
func printedOf(t *testing.T, s *gallery.Side, text string) (printed string, accepted bool) {
	t.Helper()
	var building, rep diag.List
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: s.Schema}}, Tenancy: s.Tenancy}, &building)
	proofs := prove.All(cat, query.Parse("queries.sql", text, cat, &rep), &rep)
	accepted = len(proofs) == 1 && !proofs[0].Open() && proofs[0].Verdict != prove.Refused
	// What the schema says without the statement is said where it has to do with it.
	for _, d := range building.Sorted() {
		if len(proofs) == 1 && mentions(d.Message, proofs[0].Stmt) && (d.Severity == diag.Error || rep.Len() == 0) {
			rep.Add(d)
		}
	}
	var out strings.Builder
	files := map[string]string{"schema.sql": s.Schema, "queries.sql": text}
	err := diag.Text{Sources: func(file string) (string, bool) { text, ok := files[file]; return text, ok }}.Write(&out, rep.Sorted())
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), accepted
}
