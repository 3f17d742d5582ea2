package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A run is what one process took.
type run struct {
	wall  time.Duration
	child time.Duration // what its own children of interest took
	peak  int64         // bytes; 0 where the system does not say
}

// own is the process's own part. Work that it does while a child runs costs
// nobody time and is not in it.
func (r run) own() time.Duration { return r.wall - r.child }

// runIn runs a program in dir and waits for it. The peak of its memory is
// VmHWM of /proc/PID/status, read every millisecond until it ends: the
// kernel's own high-water mark, without that of children (which the rusage of
// a finished process would mix in).
func runIn(dir, program string, args ...string) (run, error) {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return run{}, err
	}
	ctx, stop := context.WithCancel(context.Background())
	peak := make(chan int64)
	go func() { peak <- watchPeak(ctx, cmd.Process.Pid) }()
	err := cmd.Wait()
	wall := time.Since(start)
	stop()
	got := run{wall: wall, peak: <-peak}
	if err != nil {
		return run{}, fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, output.Bytes())
	}
	return got, nil
}

func watchPeak(ctx context.Context, pid int) (peak int64) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	path := fmt.Sprintf("/proc/%d/status", pid)
	for {
		peak = max(peak, highWater(path))
		select {
		case <-ctx.Done():
			return peak
		case <-tick.C:
		}
	}
}

// highWater reads VmHWM in bytes. It is 0 for a process that has ended.
func highWater(path string) int64 {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}

// tools are the programs that are measured, in a folder of their own.
type tools struct {
	sqlc    string // sqlc itself
	timed   string // the same, noting how long each run took
	tenantc string
}

func buildTools(dir string) (tools, error) {
	t := tools{timed: filepath.Join(dir, "sqlc"), tenantc: filepath.Join(dir, "tenantc")}
	out, err := output("..", "go", "tool", "-n", "sqlc")
	if err != nil {
		return tools{}, err
	}
	t.sqlc = strings.TrimSpace(out)
	if _, err := output("..", "go", "build", "-buildvcs=false", "-o", t.tenantc, "./cmd/tenantc"); err != nil {
		return tools{}, err
	}
	if _, err := output(".", "go", "build", "-buildvcs=false", "-o", t.timed, "./timed"); err != nil {
		return tools{}, err
	}
	return t, os.WriteFile(t.timed+".target", []byte(t.sqlc), 0o644)
}

// generate runs tenantc in dir on an empty gen.
func (t tools) generate(dir string) (run, error) {
	for _, stale := range []string{filepath.Join(dir, "gen"), t.timed + ".times"} {
		if err := os.RemoveAll(stale); err != nil {
			return run{}, err
		}
	}
	got, err := runIn(dir, t.tenantc, "generate", "-q", "-sqlc", t.timed)
	if err != nil {
		return run{}, err
	}
	times, err := os.ReadFile(t.timed + ".times")
	if err != nil {
		return run{}, fmt.Errorf("tenantc did not run the sqlc that it was given: %w", err)
	}
	for line := range strings.Lines(string(times)) {
		ns, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err != nil {
			return run{}, err
		}
		got.child += time.Duration(ns)
	}
	return got, nil
}

// plain runs sqlc alone in dir.
func (t tools) plain(dir string) (run, error) {
	if err := os.RemoveAll(filepath.Join(dir, "plain")); err != nil {
		return run{}, err
	}
	return runIn(dir, t.sqlc, "generate", "-f", "plain.yaml")
}

func output(dir, program string, args ...string) (string, error) {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, stderr.Bytes())
	}
	return string(out), nil
}
