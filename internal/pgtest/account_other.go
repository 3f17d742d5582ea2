//go:build !unix

package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

var errPlatform = errors.New("starting PostgreSQL is not supported on this system: name a running server in TENANTC_TEST_DSN")

type account struct{ name string }

func serverAccount() (*account, error) { return nil, errPlatform }

func (*account) own(string) error                 { return errPlatform }
func (*account) attributes() *syscall.SysProcAttr { return nil }

type reaper struct{}

func startReaper(string) (*reaper, error) { return nil, errPlatform }
func (*reaper) release() error            { return nil }

func startTied(*exec.Cmd, chan<- struct{}) error { return errPlatform }
func quit(p *os.Process)                         { p.Kill() }
