package main

import (
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// A ratio is how much longer one side took than the other, over blocks that
// were run by turns so that the machine's moods fall on both.
type ratio struct {
	Median float64
	Upper  float64 // with 95 % confidence the true median is not above it
	Ours   time.Duration
	Theirs time.Duration // of one call, the median over the blocks
}

// compare runs blocks of n calls of each side by turns, and compares the time
// that the processors spend on them. Garbage is collected between the blocks: a
// collection takes as long as a hundred calls, and falls on either side by
// chance. What a side allocates is counted elsewhere. blocks is at least 30.
func compare(blocks, n int, ours, theirs func() error) (ratio, error) {
	return compareBy(clock, blocks, n, ours, theirs)
}

// wall is the clock for what waits: for a server, or for a network.
func wall() time.Duration { return time.Since(begun) }

var begun = time.Now()

// compareBy is compare by another clock.
func compareBy(clock func() time.Duration, blocks, n int, ours, theirs func() error) (ratio, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	ratios := make([]float64, 0, blocks)
	times := [2][]time.Duration{}
	for block := range blocks + 1 {
		var took [2]time.Duration
		for turn := range 2 {
			side := (block + turn) % 2 // who goes first alternates
			call := ours
			if side == 1 {
				call = theirs
			}
			runtime.GC() // each side starts without the other's garbage, and leaves its own
			start := clock()
			for range n {
				if err := call(); err != nil {
					return ratio{}, err
				}
			}
			took[side] = (clock() - start) / time.Duration(n)
		}
		if block == 0 {
			continue // caches and pools fill
		}
		ratios = append(ratios, float64(took[0])/float64(took[1]))
		times[0] = append(times[0], took[0])
		times[1] = append(times[1], took[1])
	}
	slices.Sort(ratios)
	return ratio{
		Median: median(ratios),
		Upper:  ratios[upperRank(len(ratios))-1],
		Ours:   medianDuration(times[0]),
		Theirs: medianDuration(times[1]),
	}, nil
}

// median returns the middle of sorted values.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

func medianDuration(values []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// upperRank returns the rank, from 1, of the order statistic of n values that
// bounds their median from above with 95 % confidence: the smallest k for which
// fewer than k of n fair coins show heads with a probability of at least 0.95.
// No assumption is made on how the values are spread.
func upperRank(n int) int {
	// Pascal's row n, halved at each step so that it stays a distribution.
	row := []float64{1}
	for range n {
		next := make([]float64, len(row)+1)
		for i, p := range row {
			next[i] += p / 2
			next[i+1] += p / 2
		}
		row = next
	}
	sum := 0.0
	for k, p := range row {
		sum += p
		if sum >= 0.95 {
			return min(k+1, n)
		}
	}
	return n
}
