//go:build !unix

package sqlcrun

import "os/exec"

// ownGroup does nothing where there are no process groups: cancelling ends the
// child itself.
func ownGroup(*exec.Cmd) {}
