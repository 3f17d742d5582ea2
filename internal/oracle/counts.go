package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tenantc/tenantc/internal/diag"
)

// Counts are the figures of a hunt.
type Counts struct {
	Worlds     int
	Tried      int            // statements
	NearMisses int            // one weakening away from an accepted statement
	Accepted   int            // statements
	Executed   int            // runs on both databases
	Completed  int            // of them on both
	Shown      int            // of these with rows, returned or written
	Open       int            // set aside: SQL leaves the outcome open
	Word       int            // statements set aside: they rest on the application's word
	Rules      map[string]int // by stem: instances it confined, or statements it had a say in, that showed a row
	Weakened   map[string]int // accepted statements by weakening
	Schemas    map[string]int // thrown away, by the compiler's code or "PostgreSQL"
	Time       time.Duration  // of the whole hunt
}

func newCounts() *Counts {
	return &Counts{Rules: map[string]int{}, Weakened: map[string]int{}, Schemas: map[string]int{}}
}

// add adds the figures of a worker.
func (c *Counts) add(w *Counts) {
	c.Worlds += w.Worlds
	c.Tried += w.Tried
	c.NearMisses += w.NearMisses
	c.Accepted += w.Accepted
	c.Executed += w.Executed
	c.Completed += w.Completed
	c.Shown += w.Shown
	c.Open += w.Open
	c.Word += w.Word
	for to, from := range map[*map[string]int]map[string]int{&c.Rules: w.Rules, &c.Weakened: w.Weakened, &c.Schemas: w.Schemas} {
		for k, n := range from {
			(*to)[k] += n
		}
	}
}

// ran counts a run on both databases.
func (c *Counts) ran(t tried) {
	c.Executed++
	if t.open {
		c.Open++
	}
	if t.completed {
		c.Completed++
		if t.rows > 0 {
			c.Shown++
		}
	}
}

// refusedSchema counts a schema in which the compiler finds an error.
func (c *Counts) refusedSchema(rep *diag.List) {
	for _, d := range rep.Sorted() {
		if d.Severity == diag.Error {
			c.Schemas[string(d.Code)]++
			return
		}
	}
}

// String writes the figures, a line each.
func (c *Counts) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "statements: %d tried on %d schemas, %d near misses (%d %%), %d accepted (%d %%)\n",
		c.Tried, c.Worlds, c.NearMisses, percent(c.NearMisses, c.Tried), c.Accepted, percent(c.Accepted, c.Tried))
	fmt.Fprintf(&b, "executions: %d (%.0f a second), %d completed on both databases, %d with rows\n",
		c.Executed, float64(c.Executed)/c.Time.Seconds(), c.Completed, c.Shown)
	fmt.Fprintf(&b, "set aside: %d executions that SQL leaves open, %d statements that rest on the application's word\n", c.Open, c.Word)
	fmt.Fprintf(&b, "firings by rule: %s\n", byCount(c.Rules))
	fmt.Fprintf(&b, "accepted though weakened: %s\n", byCount(c.Weakened))
	fmt.Fprintf(&b, "schemas thrown away: %s\n", byCount(c.Schemas))
	fmt.Fprintf(&b, "time: %s\n", c.Time.Round(time.Second))
	return b.String()
}

func percent(n, of int) int {
	if of == 0 {
		return 0
	}
	return 100 * n / of
}

// byCount writes figures, the largest first.
func byCount(m map[string]int) string {
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if m[a] != m[b] {
			return m[b] - m[a]
		}
		return strings.Compare(a, b)
	})
	for i, k := range keys {
		keys[i] = fmt.Sprintf("%s %d", k, m[k])
	}
	return strings.Join(keys, ", ")
}
