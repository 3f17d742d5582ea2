package sqlcrun

import "strings"

// maxLine is the longest line that is handed to sqlc. Its scanners stop at
// 64 KiB and take what came before for the whole text.
const maxLine = 60 << 10

// foldLines breaks lines that are too long by turning a blank outside of
// literals, quoted names and comments into a line end, so that offsets stay as
// they are. When a line has no such blank in time, at is the offset of what
// cannot be broken; otherwise it is -1.
func foldLines(text string) (folded string, at int) {
	if longLine(text) < 0 {
		return text, -1
	}
	out := []byte(text)
	start, last := 0, -1 // of the line; the last blank at which it may break
	for i := 0; i < len(text); {
		from := i
		i = skip(text, i)
		if i-start > maxLine && last >= start {
			out[last] = '\n'
			start = last + 1
		}
		if nl := strings.LastIndexByte(text[from:i], '\n'); nl >= 0 {
			start = from + nl + 1
		}
		if text[from] == ' ' || text[from] == '\t' {
			last = from
		}
	}
	return string(out), longLine(string(out))
}

// longLine returns the offset of the first line that is too long, or -1.
func longLine(text string) int {
	at := 0
	for line := range strings.Lines(text) {
		if len(line) > maxLine {
			return at
		}
		at += len(line)
	}
	return -1
}

// skip returns the offset behind the literal, quoted name or comment that begins
// at i, and i+1 when none does.
func skip(text string, i int) int {
	switch text[i] {
	case '-', '/', '\'', '"', '$':
	default:
		return i + 1
	}
	rest := text[i:]
	switch {
	case strings.HasPrefix(rest, "--"):
		if n := strings.IndexByte(rest, '\n'); n >= 0 {
			return i + n
		}
		return len(text)
	case strings.HasPrefix(rest, "/*"):
		depth := 0
		for j := i; j < len(text); j++ {
			switch {
			case strings.HasPrefix(text[j:], "/*"):
				depth++
				j++
			case strings.HasPrefix(text[j:], "*/"):
				depth--
				j++
			}
			if depth == 0 {
				return j + 1
			}
		}
		return len(text)
	case rest[0] == '\'' || rest[0] == '"':
		// E'…' takes a backslash before a quote for an escape. Read so everywhere,
		// a plain literal that ends in a backslash would seem to go on, so only
		// where the E is written.
		escapes := rest[0] == '\'' && i > 0 && (text[i-1] == 'e' || text[i-1] == 'E')
		for j := i + 1; j < len(text); j++ {
			switch {
			case escapes && text[j] == '\\':
				j++
			case text[j] == rest[0]:
				return j + 1
			}
		}
		return len(text)
	case rest[0] == '$':
		tag := dollarTag(rest)
		if tag == "" {
			return i + 1
		}
		if n := strings.Index(rest[len(tag):], tag); n >= 0 {
			return i + len(tag) + n + len(tag)
		}
		return len(text)
	}
	return i + 1
}

// dollarTag returns the "$tag$" that s begins with, or "".
func dollarTag(s string) string {
	for j := 1; j < len(s); j++ {
		c := s[j]
		switch {
		case c == '$':
			return s[:j+1]
		case c == '_' || c >= 0x80 || c|0x20 >= 'a' && c|0x20 <= 'z' || j > 1 && c >= '0' && c <= '9':
		default:
			return ""
		}
	}
	return ""
}
