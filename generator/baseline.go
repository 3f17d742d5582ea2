package generator

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// baselineHeader opens a baseline, for the one who reviews it.
const baselineHeader = `# Findings that were there when tenantc came, one a line: code, query or file, hash of the
# statement or message. They are counted and do not fail a check. The list only shrinks.
`

// entry is one line of a baseline: a finding, named so that it is still the
// same when lines move, and another one when its statement changes.
type entry struct{ code, subject, hash string }

func (e entry) String() string { return e.code + " " + e.subject + " " + e.hash }

// finding names a diagnostic among those of a run.
type finding struct {
	code    diag.Code
	pos     diag.Pos
	message string
}

// entries returns the entry of each finding of severity error: a query's by
// its name and text, any other by its file and message.
func (r *run) entries() map[finding]entry {
	out := map[finding]entry{}
	for _, d := range r.rep.Sorted() {
		if d.Severity == diag.Error {
			file := d.Pos.File
			if file == "" {
				file = "-"
			}
			out[finding{d.Code, d.Pos, d.Message}] = entry{string(d.Code), file, diag.Fingerprint(d.Message)}
		}
	}
	for _, b := range r.blocks {
		for _, p := range b.proofs {
			for _, d := range p.Findings {
				out[finding{d.Code, d.Pos, d.Message}] = entry{string(d.Code), p.Stmt.Name, diag.Fingerprint(p.Stmt.Text)}
			}
		}
	}
	return out
}

// applyBaseline takes the findings that the baseline knows out of res and
// counts them. An entry that nothing answers to any more is a finding: the file
// must follow, so that what was mended stays mended. With update the file is
// written anew instead.
func (r *run) applyBaseline(res *Result) error {
	path := filepath.Join(r.cfg.Dir, filepath.FromSlash(r.cfg.Baseline))
	entries := r.entries()
	if r.cfg.UpdateBaseline {
		if err := writeBaseline(path, entries); err != nil {
			return fmt.Errorf("write the baseline: %w", err)
		}
	}
	known, err := readBaseline(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the baseline: %w; -update makes it", err)
	}
	if err != nil {
		return fmt.Errorf("read the baseline: %w", err)
	}
	met := map[entry]bool{}
	left := slices.DeleteFunc(r.rep.Sorted(), func(d diag.Diagnostic) bool {
		e, ok := entries[finding{d.Code, d.Pos, d.Message}]
		if _, listed := known[e]; !ok || !listed {
			return false
		}
		met[e] = true
		res.Known++
		return true
	})
	res.findings = diag.Grouped(left)
	for _, b := range r.blocks {
		if !b.sound {
			return nil // what was not proven has not vanished
		}
	}
	for e, line := range known {
		if !met[e] {
			res.findings = append(res.findings, diag.Diagnostic{
				Code: diag.CodeBaseline, Severity: diag.Error, Pos: diag.Pos{File: r.cfg.Baseline, Line: line, Column: 1}, Width: len(e.String()),
				Message: "the baseline lists a finding that is gone: " + e.code + " of " + e.subject,
				Why:     "the list only shrinks, so that what was mended stays mended",
				Fix:     "take the line out, or run check -baseline with -update",
			})
		}
	}
	slices.SortStableFunc(res.findings, func(a, b diag.Diagnostic) int { return a.Pos.Compare(b.Pos) })
	return nil
}

// readBaseline returns the entries of a baseline with their lines.
func readBaseline(path string) (map[entry]int, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[entry]int{}
	scanner := bufio.NewScanner(f)
	for line := 1; scanner.Scan(); line++ {
		text := strings.TrimSpace(scanner.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		words := strings.Fields(text)
		if len(words) != 3 {
			return nil, fmt.Errorf("%s:%d: %q is not of the form CODE SUBJECT HASH", path, line, text)
		}
		out[entry{words[0], words[1], words[2]}] = line
	}
	return out, scanner.Err()
}

// writeBaseline writes the entries, sorted by subject, each once.
func writeBaseline(path string, entries map[finding]entry) error {
	var list []entry
	for _, e := range entries {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b entry) int {
		return strings.Compare(a.subject+" "+a.String(), b.subject+" "+b.String())
	})
	var b strings.Builder
	b.WriteString(baselineHeader)
	for _, e := range slices.Compact(list) {
		b.WriteString(e.String() + "\n")
	}
	return os.WriteFile(path, []byte(b.String()), 0o666)
}
