package tenant

import "sync"

// tasks are goroutines that somebody waits for. The zero value is of use.
type tasks struct {
	mu    sync.Mutex
	over  bool
	group sync.WaitGroup
}

// start runs f unless end was called, and reports whether it does.
func (t *tasks) start(f func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return false
	}
	t.group.Go(f)
	return true
}

// end lets nothing more begin, and waits for what has.
func (t *tasks) end() {
	t.mu.Lock()
	t.over = true
	t.mu.Unlock()
	t.group.Wait()
}
