package tenant

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/tenantc/tenantc/tenant/pools"
)

// homes remembers the databases of tenants who were called a moment ago, so
// that a name is not made and checked at each call. Each tenant has one slot,
// by its hash, and takes the place of whoever was there: what is forgotten is
// only made again. Reading takes no lock.
type homes struct {
	seed  maphash.Seed
	slots [homeCount]atomic.Pointer[home]
}

// homeCount is a power of two.
const homeCount = 1024

// home is a tenant's database. It does not change, apart from its instance.
type home struct {
	who      identity
	at       pools.Database
	pool     *pools.Pool
	db       shared
	instance atomic.Pointer[instance] // where the database was last seen
}

func newHomes() *homes { return &homes{seed: maphash.MakeSeed()} }

// slot returns who's.
func (h *homes) slot(who *identity) *atomic.Pointer[home] {
	return &h.slots[who.hash(h.seed)%homeCount]
}
