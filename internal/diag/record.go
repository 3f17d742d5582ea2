package diag

import (
	"encoding/json"
	"io"
)

// Record is a diagnostic as JSON has it; docs/check-json.md describes the
// fields. What is not known is left out.
type Record struct {
	Code     string  `json:"code"`
	Severity string  `json:"severity"` // "error", "warning" or "note"
	File     string  `json:"file,omitempty"`
	Line     int     `json:"line,omitempty"`   // 1-based
	Column   int     `json:"column,omitempty"` // 1-based, in bytes
	Message  string  `json:"message"`
	Why      string  `json:"why,omitempty"`
	Fix      string  `json:"fix,omitempty"`
	Related  []Place `json:"related,omitempty"`
}

// Place is a further place that a Record speaks of.
type Place struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

// Records converts diagnostics, in the order given. It never returns nil, so
// that a list without findings is [] and not null.
func Records(list []Diagnostic) []Record {
	records := make([]Record, len(list))
	for i, d := range list {
		records[i] = Record{
			Code: string(d.Code), Severity: d.Severity.String(),
			File: d.Pos.File, Line: d.Pos.Line, Column: d.Pos.Column,
			Message: d.Message, Why: d.Why, Fix: d.Fix,
		}
		for _, r := range d.Related {
			records[i].Related = append(records[i].Related, Place{r.Pos.File, r.Pos.Line, r.Pos.Column, r.Message})
		}
	}
	return records
}

// WriteJSON prints v with two spaces of indentation. SQL stays readable: < and
// > are not escaped, since nobody embeds this in a web page.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
