//go:build unix

package pgtest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// reap waits for the end of its standard input, which is the end of the
// process that holds the other end of the pipe, then stops the server in the
// run folder $1 and removes the folder. The pid file is the server's own: it
// is gone once the server has stopped.
const reap = `
cat >/dev/null
pid=$(sed -n 1p "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
	kill -QUIT "$pid" 2>/dev/null
	i=0
	while [ -e "$1/data/postmaster.pid" ] && [ $i -lt 200 ]; do
		sleep 0.05
		i=$((i+1))
	done
fi
rm -rf "$1"
`

// reaper is a small process that outlives ours by a moment. A test binary that
// panics, is killed or calls os.Exit cannot clean up after itself, and a run
// folder in memory must not stay.
type reaper struct {
	cmd *exec.Cmd
	end io.Closer
}

func startReaper(dir string) (*reaper, error) {
	cmd := exec.Command("/bin/sh", "-c", reap, "tenantc-pg-reaper", dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // spared by a kill of our group
	end, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	return &reaper{cmd: cmd, end: end}, nil
}

// release lets the reaper do what is left to do and waits for it.
func (r *reaper) release() error {
	if r.cmd.ProcessState != nil {
		return nil
	}
	r.end.Close() // Wait closes it too; what remains is the command's result
	return r.cmd.Wait()
}

// startTied starts cmd so that it does not outlive this process, and closes
// exited once it has ended. The kernel ties a child to the thread that started
// it, so that thread is kept, locked to its goroutine, until the child ends.
func startTied(cmd *exec.Cmd, exited chan<- struct{}) error {
	setDeathSignal(cmd.SysProcAttr)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait() // how the server ended is in its log
			close(exited)
		}
	}()
	return <-started
}

// quit asks for PostgreSQL's immediate shutdown.
func quit(p *os.Process) { p.Signal(syscall.SIGQUIT) }
