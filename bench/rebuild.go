package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/tenantc/tenantc/bench/turns"
)

const (
	maxRebuild    = 2.0 // of sqlc's time
	rebuildTables = 100
	rebuilds      = 5
)

// benchRebuild prints what the go command takes for the emitted package after one
// edit, beside sqlc's own package of the same queries.
func benchRebuild(r *turns.Report, t tools, work string) error {
	dir := filepath.Join(work, "rebuild")
	if err := writeSynthetic(dir, rebuildTables); err != nil {
		return err
	}
	if _, err := t.plain(dir); err != nil {
		return err
	}
	if _, err := t.generate(dir); err != nil {
		return err
	}
	if err := borrowModules(dir); err != nil {
		return err
	}
	var ours, theirs []time.Duration
	for n := range rebuilds + 1 {
		for _, side := range []struct {
			pkg  string
			took *[]time.Duration
		}{{"gen", &ours}, {"plain", &theirs}} {
			took, err := rebuilt(dir, side.pkg, n)
			if err != nil {
				return err
			}
			if n > 0 { // the first builds what they import, too
				*side.took = append(*side.took, took)
			}
		}
	}
	ratio := float64(turns.Median(ours)) / float64(turns.Median(theirs))
	r.Section(fmt.Sprintf("Rebuilding a package of %d tables after one edit, user time of go build", rebuildTables),
		"package", "ms", "sqlc ms", "ratio", "bound")
	r.Row(ratio <= maxRebuild, "gen", ms(turns.Median(ours)), ms(turns.Median(theirs)), fmt.Sprintf("%.2f", ratio), fmt.Sprintf("≤ %.0f", maxRebuild))
	return nil
}

// rebuilt edits one file of a package and builds it again.
func rebuilt(dir, pkg string, n int) (time.Duration, error) {
	names, err := filepath.Glob(filepath.Join(dir, pkg, "things_0050*.go"))
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("%s has no file of things_0050: %w", pkg, err)
	}
	file, err := os.OpenFile(names[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	// The name is new in each run, so that no cache knows it.
	_, err = fmt.Fprintf(file, "\nfunc edit%d%d() int { return %d }\n", n, os.Getpid(), n)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return 0, err
	}
	cmd := exec.Command("go", "build", "-mod=mod", "./"+pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("go build ./%s: %w\n%s", pkg, err, out)
	}
	return cmd.ProcessState.UserTime(), nil
}

// borrowModules gives the project the versions of modules that the bench has.
func borrowModules(dir string) error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		return err
	}
	own, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	text := strings.Replace(string(own), "module github.com/tenantc/tenantc/bench", "module example.com/synthetic", 1)
	text = strings.Replace(text, "tenantc => ..", "tenantc => "+root, 1)
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644),
	)
}
