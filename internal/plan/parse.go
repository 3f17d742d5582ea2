package plan

import "github.com/tenantc/tenantc/internal/query"

// parse reads a text that sqlc or plan wrote: $n only, no macros.
func (b *builder) parse(name, command, text string, ann query.Annotation) *query.Stmt {
	return query.ParseSQL(name, command, text, ann, b.in.Catalog)
}
