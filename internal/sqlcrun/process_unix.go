//go:build unix

package sqlcrun

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes the child the head of a process group, and cancelling ends the
// group: `go tool` starts sqlc, and sqlc its plugins.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}
