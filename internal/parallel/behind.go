package parallel

import "sync"

// Behind does work on what it is given in a goroutine of its own, one after the
// other, while the giver goes on. Give and Wait are for one goroutine.
type Behind[T any] struct {
	work  func(T) error
	jobs  chan T // nil after Wait
	ended sync.WaitGroup

	failed   chan struct{} // closed at the first error or panic, when the fields below are set
	err      error
	panicked any
}

// NewBehind returns a Behind that lets the giver be so many pieces ahead. It
// lasts until Wait is called.
func NewBehind[T any](ahead int, work func(T) error) *Behind[T] {
	jobs := make(chan T, ahead)
	b := &Behind[T]{work: work, jobs: jobs, failed: make(chan struct{})}
	b.ended.Go(func() {
		for job := range jobs {
			if !b.one(job) {
				return
			}
		}
	})
	return b
}

// one reports whether the work on a piece went well.
func (b *Behind[T]) one(job T) (well bool) {
	defer func() {
		b.panicked = recover()
		if well = b.err == nil && b.panicked == nil; !well {
			close(b.failed)
		}
	}()
	b.err = b.work(job)
	return
}

// Give hands a piece over. It returns the error of an earlier piece; nothing is
// worked on after one.
func (b *Behind[T]) Give(piece T) error {
	select {
	case b.jobs <- piece:
		return nil
	case <-b.failed:
		return b.failure()
	}
}

// Wait returns when all that was given is done, with the error of the first
// piece that failed. A panic comes back as a panic of Give or Wait. Nothing may
// be given afterwards; to wait again is fine.
func (b *Behind[T]) Wait() error {
	if b.jobs != nil {
		close(b.jobs)
		b.jobs = nil
	}
	b.ended.Wait()
	return b.failure()
}

func (b *Behind[T]) failure() error {
	if b.panicked != nil {
		panic(b.panicked)
	}
	return b.err
}
