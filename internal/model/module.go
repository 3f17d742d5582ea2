package model

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ImportPath returns the import path of the package in folder, which need not
// exist, by the nearest go.mod in it or above; "" when there is none.
func ImportPath(folder string) (string, error) {
	abs, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	rel := ""
	for dir := abs; ; {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			module := modulePath(data)
			if module == "" {
				return "", nil
			}
			return path.Join(module, rel), nil
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			return "", err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", nil
		}
		rel = path.Join(filepath.Base(dir), rel)
		dir = up
	}
}

// modulePath returns the path in the module line of a go.mod, or "".
func modulePath(data []byte) string {
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "//")
		word, rest, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(line, "\t", " ")), " ")
		if word != "module" {
			continue
		}
		rest = strings.TrimSpace(rest)
		if quoted, err := strconv.Unquote(rest); err == nil {
			return quoted
		}
		return rest
	}
	return ""
}
