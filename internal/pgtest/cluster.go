package pgtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// initdbArgs make a small cluster: one byte-wise collation, so that results
// sort the same everywhere, and WAL segments of 1 MB instead of 16.
var initdbArgs = []string{"--no-sync", "--locale=C", "-E", "UTF8", "-U", superuser, "-A", "trust", "--wal-segsize=1"}

// makeCluster fills dir with a fresh cluster. initdb takes 0.4 s, a copy of
// what it once made less than 0.1 s, so the first result is kept in the
// user's cache folder. A cache that cannot be used costs time, never an error.
func makeCluster(ctx context.Context, bin binaries, who *account, dir string) error {
	cached, err := cachedCluster(ctx, bin)
	if err != nil {
		return err
	}
	if cached != "" && isCluster(cached) {
		if copyCluster(dir, cached) == nil {
			return who.own(dir)
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, bin.path("initdb"), append(slices.Clone(initdbArgs), "-D", dir)...)
	cmd.Dir, cmd.Env = filepath.Dir(dir), serverEnv()
	cmd.SysProcAttr = who.attributes()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("run %s: %w\n%s", cmd.Path, err, out)
	}
	if cached != "" {
		keepCluster(cached, dir)
	}
	return nil
}

// cachedCluster returns where a cluster of these binaries is kept, whether it
// is there yet or not, or "" where there is no cache folder.
func cachedCluster(ctx context.Context, bin binaries) (string, error) {
	version, err := bin.version(ctx)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", nil
	}
	key := sha256.Sum256([]byte(strings.Join(append([]string{version, bin.dir, runtime.GOARCH}, initdbArgs...), "\x00")))
	return filepath.Join(cache, "tenantc", "pgtest", fmt.Sprintf("cluster-%x", key[:8])), nil
}

// keepCluster puts a copy of the fresh cluster dir into the cache. Processes
// that do so at the same time each make their own copy, and the first to
// rename it into place wins. A failure leaves the cache as it was.
func keepCluster(cached, dir string) {
	if os.MkdirAll(filepath.Dir(cached), 0o700) != nil {
		return
	}
	temp, err := os.MkdirTemp(filepath.Dir(cached), "new-")
	if err != nil {
		return
	}
	defer os.RemoveAll(temp)
	copied := filepath.Join(temp, "data")
	if copyCluster(copied, dir) == nil {
		os.Rename(copied, cached) // fails when another process was first
	}
}

// isCluster holds for a complete cluster: renaming is what completes it.
func isCluster(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "PG_VERSION"))
	return err == nil
}

func copyCluster(to, from string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return os.Chmod(to, 0o700) // the server refuses a data folder that others can read
}
