//go:build !pebble

package main

// pebble is empty: pebble-orm asks for a newer Go than this module does, and is
// built in with the tag pebble alone. For its sake go mod tidy wants -e.
func pebble() []library { return nil }
