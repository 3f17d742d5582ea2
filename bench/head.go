package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/tenantc/tenantc/internal/pgtest"
)

// writeHead begins docs/benchmarks.md: what was measured, where, and how to do it
// again.
func writeHead(ctx context.Context, w io.Writer) error {
	server, err := pgtest.Start(ctx, pgtest.Config{Own: true})
	if err != nil {
		return err
	}
	defer server.Close()
	conn, err := pgx.Connect(ctx, server.DSN())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var postgres string
	if err := conn.QueryRow(ctx, `show server_version`).Scan(&postgres); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `<!-- Written by make bench-report. -->

# Benchmarks

Every figure that has a bound is a ratio of two measurements on one machine: blocks of calls by turns, in a shuffled order, the median of
the blocks' ratios, and beside it what the true median is not above with 95 %% confidence. The bound holds for the median. A call on a
server is measured on the clock on the wall, over a local socket, without fsync; what needs no server, in processor time.

- Machine: %s, %d cores%s
- Go: %s, %s/%s
- PostgreSQL: %s

To make this page: `+"`make bench-report`"+`. Some parts of it: `+"`make bench-report PARTS=calls,repository`"+`. With pebble-orm, which needs Go 1.27 and a
copy of its source: `+"`GOTOOLCHAIN=go1.27.3 make bench-report PEBBLE=/its/folder`"+`. To see the tables alone: `+"`make bench`"+`, and
`+"`cd bench/orms && go run .`"+`.
`, processor(), runtime.NumCPU(), busy(), runtime.Version(), runtime.GOOS, runtime.GOARCH, postgres)
	return err
}

// processor names the processor, where the system says it.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// busy says when other programs want the processors too.
func busy() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	load, _, _ := strings.Cut(string(text), " ")
	if n, err := strconv.ParseFloat(load, 64); err != nil || n < float64(runtime.NumCPU())/2 {
		return ""
	}
	return ", **busy with other work** (load " + load + " at the start): ratios near a bound say little"
}
