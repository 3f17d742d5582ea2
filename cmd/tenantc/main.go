// Command tenantc is the tenant compiler: it proves that each SQL statement of
// a project touches one tenant's rows only, and writes typed repositories.
//
// In come flags; out go the reports of package generator and an exit status:
// 0 clean, 1 failure, 2 usage, 3 findings.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"syscall"
	"time"
)

func main() {
	generates := slices.Contains(os.Args[1:], "generate") || slices.Contains(os.Args[1:], pluginMethod)
	if generates && os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		staySmall()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ())
	os.Exit(status)
}

// The heap may grow to three times of what is live, to no less than leastHeap and
// to no more than mostHeap as long as that leaves anything to grow. What a small
// run never takes it need not give back: that costs it a tenth of its own time.
const (
	leastHeap = 12 << 20
	mostHeap  = 26 << 20
)

// leastLive is what the runtime itself takes for the least that is live.
const leastLive = 4 << 20

// paceEvery is how often the pace of the collector is looked at: in that time a
// run allocates one or two MB.
const paceEvery = 5 * time.Millisecond

// staySmall makes a run that generates collect its garbage rarely while it takes
// little, and often once it is large. Such a run mostly waits for sqlc: collecting
// often then costs nobody time, and halves what it takes beside sqlc's hundreds
// of MB. It lasts until the process ends.
func staySmall() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	var before uint64
	pace := func() {
		metrics.Read(live)
		if live[0].Value.Kind() != metrics.KindUint64 {
			return // this Go has no such figure, and keeps its own pace
		}
		if bytes := max(live[0].Value.Uint64(), leastLive); bytes != before {
			before = bytes
			goal := min(max(3*bytes, leastHeap), mostHeap)
			debug.SetGCPercent(max(int(100*goal/bytes)-100, 17))
		}
	}
	go func() { // nothing waits for the first time either
		pace()
		for range time.Tick(paceEvery) {
			pace()
		}
	}()
}
