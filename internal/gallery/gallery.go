// Package gallery reads case files: small schemas with queries that leak and
// queries that do not, side by side.
//
// In comes the text of a txtar file; out go its two sides, each with a schema,
// data, queries and argument values, and what is wanted of every query. It
// refuses to know how a query is proven or executed.
//
// The comment of a file says what a developer believes and what happens. The
// sections are:
//
//	schema.sql, data.sql              of the leaks, and of the tight queries too
//	leak.sql                          queries that let another tenant in
//	schema_fixed.sql, data_fixed.sql  where the cure is a change of the schema:
//	                                  then the tight queries run under these
//	tight.sql                         queries that differ from a leak in one
//	                                  detail, and are confined
//	want                              one line a query
//
// A query is a statement of a query file: `-- name: X :cmd`, `-- tenant: $n` or
// `-- tenant: none`, and any number of `-- args: $1=A, $2='x', $3=NULL`. A and
// B are the two tenants' ids, also inside quotes; other values are the text
// that PostgreSQL reads for the parameter's type.
//
// Tenancy is the usual one: `tenants` is the root by its key, a table with
// tenant_id is direct. All else is declared by lines of the schema:
//
//	-- tenancy: T root COL
//	-- tenancy: T direct COL [nulls nobody|everybody]
//	-- tenancy: T derived via COL …
//	-- tenancy: T global
//	-- tenancy: T undeclared …         nothing is declared; the rest of the line
//	                                   is the truth, for those who execute
//	-- trust: triggers|functions|consistent|migrations NAME
//	-- isolation: database             each tenant has a database of its own
//
// A line of want is one of:
//
//	X refused REASON                   the text of X leaks
//	X schema REASON                    the text of X is in order, and the schema
//	                                   lets it leak
//	X confined [rule=STEM]             nothing leaks; STEM is the rule that
//	                                   confines one of the instances
package gallery

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/config"
)

// The ids of the two tenants that A and B stand for.
const (
	TenantA = "11111111-1111-1111-1111-111111111111"
	TenantB = "22222222-2222-2222-2222-222222222222"
)

// File is one case file.
type File struct {
	Name    string // without folder and extension
	Comment string
	Leak    Side
	Tight   Side
	Wants   map[string]Want // by the query's name
}

// Side is the leaking or the tight half of a file.
type Side struct {
	Schema    string
	Data      string
	SQL       string // the queries as a query file
	Queries   []Query
	Tenancy   config.Tenancy // what the schema's lines declare
	Ownership []Ownership    // whose the relations are, declared or not
}

// Ownership is the truth about a relation that does not follow from its
// columns.
type Ownership struct {
	Relation string   // as written: "table" or "schema.table"
	Class    string   // "root", "direct", "derived" or "global"
	Columns  []string // the tenant column, or those of the owning foreign key
	Shared   bool     // rows with NULL are everybody's
}

// Query is one statement of a side.
type Query struct {
	Name    string
	Command string // ":many"
	SQL     string // without the lines above it and the last semicolon
	Tenant  int    // number of the tenant parameter; 0: no parameter is the tenant
	Args    []Args // sets of values; never empty
}

// Args holds the value of each parameter from $1 on; nil is NULL.
type Args []*string

// Want is what is wanted of a query.
type Want struct {
	Verdict string // "refused", "schema" or "confined"
	Reason  string // of a leak
	Rule    string // of a tight query: the stem of a rule, or ""
}

// Load reads the files that match a glob pattern, in order of their names. No
// file is an error.
func Load(pattern string) ([]*File, error) {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("find case files: %w", err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("find case files: nothing matches %s", pattern)
	}
	var files []*File
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read case file: %w", err)
		}
		f, err := Parse(strings.TrimSuffix(filepath.Base(path), ".txtar"), data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		files = append(files, f)
	}
	return files, nil
}

// sections of a case file.
var sections = []string{"schema.sql", "data.sql", "leak.sql", "schema_fixed.sql", "data_fixed.sql", "tight.sql", "want"}

// Parse reads the text of a case file. Whatever is not understood is an error,
// and so is a query without a line in want, or a line without a query.
func Parse(name string, data []byte) (*File, error) {
	a := txtar.Parse(data)
	text := map[string]string{}
	for _, s := range a.Files {
		if !slices.Contains(sections, s.Name) {
			return nil, fmt.Errorf("unknown section %s", s.Name)
		}
		if _, twice := text[s.Name]; twice {
			return nil, fmt.Errorf("section %s stands twice", s.Name)
		}
		text[s.Name] = string(s.Data)
	}
	for _, s := range []string{"schema.sql", "leak.sql", "tight.sql", "want"} {
		if text[s] == "" {
			return nil, fmt.Errorf("no section %s", s)
		}
	}
	f := &File{Name: name, Comment: string(a.Comment)}
	fixed, fixedData := text["schema_fixed.sql"], text["data_fixed.sql"]
	if fixed == "" {
		fixed = text["schema.sql"]
	}
	if fixedData == "" {
		fixedData = text["data.sql"]
	}
	var err error
	if f.Leak, err = side(text["schema.sql"], text["data.sql"], text["leak.sql"]); err != nil {
		return nil, fmt.Errorf("leaks: %w", err)
	}
	if f.Tight, err = side(fixed, fixedData, text["tight.sql"]); err != nil {
		return nil, fmt.Errorf("tight queries: %w", err)
	}
	if f.Wants, err = wants(text["want"]); err != nil {
		return nil, err
	}
	return f, f.check()
}

func side(schema, data, queries string) (Side, error) {
	s := Side{Schema: schema, Data: data, SQL: queries}
	var err error
	if s.Tenancy, s.Ownership, err = tenancy(schema); err != nil {
		return s, err
	}
	s.Queries, err = parseQueries(queries)
	return s, err
}

// wants reads the want section.
func wants(text string) (map[string]Want, error) {
	out := map[string]Want{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) < 2 {
			return nil, fmt.Errorf("want: %q says nothing of the query", words[0])
		}
		if _, twice := out[words[0]]; twice {
			return nil, fmt.Errorf("want: %s stands twice", words[0])
		}
		w := Want{Verdict: words[1]}
		switch rest := words[2:]; {
		case w.Verdict == "confined" && len(rest) == 0:
		case w.Verdict == "confined" && len(rest) == 1 && strings.HasPrefix(rest[0], "rule="):
			w.Rule = strings.TrimPrefix(rest[0], "rule=")
		case (w.Verdict == "refused" || w.Verdict == "schema") && len(rest) == 1:
			w.Reason = rest[0]
		default:
			return nil, fmt.Errorf("want: %q is not understood", strings.TrimSpace(line))
		}
		out[words[0]] = w
	}
	return out, nil
}

// check ties the queries to the lines of want.
func (f *File) check() error {
	seen := map[string]bool{}
	for i, s := range []*Side{&f.Leak, &f.Tight} {
		for _, q := range s.Queries {
			w, ok := f.Wants[q.Name]
			switch {
			case seen[q.Name]:
				return fmt.Errorf("the query %s stands twice", q.Name)
			case !ok:
				return fmt.Errorf("the query %s has no line in want", q.Name)
			case (w.Verdict == "confined") != (s == &f.Tight):
				return fmt.Errorf("the query %s stands in %s and is wanted %s", q.Name, []string{"leak.sql", "tight.sql"}[i], w.Verdict)
			}
			seen[q.Name] = true
		}
	}
	for name := range f.Wants {
		if !seen[name] {
			return fmt.Errorf("want: there is no query %s", name)
		}
	}
	return nil
}
