package catalog

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// downMarkers begin the part of a migration that undoes it: goose, sql-migrate,
// dbmate, tern. A marker starts its line, in any case of letters.
var downMarkers = []string{"-- +goose Down", "-- +migrate Down", "-- migrate:down", "---- create above / drop below ----"}

// loosely finds what some tools take for a marker and sqlc does not: goose and
// dbmate ask for no blank, or any number of them.
var (
	looseDown = regexp.MustCompile(`(?i)^\s*--[\s-]*(\+\s*(goose|migrate)\s+down\b|migrate\s*:\s*down\b|create above\s*/\s*drop below)`)
	looseUp   = regexp.MustCompile(`(?i)^\s*--[\s-]*(\+\s*(goose|migrate)\s+up\b|migrate\s*:\s*up\b)`)
)

// downFile reports whether a file undoes a migration as a whole, which is how
// golang-migrate keeps the two ways apart.
func downFile(name string) bool { return strings.HasSuffix(name, ".down.sql") }

// Applied returns what the server sees of a schema file: nothing of a migration
// that undoes another, and no line for a client.
func Applied(name, text string) string {
	if downFile(name) {
		return ""
	}
	return newSource(name, text, &diag.List{}).text
}

// newSource blanks what the server never sees of a file.
func newSource(name, text string, rep *diag.List) *source {
	src := &source{name: name, lines: diag.NewLines(name, text)}
	blanked := []byte(text)
	if strings.HasPrefix(text, "\ufeff") {
		blank(blanked, 0, len("\ufeff"))
	}
	down := -1
	for off := 0; off < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[off:], '\n'); i >= 0 {
			end = off + i + 1
		}
		line := text[off:end]
		switch {
		case down < 0 && hasMarker(line):
			down = off
		case down < 0 && looseDown.MatchString(line):
			rep.Add(diag.Diagnostic{
				Code:    diag.CodeMigrationMarker,
				Pos:     src.lines.Pos(off),
				Message: "a line that may begin the down part of a migration",
				Why:     "some migration tools stop here, and sqlc does not: what follows would count for the queries and not for the database",
				Fix:     "write the marker as " + strings.Join(downMarkers, ", or "),
			})
		case down >= 0 && looseUp.MatchString(line):
			rep.Add(diag.Diagnostic{
				Code:    diag.CodeMigrationOrder,
				Pos:     src.lines.Pos(off),
				Message: "the migration's up part stands below its down part",
				Why:     "sqlc stops reading a migration at its down part, so this part would count for the database and not for the queries",
				Fix:     "move the up part above the down part",
				Related: []diag.Related{{Pos: src.lines.Pos(down), Message: "the down part begins here"}},
			})
		}
		off = end
	}
	if down >= 0 {
		blank(blanked, down, len(blanked))
	}
	if at, command := blankClientLines(blanked); at >= 0 {
		rep.Add(diag.Diagnostic{
			Code:    diag.CodeUnknownStatement,
			Pos:     src.lines.Pos(at),
			Message: command + " is not understood in a schema",
			Why:     "it has psql read another file, or pass over what follows",
			Fix:     "list the file itself under schema",
		})
	}
	src.text = text
	if string(blanked) != text {
		src.text = string(blanked)
	}
	return src
}

func hasMarker(line string) bool {
	if !strings.HasPrefix(line, "--") {
		return false
	}
	for _, m := range downMarkers {
		if len(line) >= len(m) && strings.EqualFold(line[:len(m)], m) && (len(line) == len(m) || !wordByte(line[len(m)])) {
			return true
		}
	}
	return false
}

// blank overwrites text[from:to] with spaces and keeps its line ends.
func blank(text []byte, from, to int) {
	for i := from; i < to; i++ {
		if text[i] != '\n' && text[i] != '\r' {
			text[i] = ' '
		}
	}
}

// blankClientLines blanks what psql keeps to itself: lines that begin with a
// backslash, and the rows below COPY … FROM stdin. Literals, quoted names,
// dollar quotes and comments are stepped over, so that a backslash inside a
// function's body stays. It returns where the first line stands that changes what
// psql reads, with its command, or -1.
func blankClientLines(text []byte) (reads int, command string) {
	reads = -1
	start := -1 // where the current statement begins
	for i := 0; i < len(text); {
		if text[i] == '\\' && start < 0 && (i == 0 || text[i-1] == '\n') {
			end := lineEnd(text, i)
			if words := strings.Fields(string(text[i:end])); reads < 0 && len(words) > 0 && readingCommands[words[0]] {
				reads, command = i, words[0]
			}
			blank(text, i, end)
			i = end
			continue
		}
		if end := skipQuoted(text, i); end > i {
			if start < 0 && text[i] != '-' && text[i] != '/' {
				start = i
			}
			i = end
			continue
		}
		switch c := text[i]; {
		case c == ';':
			if start >= 0 && copiesFromStdin(text[start:i]) {
				i = blankRows(text, lineEnd(text, i))
			}
			start = -1
		case start < 0 && c != ' ' && c != '\t' && c != '\n' && c != '\r':
			start = i
		}
		i++
	}
	return reads, command
}

// readingCommands are those of psql that read another file, or choose which lines
// of this one count.
var readingCommands = wordSet(`\i \ir \include \include_relative \if \elif \else \endif`)

func lineEnd(text []byte, from int) int {
	for i := from; i < len(text); i++ {
		if text[i] == '\n' {
			return i
		}
	}
	return len(text)
}

// copiesFromStdin reports whether rows follow stmt in the file.
func copiesFromStdin(stmt []byte) bool {
	if len(stmt) < 4 || !strings.EqualFold(string(stmt[:4]), "copy") {
		return false
	}
	words := strings.Fields(strings.ToLower(string(stmt)))
	for i := 1; i < len(words); i++ {
		if words[i] == "stdin" && words[i-1] == "from" {
			return true
		}
	}
	return false
}

// blankRows blanks lines from the one after from up to and including the
// terminator `\.`, and returns where it stopped. Without a terminator it leaves
// the text alone.
func blankRows(text []byte, from int) int {
	for off := from + 1; off < len(text); {
		end := lineEnd(text, off)
		if strings.TrimRight(string(text[off:end]), "\r") == `\.` {
			blank(text, from+1, end)
			return end
		}
		off = end + 1
	}
	return from
}

// skipQuoted returns the end of the literal, quoted name, dollar quote or
// comment that begins at i, or i when none does.
func skipQuoted(text []byte, i int) int {
	switch text[i] {
	case '\'':
		escapes := i > 0 && (text[i-1] == 'e' || text[i-1] == 'E') && (i == 1 || !wordByte(text[i-2]))
		return quoteEnd(text, i, escapes)
	case '"':
		return quoteEnd(text, i, false)
	case '-':
		if i+1 < len(text) && text[i+1] == '-' {
			return lineEnd(text, i)
		}
	case '/':
		if i+1 < len(text) && text[i+1] == '*' {
			return commentEnd(text, i)
		}
	case '$':
		if i == 0 || !wordByte(text[i-1]) {
			return dollarEnd(text, i)
		}
	}
	return i
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func quoteEnd(text []byte, i int, escapes bool) int {
	quote := text[i]
	for j := i + 1; j < len(text); j++ {
		switch {
		case escapes && text[j] == '\\':
			j++
		case text[j] == quote:
			return j + 1 // a doubled quote begins the next literal
		}
	}
	return len(text)
}

func commentEnd(text []byte, i int) int {
	depth := 0
	for j := i; j+1 < len(text); j++ {
		switch {
		case text[j] == '/' && text[j+1] == '*':
			depth++
			j++
		case text[j] == '*' && text[j+1] == '/':
			depth--
			j++
			if depth == 0 {
				return j + 1
			}
		}
	}
	return len(text)
}

func dollarEnd(text []byte, i int) int {
	j := i + 1
	for j < len(text) && wordByte(text[j]) && text[j] != '$' {
		j++
	}
	if j >= len(text) || text[j] != '$' || '0' <= text[i+1] && text[i+1] <= '9' {
		return i
	}
	tag := text[i : j+1]
	if n := bytes.Index(text[j+1:], tag); n >= 0 {
		return j + 1 + n + len(tag)
	}
	return len(text)
}
