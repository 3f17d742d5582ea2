package catalog

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// source is the text of a schema file, or of one statement of it. A file's has
// the same offsets as the user's file: what is not SQL is blanked, never cut.
type source struct {
	name   string
	text   string
	lines  *diag.Lines        // of the user's file
	base   int                // offset of text in the file
	tokens []*pgast.ScanToken // of text
	shift  int32              // what to take from a token's offsets to get those into text
	nested bool               // a statement inside DO
	node   *pgast.Node        // the statement's tree, nil for a file
}

// downMarkers begin the part of a migration that undoes it, and upMarkers the
// part that does it: goose, sql-migrate, dbmate, tern. A marker starts its line,
// in any case of letters.
var (
	downMarkers = []string{"-- +goose down", "-- +migrate down", "-- migrate:down", "---- create above / drop below ----"}
	upMarkers   = []string{"-- +goose up", "-- +migrate up", "-- migrate:up"}
)

// downFile reports whether a file undoes a migration as a whole, which is how
// golang-migrate keeps the two ways apart.
func downFile(name string) bool { return strings.HasSuffix(name, ".down.sql") }

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
		case down < 0 && hasMarker(line, downMarkers):
			down = off
		case down >= 0 && hasMarker(line, upMarkers):
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
	blankClientLines(blanked)
	src.text = string(blanked)
	return src
}

func hasMarker(line string, markers []string) bool {
	if !strings.HasPrefix(line, "--") {
		return false
	}
	for _, m := range markers {
		if len(line) >= len(m) && strings.EqualFold(line[:len(m)], m) {
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
// function's body stays.
func blankClientLines(text []byte) {
	start := -1 // where the current statement begins
	for i := 0; i < len(text); {
		if text[i] == '\\' && start < 0 && (i == 0 || text[i-1] == '\n') {
			end := lineEnd(text, i)
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
}

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

// pos returns the position of a node's location; a negative one is that of
// fallback.
func (s *source) pos(location int32, fallback diag.Pos) diag.Pos {
	if location < 0 {
		return fallback
	}
	return s.at(int(location))
}

// at returns the position of an offset into text.
func (s *source) at(offset int) diag.Pos { return s.lines.Pos(s.base + offset) }

// statements cuts a file at its semicolons and parses each part by itself: the
// parser's time for CREATE TABLE grows with the offset at which it stands, so
// that a dump of 1 MB would take minutes, and each part tells its own error.
func (s *source) statements(rep *diag.List) []*source {
	tokens, err := pgast.Scan(s.text)
	if err != nil {
		rep.Add(syntaxError(s, err))
		return nil
	}
	tokens = slices.DeleteFunc(tokens, func(t *pgast.ScanToken) bool {
		return t.Token == pgast.Token_SQL_COMMENT || t.Token == pgast.Token_C_COMMENT
	})
	var out []*source
	depth, atomic, first := 0, 0, 0
	for i, t := range tokens {
		switch t.Token {
		case pgast.Token_ASCII_40:
			depth++
		case pgast.Token_ASCII_41:
			depth--
		case pgast.Token_ATOMIC:
			if i > first && tokens[i-1].Token == pgast.Token_BEGIN_P {
				atomic = 1 // a function's body, up to its END
			}
		case pgast.Token_CASE:
			if atomic > 0 {
				atomic++
			}
		case pgast.Token_END_P:
			if atomic > 0 {
				atomic--
			}
		}
		last := i == len(tokens)-1
		ends := t.Token == pgast.Token_ASCII_59 && (depth <= 0 && atomic == 0)
		if !ends && !last {
			continue
		}
		upTo := i
		if !ends {
			upTo = i + 1
		}
		if upTo > first {
			out = append(out, s.part(tokens[first:upTo]))
		}
		depth, atomic, first = 0, 0, i+1
	}
	return slices.DeleteFunc(out, func(p *source) bool {
		tree, err := pgast.Parse(p.text)
		if err != nil {
			rep.Add(syntaxError(p, err))
			return true
		}
		if len(tree.GetStmts()) != 1 {
			rep.Add(syntaxError(p, &pgast.Error{Message: "several statements where one was expected", Offset: 0}))
			return true
		}
		p.node = tree.GetStmts()[0].GetStmt()
		return false
	})
}

// part is the source of the statement that tokens make up.
func (s *source) part(tokens []*pgast.ScanToken) *source {
	start, end := tokens[0].Start, tokens[len(tokens)-1].End
	return &source{name: s.name, text: s.text[start:end], lines: s.lines, base: s.base + int(start), tokens: tokens, shift: start}
}

// from returns the index of the first token at or behind an offset into text.
func (s *source) from(offset int) int {
	if s.tokens == nil {
		tokens, err := pgast.Scan(s.text)
		if err != nil {
			return 0 // the parser has already accepted the text
		}
		s.tokens = tokens
	}
	return sort.Search(len(s.tokens), func(i int) bool { return int(s.tokens[i].Start-s.shift) >= offset })
}

// exprEnds are the words that end an expression at bracket depth zero: a
// DEFAULT has no bracket around it, and these cannot stand in one.
var exprEnds = map[string]bool{
	"not": true, "null": true, "unique": true, "primary": true, "check": true, "references": true, "constraint": true,
	"generated": true, "collate": true, "deferrable": true, "initially": true, "enforced": true,
}

// listEnds are the tokens that may follow the bracket that closes a whole list,
// as opposed to a bracket inside an expression.
var listEnds = map[string]bool{
	",": true, ")": true, ";": true, "where": true, "include": true, "nulls": true, "with": true, "tablespace": true,
}

// exprText returns the text of the expression whose first token, opening
// brackets apart, is at start. It ends at the comma, bracket, semicolon or,
// for a DEFAULT, the clause that ends it.
func (s *source) exprText(start int, isDefault bool) string {
	first := s.from(start)
	tokens := s.tokens
	depth, end := 0, start
	for i := first; i < len(tokens); i++ {
		t := tokens[i]
		switch t.Token {
		case pgast.Token_SQL_COMMENT, pgast.Token_C_COMMENT:
			continue
		case pgast.Token_ASCII_40, pgast.Token_ASCII_91, pgast.Token_CASE:
			depth++
		case pgast.Token_ASCII_41, pgast.Token_ASCII_93, pgast.Token_END_P:
			depth--
		}
		word := s.word(i)
		if depth < 0 {
			if first == 0 || tokens[first-1].Token != pgast.Token_ASCII_40 || listEnds[s.word(i+1)] || exprEnds[s.word(i+1)] {
				break
			}
			first--
			start, depth = int(tokens[first].Start-s.shift), 0
		} else if depth == 0 && (word == "," || word == ";" || isDefault && i > first && exprEnds[word]) {
			break
		}
		end = int(t.End - s.shift)
	}
	return s.text[start:end]
}

// word returns the text of token i in lower case, ";" behind the last one.
func (s *source) word(i int) string {
	if i >= len(s.tokens) {
		return ";"
	}
	return strings.ToLower(s.text[s.tokens[i].Start-s.shift : s.tokens[i].End-s.shift])
}

// bracketText returns what stands in the first pair of brackets at or behind offset.
func (s *source) bracketText(offset int) string {
	depth, start := 0, -1
	for i := s.from(offset); i < len(s.tokens); i++ {
		switch t := s.tokens[i]; t.Token {
		case pgast.Token_ASCII_40:
			if depth++; start < 0 {
				start = int(t.End - s.shift)
			}
		case pgast.Token_ASCII_41:
			if depth--; depth == 0 {
				return strings.TrimSpace(s.text[start : t.Start-s.shift])
			}
		}
	}
	return ""
}

// firstOffset returns the smallest location below n, which is that of its
// first token, opening brackets apart; -1 when there is none.
func firstOffset(n *pgast.Node) int {
	first := -1
	pgast.Walk(n, func(m pgast.Message) bool {
		if l, ok := m.(interface{ GetLocation() int32 }); ok {
			if at := int(l.GetLocation()); at >= 0 && (first < 0 || at < first) {
				first = at
			}
		}
		return true
	})
	return first
}
