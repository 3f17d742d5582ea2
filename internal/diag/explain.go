package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// explainWidth is where the words of an explanation wrap.
const explainWidth = 80

// WriteExplanation prints what a code means, as `tenantc explain` does.
func WriteExplanation(w io.Writer, info Info) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s: %s\n\n%s\n", info.Code, info.Title, wrap(info.Text, explainWidth))
	for _, example := range []struct{ head, text string }{{"refused", info.Before}, {"accepted", info.After}} {
		if example.text != "" {
			fmt.Fprintf(b, "\n%s:\n    %s\n", example.head, strings.ReplaceAll(example.text, "\n", "\n    "))
		}
	}
	return b.Flush()
}

// WriteMarkdown prints the page of all codes, docs/codes.md.
func WriteMarkdown(w io.Writer, codes []Info) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "# Codes\n\n<!-- Made by `tenantc explain -all -f markdown`; the text stands in internal/diag. -->\n\n",
		"Each finding has a code that never changes its meaning. `tenantc explain CODE` prints its entry.\n")
	room := ""
	for _, info := range codes {
		if head := roomTitle(info.Code); head != room {
			room = head
			fmt.Fprintf(b, "\n## %s\n", room)
		}
		fmt.Fprintf(b, "\n### %s: %s\n\n%s\n", info.Code, info.Title, wrap(info.Text, explainWidth))
		for _, example := range []struct{ head, text string }{{"Refused", info.Before}, {"Accepted", info.After}} {
			if example.text != "" {
				fmt.Fprintf(b, "\n%s:\n\n```\n%s\n```\n", example.head, example.text)
			}
		}
	}
	return b.Flush()
}

// roomTitle names the part of tenantc that gives a code.
func roomTitle(code Code) string {
	if len(code) < 3 {
		return "Other"
	}
	switch code[2] {
	case '0':
		return "TC0: the configuration"
	case '1':
		return "TC1: models"
	case '2':
		return "TC2: the schema"
	case '3':
		return "TC3: queries"
	case '4':
		return "TC4: proofs"
	case '5':
		return "TC5: emission"
	case '6':
		return "TC6: vet"
	}
	return "Other"
}

// wrap breaks text between words so that lines have at most width columns
// where the words allow it.
func wrap(text string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		n := 0
		for _, r := range word {
			n += runeColumns(r)
		}
		switch {
		case column == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
