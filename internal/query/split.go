package query

import (
	"sort"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// piece is what stands between two semicolons of a file: the comments before
// a statement, and the statement. Offsets are the file's.
type piece struct {
	from, to   int                // after the semicolon before, and up to its own semicolon or the end
	tokens     []*pgast.ScanToken // without comments
	comments   []*pgast.ScanToken
	terminated bool // ends in a semicolon
	broken     *pgast.Error
}

// start is the offset of the first token, or the piece's end.
func (p *piece) start() int {
	if len(p.tokens) == 0 {
		return p.to
	}
	return int(p.tokens[0].GetStart())
}

// end is the offset after the last token.
func (p *piece) end() int {
	if len(p.tokens) == 0 {
		return p.to
	}
	return int(p.tokens[len(p.tokens)-1].GetEnd())
}

// commentAt reports whether a comment begins at offset.
func (p *piece) commentAt(offset int) bool {
	i := sort.Search(len(p.comments), func(i int) bool { return int(p.comments[i].GetStart()) >= offset })
	return i < len(p.comments) && int(p.comments[i].GetStart()) == offset
}

// split cuts a file at its semicolons. Where the file cannot be cut into
// tokens, as in a string literal that never ends, the statements before that
// place are whole, and the rest is one broken piece.
func split(text string) []*piece {
	tokens, bad := scan(text)
	var pieces []*piece
	p := &piece{}
	depth := 0
	for _, t := range tokens {
		switch t.GetToken() {
		case pgast.Token_SQL_COMMENT, pgast.Token_C_COMMENT:
			p.comments = append(p.comments, t)
			continue
		case pgast.Token_ASCII_40:
			depth++
		case pgast.Token_ASCII_41:
			depth--
		case pgast.Token_ASCII_59:
			if depth > 0 && bad == nil && closes(tokens, t) {
				break // a semicolon inside brackets, as in CREATE RULE
			}
			p.to, p.terminated = int(t.GetStart()), true
			pieces = append(pieces, p)
			p, depth = &piece{from: int(t.GetEnd())}, 0
			continue
		}
		p.tokens = append(p.tokens, t)
	}
	p.to = len(text)
	if bad != nil {
		p.broken = bad
	}
	if len(p.tokens) > 0 || len(p.comments) > 0 || p.broken != nil {
		pieces = append(pieces, p)
	}
	return pieces
}

// scan returns the tokens of text up to the place that cannot be read.
func scan(text string) ([]*pgast.ScanToken, *pgast.Error) {
	if i := strings.IndexByte(text, 0); i >= 0 {
		tokens, _ := scan(text[:i])
		return tokens, &pgast.Error{Message: "NUL byte in SQL text", Offset: i}
	}
	tokens, err := pgast.Scan(text)
	if err == nil {
		return tokens, nil
	}
	bad := asParseError(err)
	if bad.Offset <= 0 || bad.Offset >= len(text) {
		return nil, bad
	}
	tokens, _ = scan(text[:bad.Offset])
	return tokens, bad
}

// closes reports whether the bracket that is open at semi is closed before
// another statement could begin: at the next semicolon at the latest. A
// bracket that never closes must not swallow the statements that follow.
func closes(tokens []*pgast.ScanToken, semi *pgast.ScanToken) bool {
	i := sort.Search(len(tokens), func(i int) bool { return tokens[i].GetStart() >= semi.GetStart() })
	depth := 0
	for _, t := range tokens[i+1:] {
		switch t.GetToken() {
		case pgast.Token_ASCII_40:
			depth++
		case pgast.Token_ASCII_41:
			if depth == 0 {
				return true
			}
			depth--
		case pgast.Token_ASCII_59, pgast.Token_SQL_COMMENT:
			return false
		}
	}
	return false
}
