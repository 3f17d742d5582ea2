package sqlcrun

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/tenantc/tenantc/internal/diag"
)

// command is a child that ends with ctx, and whatever it started with it.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	ownGroup(cmd)
	// Output may be held open by a grandchild that outlived the signal.
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

var errTimeout = errors.New("sqlc took too long")

// run generates in the workspace. It returns false when rep says why not.
func (w *workspace) run(ctx context.Context, bin string, in Input, rep *diag.List) (bool, error) {
	timeout := in.Timeout
	if timeout == 0 {
		timeout = 2 * time.Minute
	}
	limited, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	cmd := command(limited, bin, "generate", "--no-remote")
	cmd.Dir = w.dir
	cmd.Env = childEnv(in.Env)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	switch {
	case err == nil:
		return true, nil
	case errors.Is(context.Cause(limited), errTimeout):
		rep.Add(diag.Diagnostic{
			Code:    diag.CodeSqlcFailed,
			Message: fmt.Sprintf("sqlc did not finish within %s", timeout),
			Why:     "it was stopped, and nothing was written",
		})
		return false, nil
	case ctx.Err() != nil:
		return false, fmt.Errorf("run sqlc: %w", context.Cause(ctx))
	}
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		return false, fmt.Errorf("run sqlc: %w", err)
	}
	// Another version may fail over what this one takes, and the version is then
	// what to say.
	if version := versionOf(ctx, bin, in.Env); !checkVersion(bin, version, rep) {
		return false, nil
	}
	w.mapMessages(stderr.String(), err, in, rep)
	return false, nil
}

// childEnv is what sqlc gets to see. Its own variables are not among it:
// SQLC_AUTH_TOKEN alone can break the reading of a configuration.
func childEnv(env []string) []string {
	var out []string
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", "TMP", "TEMP", "LOCALAPPDATA", "USERPROFILE", "SYSTEMROOT", "XDG_CACHE_HOME",
	} {
		if v := variable(env, name); v != "" {
			out = append(out, name+"="+v)
		}
	}
	return out
}

func variable(env []string, name string) string {
	value := ""
	for _, kv := range env {
		if k, v, ok := strings.Cut(kv, "="); ok && strings.EqualFold(k, name) {
			value = v
		}
	}
	return value
}

// without leaves out the variables whose names begin with prefix.
func without(env []string, prefix string) []string {
	out := make([]string, 0, len(env))
	for _, kv := range env {
		if !strings.HasPrefix(kv, prefix) {
			out = append(out, kv)
		}
	}
	return out
}
