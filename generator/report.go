package generator

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// TextOptions say how a Result is printed for people.
type TextOptions struct {
	Color bool // for a terminal
	Quiet bool // findings only
}

// WriteText prints what Check or Generate is about, the verdict on each
// statement or the files that changed, then the findings with the lines that
// they speak of, then one line that sums up.
func (r *Result) WriteText(w io.Writer, opts TextOptions) error {
	b := bufio.NewWriter(w)
	if !opts.Quiet {
		if r.verdicts {
			r.table(b)
		}
		r.changes(b)
	}
	if err := (diag.Text{Sources: r.sources, Color: opts.Color}).Write(b, r.findings); err != nil {
		return err
	}
	if !opts.Quiet {
		if len(r.findings) > 0 {
			b.WriteByte('\n')
		}
		r.declarations(b)
		b.WriteString(r.summary() + "\n")
	}
	return b.Flush()
}

// table prints the statements of each file: name, verdict, which parameter is
// the tenant.
func (r *Result) table(w io.Writer) {
	width := 0
	for _, q := range r.Queries {
		width = max(width, len(q.Name))
	}
	file := ""
	for _, q := range r.Queries {
		if q.File != file {
			file = q.File
			fmt.Fprintln(w, file)
		}
		var notes []string
		for _, t := range q.Tenants {
			notes = append(notes, fmt.Sprintf("%s $%d", t.Dimension, t.Parameter))
		}
		if len(q.Assumes) > 0 {
			notes = append(notes, "assumes "+strings.Join(q.Assumes, ", "))
		}
		line := fmt.Sprintf("  %-*s  %-8s  %s", width, q.Name, q.Verdict, strings.Join(notes, "; "))
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	if len(r.Queries) > 0 {
		fmt.Fprintln(w)
	}
}

// declarations prints what the proofs rest on and only somebody's word keeps.
func (r *Result) declarations(w io.Writer) {
	list := r.Declarations()
	if !r.verdicts || len(list) == 0 {
		return
	}
	fmt.Fprintln(w, "proofs rest on what is declared:")
	for _, d := range list {
		fmt.Fprintf(w, "  %s (%s)\n", d.Text, plural(d.Statements, "statement"))
	}
	fmt.Fprintln(w)
}

func (r *Result) changes(w io.Writer) {
	for _, f := range r.Files {
		if f.Action != Unchanged {
			fmt.Fprintf(w, "%s %s\n", f.Action, f.Path)
		}
	}
}

// summary is the last line of the text.
func (r *Result) summary() string {
	var parts []string
	if n := len(r.Queries); n > 0 {
		verdicts := map[string]int{}
		for _, q := range r.Queries {
			verdicts[q.Verdict]++
		}
		var each []string
		for _, v := range []string{"confined", "global", "unscoped", "refused"} {
			if verdicts[v] > 0 {
				each = append(each, fmt.Sprintf("%d %s", verdicts[v], v))
			}
		}
		parts = append(parts, plural(n, "statement")+": "+strings.Join(each, ", "))
	}
	if n := len(r.Declarations()); n > 0 {
		parts = append(parts, plural(n, "declaration")+" relied on")
	}
	if r.Files != nil {
		changed := 0
		for _, f := range r.Files {
			if f.Action != Unchanged {
				changed++
			}
		}
		parts = append(parts, fmt.Sprintf("%s, %d changed", plural(len(r.Files), "generated file"), changed))
	}
	if r.Known > 0 {
		parts = append(parts, plural(r.Known, "known finding")+" in the baseline")
	}
	return strings.Join(append(parts, diag.Summary(r.findings)), "; ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// WriteJSON prints the Result as docs/check-json.md describes it.
func (r *Result) WriteJSON(w io.Writer) error {
	queries := r.Queries
	if queries == nil {
		queries = []Query{}
	}
	return diag.WriteJSON(w, struct {
		Version      int           `json:"version"`
		Queries      []Query       `json:"queries"`
		Declarations []Declaration `json:"declarations"`
		Diagnostics  []diag.Record `json:"diagnostics"`
		Files        []File        `json:"files,omitempty"`
		Known        int           `json:"known,omitempty"` // findings that the baseline lists
	}{1, queries, r.Declarations(), diag.Records(r.findings), r.Files, r.Known})
}

// WriteSARIF prints the findings as a log of SARIF 2.1.0.
func (r *Result) WriteSARIF(w io.Writer) error {
	return diag.SARIF{Version: Version(), Sources: r.sources}.Write(w, r.findings)
}
