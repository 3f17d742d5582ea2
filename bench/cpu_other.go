//go:build !unix

package main

import "time"

var start = time.Now()

// clock returns the time that has passed, where the system is not asked for that
// of the process.
func clock() time.Duration { return time.Since(start) }
