// Command timed runs another program in its place and notes how long that took.
//
// In comes its own path P: P.target names the program to run, or nothing for
// none, and P.times gets one line with nanoseconds a run. Arguments, standard streams and exit code
// pass through. It refuses to know what it runs.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

func main() {
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "timed:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run() (code int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	target, err := os.ReadFile(self + ".target")
	if err != nil {
		return 0, err
	}
	if len(target) == 0 {
		return 0, nil
	}
	cmd := exec.Command(strings.TrimSpace(string(target)), os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	start := time.Now()
	runErr := cmd.Run()
	took := time.Since(start)
	var exit *exec.ExitError
	if runErr != nil && !errors.As(runErr, &exit) {
		return 0, runErr
	}
	times, err := os.OpenFile(self+".times", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Fprintln(times, took.Nanoseconds()); err != nil {
		return 0, err
	}
	return cmd.ProcessState.ExitCode(), times.Close()
}
