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
	"slices"
	"syscall"
)

func main() {
	staySmall()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ())
	os.Exit(status)
}

// staySmall makes a run that generates collect its garbage often, unless the
// user has set how often. Such a run mostly waits for sqlc, so that collecting
// costs nobody time, and halves what it takes beside sqlc's hundreds of MB.
func staySmall() {
	generates := slices.Contains(os.Args[1:], "generate") || slices.Contains(os.Args[1:], pluginMethod)
	if generates && os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(25)
	}
}
