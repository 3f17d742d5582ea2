package pgtest

import (
	"fmt"
	"os"
	"path/filepath"
)

// maxSocketPath is what the strictest system takes (macOS, 104 with the NUL).
const maxSocketPath = 103

// runFolder makes the folder for one server, which only the server's account
// and ours can enter. Not every place will do: the server's account must be
// able to reach it, and a socket's path must be short.
func runFolder(base string, who *account) (string, error) {
	bases := []string{base}
	if base == "" {
		bases = nil
		if memory := memoryFolder(); memory != "" {
			bases = append(bases, memory)
		}
		bases = append(bases, os.TempDir(), "/tmp")
	}
	var firstErr error
	for _, base := range bases {
		dir, err := runFolderIn(base, who)
		if err == nil {
			return dir, nil
		}
		if firstErr == nil {
			firstErr = err
		}
	}
	return "", firstErr
}

func runFolderIn(base string, who *account) (string, error) {
	base, err := filepath.Abs(base)
	if err != nil {
		return "", err
	}
	if who != nil {
		if closed := closedAncestor(base); closed != "" {
			return "", fmt.Errorf("folder %s: user %s, who runs the server, cannot enter %s", base, who.name, closed)
		}
	}
	dir, err := os.MkdirTemp(base, "tenantc-pg-")
	if err != nil {
		return "", err
	}
	if socket := filepath.Join(dir, ".s.PGSQL.5432"); len(socket) > maxSocketPath {
		os.Remove(dir)
		return "", fmt.Errorf("folder %s: the socket's path would be %d bytes long, %d are allowed", base, len(socket), maxSocketPath)
	}
	if err := who.own(dir); err != nil {
		os.Remove(dir)
		return "", err
	}
	return dir, nil
}

// closedAncestor returns the folder, dir or one above it, that others may not
// enter, or "".
func closedAncestor(dir string) string {
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}
