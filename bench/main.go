// Command bench measures tenantc beside sqlc and prints ratios.
//
// In come the reference application and synthetic projects; out come tables,
// and exit code 1 when a bound is passed. It refuses to say how fast a machine
// is: a figure that has a bound is a ratio of two measurements taken by turns,
// but for those of check and of one statement, which are goals of their own.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/tenantc/tenantc/bench/turns"
)

// A part is one of the sections of the report.
type part struct {
	name  string
	bench func(r *turns.Report) error
	built func(r *turns.Report, t tools, work string) error // with the programs, in a folder
}

var parts = []part{
	{name: "calls", bench: benchCalls},
	{name: "repository", bench: benchRepository},
	{name: "placements", bench: benchPlacements},
	{name: "prove", bench: benchProve},
	{name: "generate", built: benchGenerate},
	{name: "check", built: benchCheck},
	{name: "check", built: benchLarge},
	{name: "rebuild", built: benchRebuild},
}

func main() {
	only := flag.String("only", "", "measure some parts, between commas: calls, repository, placements, prove, generate, check or rebuild")
	page := flag.Bool("markdown", false, "print docs/benchmarks.md, and exit with 0 though bounds are passed")
	flag.Parse()
	r := turns.NewReport(os.Stdout)
	chosen, err := choose(*only)
	if err == nil && *page {
		r = turns.NewMarkdown(os.Stdout)
		err = writeHead(context.Background(), os.Stdout)
	}
	if err == nil {
		err = measure(r, chosen)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// choose returns the parts that are named, or all.
func choose(only string) ([]part, error) {
	if only == "" {
		return parts, nil
	}
	var chosen []part
	for name := range strings.SplitSeq(only, ",") {
		before := len(chosen)
		for _, p := range parts {
			if p.name == name {
				chosen = append(chosen, p)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("no part is called %q: calls, repository, placements, prove, generate, check or rebuild", name)
		}
	}
	return chosen, nil
}

func measure(r *turns.Report, chosen []part) error {
	work, remove, err := workFolder()
	if err != nil {
		return err
	}
	defer remove()
	var t tools
	for _, p := range chosen {
		if p.bench != nil {
			err = p.bench(r)
		} else {
			if t == (tools{}) {
				if t, err = buildTools(work); err != nil {
					return err
				}
			}
			err = p.built(r, t, work)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return r.End()
}
