package generator

import (
	"maps"
	"slices"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// Result is what a run found and did. Its JSON form is stable and described in
// docs/check-json.md.
type Result struct {
	// Queries holds one entry for each named statement, in the order of the files.
	Queries []Query
	// Files says what was done with each generated file, by path. It is empty
	// for Check and when nothing was written.
	Files []File
	// Known counts the findings that the baseline lists and that are left out.
	Known int

	verdicts bool              // the verdicts are part of the text
	findings []diag.Diagnostic // by position
	sources  diag.Sources
}

// Failed reports whether there is a finding of severity error.
func (r *Result) Failed() bool {
	for _, d := range r.findings {
		if d.Severity == diag.Error {
			return true
		}
	}
	return false
}

// File is a generated file and what was done with it.
type File struct {
	Path   string `json:"path"` // relative to the configuration's folder, with slashes
	Action Action `json:"action"`
}

// Query is the verdict on one statement.
type Query struct {
	Name        string     `json:"name"`
	File        string     `json:"file"`
	Line        int        `json:"line"`    // of its name
	Command     string     `json:"command"` // ":many"
	Verdict     string     `json:"verdict"` // "confined", "global", "unscoped" or "refused"
	Tenants     []Tenant   `json:"tenants"`
	Relations   []Relation `json:"relations"`
	Assumes     []string   `json:"assumes"`          // what the verdict leans on in the schema
	Declared    []string   `json:"declared"`         // declarations whose word the proof takes
	Unread      []Reason   `json:"unread,omitempty"` // what was not understood in an unscoped statement
	Diagnostics []string   `json:"diagnostics"`      // codes of the findings about this statement
}

// Tenant says which parameter carries a dimension's tenant.
type Tenant struct {
	Dimension string `json:"dimension"`
	Parameter int    `json:"parameter"` // 1 for $1
}

// Relation is one mention of a relation in a statement.
type Relation struct {
	Table   string   `json:"table"` // "public.users"
	Alias   string   `json:"alias"`
	File    string   `json:"file,omitempty"` // when it is not the statement's, as inside a view
	Line    int      `json:"line"`
	Column  int      `json:"column"`
	Class   string   `json:"class"` // "root", "direct", "derived", "shared", "global", "view" or "unclassified"
	Rule    string   `json:"rule"`  // what confines it; "" when nothing does
	Because []Reason `json:"because"`
}

// Reason is a part of the statement, or of a view, that a rule used.
type Reason struct {
	File   string `json:"file,omitempty"` // when it is not the statement's
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Text   string `json:"text"`
}

func queryOf(p *prove.Proof) Query {
	q := unproven(p.Stmt.Heading())
	q.Relations = make([]Relation, 0, len(p.Instances))
	q.Verdict = p.Verdict.String()
	for _, t := range p.Tenants {
		q.Tenants = append(q.Tenants, Tenant{t.Dim.Name, t.Param})
	}
	for _, in := range p.Instances {
		q.Relations = append(q.Relations, relationOf(in, q.File))
	}
	for _, a := range p.Assumes {
		q.Assumes = append(q.Assumes, a.Subject)
	}
	q.Declared = append(q.Declared, p.Declarations()...)
	for _, u := range p.Unread {
		q.Unread = append(q.Unread, reasonOf(u, q.File))
	}
	for _, d := range p.Findings {
		q.Diagnostics = append(q.Diagnostics, string(d.Code))
	}
	return q
}

// unproven is the entry of a statement about which nothing is known but its
// name: it is refused. Its lists are empty, not null.
func unproven(h query.Heading) Query {
	return Query{
		Name: h.Name, File: h.File, Line: h.Pos.Line, Command: h.Command, Verdict: prove.Refused.String(),
		Tenants: []Tenant{}, Relations: []Relation{}, Assumes: []string{}, Declared: []string{}, Diagnostics: []string{},
	}
}

func relationOf(in prove.Instance, file string) Relation {
	at := in.RTE.At.Pos()
	rel := Relation{
		Alias: in.RTE.Alias, File: elsewhere(at, file), Line: at.Line, Column: at.Column,
		Class: in.Class.String(), Rule: in.Rule, Because: make([]Reason, 0, len(in.Because)),
	}
	if r := in.RTE.Relation; r != nil {
		rel.Table = r.Schema + "." + r.Name
	}
	for _, reason := range in.Because {
		rel.Because = append(rel.Because, reasonOf(reason, file))
	}
	return rel
}

// Declaration is a declaration that proofs rest on.
type Declaration struct {
	Text       string `json:"text"`       // "via order_lines.order_id"
	Statements int    `json:"statements"` // how many rest on it
}

// Declarations counts the statements that rest on each declaration, by its text.
func (r *Result) Declarations() []Declaration {
	count := map[string]int{}
	for _, q := range r.Queries {
		for _, d := range q.Declared {
			count[d]++
		}
	}
	out := []Declaration{}
	for _, text := range slices.Sorted(maps.Keys(count)) {
		out = append(out, Declaration{text, count[text]})
	}
	return out
}

func reasonOf(r prove.Reason, file string) Reason {
	at := r.Loc.Pos()
	return Reason{elsewhere(at, file), at.Line, at.Column, r.Text}
}

// elsewhere returns the file of at where that is not file.
func elsewhere(at diag.Pos, file string) string {
	if at.File == file {
		return ""
	}
	return at.File
}
