package diag

import (
	"slices"
	"strings"
)

// Nearest returns the word of known that a person most likely meant by word,
// or "" when none is close: at most a third of the letters, rounded up, may
// have to be changed, inserted, removed or swapped with their neighbour. Case
// counts less than a letter. Of equally close words the first in order wins.
func Nearest(word string, known []string) string {
	limit := (len(word) + 2) / 3
	best := ""
	for _, k := range slices.Sorted(slices.Values(known)) {
		if strings.EqualFold(word, k) {
			return k
		}
		if d := editDistance(strings.ToLower(word), strings.ToLower(k)); d <= limit {
			best, limit = k, d-1
		}
	}
	return best
}

// editDistance is the optimal string alignment distance in bytes.
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
