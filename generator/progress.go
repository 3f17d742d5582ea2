package generator

import (
	"fmt"
	"time"
)

// patience is how long a step may take before it is worth a word.
const patience = time.Second

// progress says what a step does when it takes longer than a moment. The step
// calls done at its end.
func (r *run) progress(what string) (done func()) {
	w := r.cfg.Progress
	if w == nil {
		return func() {}
	}
	said := make(chan bool, 1)
	timer := time.AfterFunc(patience, func() {
		fmt.Fprintf(w, "%s …", what)
		said <- true
	})
	return func() {
		if !timer.Stop() {
			<-said
			fmt.Fprint(w, "\r\x1b[K")
		}
	}
}
