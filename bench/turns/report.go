package turns

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A Report prints tables of what was measured, and remembers whether a bound
// was passed.
type Report struct {
	table    *tabwriter.Writer // nil on a page
	page     io.Writer         // nil on a terminal
	title    string            // of the section
	above    []string          // what passed its bound
	measured int
}

// NewReport prints for a terminal. A bound that was passed is an error at the end.
func NewReport(w io.Writer) *Report {
	return &Report{table: tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)}
}

// NewMarkdown prints sections of a page, which says itself what does not hold.
func NewMarkdown(w io.Writer) *Report { return &Report{page: w} }

// Section begins a table.
func (r *Report) Section(title string, columns ...string) {
	r.title = title
	if r.page != nil {
		fmt.Fprintf(r.page, "\n### %s\n\n", title)
		r.line("holds", columns)
		fmt.Fprintf(r.page, "|%s\n", strings.Repeat(" --- |", len(columns)+1))
		return
	}
	r.table.Flush()
	fmt.Fprintf(r.table, "\n%s\n", title)
	r.line("", columns)
}

// Row prints one measurement, which the first column names; ok says whether it is within its bounds.
func (r *Report) Row(ok bool, columns ...string) {
	mark := map[bool]string{true: "ok", false: "TOO MUCH"}[ok]
	if r.page != nil {
		mark = map[bool]string{true: "yes", false: "**no**"}[ok]
	}
	r.measured++
	if !ok {
		r.above = append(r.above, r.title+", "+columns[0])
	}
	r.line(mark, columns)
}

func (r *Report) line(mark string, columns []string) {
	if r.page != nil {
		fmt.Fprintf(r.page, "| %s | %s |\n", strings.Join(columns, " | "), mark)
		return
	}
	for _, column := range columns {
		fmt.Fprintf(r.table, "%s\t", column)
	}
	fmt.Fprintf(r.table, "%s\t\n", mark)
}

// Note prints a sentence below a table.
func (r *Report) Note(format string, args ...any) {
	if r.page != nil {
		fmt.Fprintf(r.page, "\n"+format+"\n", args...)
		return
	}
	r.table.Flush()
	fmt.Fprintf(r.table, format+"\n", args...)
}

// End prints what is left and returns an error when a bound was passed; on a page
// it says how many were.
func (r *Report) End() error {
	if r.page != nil {
		fmt.Fprintf(r.page, "\nOf these %d rows %d are above their bounds:\n\n", r.measured, len(r.above))
		for _, row := range r.above {
			fmt.Fprintf(r.page, "- %s\n", row)
		}
		return nil
	}
	r.table.Flush()
	if len(r.above) > 0 {
		return fmt.Errorf("%d measurement(s) above their bounds", len(r.above))
	}
	return nil
}
