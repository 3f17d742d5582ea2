package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Sources returns the text of a file, named as positions name it, and whether
// it could be read. A nil Sources knows no file.
type Sources func(file string) (text string, ok bool)

// lines indexes each file once.
func (s Sources) lines() func(file string) *Lines {
	known := map[string]*Lines{}
	return func(file string) *Lines {
		if s == nil || file == "" {
			return nil
		}
		l, ok := known[file]
		if !ok {
			if text, found := s(file); found {
				l = NewLines(file, text)
			}
			known[file] = l
		}
		return l
	}
}

// Text prints diagnostics for people. The zero value prints without colour and
// without source lines.
type Text struct {
	Sources Sources
	Color   bool
}

// Write prints the diagnostics in the order given, a blank line between two
// files. It returns the first error of w.
func (t Text) Write(w io.Writer, list []Diagnostic) error {
	p := &printer{w: bufio.NewWriter(w), lines: t.Sources.lines(), color: t.Color}
	for i, d := range list {
		if i > 0 && d.Pos.File != list[i-1].Pos.File {
			p.w.WriteByte('\n')
		}
		p.letter(d)
	}
	return p.w.Flush()
}

// The colours: what a terminal shows in its own bold, red, yellow, blue and green.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
	green  = "32"
)

// printer writes letters. Errors of w are kept by the bufio.Writer.
type printer struct {
	w     *bufio.Writer
	lines func(file string) *Lines
	color bool
}

func (p *printer) letter(d Diagnostic) {
	if at := d.Pos.String(); at != "" {
		p.w.WriteString(p.paint(bold, clean(at)) + ": ")
	}
	code := string(d.Code)
	tone := red
	switch d.Severity {
	case Warning:
		code, tone = code+": warning", yellow
	case Note:
		code, tone = code+": note", blue
	}
	fmt.Fprintf(p.w, "%s: %s\n", p.paint(tone, code), indent(d.Message, "  "))
	p.source(d)
	if d.Why != "" {
		fmt.Fprintf(p.w, "  %s\n", indent(d.Why, "  "))
	}
	if d.Fix != "" {
		fmt.Fprintf(p.w, "  %s %s\n", p.paint(green, "fix:"), indent(d.Fix, "       "))
	}
	for _, r := range d.Related {
		at := clean(r.Pos.String())
		if at != "" {
			at += ": "
		}
		fmt.Fprintf(p.w, "  %s%s\n", at, indent(r.Message, "  "))
	}
}

// source prints the line that the letter speaks of. Without the file, or when
// it has become shorter meanwhile, there is none.
func (p *printer) source(d Diagnostic) {
	if d.Pos.Line < 1 {
		return
	}
	lines := p.lines(d.Pos.File)
	if lines == nil || d.Pos.Line > len(lines.starts) {
		return
	}
	if d.Pos.Column < 1 {
		shown, _ := excerpt(lines.Line(d.Pos.Line), 1, 1)
		fmt.Fprintf(p.w, "%6d | %s\n", d.Pos.Line, shown)
		return
	}
	shown, carets := excerpt(lines.Line(d.Pos.Line), d.Pos.Column, d.Width)
	blanks := len(carets) - len(strings.TrimLeft(carets, " "))
	fmt.Fprintf(p.w, "%6d | %s\n%6s | %s%s\n", d.Pos.Line, shown, "", carets[:blanks], p.paint(green, carets[blanks:]))
}

func (p *printer) paint(tone, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + tone + "m" + text + "\x1b[0m"
}

// indent sets further lines of text under the first.
func indent(text, by string) string {
	return strings.ReplaceAll(clean(text), "\n", "\n"+by)
}

// clean replaces control characters. Messages quote what people wrote, and
// nothing that they wrote may steer a terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// Summary counts diagnostics in a few words: "2 errors and 1 warning in 2
// files", or "no findings".
func Summary(list []Diagnostic) string {
	var counts [Note + 1]int
	files := map[string]bool{}
	for _, d := range list {
		counts[d.Severity]++
		if d.Pos.File != "" {
			files[d.Pos.File] = true
		}
	}
	var parts []string
	for severity, n := range counts {
		if n > 0 {
			parts = append(parts, count(n, Severity(severity).String()))
		}
	}
	if len(parts) == 0 {
		return "no findings"
	}
	text := parts[len(parts)-1]
	if rest := parts[:len(parts)-1]; len(rest) > 0 {
		text = strings.Join(rest, ", ") + " and " + text
	}
	if len(files) > 0 {
		text += " in " + count(len(files), "file")
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
