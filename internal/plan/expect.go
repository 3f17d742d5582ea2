package plan

import (
	"strings"

	"github.com/tenantc/tenantc/internal/query"
)

// expect returns the text that sqlc makes of a statement, as far as that can be
// told: lines of comment are gone, and the stars of the statement's own list are
// spelled out. Nothing depends on its being right: the text that runs is read
// and proven whatever was expected. When it was expected, that was done while
// sqlc was at work, and costs nobody time.
func expect(s *query.Stmt) string {
	text := s.SQL
	if s.Body != nil {
		text = spellStars(s, s.Body.Columns())
	}
	if !strings.Contains(text, "--") {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "--") {
			b.WriteString(line)
		}
	}
	return strings.TrimSpace(b.String())
}

// spellStars replaces each star among targets by the columns that it stands for.
// They all have its place.
func spellStars(s *query.Stmt, targets []*query.Target) string {
	var b strings.Builder
	done := 0 // of s.SQL
	for i := 0; i < len(targets); {
		ref, ok := targets[i].Expr.(*query.ColRef)
		if !ok {
			i++
			continue
		}
		at := ref.Loc().Offset
		qualifier, end := star(s.Text, at)
		from := i
		for i++; i < len(targets) && end > 0; i++ {
			if next, ok := targets[i].Expr.(*query.ColRef); !ok || next.Loc().Offset != at {
				break
			}
		}
		if end == 0 {
			continue
		}
		start := inSQL(s, at)
		if start < done || start+end-at > len(s.SQL) {
			return s.SQL
		}
		b.WriteString(s.SQL[done:start])
		for j, t := range targets[from:i] {
			if j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(qualifier + quote(t.Name))
		}
		done = start + end - at
	}
	b.WriteString(s.SQL[done:])
	return b.String()
}

// star reads the * or x.* that begins at an offset of text: x with its dot, and
// the offset behind the star, which is 0 for anything else.
func star(text string, at int) (qualifier string, end int) {
	if at < 0 || at >= len(text) {
		return "", 0
	}
	i := at
	for i < len(text) && (text[i] == '_' || text[i] >= 'a' && text[i] <= 'z' || text[i] >= '0' && text[i] <= '9') {
		i++
	}
	if i > at && strings.HasPrefix(text[i:], ".") {
		i++
	} else if i > at {
		return "", 0
	}
	if !strings.HasPrefix(text[i:], "*") {
		return "", 0
	}
	return text[at:i], i + 1
}

// inSQL returns where in s.SQL an offset of s.Text is, which no macro covers.
func inSQL(s *query.Stmt, offset int) int {
	delta := 0
	for _, e := range s.Source.Edits {
		if offset < e.Offset-delta {
			break
		}
		delta += e.New - e.Old
	}
	return offset + delta
}
