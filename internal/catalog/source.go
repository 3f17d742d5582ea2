package catalog

import (
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
	still  bool               // text was put together: all of it stands at base
	node   *pgast.Node        // the statement's tree, nil for a file
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
func (s *source) at(offset int) diag.Pos {
	if s.still {
		offset = 0
	}
	return s.lines.Pos(s.base + offset)
}

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
