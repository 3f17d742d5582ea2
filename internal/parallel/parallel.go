// Package parallel runs work on every processor.
//
// In comes a number of pieces that do not depend on one another; out goes what
// they return, as if they had run one after the other. It refuses to know what
// they do.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls work with 0 to n-1, several at once, and returns when all of them
// have. When one fails, those that have not begun do not; the error is that of
// the first one that failed. A panic comes back as a panic of Each.
func Each(n int, work func(i int) error) error {
	errs := make([]error, n)
	panics := make([]any, n)
	var next atomic.Int64
	var failed atomic.Bool
	one := func(i int) {
		defer func() {
			if panics[i] = recover(); panics[i] != nil || errs[i] != nil {
				failed.Store(true)
			}
		}()
		errs[i] = work(i)
	}
	var group sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && !failed.Load(); i = int(next.Add(1)) - 1 {
				one(i)
			}
		})
	}
	group.Wait()
	for i := range n {
		if panics[i] != nil {
			panic(panics[i])
		}
		if errs[i] != nil {
			return errs[i]
		}
	}
	return nil
}
