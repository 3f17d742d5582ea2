package diag

import (
	"sort"
	"strings"
)

// Lines turns byte offsets of a text into positions.
type Lines struct {
	file   string
	text   string
	starts []int // offset of each line's first byte
}

// NewLines indexes text, which is the content of file.
func NewLines(file, text string) *Lines {
	starts := []int{0}
	for i := 0; ; {
		n := strings.IndexByte(text[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
		starts = append(starts, i)
	}
	return &Lines{file, text, starts}
}

// Pos returns the position of the byte at offset, clamped to the text.
func (l *Lines) Pos(offset int) Pos {
	offset = max(0, min(offset, len(l.text)))
	line := sort.SearchInts(l.starts, offset+1) - 1
	return Pos{File: l.file, Line: line + 1, Column: offset - l.starts[line] + 1}
}

// Line returns the text of the 1-based line without its line end, or "".
func (l *Lines) Line(n int) string {
	if n < 1 || n > len(l.starts) {
		return ""
	}
	end := len(l.text)
	if n < len(l.starts) {
		end = l.starts[n]
	}
	return strings.TrimRight(l.text[l.starts[n-1]:end], "\r\n")
}
