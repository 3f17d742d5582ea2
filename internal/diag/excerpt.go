package diag

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// excerptWidth is how many columns of a source line are shown; a longer line
// is cut around the caret.
const excerptWidth = 100

// tabWidth is how many spaces stand for a tab in an excerpt, wherever the tab
// is: the caret then needs to know nothing about the terminal's tab stops.
const tabWidth = 4

// cell is one character of an excerpt: what is printed, how many columns it
// takes, and the bytes of the source line that it stands for.
type cell struct {
	text       string
	columns    int
	start, end int
}

// nearBytes is how far from the caret a line is looked at at all: a line of a
// megabyte costs no more than a short one.
const nearBytes = 2048

// excerpt returns the part of line that is worth showing for the width bytes
// from the 1-based byte column, and the line of carets to print below it. A
// column behind the line's end gets its caret right after the last character.
func excerpt(line string, column, width int) (shown, carets string) {
	from := min(max(0, column-1), len(line))
	begin, end := max(0, from-nearBytes), min(len(line), from+nearBytes)
	for begin > 0 && begin < from && !utf8.RuneStart(line[begin]) {
		begin++
	}
	cells := cellsOf(line[begin:end])
	from -= begin
	to := from + max(1, width)

	first := 0 // the marked cells are [first, last)
	for first < len(cells) && cells[first].end <= from {
		first++
	}
	last := first
	for last < len(cells) && cells[last].start < to {
		last++
	}
	lo, hi := window(cells, first, last)

	var text strings.Builder
	offset := columnsOf(cells[lo:first])
	if begin > 0 || lo > 0 {
		text.WriteString("…")
		offset++
	}
	for _, c := range cells[lo:hi] {
		text.WriteString(c.text)
	}
	if hi < len(cells) || end < len(line) {
		text.WriteString("…")
	}
	marked := columnsOf(cells[first:max(first, min(last, hi))])
	return text.String(), strings.Repeat(" ", offset) + strings.Repeat("^", max(1, marked))
}

// window returns the range of cells that fits into excerptWidth: all of them,
// or from the start when that holds the marked range [first, last), else with
// at least a third of the width left of the mark.
func window(cells []cell, first, last int) (lo, hi int) {
	if columnsOf(cells[:last]) > excerptWidth {
		room := max(excerptWidth/3, excerptWidth-columnsOf(cells[first:]))
		for lo = first; lo > 0 && room >= cells[lo-1].columns; lo-- {
			room -= cells[lo-1].columns
		}
	}
	room := excerptWidth
	for hi = lo; hi < len(cells) && room >= cells[hi].columns; hi++ {
		room -= cells[hi].columns
	}
	return lo, hi
}

func columnsOf(cells []cell) int {
	n := 0
	for _, c := range cells {
		n += c.columns
	}
	return n
}

func cellsOf(line string) []cell {
	cells := make([]cell, 0, len(line))
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		c := cell{text: line[i : i+size], columns: runeColumns(r), start: i, end: i + size}
		switch {
		case r == '\t':
			c.text, c.columns = strings.Repeat(" ", tabWidth), tabWidth
		case r == utf8.RuneError && size == 1 || unicode.IsControl(r):
			c.text, c.columns = "\uFFFD", 1
		case c.columns == 0 && (unicode.Is(unicode.Cf, r) || len(cells) == 0):
			c.text = "" // a byte order mark, or something that turns the line's direction round
		}
		cells = append(cells, c)
		i += size
	}
	return cells
}

// runeColumns returns how many columns of a terminal r takes.
func runeColumns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// wide holds the blocks whose characters take two columns: East Asian Wide and
// Fullwidth of Unicode's annex 11, and the emoji.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0x33ff, 1}, {0x3400, 0x4dbf, 1}, {0x4e00, 0xa4cf, 1},
		{0xa960, 0xa97f, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1}, {0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{{0x1f300, 0x1f64f, 1}, {0x1f680, 0x1f6ff, 1}, {0x1f900, 0x1faff, 1}, {0x20000, 0x3fffd, 1}},
}
