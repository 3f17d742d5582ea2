package generator

import (
	"errors"
	"fmt"
	"io"

	"github.com/tenantc/tenantc/internal/diag"
)

// ErrUnknownCode is returned by Explain for a code that tenantc never gives.
var ErrUnknownCode = errors.New("no such code")

// Explain prints what a code means, with an example that is refused and one
// that is accepted. The error is ErrUnknownCode with the nearest known code, or
// w's.
func Explain(w io.Writer, code string) error {
	info, ok := diag.Lookup(code)
	if !ok {
		var known []string
		for _, info := range diag.Codes() {
			known = append(known, string(info.Code))
		}
		return unknown(ErrUnknownCode, code, known)
	}
	return diag.WriteExplanation(w, info)
}

// ExplainAll prints every code, as `explain` does or as the page docs/codes.md.
func ExplainAll(w io.Writer, markdown bool) error {
	if markdown {
		return diag.WriteMarkdown(w, diag.Codes())
	}
	for i, info := range diag.Codes() {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := diag.WriteExplanation(w, info); err != nil {
			return err
		}
	}
	return nil
}

// unknown wraps err with the word and the nearest of those known.
func unknown(err error, word string, known []string) error {
	if near := diag.Nearest(word, known); near != "" {
		return fmt.Errorf("%w: %q; did you mean %s?", err, word, near)
	}
	return fmt.Errorf("%w: %q", err, word)
}

// Nearest returns the word of known that a person most likely meant by word,
// or "" when none is close.
func Nearest(word string, known []string) string { return diag.Nearest(word, known) }
