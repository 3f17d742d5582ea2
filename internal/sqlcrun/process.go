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

// failure is a run of sqlc that gave nothing.
type failure struct {
	stderr string
	exit   error
	late   bool // it was stopped
	limit  time.Duration
}

// report says why, in terms of the user's files.
func (f *failure) report(w *workspace, in Input, rep *diag.List) {
	if f.late {
		rep.Add(diag.Diagnostic{
			Code:    diag.CodeSqlcFailed,
			Message: fmt.Sprintf("sqlc did not finish within %s", f.limit),
			Why:     "it was stopped, and nothing was written",
		})
		return
	}
	w.mapMessages(f.stderr, f.exit, in, rep)
}

// generate runs sqlc in the workspace.
func (w *workspace) generate(ctx context.Context, bin string, in Input) (*failure, error) {
	limit := in.Timeout
	if limit == 0 {
		limit = 2 * time.Minute
	}
	limited, cancel := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer cancel()
	cmd := command(limited, bin, "generate", "--no-remote")
	cmd.Dir = w.dir
	cmd.Env = childEnv(in.Env)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	switch {
	case err == nil:
		return nil, nil
	case errors.Is(context.Cause(limited), errTimeout):
		return &failure{late: true, limit: limit}, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("run sqlc: %w", context.Cause(ctx))
	}
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		return nil, fmt.Errorf("run sqlc: %w", err)
	}
	return &failure{stderr: stderr.String(), exit: err}, nil
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
