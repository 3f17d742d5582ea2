package tenant

// RouterStats are figures for metrics. The counts only grow.
type RouterStats struct {
	// Remembered is how many tenants the router has in mind now.
	Remembered int

	// Listening says whether notifications arrive now.
	Listening bool

	// Loads counts questions to the catalog about a tenant, and Moves calls
	// that ended with ErrMoved.
	Loads, Moves int64

	// Changes counts tenants that were forgotten because the catalog changed,
	// and Failures attempts to listen or to ask for changes that failed.
	Changes, Failures int64

	// Waiting is how many calls wait now because their tenant has its share of a
	// database's connections, and Waits counts those that had to.
	Waiting int
	Waits   int64
}

// Stats returns the figures of this moment.
func (r *Router) Stats() RouterStats {
	s := RouterStats{
		Remembered: r.memory.size(),
		Listening:  r.watch.listening.Load(),
		Loads:      r.loads.Load(),
		Moves:      r.moves.Load(),
		Changes:    r.watch.changes.Load(),
		Failures:   r.watch.failures.Load(),
	}
	r.fair.Range(func(_, known any) bool {
		of := known.(*shares).stats()
		s.Waiting += of.Waiting
		s.Waits += of.Waits
		return true
	})
	return s
}
