package query

import (
	"go/token"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantc/tenantc/internal/diag"
)

// commands are what sqlc emits a method for on pgx.
var commands = []string{
	":one", ":many", ":exec", ":execrows", ":execresult", ":copyfrom", ":batchexec", ":batchone", ":batchmany",
}

// nameLine is a `-- name: X :cmd` line, or one that sqlc takes for such.
type nameLine struct {
	line          int // offset of the line
	offset        int // offset of the name, or of what stands in its place
	name, command string
	problem       *Issue // what is wrong with the line; nil when it is in order
	hidden        bool   // the line lies inside a literal, a block comment or the statement
}

// nameLines returns every line of the piece that sqlc reads as a name line, in
// order. sqlc reads lines, not tokens: it finds them in string literals too.
func (f *file) nameLines(p *piece) []nameLine {
	var out []nameLine
	for at := p.from; at < p.to; {
		end := p.to
		if n := strings.IndexByte(f.text[at:p.to], '\n'); n >= 0 {
			end = at + n
		}
		// What follows a semicolon on its line does not begin a line.
		if at == 0 || f.text[at-1] == '\n' {
			if n, ok := f.nameLine(p, at, f.text[at:end]); ok {
				out = append(out, n)
			}
		}
		at = end + 1
	}
	return out
}

// nameLine reads one line, which begins at offset at.
func (f *file) nameLine(p *piece, at int, line string) (nameLine, bool) {
	line = strings.TrimRight(line, "\r")
	prefix := ""
	switch {
	case strings.HasPrefix(line, "--"):
		prefix = "--"
	case strings.HasPrefix(line, "/*"):
		prefix = "/*"
	default:
		return nameLine{}, false
	}
	rest := line[len(prefix):]
	if !strings.HasPrefix(strings.TrimSpace(rest), "name") || !strings.Contains(rest, ":") {
		return nameLine{}, false
	}
	n := nameLine{line: at, offset: at, hidden: !p.commentAt(at) || at >= p.start()}
	if !strings.HasPrefix(rest, " name: ") {
		n.problem = &Issue{
			Code:    diag.CodeQueryName,
			Message: "this comment begins like a name line and is none",
			Why:     "sqlc reads every comment line that begins with \"name\" and has a colon as the name of a query",
			Fix:     prefix + " name: GetUser :one",
		}
		return n, true
	}
	parts := strings.Split(strings.TrimSpace(line), " ")
	if prefix == "/*" {
		parts = parts[:len(parts)-1] // the closing */
	}
	n.offset = at + len(prefix) + len(" name: ")
	if len(parts) > 2 {
		n.name = parts[2]
	}
	if len(parts) > 3 {
		n.command = strings.TrimSpace(parts[3])
	}
	n.problem = checkNameLine(n, parts)
	return n, true
}

func checkNameLine(n nameLine, parts []string) *Issue {
	bad := func(code diag.Code, message, why, fix string) *Issue {
		return &Issue{Code: code, Message: message, Why: why, Fix: fix, Width: max(1, len(n.name))}
	}
	switch {
	case n.name == "" || len(parts) > 4:
		return bad(diag.CodeQueryName, "a name line has a name and a command, with one space between them",
			"sqlc splits the line at single spaces", "-- name: GetUser :one")
	case !validName(n.name):
		return bad(diag.CodeQueryName, "\""+n.name+"\" cannot be the name of a Go method",
			"a query becomes a method of that name", "-- name: GetUser :one")
	case token.IsKeyword(lowerFirst(n.name)) && n.command != ":copyfrom": // of a COPY there is no text
		return bad(diag.CodeQueryName, "a query cannot be called "+n.name,
			"sqlc makes a constant of its name with a small letter, and "+lowerFirst(n.name)+" is a word of Go", "-- name: "+n.name+"Rows "+n.command)
	case n.command == "":
		return bad(diag.CodeQueryCommand, n.name+" has no command",
			"the command says what the method returns: "+strings.Join(commands, " "), "-- name: "+n.name+" :many")
	case n.command == ":execlastid":
		return bad(diag.CodeQueryCommand, ":execlastid has no meaning on PostgreSQL",
			"sqlc emits no method for it", "-- name: "+n.name+" :one, with RETURNING and the key")
	case !slices.Contains(commands, n.command):
		fix := ""
		if near := diag.Nearest(n.command, commands); near != "" {
			fix = "-- name: " + n.name + " " + near
		}
		return bad(diag.CodeQueryCommand, "there is no command \""+n.command+"\"",
			"the commands are "+strings.Join(commands, " "), fix)
	case n.name == "Batch" && strings.HasPrefix(n.command, ":batch"):
		return bad(diag.CodeQueryName, "a batch query cannot be called Batch",
			"the emitted types would have one name twice, and the code would not compile", "-- name: BatchUsers "+n.command)
	}
	return nil
}

func lowerFirst(name string) string {
	c, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(c)) + name[n:]
}

func validName(name string) bool {
	for i, c := range name {
		if c != '_' && !unicode.IsLetter(c) && (i == 0 || !unicode.IsDigit(c)) {
			return false
		}
	}
	return name != "_" && name != "" && !token.IsKeyword(name)
}
