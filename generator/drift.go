package generator

import (
	"fmt"
	"path"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// drift says where a file is not what the inputs give: at its first line that
// differs. It is nil for one that is.
func drift(c *change) *diag.Diagnostic {
	d := diag.Diagnostic{Code: diag.CodeDrift, Pos: diag.Pos{File: c.path}, Fix: "tenantc generate"}
	switch c.action {
	case Unchanged:
		return nil
	case Created:
		d.Message = "the file is missing"
	case Removed:
		d.Message = "the file is left over: no input gives it any longer"
	case Updated:
		d.Message = "the file is not what the inputs give"
		have, want := strings.Split(string(c.old), "\n"), strings.Split(string(c.content), "\n")
		at := 0
		for at < len(have) && at < len(want) && have[at] == want[at] {
			at++
		}
		d.Pos.Line, d.Pos.Column = min(at, len(have)-1)+1, 1
		switch {
		case at == len(have):
			d.Why = fmt.Sprintf("the file ends here, and should go on with\n%s", want[at])
		case at == len(want):
			d.Why = "the file should end before this line"
		case have[at] == want[at]+"\r":
			d.Why = "its lines end in CRLF and those of generated code in LF: a checkout may have changed them"
			d.Fix = "in .gitattributes: " + path.Dir(c.path) + "/** text eol=lf"
		default:
			d.Width = len(have[at])
			d.Why = fmt.Sprintf("this line should be\n%s", want[at])
		}
	default:
		diag.Bugf("drift: %v of %s", c.action, c.path)
	}
	return &d
}
