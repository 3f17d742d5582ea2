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
// edit, beside two packages of sqlc's: of the user's queries alone, of which sqlc
// makes five methods a table, and of the same statements as gen has, those that are
// generated and those of a batch included.
func benchRebuild(r *turns.Report, t tools, work string) error {
	dir := filepath.Join(work, "rebuild")
	if err := errors.Join(writeSynthetic(dir, rebuildTables), writeStatements(dir, rebuildTables)); err != nil {
		return err
	}
	if _, err := t.generate(dir); err != nil {
		return err
	}
	for _, name := range []string{"plain", "same"} {
		if _, err := t.alone(dir, name); err != nil {
			return err
		}
	}
	if err := borrowModules(dir); err != nil {
		return err
	}
	took := map[string][]time.Duration{}
	for n := range rebuilds + 1 {
		for _, pkg := range []string{"gen", "plain", "same"} {
			time, err := rebuilt(dir, pkg, n)
			if err != nil {
				return err
			}
			if n > 0 { // the first builds what they import, too
				took[pkg] = append(took[pkg], time)
			}
		}
	}
	r.Section(fmt.Sprintf("Rebuilding a package of %d tables after one edit, user time of go build", rebuildTables),
		"gen beside sqlc's package of", "ms", "sqlc ms", "ratio", "bound")
	for _, beside := range []struct{ pkg, of string }{
		{"same", "the same statements, in a batch too"},
		{"plain", "the user's five queries a table, no more"},
	} {
		ours, theirs := turns.Median(took["gen"]), turns.Median(took[beside.pkg])
		ratio := float64(ours) / float64(theirs)
		r.Row(ratio <= maxRebuild, beside.of, ms(ours), ms(theirs), fmt.Sprintf("%.2f", ratio), fmt.Sprintf("≤ %.0f", maxRebuild))
	}
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
