package pools

// idleList has the connections that no call uses, the one idle longest first.
// It is a list of its own because it changes with every call, and one of
// container/list allocates each time.
type idleList struct {
	first, last *conn
	n           int
}

// add puts c at the end.
func (l *idleList) add(c *conn) {
	c.before, c.after = l.last, nil
	if l.last == nil {
		l.first = c
	} else {
		l.last.after = c
	}
	l.last = c
	l.n++
}

// remove takes c out, which is in the list.
func (l *idleList) remove(c *conn) {
	if c.before == nil {
		l.first = c.after
	} else {
		c.before.after = c.after
	}
	if c.after == nil {
		l.last = c.before
	} else {
		c.after.before = c.before
	}
	c.before, c.after = nil, nil
	l.n--
}
