// Package prove decides, for each statement, whether only one tenant's rows
// can be read or written.
//
// In come resolved statements and the catalog; out goes one Proof a statement:
// a verdict, and for each relation instance the rule that confines it with the
// conjuncts that the rule used. What no rule accepts is refused. It refuses to
// know Go types and the disk.
package prove

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// Verdict is what was decided of a statement. The zero value is Refused, so
// that a forgotten verdict fails closed.
type Verdict int8

const (
	Refused  Verdict = iota
	Confined         // only one tenant's rows are read or written
	Global           // only relations that hold nobody's data
	Unscoped         // annotated as cross-tenant on purpose
)

func (v Verdict) String() string {
	switch v {
	case Confined:
		return "confined"
	case Global:
		return "global"
	case Unscoped:
		return "unscoped"
	}
	return "refused"
}

// Proof is the verdict on one statement and its evidence.
type Proof struct {
	Stmt    *query.Stmt
	Verdict Verdict
	// Tenants holds the tenant parameter of each dimension that the statement's
	// relations have, widest first.
	Tenants   []Tenant
	Instances []Instance   // one a relation instance, in walk order
	Assumes   []Assumption // what the verdict leans on in the schema
	// Unread lists what was not understood in a statement that is Unscoped. It is
	// empty in any other that is not refused.
	Unread []Reason
	// Findings are the diagnostics of this statement alone.
	Findings []diag.Diagnostic
}

// Tenant says which parameter carries the tenant of a dimension.
type Tenant struct {
	Dim   *catalog.Dimension
	Param int
}

// Instance is one mention of a relation and why it is confined.
type Instance struct {
	RTE     *query.RTE
	Class   catalog.Class
	Rule    string // stem of the rule, "direct"; "" when nothing confines it
	Because []Reason
}

// Reason is a conjunct or declaration that a rule used.
type Reason struct {
	Loc  query.Loc
	Text string
	// Declared is the declaration of sqlc.yaml or a model that the rule took the
	// word of, "via lines.order_id"; "" for a conjunct, or what the DDL holds.
	Declared string
}

// Assumption is a property of the schema that a verdict leans on and that the
// DDL does not enforce.
type Assumption struct {
	Subject  string // "foreign key documents.folder_id", "trigger documents_stale"
	Declared bool   // sqlc.yaml declares it under trust
	Pos      diag.Pos
	Code     diag.Code
	Message  string
	Why      string
	Fix      string // the DDL that would mend it
	Group    diag.Group
}

// Declarations returns what the proof takes somebody's word for, sorted, each
// once: "via lines.order_id", "consistent documents.folder_id", "nulls: everybody
// templates", "trust trigger docs.docs_touch", "existence: the reason".
func (p *Proof) Declarations() []string {
	if p.Verdict != Confined && p.Verdict != Global {
		return nil
	}
	var out []string
	for _, in := range p.Instances {
		for _, r := range in.Because {
			if r.Declared != "" {
				out = append(out, r.Declared)
			}
		}
	}
	for _, a := range p.Assumes {
		switch {
		case !a.Declared:
		case a.Code == diag.CodeAssumeReference || a.Code == diag.CodeAssumeCascade:
			out = append(out, "consistent "+a.Subject)
		case a.Code == "" && strings.HasPrefix(a.Subject, "existence: "):
			out = append(out, a.Subject)
		default:
			out = append(out, "trust "+a.Subject)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Open reports whether a statement's verdict leans on something that nobody declared.
func (p *Proof) Open() bool {
	for _, a := range p.Assumes {
		if !a.Declared {
			return true
		}
	}
	return false
}
