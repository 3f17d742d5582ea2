package tenant

// Refs returns the keys that n items refer to, each of them once, for generated
// code. of says which key item i refers to, if it refers to one, and whether the
// item is the tenant's own: one that is not makes Refs return ErrMismatch, because
// its key may be that of another row here.
func Refs[K comparable](id Key, n int, of func(i int) (key K, refers, own bool)) ([]K, error) {
	if err := admit(id); err != nil {
		return nil, err
	}
	var keys []K
	seen := map[K]bool{}
	for i := range n {
		k, refers, own := of(i)
		if !own {
			return nil, ErrMismatch
		}
		if refers && !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys, nil
}
