package prove_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// confinementPage is what users read of the proof. Each of its blocks says on
// the line that opens it what it is, so that none escapes:
//
//	sql schema [CODE…]     the schema of the examples below, and its findings
//	sql also [CODE…]       DDL beside it, up to the next such block
//	yaml tenancy           the tenancy of the schema
//	yaml also              what is declared beside it, of the last `sql also`
//	sql accepted [RULE…]   each statement is confined, or global; the rules are used
//	sql assumes CODE…      each is confined, leaning on what the finding says
//	sql unscoped           each is cross-tenant on purpose
//	sql refused CODE…      each is refused for that, up to a line `-- instead`:
//	                       those below it are accepted
//	text                   what is printed of the block above
//
// The codes of `assumes` and `refused` are one for all statements, or one each.
// A statement without a name line gets one, above it.
const confinementPage = "../../docs/confinement.md"

const (
	docsSchema  = "schema/0001_init.sql"
	docsAlso    = "schema/0002_more.sql"
	docsQueries = "queries/documents.sql"
	insteadLine = "-- instead\n"
)

// fence is one fenced block of the page.
type fence struct {
	open, end int // lines of the fences, from 0
	info      []string
	body      string
}

func fences(t *testing.T, lines []string) []fence {
	t.Helper()
	var out []fence
	open := -1
	for i, line := range lines {
		switch {
		case !strings.HasPrefix(line, "```"):
		case open < 0:
			open = i
			out = append(out, fence{open: i, info: strings.Fields(strings.TrimPrefix(line, "```"))})
		default:
			f := &out[len(out)-1]
			f.end, f.body = i, strings.Join(append(slices.Clone(lines[open+1:i]), ""), "\n")
			open = -1
		}
	}
	if open >= 0 {
		t.Fatalf("the block of line %d does not end", open+1)
	}
	return out
}

// page proves the examples in their order.
type page struct {
	t *testing.T

	schema, also       string
	schemaWant         []string // codes
	tenancy, alsoYAML  config.Tenancy
	cat                *catalog.Catalog // of what is set; nil when it has changed
	conn               *pgconn.PgConn   // to a database with the schema
	printed            string           // what is printed of the last block
	examples, prepared int
	covered            map[string]bool // codes that have a pair
}

// TestConfinementPage proves every example of the page, and has PostgreSQL
// prepare it: an example is SQL that runs.
func TestConfinementPage(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(confinementPage)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		if utf8.RuneCountInString(line) > 140 {
			t.Errorf("line %d has more than 140 characters", i+1)
		}
	}
	p := &page{t: t, covered: map[string]bool{}}
	var texts []fence
	for _, f := range fences(t, lines) {
		if slices.Equal(f.info, []string{"text"}) {
			p.build(f)
			if f.body != p.printed {
				if !*update {
					t.Errorf("line %d: what is printed is\n%s", f.open+1, p.printed)
				}
				f.body = p.printed
			}
			texts = append(texts, f)
			continue
		}
		p.block(f)
	}
	p.build(fence{open: len(lines)})
	for _, info := range diag.Codes() {
		if strings.HasPrefix(string(info.Code), "TC4") && !p.covered[string(info.Code)] {
			t.Errorf("%s: %s: the page has no refusal with it", info.Code, info.Title)
		}
		if strings.HasPrefix(string(info.Code), "TC23") && !strings.Contains(string(data), string(info.Code)) {
			t.Errorf("%s: %s: the page does not speak of it", info.Code, info.Title)
		}
	}
	if p.examples < 80 || p.prepared < p.examples-10 {
		t.Errorf("%d examples were proven and %d prepared, want 80 or more", p.examples, p.prepared)
	}
	if !*update || t.Failed() {
		return
	}
	for _, f := range slices.Backward(texts) {
		lines = slices.Replace(lines, f.open+1, f.end, strings.Split(strings.TrimSuffix(f.body, "\n"), "\n")...)
	}
	if err := os.WriteFile(confinementPage, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (p *page) block(f fence) {
	p.t.Helper()
	kind, rest := strings.Join(f.info[:min(2, len(f.info))], " "), f.info[min(2, len(f.info)):]
	if kind != "yaml tenancy" && kind != "yaml also" {
		p.build(f)
	}
	switch kind {
	case "sql schema":
		p.schema, p.also, p.schemaWant, p.cat = f.body, "", rest, nil
		p.tenancy, p.alsoYAML = config.Tenancy{}, config.Tenancy{}
	case "sql also":
		p.also, p.schemaWant, p.cat = f.body, rest, nil
		p.alsoYAML = config.Tenancy{}
	case "yaml tenancy":
		p.tenancy, p.cat = readTenancy(p.t, f), nil
	case "yaml also":
		p.alsoYAML, p.cat = readTenancy(p.t, f), nil
	case "sql accepted":
		p.accepted(f, f.body, rest)
	case "sql assumes":
		p.each(f, f.body, rest, func(i int, pr *prove.Proof) {
			var codes []string
			for _, a := range pr.Assumes {
				if !a.Declared {
					codes = append(codes, string(a.Code))
				}
			}
			if want := one(rest, i); pr.Verdict != prove.Confined || !sameCodes(codes, want) {
				p.t.Errorf("line %d: %s is %s, leaning on %v, want it confined, leaning on %v\n%s\n%v",
					f.open+1, pr.Stmt.Name, pr.Verdict, codes, want, pr.Stmt.Text, pr.Findings)
			}
		})
	case "sql unscoped":
		p.each(f, f.body, nil, func(_ int, pr *prove.Proof) {
			if pr.Verdict != prove.Unscoped {
				p.t.Errorf("line %d: %s is %s, want it unscoped\n%s\n%v", f.open+1, pr.Stmt.Name, pr.Verdict, pr.Stmt.Text, pr.Findings)
			}
		})
	case "sql refused":
		refused, instead, _ := strings.Cut(f.body, insteadLine)
		p.each(f, refused, rest, func(i int, pr *prove.Proof) {
			var codes []string
			for _, d := range pr.Findings {
				codes = append(codes, string(d.Code))
				p.covered[string(d.Code)] = true
			}
			if want := one(rest, i); pr.Verdict != prove.Refused || !sameCodes(codes, want) {
				p.t.Errorf("line %d: %s is %s for %v, want it refused for %v\n%s", f.open+1, pr.Stmt.Name, pr.Verdict, codes, want, pr.Stmt.Text)
			}
		})
		if printed := p.printed; instead != "" {
			p.accepted(f, instead, nil)
			p.printed = printed
		}
	default:
		p.t.Errorf("line %d: a block %q is never looked at", f.open+1, f.info)
	}
}

// one returns the code of the i-th statement of a block: the only one, or its own.
func one(codes []string, i int) []string {
	if len(codes) == 1 {
		i = 0
	}
	return codes[min(i, len(codes)):min(i+1, len(codes))]
}

func sameCodes(have, want []string) bool {
	have, want = slices.Sorted(slices.Values(have)), slices.Sorted(slices.Values(want))
	return slices.Equal(slices.Compact(have), want)
}

func (p *page) accepted(f fence, text string, rules []string) {
	used := map[string]bool{}
	p.each(f, text, nil, func(_ int, pr *prove.Proof) {
		if pr.Verdict != prove.Confined && pr.Verdict != prove.Global || pr.Open() {
			p.t.Errorf("line %d: %s is %s, leaning on %v, want it accepted\n%s\n%v", f.open+1, pr.Stmt.Name, pr.Verdict, pr.Assumes, pr.Stmt.Text, pr.Findings)
		}
		for _, in := range pr.Instances {
			used[in.Rule] = true
		}
	})
	for _, r := range rules {
		if !used[r] {
			p.t.Errorf("line %d: no relation is confined by %s", f.open+1, r)
		}
	}
}

// build reads the schema that is set and compares its findings.
func (p *page) build(f fence) {
	if p.cat != nil || p.schema == "" {
		return
	}
	ten := p.tenancy
	ten.Tables = slices.Concat(ten.Tables, p.alsoYAML.Tables)
	if len(p.alsoYAML.Dimensions) > 0 && p.alsoYAML.Dimensions[0].Pos.IsValid() {
		ten.Dimensions = p.alsoYAML.Dimensions
	}
	ten.Trust = p.alsoYAML.Trust
	files := []config.File{{Name: docsSchema, Text: p.schema}}
	if p.also != "" {
		files = append(files, config.File{Name: docsAlso, Text: p.also})
	}
	var rep diag.List
	p.cat = catalog.Build(catalog.Input{Files: files, Tenancy: ten}, &rep)
	prove.ClassifyStored(p.cat)
	var codes []string
	for _, d := range rep.Sorted() {
		codes = append(codes, string(d.Code))
	}
	if !sameCodes(codes, p.schemaWant) {
		p.t.Errorf("above line %d: the schema has the findings %v, want %v\n%v", f.open+1, codes, p.schemaWant, rep.Sorted())
	}
	p.print(&rep, "")
	p.conn = connect(p.t, pgtest.DSN(p.t, p.schema, p.also))
}

// each proves the statements of text and calls check with every proof. codes
// has one code for all of them, or one each.
func (p *page) each(f fence, text string, codes []string, check func(int, *prove.Proof)) {
	p.t.Helper()
	text = named(text)
	var rep diag.List
	stmts := query.Parse(docsQueries, text, p.cat, &rep)
	proofs := prove.All(p.cat, stmts, &rep)
	if want := strings.Count("\n"+text, "\n-- name: "); len(proofs) != want {
		p.t.Errorf("line %d: %d statements were proven, want %d\n%v", f.open+1, len(proofs), want, rep.Sorted())
	}
	if len(codes) > 1 && len(codes) != len(proofs) {
		p.t.Errorf("line %d: %d statements have %d codes", f.open+1, len(proofs), len(codes))
	}
	for i, pr := range proofs {
		p.examples++
		check(i, pr)
	}
	p.print(&rep, text)
	p.prepare(f, stmts)
}

// named puts a name line above each statement, in a text that has none.
func named(text string) string {
	if strings.HasPrefix(text, "-- name: ") || strings.Contains(text, "\n-- name: ") {
		return text
	}
	var out strings.Builder
	begins := true
	for line := range strings.Lines(text) {
		if begins && strings.TrimSpace(line) != "" {
			fmt.Fprintf(&out, "-- name: Q%d :exec\n", out.Len())
			begins = false
		}
		out.WriteString(line)
		code, _, _ := strings.Cut(line, " --")
		begins = begins || strings.HasSuffix(strings.TrimSpace(code), ";")
	}
	return out.String()
}

func (p *page) print(rep *diag.List, queries string) {
	known := map[string]string{docsSchema: p.schema, docsAlso: p.also, docsQueries: queries}
	var out strings.Builder
	err := diag.Text{Sources: func(file string) (string, bool) {
		text, ok := known[file]
		return text, ok
	}}.Write(&out, rep.Sorted())
	if err != nil {
		p.t.Fatal(err)
	}
	p.printed = out.String()
}

// prepare has a server read the statements.
func (p *page) prepare(f fence, stmts []*query.Stmt) {
	for _, s := range stmts {
		sql := s.SQL
		if sql == "" {
			continue
		}
		if _, err := p.conn.Prepare(context.Background(), "", sql, nil); err != nil {
			p.t.Errorf("line %d: PostgreSQL does not take %s: %v\n%s", f.open+1, s.Name, err, sql)
		}
		p.prepared++
	}
}

// readTenancy reads a `tenancy:` mapping as it stands in sqlc.yaml.
func readTenancy(t *testing.T, f fence) config.Tenancy {
	t.Helper()
	const head = `version: "2"
sql:
  - engine: postgresql
    schema: schema
    queries: queries
    codegen:
      - plugin: tenantc
        out: gen
        options:
          package: gen
          sql_package: pgx/v5
`
	const tail = `plugins:
  - name: tenantc
    process: {cmd: tenantc, format: json}
    env: [PATH, HOME]
`
	const indent = "          "
	text := head + indent + strings.ReplaceAll(strings.TrimSuffix(f.body, "\n"), "\n", "\n"+indent) + "\n" + tail
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sqlc.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var rep diag.List
	cfg, err := config.Load(dir, "", &rep)
	if err != nil || rep.Len() > 0 || len(cfg.Blocks) != 1 {
		t.Fatalf("line %d: %v %v", f.open+1, err, rep.Sorted())
	}
	return cfg.Blocks[0].Tenancy
}
