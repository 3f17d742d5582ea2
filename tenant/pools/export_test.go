package pools

import "context"

// Until waits until holds does, which is asked whenever there are fewer
// connections or databases, and reports whether it did before ctx ended.
func (p *Pools) Until(ctx context.Context, holds func(open, databases int) bool) bool {
	defer context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.fewer.Broadcast()
	})()
	p.mu.Lock()
	defer p.mu.Unlock()
	for !holds(p.open, len(p.entries)) {
		if ctx.Err() != nil {
			return false
		}
		p.fewer.Wait()
	}
	return true
}
