// Package templates holds the text of the emitted files: one template a kind of
// file, and one a family of methods. Decisions are taken in internal/plan; a
// template prints them.
package templates

import "embed"

// Files holds the templates.
//
//go:embed *.tmpl
var Files embed.FS
