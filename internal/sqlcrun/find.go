package sqlcrun

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

const howToGet = "go get -tool github.com/sqlc-dev/sqlc/cmd/sqlc@" + Version

// find returns the path of the sqlc to run, or "" when rep says that there is
// none.
func find(ctx context.Context, in Input, rep *diag.List) (string, error) {
	if in.Path != "" {
		path, err := lookPath(in.Path, in.Env)
		if err != nil {
			rep.Add(diag.Diagnostic{
				Code:    diag.CodeSqlcMissing,
				Message: fmt.Sprintf("there is no sqlc at %s", in.Path),
				Why:     err.Error(),
				Fix:     howToGet,
			})
			return "", nil
		}
		return filepath.Abs(path)
	}
	path, why, err := goTool(ctx, in)
	if err != nil || path != "" {
		return path, err
	}
	if path, err := lookPath("sqlc", in.Env); err == nil {
		return filepath.Abs(path)
	}
	rep.Add(diag.Diagnostic{
		Code:    diag.CodeSqlcMissing,
		Message: "sqlc was not found: neither as a tool of the module nor on PATH",
		Why:     why,
		Fix:     howToGet,
	})
	return "", nil
}

// goTool asks the go command for the module's sqlc, which it builds when it has
// to; the first time takes minutes. Without one, why holds what go said.
func goTool(ctx context.Context, in Input) (path, why string, err error) {
	gocmd, err := lookPath("go", in.Env)
	if err != nil {
		return "", "there is no go command on PATH", nil
	}
	cmd := command(ctx, gocmd, "tool", "-n", "sqlc")
	cmd.Dir = in.Dir
	cmd.Env = without(in.Env, "SQLC")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", "", fmt.Errorf("look for sqlc: %w", context.Cause(ctx))
		}
		return "", "go tool sqlc: " + lastLine(stderr.String()), nil
	}
	return lastLine(stdout.String()), "", nil
}

// versionOf returns what `sqlc version` prints, or "".
func versionOf(ctx context.Context, bin string, env []string) string {
	cmd := command(ctx, bin, "version")
	cmd.Env = childEnv(env)
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return lastLine(string(out))
}

// checkVersion reports a version that is not the one whose output is understood.
func checkVersion(bin, version string, rep *diag.List) bool {
	if version == Version {
		return true
	}
	found := version
	if found == "" {
		found = "no version of sqlc that can be told"
	}
	rep.Add(diag.Diagnostic{
		Code:    diag.CodeSqlcVersion,
		Message: fmt.Sprintf("%s is %s, and %s is needed", bin, found, Version),
		Why:     "the text that is proven and the types that are emitted are read from its output, whose form may differ",
		Fix:     howToGet,
	})
	return false
}

// lookPath is exec.LookPath over the PATH of env. Unlike it, a folder of PATH
// that is not absolute is passed over.
func lookPath(name string, env []string) (string, error) {
	if strings.ContainsAny(name, `/\`) {
		return exec.LookPath(name)
	}
	for _, dir := range filepath.SplitList(variable(env, "PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, exec.ErrNotFound)
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return strings.TrimSpace(s[strings.LastIndexByte(s, '\n')+1:])
}
