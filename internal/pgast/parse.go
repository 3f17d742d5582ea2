// Package pgast is the door to PostgreSQL's grammar: the only importer of the
// SQL parser.
//
// In comes SQL text; out go the parser's trees, tokens, and errors with byte
// offsets. It refuses to know what a statement means.
package pgast

import (
	"errors"
	"fmt"
	"unicode/utf8"

	pg "github.com/sqlc-dev/oliphant"
	"github.com/sqlc-dev/oliphant/parser"
)

// MaxNesting is how deep brackets and CASE … END may nest. The parser's time is
// quadratic in the nesting (40,000 levels: 12 s), and no statement that a
// person writes comes near.
const MaxNesting = 500

// Error says why a text is not SQL.
type Error struct {
	Message string // PostgreSQL's own words
	Offset  int    // byte offset into the text; -1 when unknown
}

func (e *Error) Error() string { return e.Message }

// Parse parses text, which may hold several statements. Errors are of type
// *Error: a syntax error, a text that is not UTF-8, or nesting over MaxNesting.
func Parse(text string) (*ParseResult, error) {
	if err := checkText(text); err != nil {
		return nil, err
	}
	tree, err := pg.Parse(text)
	if err != nil {
		return nil, convert(text, err)
	}
	return tree, nil
}

// Scan returns the tokens of text, comments included, with byte offsets.
// Errors are of type *Error.
func Scan(text string) ([]*ScanToken, error) {
	if off := invalidUTF8(text); off >= 0 {
		return nil, &Error{"invalid UTF-8", off}
	}
	res, err := pg.Scan(text)
	if err != nil {
		return nil, convert(text, err)
	}
	return res.Tokens, nil
}

// checkText refuses what the parser answers badly: bytes that are no UTF-8
// (it would lose positions), NUL (it would stop reading there) and deep nesting.
func checkText(text string) error {
	if off := invalidUTF8(text); off >= 0 {
		return &Error{"invalid UTF-8", off}
	}
	depth := 0
	for i := 0; i < len(text); i++ {
		if text[i] == 0 {
			return &Error{"NUL byte in SQL text", i}
		}
		if text[i] == '(' || text[i] == '[' {
			depth++ // an upper bound: literals and comments are looked at below
		}
	}
	if depth <= MaxNesting {
		return nil
	}
	return checkNesting(text)
}

// checkNesting counts brackets among tokens, where those of literals and
// comments are out of the way.
func checkNesting(text string) error {
	tokens, err := Scan(text)
	if err != nil {
		return err
	}
	depth := 0
	for _, t := range tokens {
		switch t.Token {
		case Token_ASCII_40, Token_ASCII_91: // ( [
			depth++
			if depth > MaxNesting {
				return &Error{fmt.Sprintf("brackets nest deeper than %d", MaxNesting), int(t.Start)}
			}
		case Token_ASCII_41, Token_ASCII_93: // ) ]
			depth--
		case Token_ASCII_59: // ;
			depth = 0
		}
	}
	return nil
}

func invalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return -1
}

// convert turns the parser's error into ours. Its cursor is a 1-based count of
// characters; ours is a byte offset.
func convert(text string, err error) error {
	var perr *parser.Error
	if !errors.As(err, &perr) {
		return &Error{err.Error(), -1}
	}
	off := -1
	if perr.Cursorpos > 0 {
		n := 0
		off = len(text)
		for i := range text {
			n++
			if n == perr.Cursorpos {
				off = i
				break
			}
		}
	}
	return &Error{perr.Message, off}
}
