package diag

import (
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

// SARIF prints diagnostics as a log of SARIF 2.1.0, the form that code hosts
// show beside a change.
type SARIF struct {
	Version string  // of tenantc; may be empty
	Sources Sources // for columns: SARIF counts UTF-16 units, a Pos counts bytes
}

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string     `json:"id"`
		ShortDescription *sarifText `json:"shortDescription,omitempty"`
		FullDescription  *sarifText `json:"fullDescription,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID           string          `json:"ruleId"`
		RuleIndex        int             `json:"ruleIndex"`
		Level            string          `json:"level"`
		Message          sarifText       `json:"message"`
		Locations        []sarifLocation `json:"locations,omitempty"`
		RelatedLocations []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPhysical `json:"physicalLocation"`
		Message          *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		ArtifactLocation struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"` // the column after the last
	}
)

// Write prints the diagnostics in the order given.
func (s SARIF) Write(w io.Writer, list []Diagnostic) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{
		Name: "tenantc", Version: s.Version, InformationURI: "https://github.com/tenantc/tenantc", Rules: []sarifRule{},
	}
	rules := sarifRules(list)
	run.Tool.Driver.Rules = rules
	lines := s.Sources.lines()
	for _, d := range list {
		result := sarifResult{RuleID: string(d.Code), Level: d.Severity.String(), Message: sarifText{body(d)}}
		result.RuleIndex = slices.IndexFunc(rules, func(r sarifRule) bool { return r.ID == result.RuleID })
		if d.Pos.File != "" {
			result.Locations = []sarifLocation{{PhysicalLocation: physical(d.Pos, d.Width, lines)}}
		}
		for _, r := range d.Related {
			if r.Pos.File != "" {
				result.RelatedLocations = append(result.RelatedLocations,
					sarifLocation{physical(r.Pos, 0, lines), &sarifText{clean(r.Message)}})
			}
		}
		run.Results = append(run.Results, result)
	}
	return WriteJSON(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// sarifRules returns the entries of the codes that list uses, in order.
func sarifRules(list []Diagnostic) []sarifRule {
	rules := []sarifRule{}
	for _, d := range list {
		id := string(d.Code)
		at, found := slices.BinarySearchFunc(rules, id, func(r sarifRule, id string) int { return strings.Compare(r.ID, id) })
		if !found {
			rule := sarifRule{ID: id}
			if info, ok := Lookup(id); ok {
				rule.ShortDescription, rule.FullDescription = &sarifText{info.Title}, &sarifText{info.Text}
			}
			rules = slices.Insert(rules, at, rule)
		}
	}
	return rules
}

// body is the whole letter: SARIF has no place of its own for the reason, and
// its fixes are edits, which ours are not.
func body(d Diagnostic) string {
	text := d.Message
	if d.Why != "" {
		text += "\n" + d.Why
	}
	if d.Fix != "" {
		text += "\nfix: " + d.Fix
	}
	return clean(text)
}

func physical(p Pos, width int, lines func(string) *Lines) sarifPhysical {
	var at sarifPhysical
	at.ArtifactLocation.URI = (&url.URL{Path: p.File}).String()
	if p.Line < 1 {
		return at
	}
	at.Region = &sarifRegion{StartLine: p.Line}
	if index := lines(p.File); index != nil && p.Column > 0 {
		line := index.Line(p.Line)
		from := min(p.Column-1, len(line))
		to := min(from+width, len(line))
		at.Region.StartColumn = units(line[:from]) + 1
		if to > from {
			at.Region.EndColumn = units(line[:to]) + 1
		}
	}
	return at
}

// units counts UTF-16 code units; a broken byte counts as one.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}
