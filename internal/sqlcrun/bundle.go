package sqlcrun

import (
	"strings"

	"github.com/tenantc/tenantc/internal/config"
)

// maxBundle is about how many bytes one file for sqlc holds when several of the
// user's are put together. The time that sqlc takes grows with the number of
// query files times that of queries: at 1,000 files of five queries, bundles of
// this size take 5 s instead of 14 s. The Go that it makes of one is about four
// times as long, and is read as a whole.
const maxBundle = 12 << 10

// bundle puts neighbouring files together, so that sqlc sees fewer, with the
// same statements in the same order. What may not stand behind another file, or
// before one, stays alone; see joins.
func bundle(files []config.File, joins func(text string) bool) []config.File {
	var out []config.File
	var text strings.Builder
	close := func() {
		if text.Len() > 0 {
			out = append(out, config.File{Text: text.String()})
			text.Reset()
		}
	}
	for _, f := range files {
		if !joins(f.Text) {
			close()
			out = append(out, config.File{Text: f.Text})
			continue
		}
		if text.Len()+len(f.Text) > maxBundle {
			close()
		}
		text.WriteString(f.Text)
		text.WriteString("\n")
	}
	close()
	return out
}

// joinsQueries reports whether a query file says the same with another one
// before or behind it: nothing of it, a comment included, is left open behind
// its last statement.
func joinsQueries(text string) bool {
	end := 0 // behind the last semicolon
	for i := 0; i < len(text); {
		from := i
		i = skip(text, i)
		if text[from] == ';' {
			end = i
		}
	}
	return end > 0 && strings.TrimSpace(text[end:]) == ""
}

// joinsSchema reports the same of a migration. sqlc cuts a file at the line with
// which a migration tool begins the way back, and takes lines of psql's out: a
// file that may have one stays alone.
func joinsSchema(text string) bool {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, `\`) {
			return false
		}
		comment, ok := strings.CutPrefix(line, "--")
		if ok && (strings.ContainsAny(comment, "+:") || strings.HasPrefix(comment, "--")) {
			return false
		}
	}
	return joinsQueries(text)
}
