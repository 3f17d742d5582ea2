package tenant

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// placed is what is remembered of a tenant. It does not change, apart from its
// marks.
type placed struct {
	who       identity // set when it is remembered
	hash      uint64
	placement Placement
	db        DB    // nil where err is not
	err       error // why the tenant is refused
	until     time.Time
	ready     atomic.Bool // db may be used
	used      atomic.Bool // since an entry was last dropped
}

// shardCount is a power of two.
const shardCount = 64

// memory remembers where tenants are. Reading takes no lock: each of its parts
// is a table that is replaced, never changed.
type memory struct {
	shards [shardCount]shard
	seed   maphash.Seed
	tasks  *tasks // questions are asked in
	max    int    // entries of a shard
}

type shard struct {
	known atomic.Pointer[table]

	mu    sync.Mutex
	calls map[identity]*call
	era   uint64 // grows when anything is forgotten
}

// call is a question that is being asked. Everybody who has it waits for the
// one answer.
type call struct {
	done chan struct{}
	p    *placed
	err  error
}

func newMemory(size int, t *tasks) *memory {
	m := &memory{seed: maphash.MakeSeed(), tasks: t, max: max(1, size/shardCount)}
	for i := range m.shards {
		m.shards[i].known.Store(newTable(nil))
		m.shards[i].calls = make(map[identity]*call)
	}
	return m
}

// shard returns the part that has who, and who's hash.
func (m *memory) shard(who *identity) (*shard, uint64) {
	h := who.hash(m.seed)
	return &m.shards[h%shardCount], h / shardCount
}

// table finds tenants by hash. A map would hash a key of three kinds again, and
// look in more places for it.
type table struct {
	slots []slot // a power of two of them, at most half in use
	all   []*placed
}

type slot struct {
	hash uint64
	p    *placed // nil where the slot is free
}

func newTable(all []*placed) *table {
	size := 1
	for size < 2*len(all) {
		size *= 2
	}
	t := &table{make([]slot, max(size, 2)), all}
	for _, p := range all {
		i := p.hash & uint64(len(t.slots)-1)
		for t.slots[i].p != nil {
			i = (i + 1) & uint64(len(t.slots)-1)
		}
		t.slots[i] = slot{p.hash, p}
	}
	return t
}

// find returns what is remembered of who, or nil.
func (s *shard) find(who *identity, hash uint64) *placed {
	slots := s.known.Load().slots
	for i := hash; ; i++ {
		switch at := &slots[i&uint64(len(slots)-1)]; {
		case at.p == nil:
			return nil
		case at.hash == hash && at.p.who == *who:
			return at.p
		}
	}
}

// ask returns load's answer, which is remembered unless something of the shard
// was forgotten meanwhile: then it may be older than that. Only one load runs
// for a tenant at a time; it does not end with the ctx of who happened to be
// first. known is what the caller found of the tenant, which will not do: where
// something else is remembered by now, that is the answer. Once the tasks are
// over it is ErrClosed.
func (m *memory) ask(ctx context.Context, who identity, known *placed, load func(context.Context) (*placed, error)) (*placed, error) {
	s, hash := m.shard(&who)
	s.mu.Lock()
	if p := s.find(&who, hash); p != nil && p != known {
		s.mu.Unlock()
		return p, nil
	}
	c := s.calls[who]
	if c == nil {
		c = &call{done: make(chan struct{})}
		era := s.era
		if !m.tasks.start(func() {
			c.p, c.err = load(context.WithoutCancel(ctx))
			s.mu.Lock()
			if s.calls[who] == c {
				delete(s.calls, who)
			}
			if c.err == nil {
				c.p.who, c.p.hash = who, hash
				if s.era == era {
					s.put(c.p, m.max)
				}
			}
			s.mu.Unlock()
			close(c.done)
		}) {
			s.mu.Unlock()
			return nil, ErrClosed
		}
		s.calls[who] = c
	}
	s.mu.Unlock()
	select {
	case <-c.done:
		return c.p, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// put needs s.mu. Where the shard is full it drops a tenant that is refused, or
// else one that was not used since the last drop, or else any.
func (s *shard) put(p *placed, most int) {
	old := s.known.Load().all
	all := make([]*placed, 0, len(old)+1)
	for _, other := range old {
		if other.who != p.who {
			all = append(all, other)
		}
	}
	if len(all) >= most {
		victim, best := 0, 0
		for i, other := range all {
			rank := 1
			if other.err != nil {
				rank = 3
			} else if !other.used.Swap(false) {
				rank = 2
			}
			if rank > best {
				victim, best = i, rank
			}
		}
		all = slices.Delete(all, victim, victim+1)
	}
	s.known.Store(newTable(append(all, p)))
}

// forget makes the next call for who ask anew. Who asks already may get an
// answer from before, and it is not remembered.
func (m *memory) forget(who identity) {
	s, hash := m.shard(&who)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.era++
	delete(s.calls, who)
	if p := s.find(&who, hash); p != nil {
		s.known.Store(newTable(slices.DeleteFunc(slices.Clone(s.known.Load().all), func(other *placed) bool { return other == p })))
	}
}

// size returns how many tenants are remembered.
func (m *memory) size() (n int) {
	for i := range m.shards {
		n += len(m.shards[i].known.Load().all)
	}
	return n
}
