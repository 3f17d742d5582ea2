package query

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// comments returns the declarations in a piece's comments, and those that
// stand in the wrong place.
func (f *file) comments(p *piece) (lines, misplaced []annotationLine) {
	for _, c := range p.comments {
		start := int(c.GetStart())
		line, misspelt, ok := annotationOf(f.text[start:c.GetEnd()], start)
		if !ok {
			continue
		}
		if misspelt {
			line.text = ""
		}
		if misspelt || start > p.start() || !f.firstOnLine(start, p.from) {
			misplaced = append(misplaced, line)
			continue
		}
		lines = append(lines, line)
	}
	return lines, misplaced
}

// firstOnLine reports whether only spaces stand between the line's begin and
// offset, and the line begins after from.
func (f *file) firstOnLine(offset, from int) bool {
	for i := offset - 1; i >= from; i-- {
		switch f.text[i] {
		case ' ', '\t':
		case '\n':
			return true
		default:
			return false
		}
	}
	return from == 0
}

// docComments are the lines of comment around the name, without declarations
// and without what an empty line separates from the name.
func (f *file) docComments(p *piece, nameLine int) []string {
	var out []string
	previous := -1 // end of the comment before
	for _, c := range p.comments {
		start, end := int(c.GetStart()), int(c.GetEnd())
		if start >= p.start() {
			break
		}
		if !f.firstOnLine(start, p.from) {
			continue
		}
		if start <= nameLine && previous >= 0 && strings.Count(f.text[previous:start], "\n") > 1 {
			out = nil
		}
		previous = end
		text := f.text[start:end]
		if _, _, declares := annotationOf(text, start); start != nameLine && !declares {
			out = append(out, commentLines(text)...)
		}
	}
	return out
}

// commentLines returns a comment's lines without its marks.
func commentLines(text string) []string {
	if rest, ok := strings.CutPrefix(text, "--"); ok {
		return []string{strings.TrimRight(strings.TrimPrefix(rest, " "), " \t\r")}
	}
	var out []string
	for line := range strings.Lines(strings.TrimSuffix(strings.TrimPrefix(text, "/*"), "*/")) {
		line = strings.TrimSpace(line)
		line = strings.TrimSpace(strings.TrimPrefix(line, "*"))
		if line != "" || len(out) > 0 {
			out = append(out, line)
		}
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// strippedLines refuses lines that sqlc takes out of the text it emits as
// comments although they are not, or not only.
func (f *file) strippedLines(st *Stmt, p *piece, names []nameLine) {
	for at := p.start(); at < p.to; {
		end := p.to
		if n := strings.IndexByte(f.text[at:end], '\n'); n >= 0 {
			end = at + n
		}
		if at == 0 || f.text[at-1] == '\n' {
			line := strings.TrimRight(f.text[at:end], "\r")
			if (strings.HasPrefix(line, "--") || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "/*") && strings.HasSuffix(line, "*/")) &&
				!strings.HasPrefix(line, "/*+") && !p.wholeComment(at, at+len(line)) &&
				!slices.ContainsFunc(names, func(n nameLine) bool { return n.line == at }) {
				f.stmtIssue(st, at, len(line), diag.CodeQueryStripped, "sqlc removes this line from the text that it emits",
					"it takes every line that begins with --, # or /* for a comment", "a space before it")
			}
		}
		at = end + 1
	}
}

// wholeComment reports whether one comment is all there is from start to end.
func (p *piece) wholeComment(start, end int) bool {
	for _, c := range p.comments {
		if int(c.GetStart()) == start {
			return int(c.GetEnd()) >= end && int(c.GetEnd()) <= end+1
		}
	}
	return false
}
