package generator

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	for took, want := range map[time.Duration]string{
		patience / 2: "",
		patience * 2: "running sqlc …\r\x1b[K",
	} {
		synctest.Test(t, func(t *testing.T) {
			var out strings.Builder
			r := &run{cfg: Config{Progress: &out}}
			done := r.progress("running sqlc")
			time.Sleep(took)
			done()
			if out.String() != want {
				t.Errorf("a step of %v says %q, want %q", took, out.String(), want)
			}
		})
	}
	new(run).progress("nobody listens")()
}
