package tenant

import (
	"container/list"
	"context"
	"sync"
)

// shares bounds the calls of each tenant that run at a time. Who has no call
// that runs or waits takes no memory.
type shares struct {
	most int

	mu     sync.Mutex
	of     map[identity]*share
	unused []*share
	waits  int64 // calls that had to wait
	queued int   // calls that wait now
}

// share is a tenant's.
type share struct {
	who     identity
	running int
	waiting list.List // of chan struct{}, the oldest first; closed when it is its turn
}

func newShares(most int) *shares {
	return &shares{most: most, of: make(map[identity]*share)}
}

// take waits until the tenant may run one more call. The caller ends the turn.
func (s *shares) take(ctx context.Context, who *identity) (turn, error) {
	s.mu.Lock()
	own := s.of[*who]
	if own == nil {
		own = s.fresh()
		own.who = *who
		s.of[*who] = own
	}
	if own.running < s.most {
		own.running++
		s.mu.Unlock()
		return turn{s, own}, nil
	}
	begin := make(chan struct{})
	place := own.waiting.PushBack(begin)
	s.waits++
	s.queued++
	s.mu.Unlock()
	select {
	case <-begin:
		return turn{s, own}, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	select {
	case <-begin: // at the same moment
		s.give(own)
	default:
		own.waiting.Remove(place)
		s.queued--
	}
	s.mu.Unlock()
	return turn{}, ctx.Err()
}

// fresh returns a share that is nobody's. It needs s.mu.
func (s *shares) fresh() *share {
	if n := len(s.unused); n > 0 {
		own := s.unused[n-1]
		s.unused = s.unused[:n-1]
		return own
	}
	return new(share)
}

// maxUnused is how many shares are kept for tenants to come.
const maxUnused = 64

// give hands a turn on to the call that has waited longest. It needs s.mu.
func (s *shares) give(own *share) {
	if first := own.waiting.Front(); first != nil {
		s.queued--
		close(own.waiting.Remove(first).(chan struct{}))
		return
	}
	if own.running--; own.running > 0 {
		return
	}
	delete(s.of, own.who)
	if len(s.unused) < maxUnused {
		s.unused = append(s.unused, own)
	}
}

// turn is the right to run a call, which ends once. The zero value is none.
type turn struct {
	shares *shares
	share  *share // nil once it has ended
}

func (t *turn) end() {
	own := t.share
	if own == nil {
		return
	}
	t.share = nil
	t.shares.mu.Lock()
	defer t.shares.mu.Unlock()
	t.shares.give(own)
}
