//go:build !unix

package turns

import "time"

var start = time.Now()

// Clock returns the time that has passed, where the system is not asked for that
// of the process.
func Clock() time.Duration { return time.Since(start) }
