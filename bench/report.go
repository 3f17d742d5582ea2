package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// A report prints tables of what was measured, and remembers whether a bound
// was passed.
type report struct {
	out    *tabwriter.Writer
	missed int
}

func newReport(w io.Writer) *report {
	return &report{out: tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)}
}

func (r *report) section(title string, columns ...string) {
	r.out.Flush()
	fmt.Fprintf(r.out, "\n%s\n", title)
	r.line("", columns)
}

// row prints one measurement; ok says whether it is within its bounds.
func (r *report) row(ok bool, columns ...string) {
	mark := "ok"
	if !ok {
		mark = "TOO MUCH"
		r.missed++
	}
	r.line(mark, columns)
}

func (r *report) line(mark string, columns []string) {
	for _, column := range columns {
		fmt.Fprintf(r.out, "%s\t", column)
	}
	fmt.Fprintf(r.out, "%s\t\n", mark)
}

func (r *report) note(format string, args ...any) {
	r.out.Flush()
	fmt.Fprintf(r.out, format+"\n", args...)
}

// end prints what is left and returns an error when a bound was passed.
func (r *report) end() error {
	r.out.Flush()
	if r.missed > 0 {
		return fmt.Errorf("%d measurement(s) above their bounds", r.missed)
	}
	return nil
}
