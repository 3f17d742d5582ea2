package generator

import (
	"fmt"
	"runtime/debug"

	"github.com/tenantc/tenantc/internal/diag"
)

// BugError says that tenantc contradicts itself or fell over: a defect of it,
// and not of the project it reads. Nothing was written.
type BugError struct {
	Message string
	Stack   []byte // where it happened, for the report
}

func (e *BugError) Error() string { return "a defect of tenantc: " + e.Message }

// recoverBug turns a panic into a *BugError.
func recoverBug(err *error) {
	switch p := recover().(type) {
	case nil:
	case *diag.Bug:
		*err = &BugError{p.Message, debug.Stack()}
	default:
		*err = &BugError{fmt.Sprint(p), debug.Stack()}
	}
}
