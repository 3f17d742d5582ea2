package tenant_test

import (
	"testing"

	"github.com/tenantc/tenantc/tenant"
)

func TestRowCount(t *testing.T) {
	t.Parallel()
	var c tenant.RowCount
	for i, step := range []struct {
		size, n, room int // what is read: the size that is known, how many rows, in room for how many
		roomy         bool
		next, known   int // the room for rows of which nothing is known, and for those of a known size
	}{
		{0, 100, 128, false, 100, 50},
		{0, 0, 0, false, 100, 50},             // no rows take no room, and say nothing of more
		{0, 1, 1, false, 100, 50},             // neither does one
		{50, 50, 50, false, 100, 50},          // a size that is known is no guess
		{500, 2, 500, false, 100, 500},        // the caller's own, whatever becomes of it
		{0, 26, 100, false, 26, 50},           // a quarter is in use
		{0, 100, 104, false, 100, 50},         // it grew
		{0, 25, 100, true, 25, 50},            // most of the room is not
		{0, 5, 25, false, 16, 50},             // which is nothing to speak of
		{0, 1 << 20, 1 << 20, false, 256, 50}, // what is remembered is no promise
		{0, 2, 256, true, 16, 300},
	} {
		if roomy := c.Saw(step.size, step.n, step.room); roomy != step.roomy {
			t.Errorf("step %d: Saw(%d, %d, %d) = %t", i, step.size, step.n, step.room, roomy)
		}
		if got := c.Size(0); got != step.next {
			t.Errorf("step %d: room for %d of which nothing is known, want %d", i, got, step.next)
		}
		if got := c.Size(step.known); got != step.known {
			t.Errorf("step %d: room for %d, want %d", i, got, step.known)
		}
	}
}
