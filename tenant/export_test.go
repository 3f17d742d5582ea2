package tenant

// News returns a channel that is closed when the router hears of something
// next: that it listens, or no longer, of changes, or that asking failed.
func (r *Router) News() <-chan struct{} { return r.watch.news.next() }
