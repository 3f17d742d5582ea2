package sqlcrun

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tenantc/tenantc/internal/diag"
)

// message is a line of sqlc's about one of the files it was given.
var message = regexp.MustCompile(`^((?:schema|queries)[/\\]\w+\.sql):(\d+):(\d+): (.*)$`)

// mapMessages turns what sqlc printed into diagnostics of the user's files. sqlc
// prints everything once a generator, and there are two.
func (w *workspace) mapMessages(stderr string, failure error, in Input, rep *diag.List) {
	seen := map[string]bool{}
	var rest []string
	for line := range strings.Lines(stderr) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "# package") || seen[line] {
			continue
		}
		seen[line] = true
		m := message.FindStringSubmatch(line)
		if m == nil {
			rest = append(rest, line)
			continue
		}
		row, _ := strconv.Atoi(m[2])
		column, _ := strconv.Atoi(m[3])
		file := w.files[strings.ReplaceAll(m[1], `\`, "/")]
		if file == nil {
			rest = append(rest, line)
			continue
		}
		rep.Add(diag.Diagnostic{
			Code:    diag.CodeSqlcRefuses,
			Pos:     file.pos(row, column, m[4]),
			Message: "sqlc: " + m[4],
			Why:     "the types of what a query takes and gives come from sqlc, so a query that it refuses cannot be emitted",
		})
	}
	if len(rest) == 0 && len(seen) > 0 {
		return
	}
	if len(rest) == 0 {
		rest = []string{failure.Error()}
	}
	rep.Add(diag.Diagnostic{
		Code:    diag.CodeSqlcFailed,
		Message: fmt.Sprintf("sqlc failed: %s", strings.ReplaceAll(rest[0], w.dir, "")),
		Why:     strings.Join(rest[1:], "\n"),
	})
}

// pos returns where the user's file has what sqlc saw at row and column.
//
// sqlc walks the text by characters and compares their count with an offset in
// bytes, so behind a character of several bytes its positions lie too far; the
// count itself is the offset. Of a syntax error it tells a place behind the
// token's first byte, so the token is sought. Folding long lines keeps offsets, and a text with
// CRLF has every token at the same line and column without the CR.
func (f *input) pos(row, column int, text string) diag.Pos {
	offset := 0
	for range row - 1 {
		n := strings.IndexByte(f.given[offset:], '\n')
		if n < 0 {
			break
		}
		offset += n + 1
	}
	offset = utf8.RuneCountInString(f.given[:offset]) + max(column-1, 0)
	if m := near.FindStringSubmatch(text); m != nil {
		if at := strings.LastIndex(f.given[:min(offset-1+len(m[1]), len(f.given))], m[1]); at >= 0 {
			offset = at
		}
	}
	return diag.NewLines(f.file.Name, strings.ReplaceAll(f.file.Text, "\r\n", "\n")).Pos(offset)
}

var near = regexp.MustCompile(` at or near "(.+)"$`)
