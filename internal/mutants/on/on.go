// Package on is what mutants are switched with. It is linked in only where the
// sources were woven: see internal/mutants.
//
// At most one mutant is on at a time, and one goroutine runs at a time.
package on

// Site is a place that was woven: what it is when its mutant is off is what the
// source says.
type Site struct {
	Seen [2]bool // a condition was false, was true; of a call or a text the second
}

// Off is the mutant that nobody is.
const Off = -1

var (
	active = Off // the site that is on
	forced bool  // what its condition then is
	steps  int   // evaluations since Set
	limit  = noLimit
	sites  []Site
)

const noLimit = 1 << 62

// RanAway is the panic value of a mutant without an end.
type RanAway struct{}

// Set turns the mutant of a site on: its condition is what value says, its call
// is left out, its text is empty. After most evaluations it panics, since the
// condition that is gone may be the one that ended a loop or a recursion.
func Set(site int, value bool, most int) { active, forced, steps, limit = site, value, 0, most }

// Unset turns all mutants off, and returns the evaluations since they were.
func Unset() int {
	n := steps
	active, steps, limit = Off, 0, noLimit
	return n
}

// Watch forgets what was seen and returns where n sites note it from now on.
func Watch(n int) []Site {
	sites = make([]Site, n)
	return sites
}

func note(site int, value bool) {
	Step()
	if site < len(sites) {
		i := 0
		if value {
			i = 1
		}
		sites[site].Seen[i] = true
	}
}

// Step counts a round of a loop.
func Step() {
	if steps++; steps > limit {
		panic(RanAway{})
	}
}

// If is a condition.
func If(site int, cond bool) bool {
	note(site, cond)
	if site == active {
		return forced
	}
	return cond
}

// Do reports whether a call is to be made.
func Do(site int) bool {
	note(site, true)
	return site != active
}

// Text is a reason to refuse; without it nothing is refused.
func Text(site int, text string) string {
	note(site, text != "")
	if site == active {
		return ""
	}
	return text
}
