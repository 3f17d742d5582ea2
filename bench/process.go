package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/tenantc/tenantc/bench/turns"
)

// A run is what one process took.
type run struct {
	wall  time.Duration
	cpu   time.Duration // of its own, without children; 0 where the system does not say
	child time.Duration // what its own children of interest took
	peak  int64         // bytes; 0 where the system does not say
}

// own is the process's own part of the wait: what of it no child of interest
// ran. Work that the process does meanwhile costs nobody time and is not in it;
// cpu has it.
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
	watched := make(chan run)
	go func() { watched <- watch(ctx, cmd.Process.Pid) }()
	err := cmd.Wait()
	wall := time.Since(start)
	stop()
	got := <-watched
	got.wall = wall
	if err != nil {
		return run{}, fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, output.Bytes())
	}
	return got, nil
}

// watch notes peak and processor time of a process until ctx ends. The last
// millisecond may be missing from the time.
func watch(ctx context.Context, pid int) (seen run) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	proc := fmt.Sprintf("/proc/%d/", pid)
	for {
		seen.peak = max(seen.peak, highWater(proc+"status"))
		seen.cpu = max(seen.cpu, onProcessor(proc+"stat"))
		select {
		case <-ctx.Done():
			return seen
		case <-tick.C:
		}
	}
}

// onProcessor reads the time that the threads of a process have run, in steps of
// 10 ms. It is 0 for a process that has ended.
func onProcessor(path string) time.Duration {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	// The second field is the program's name in brackets, and may hold anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, userErr := strconv.ParseInt(fields[11], 10, 64)
	system, systemErr := strconv.ParseInt(fields[12], 10, 64)
	if userErr != nil || systemErr != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond
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
	timing  time.Duration // what timed itself takes: part of the child, and not of tenantc
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
	if err := os.WriteFile(t.timed+".target", nil, 0o644); err != nil {
		return tools{}, err
	}
	var walls []time.Duration
	for range 30 {
		got, err := runIn(dir, t.timed)
		if err != nil {
			return tools{}, err
		}
		walls = append(walls, got.wall)
	}
	t.timing = turns.Median(walls)
	return t, os.WriteFile(t.timed+".target", []byte(t.sqlc), 0o644)
}

// generate runs tenantc in dir on an empty gen.
func (t tools) generate(dir string) (run, error) {
	if err := putAside(dir, "gen"); err != nil {
		return run{}, err
	}
	if err := os.RemoveAll(t.timed + ".times"); err != nil {
		return run{}, err
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
		got.child += time.Duration(ns) + t.timing
	}
	return got, nil
}

// putAside makes room for a folder of output. It is not removed: file systems
// are slow to give new files the places of those that were removed a moment ago
// (ext4 by a factor of three), which no user does a thousand at a time.
func putAside(dir, name string) error {
	aside, err := os.MkdirTemp(dir, "old-")
	if err != nil {
		return err
	}
	err = os.Rename(filepath.Join(dir, name), filepath.Join(aside, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// plain runs sqlc alone in dir.
func (t tools) plain(dir string) (run, error) { return t.alone(dir, "plain") }

// alone runs sqlc alone in dir, with the configuration whose output has that name.
func (t tools) alone(dir, name string) (run, error) {
	if err := putAside(dir, name); err != nil {
		return run{}, err
	}
	return runIn(dir, t.sqlc, "generate", "-f", name+".yaml")
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
