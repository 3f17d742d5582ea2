package diag

import (
	"slices"
	"strings"
)

// Code names a finding for good: TC0 configuration, TC1 model, TC2 schema,
// TC3 query, TC4 proof, TC5 emission, TC6 vet. A code is never reused.
type Code string

// Info is what `tenantc explain CODE` prints and the docs are made from.
type Info struct {
	Code   Code
	Title  string // one line, no full stop
	Text   string // what is refused and why, in whole sentences
	Before string // an example that is refused; may be empty
	After  string // the same, accepted; may be empty
}

// Codes returns every code in order.
func Codes() []Info {
	all := slices.Concat(configCodes, modelCodes, schemaCodes, queryCodes, proofCodes, emitCodes, outputCodes)
	slices.SortFunc(all, func(a, b Info) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return all
}

// Lookup returns the entry of code, in any case.
func Lookup(code string) (Info, bool) {
	for _, info := range Codes() {
		if strings.EqualFold(string(info.Code), code) {
			return info, true
		}
	}
	return Info{}, false
}
