//go:build unix

package turns

import (
	"syscall"
	"time"
)

// Clock returns the time that the processors have spent on this process. What
// is measured with it waits for nothing, and other processes do not count.
func Clock() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // there is no such error for oneself
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
