package pools

import "time"

// Stats are figures for metrics. The counts only grow.
type Stats struct {
	// Databases is how many databases have a connection, a waiting call or a
	// pause now.
	Databases int

	// Open is how many connections there are now, those included that are being
	// opened or closed. InUse is how many of them a call has, or is getting.
	Open, Idle, InUse int

	// Waiting is how many calls wait for a connection now.
	Waiting int

	// Pausing is how many databases are in a pause now after a failed attempt
	// to connect.
	Pausing int

	// Dials counts connections opened, and DialFailures attempts that failed.
	Dials, DialFailures int64

	// Evictions counts connections closed because another database needed the
	// place.
	Evictions int64

	// Waits counts calls that had to wait, and WaitTime is how long all of them
	// together have.
	Waits    int64
	WaitTime time.Duration
}

// Stats returns the figures of this moment.
func (p *Pools) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Databases = len(p.entries)
	s.Open, s.Idle, s.Waiting = p.open, p.idle.n, p.waiting.Len()
	s.InUse = s.Open - s.Idle - p.closing
	now := time.Now()
	for _, e := range p.entries {
		if e.pause(now) != nil {
			s.Pausing++
		}
	}
	return s
}
