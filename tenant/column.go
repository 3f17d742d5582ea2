package tenant

// Given returns one column of many rows as the argument of a statement, for
// generated code: values, or NULL when no row has a value, which neither side then
// reads one by one. The zero value of T stands for none.
//
//go:noinline
func Given[T comparable](values []T) any {
	var none T
	for _, v := range values {
		if v != none {
			return values
		}
	}
	return nil
}
