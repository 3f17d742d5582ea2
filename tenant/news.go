package tenant

import "sync"

// news wakes those who wait for something to happen. Where nobody waits it
// costs a lock. The zero value is of use.
type news struct {
	mu   sync.Mutex
	wake chan struct{} // nil where nobody waits
}

// spread wakes them.
func (n *news) spread() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.wake != nil {
		close(n.wake)
		n.wake = nil
	}
}

// next returns a channel that is closed by the next spread.
func (n *news) next() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.wake == nil {
		n.wake = make(chan struct{})
	}
	return n.wake
}
