// Package diag is how tenantc speaks of the user's files.
//
// In come findings of the stages; out go letters to a person (Text), records
// for machines (JSON, SARIF), and the explanation of each code. It refuses to
// know what a model, a table or a proof is.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says whether a finding stops a run. The zero value is Error, so
// that a forgotten severity fails closed.
type Severity int8

const (
	Error   Severity = iota // nothing is generated; exit 3
	Warning                 // printed; does not change the exit code
	Note                    // information that a run volunteers, as about a method not emitted
)

func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Note:
		return "note"
	}
	return fmt.Sprintf("severity(%d)", int8(s))
}

// Pos is a place in one of the user's files. Line and Column are 1-based;
// Column counts bytes. A zero Line means the file as a whole, and an empty
// File means the run as a whole.
type Pos struct {
	File   string // relative to the folder of sqlc.yaml, with slashes
	Line   int
	Column int
}

// IsValid reports whether p names a line of a file.
func (p Pos) IsValid() bool { return p.File != "" && p.Line > 0 }

// String returns file:line:col, leaving out what is not known.
func (p Pos) String() string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Compare orders positions by file, line and column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// Diagnostic is a small letter: where, code, what, why, what to write instead.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Pos      Pos
	Width    int    // bytes to underline from Pos; zero underlines one token's start
	Message  string // what was found, one line without a full stop
	Why      string // why it is not enough; may be empty
	Fix      string // the smallest text that would do; may be empty
	Related  []Related
	Group    Group // of findings that have one cause
}

// Related is a further place that a diagnostic speaks of.
type Related struct {
	Pos     Pos
	Message string
}

// List collects the diagnostics of a run. The zero value is empty and ready
// for use. It is not safe for concurrent use.
type List struct{ all []Diagnostic }

// Add records d. The severity is taken as given; see New for the code's own.
func (l *List) Add(d Diagnostic) { l.all = append(l.all, d) }

// Merge records every diagnostic of other.
func (l *List) Merge(other *List) { l.all = append(l.all, other.all...) }

// Len returns how many diagnostics there are.
func (l *List) Len() int { return len(l.all) }

// HasErrors reports whether a diagnostic has severity Error.
func (l *List) HasErrors() bool { return l.Count(Error) > 0 }

// Count returns how many diagnostics have severity s.
func (l *List) Count(s Severity) int {
	n := 0
	for _, d := range l.all {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Sorted returns the diagnostics by position, then code and message, each one once.
func (l *List) Sorted() []Diagnostic {
	out := slices.Clone(l.all)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(a.Pos.Compare(b.Pos), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return a.Pos == b.Pos && a.Code == b.Code && a.Message == b.Message
	})
}

// Bug is the panic value of Bugf: tenantc contradicts itself.
type Bug struct{ Message string }

func (b *Bug) Error() string { return b.Message }

// Bugf panics with a *Bug. Tests see the panic; the command turns it into
// exit 1 with a request to report it.
func Bugf(format string, args ...any) {
	panic(&Bug{fmt.Sprintf(format, args...)})
}
