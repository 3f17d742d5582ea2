// Package mutants weaves switches into Go sources, so that each condition by
// which a proof is refused can be switched off, in turn and in process.
//
// In come the files of a package; out come an overlay for the go command, in
// which every condition, every call made for its effect and every reason
// returned as text is a switch of package on, and the list of these sites. The
// sources on disk stay as they are, and no condition can be forgotten.
//
// It refuses to know what a condition is about: whoever runs the mutants says
// what it takes to notice one.
package mutants

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Kind is what a site does.
type Kind string

const (
	If   Kind = "if"   // a condition, which has two mutants: always and never
	Do   Kind = "do"   // a call made for its effect, which its mutant leaves out
	Text Kind = "text" // a reason, which its mutant leaves empty
)

// Site is a place in a function that can be switched. Lines move, so that the
// function and the text name it; Nth tells equal texts of a function apart.
type Site struct {
	Kind Kind
	File string // relative to the folder of the module
	Line int
	Func string // as in (*level).confine; a closure counts to its function
	Expr string // the source, in one line
	Nth  int    // from 1 on
	// Refuses says which mutants of a condition can only refuse more, so that they
	// are none: "always", "never" or both, as read off what the condition guards.
	Refuses []bool
	// Yes and No say which mutants can only make its function return true, or
	// false, where it returns a bool alone.
	Yes, No []bool
	Package string
}

// Name names the site where lines do not count.
func (s Site) Name() string {
	name := s.Func + ": " + s.Expr
	if s.Nth > 1 {
		name += fmt.Sprintf(" #%d", s.Nth)
	}
	return name
}

// Weave weaves the packages in the folders dirs of the module at root, whose
// import path is module, and writes overlay.json, sites.json and the woven
// files into out.
func Weave(root, module string, dirs []string, out string) ([]Site, error) {
	var sites []Site
	replace := map[string]string{}
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			src, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			woven, more, err := weave(src, filepath.ToSlash(filepath.Join(dir, filepath.Base(file))), len(sites), module+"/internal/mutants/on")
			if err != nil {
				return nil, err
			}
			if len(more) == 0 {
				continue
			}
			sites = append(sites, more...)
			to := filepath.Join(out, strings.ReplaceAll(dir, "/", "_")+"_"+filepath.Base(file))
			if err := os.WriteFile(to, woven, 0o644); err != nil {
				return nil, err
			}
			abs, err := filepath.Abs(file)
			if err != nil {
				return nil, err
			}
			replace[abs] = to
		}
	}
	number(sites)
	if err := writeJSON(filepath.Join(out, "overlay.json"), map[string]any{"Replace": replace}); err != nil {
		return nil, err
	}
	return sites, writeJSON(filepath.Join(out, "sites.json"), sites)
}

// Read reads the sites.json that Weave wrote.
func Read(file string) ([]Site, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var sites []Site
	return sites, json.Unmarshal(data, &sites)
}

// number tells the sites of one name apart.
func number(sites []Site) {
	seen := map[string]int{}
	for i := range sites {
		s := &sites[i]
		key := s.Package + " " + string(s.Kind) + " " + s.Func + " " + s.Expr
		seen[key]++
		s.Nth = seen[key]
	}
}

func writeJSON(file string, v any) error {
	data, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
