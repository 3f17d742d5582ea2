package tenant

import "sync/atomic"

// RowCount remembers how many rows there were the last time, for generated code:
// the slice for the next ones can then be made in one piece. The zero RowCount has
// seen none. It holds a number and nothing of any tenant's.
type RowCount struct{ last atomic.Int32 }

// fewRows is where slices begin of whose size nothing is known, and manyRows the
// most that is believed of a size that is only remembered.
const (
	fewRows  = 16
	manyRows = 256
)

// Size returns how many rows to make room for where there are several: size, or
// when it is 0 as many as the last time.
//
//go:noinline
func (c *RowCount) Size(size int) int {
	if size == 0 {
		size = int(c.last.Load())
	}
	return max(size, fewRows)
}

// Saw remembers that rows of an unknown size were n, in a slice with room for
// room. It reports whether that is to be made anew in its size, because most of it
// would be kept for nothing.
//
//go:noinline
func (c *RowCount) Saw(size, n, room int) (roomy bool) {
	if size != 0 || n < 2 {
		return false
	}
	if now := int32(min(n, manyRows)); c.last.Load() != now { // which others read: it is written only when it changes
		c.last.Store(now)
	}
	return room > 2*fewRows && n <= room/4
}
