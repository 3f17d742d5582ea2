package generator

import (
	"runtime/debug"
	"slices"

	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// SqlcVersion is the version of sqlc that tenantc needs.
const SqlcVersion = sqlcrun.Version

// Version returns the version of tenantc that runs: that of its module, or
// "devel" when it was built from a working tree.
func Version() string {
	const path = "github.com/tenantc/tenantc"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, m := range slices.Concat([]*debug.Module{&info.Main}, info.Deps) {
		if m.Path == path && m.Version != "" && m.Version != "(devel)" {
			return m.Version
		}
	}
	return "devel"
}
