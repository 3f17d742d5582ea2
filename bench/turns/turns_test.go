package turns

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestUpperRank(t *testing.T) {
	// From tables of the binomial distribution with p = 1/2.
	for n, want := range map[int]int{5: 5, 10: 9, 20: 15, 30: 20} {
		if got := upperRank(n); got != want {
			t.Errorf("upperRank(%d) = %d, want %d", n, got, want)
		}
	}
}

// Every side is called equally often, and the ratio is that of the first to each
// of the others.
func TestSides(t *testing.T) {
	var now time.Duration
	var calls [3]int
	side := func(i int, cost time.Duration) func() error {
		return func() error { calls[i]++; now += cost; return nil }
	}
	got, err := Sides(func() time.Duration { return now }, 31, 4, side(0, 30), side(1, 10), side(2, 60))
	if err != nil {
		t.Fatal(err)
	}
	if want := [3]int{128, 128, 128}; calls != want {
		t.Errorf("calls %v, want %v", calls, want)
	}
	want := []Ratio{{Median: 3, Upper: 3, Ours: 30, Theirs: 10}, {Median: 0.5, Upper: 0.5, Ours: 30, Theirs: 60}}
	if got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
	failed := errors.New("no")
	if _, err := Sides(Wall, 31, 1, side(0, 1), func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("a side that fails gives %v", err)
	}
}

// A bound that does not hold is an error of the table for a terminal, and a word
// in the one for a page.
func TestReport(t *testing.T) {
	for _, markdown := range []bool{false, true} {
		var out bytes.Buffer
		r := NewReport(&out)
		if markdown {
			r = NewMarkdown(&out)
		}
		r.Section("Title", "what", "ratio")
		r.Row(true, "one", "0.5")
		r.Row(false, "two", "1.5")
		r.Note("a note")
		if err := r.End(); (err != nil) == markdown {
			t.Errorf("markdown %t: End gives %v", markdown, err)
		}
		for _, want := range []string{"Title", "one", "1.5", "a note"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("markdown %t: %q is missing in:\n%s", markdown, want, &out)
			}
		}
		if want := "| two | 1.5 | **no** |"; markdown && !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, &out)
		}
	}
}
