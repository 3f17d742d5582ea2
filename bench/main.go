// Command bench measures tenantc beside sqlc and prints ratios.
//
// In come the reference application and synthetic projects; out come tables,
// and exit code 1 when a bound is passed. It refuses to say how fast a machine
// is: a figure that has a bound is a ratio of two measurements taken by turns,
// but for those of check and of one statement, which are goals of their own.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	only := flag.String("only", "", "measure one part: calls, placements, generate, prove or check")
	flag.Parse()
	if err := measure(*only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(only string) error {
	switch only {
	case "", "calls", "placements", "generate", "prove", "check":
	default:
		return fmt.Errorf("no part is called %q: calls, placements, generate, prove or check", only)
	}
	r := newReport(os.Stdout)
	if only == "" || only == "calls" {
		if err := benchCalls(r); err != nil {
			return err
		}
	}
	if only == "" || only == "placements" {
		if err := benchPlacements(r); err != nil {
			return err
		}
	}
	if only == "" || only == "prove" {
		if err := benchProve(r); err != nil {
			return err
		}
	}
	if only != "calls" && only != "placements" && only != "prove" {
		work, remove, err := workFolder()
		if err != nil {
			return err
		}
		defer remove()
		t, err := buildTools(work)
		if err != nil {
			return err
		}
		if only == "" || only == "generate" {
			if err := benchGenerate(r, t, work); err != nil {
				return err
			}
		}
		if only == "" || only == "check" {
			if err := benchCheck(r, t, work); err != nil {
				return err
			}
			if err := benchLarge(r, t, work); err != nil {
				return err
			}
		}
	}
	return r.end()
}
