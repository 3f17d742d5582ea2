// Package query reads sqlc query files and resolves their names.
//
// In comes the text of a query file and the catalog; out goes one Stmt for
// each named statement: macros rewritten to $n, stars expanded, every name
// bound to a range table entry, every expression typed as far as PostgreSQL's
// rules say so without a doubt. What it does not understand becomes an Issue,
// and a statement with an Issue is never accepted. It refuses to know what a
// tenant is.
package query

import (
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
)

// Stmt is one named statement.
type Stmt struct {
	Name       string   // "ListAdmins"
	Command    string   // ":many"
	File       string   // query file, as given to Parse
	Pos        diag.Pos // the name in its `-- name:` line
	Comments   []string // comment lines above and below the name line, without "-- "
	Annotation Annotation
	Filter     *Filter // where conditions go, of a statement that is marked to take some; else nil

	Text string // the statement as written, without comments above it and without the semicolon
	SQL  string // Text with macros rewritten to $n
	// Source maps offsets in SQL to the user's file. The places of expressions and
	// issues have sources of their own: the text as written, or a view's.
	Source *Source

	Body   Query    // nil when Issues say that it could not be resolved at all
	Params []*Param // by number, from 1 without gaps
	RTEs   []*RTE   // every range table entry, views' included, in walk order; RTE.ID is the index
	Issues []Issue  // what was not understood; a statement with one is refused
}

// Heading is what a statement is known by, for those who keep none of the rest.
type Heading struct {
	Name, Command, File string
	Pos                 diag.Pos
}

// Heading returns the statement's.
func (s *Stmt) Heading() Heading { return Heading{s.Name, s.Command, s.File, s.Pos} }

// Issue is something in a statement that PostgreSQL may understand and tenantc
// does not, or that is wrong.
type Issue struct {
	Code    diag.Code
	Loc     Loc
	Width   int
	Message string // names the construct
	Why     string
	Fix     string
}

// Unread reports whether the issue says that a name or construct is not
// understood, rather than that the statement is none, is of another kind or
// cannot be what its annotations say.
func (i Issue) Unread() bool { return strings.HasPrefix(string(i.Code), "TC31") }

// Annotation is what the `-- tenant:` lines of a statement declare.
type Annotation struct {
	Pos       diag.Pos // the first such line; the zero Pos when there is none
	None      bool     // none: no parameter is the tenant
	Params    []int    // numbers of the declared tenant parameters
	By        string   // by DIMENSION
	Unscoped  *Waiver  // unscoped CATEGORY: reason
	Existence *Waiver  // existence: reason
	Filter    *FilterMark
}

// Waiver is an annotation with a reason.
type Waiver struct {
	Pos      diag.Pos
	Category string // of unscoped: admin, background, login, public, migration, other
	Reason   string
}

// Param is a parameter of a statement.
type Param struct {
	Number int
	Name   string // as in @name, sqlc.arg or sqlc.narg, in lower case where it is not quoted; "" for a bare $n
	Spelt  string // Name as the text has it where it is found first
	// Type is what PostgreSQL infers at the first use that decides it; the zero
	// Type when that use is one whose outcome is not known here.
	Type     catalog.Type
	Nullable bool  // sqlc.narg
	Slice    bool  // sqlc.slice
	Uses     []Loc // each occurrence
}

// Source maps offsets of a text to the file in which it stands.
type Source struct {
	Lines *diag.Lines
	Base  int    // offset in the file of the text's first byte
	Edits []Edit // replacements that turned the file's text into this text, in order
}

// Edit is one replacement: at Offset of the new text, Old bytes became New bytes.
type Edit struct{ Offset, Old, New int }

// Loc is a place in a source. The zero Loc is nowhere.
type Loc struct {
	Source *Source
	Offset int
}

// Pos returns the place in the user's file.
func (l Loc) Pos() diag.Pos {
	if l.Source == nil || l.Source.Lines == nil || l.Offset < 0 {
		return diag.Pos{}
	}
	off := l.Offset
	delta := 0
	for _, e := range l.Source.Edits {
		if off < e.Offset {
			break
		}
		if off < e.Offset+e.New {
			off = e.Offset
			break
		}
		delta += e.Old - e.New
	}
	return l.Source.Lines.Pos(l.Source.Base + off + delta)
}
