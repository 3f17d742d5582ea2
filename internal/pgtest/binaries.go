package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

const install = "install PostgreSQL (Debian, Ubuntu: apt-get install postgresql), " +
	"name the folder of its binaries in TENANTC_PG_BIN, or a running server in TENANTC_TEST_DSN"

// debianBinaries is where Debian and its kin put the server, a folder a major
// version, deliberately outside PATH.
const debianBinaries = "/usr/lib/postgresql/*/bin"

// binaries is a folder that holds initdb and postgres of one version.
type binaries struct{ dir string }

// findBinaries looks in dir only when it is given, else in TENANTC_PG_BIN only
// when that is set: what was asked for by name is never replaced in silence.
func findBinaries(dir string) (binaries, error) {
	for _, named := range []struct{ what, dir string }{
		{"Config.BinDir", dir},
		{"TENANTC_PG_BIN", os.Getenv("TENANTC_PG_BIN")},
	} {
		if named.dir == "" {
			continue
		}
		if !holdsServer(named.dir) {
			return binaries{}, fmt.Errorf("%s=%s holds no initdb and postgres: %s", named.what, named.dir, install)
		}
		return binaries{named.dir}, nil
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		if dir := filepath.Dir(path); holdsServer(dir) {
			return binaries{dir}, nil
		}
	}
	if dir := newestOf(debianBinaries); dir != "" {
		return binaries{dir}, nil
	}
	return binaries{}, fmt.Errorf("no PostgreSQL found: %s", install)
}

// newestOf returns the folder with the highest version among those that match
// pattern, whose star stands for the version.
func newestOf(pattern string) (newest string) {
	dirs, _ := filepath.Glob(pattern) // the pattern is a constant, and well formed
	best := -1.0
	for _, dir := range dirs {
		version, err := strconv.ParseFloat(filepath.Base(filepath.Dir(dir)), 64)
		if err == nil && version > best && holdsServer(dir) {
			newest, best = dir, version
		}
	}
	return newest
}

func holdsServer(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, executable(name)))
		if err != nil || info.IsDir() {
			return false
		}
	}
	return true
}

func (b binaries) path(name string) string { return filepath.Join(b.dir, executable(name)) }

// version returns what postgres says of itself, packaging included.
func (b binaries) version(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, b.path("postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", b.path("postgres"), err)
	}
	return strings.TrimSpace(string(out)), nil
}

func executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}
