package filter

// Within is [Where] for a statement that goes on behind its WHERE clause, and
// whose columns need the name of their table in front. It is made for generated
// code: head ends in the WHERE clause, tail is the rest, and qualifier is the
// name as SQL spells it, with its dot.
func Within[P any](head, tail, qualifier string, args []any, conds []CondOf[P]) (string, []any) {
	sql, args := where(head, qualifier, args, conds)
	return sql + tail, args
}
