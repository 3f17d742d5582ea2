package tenant

// Load returns the rows that items refer to, by their key, for generated code.
// of says which key an item refers to, if it refers to one, and whether the item
// is the tenant's own: one that is not makes Load return ErrMismatch, because
// its key may be that of another row here. query asks for the rows of keys, each
// of which occurs once; it is not called when there are none. key returns the
// key of a row.
func Load[T, R any, K comparable](id Key, items []T, of func(*T) (key K, refers, own bool), query func([]K) ([]R, error), key func(*R) K) (map[K]R, error) {
	if err := admit(id); err != nil {
		return nil, err
	}
	var keys []K
	seen := map[K]bool{}
	for i := range items {
		k, refers, own := of(&items[i])
		if !own {
			return nil, ErrMismatch
		}
		if refers && !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return map[K]R{}, nil
	}
	rows, err := query(keys)
	if err != nil {
		return nil, err
	}
	found := make(map[K]R, len(rows))
	for i := range rows {
		found[key(&rows[i])] = rows[i]
	}
	return found, nil
}
