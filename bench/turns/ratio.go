// Package turns measures things beside each other.
//
// In come calls; out come ratios of their times, from blocks that were run by
// turns, and tables of them. It refuses to say how fast a machine is.
package turns

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// A Ratio is how much longer one side took than the other, over blocks that
// were run by turns so that the machine's moods fall on both.
type Ratio struct {
	Median float64
	Upper  float64 // with 95 % confidence the true median is not above it
	Ours   time.Duration
	Theirs time.Duration // of one call, the median over the blocks
}

// Compare runs blocks of n calls of each side by turns, and compares the time
// that the processors spend on them. Garbage is collected between the blocks: a
// collection takes as long as a hundred calls, and falls on either side by
// chance. What a side allocates is counted elsewhere. blocks is at least 30.
func Compare(blocks, n int, ours, theirs func() error) (Ratio, error) {
	return CompareBy(Clock, blocks, n, ours, theirs)
}

// Wall is the clock for what waits: for a server, or for a network.
func Wall() time.Duration { return time.Since(begun) }

var begun = time.Now()

// CompareBy is Compare by another clock.
func CompareBy(clock func() time.Duration, blocks, n int, ours, theirs func() error) (Ratio, error) {
	ratios, err := Sides(clock, blocks, n, ours, theirs)
	if err != nil {
		return Ratio{}, err
	}
	return ratios[0], nil
}

// Sides compares the first side with each of the others, in their order. Each
// block runs n calls of every side, in an order drawn by lot; the next block
// takes the same order backwards, so that of any two sides neither goes first
// more often than the other. The lots are the same in every run.
func Sides(clock func() time.Duration, blocks, n int, ours func() error, others ...func() error) ([]Ratio, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	sides := append([]func() error{ours}, others...)
	times := make([][]time.Duration, len(sides))
	lots := rand.New(rand.NewPCG(1, 2))
	order := lots.Perm(len(sides))
	for block := range blocks + 1 {
		if slices.Reverse(order); block%2 == 0 {
			order = lots.Perm(len(sides))
		}
		for _, side := range order {
			runtime.GC() // each side starts without the others' garbage, and leaves its own
			start := clock()
			for range n {
				if err := sides[side](); err != nil {
					return nil, fmt.Errorf("side %d: %w", side, err)
				}
			}
			took := (clock() - start) / time.Duration(n)
			if block > 0 { // caches and pools fill in the first
				times[side] = append(times[side], took)
			}
		}
	}
	ratios := make([]Ratio, len(others))
	for i := range others {
		ratios[i] = ratioOf(times[0], times[i+1])
	}
	return ratios, nil
}

// ratioOf compares the times of two sides, block by block.
func ratioOf(ours, theirs []time.Duration) Ratio {
	ratios := make([]float64, len(ours))
	for block := range ours {
		ratios[block] = float64(ours[block]) / float64(theirs[block])
	}
	slices.Sort(ratios)
	return Ratio{
		Median: median(ratios),
		Upper:  ratios[upperRank(len(ratios))-1],
		Ours:   Median(ours),
		Theirs: Median(theirs),
	}
}

// median returns the middle of sorted values.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Median returns the middle of durations.
func Median(values []time.Duration) time.Duration {
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
