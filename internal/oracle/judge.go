package oracle

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// Verdict is what a judge says of a statement.
type Verdict struct {
	Accepted bool
	Tenant   int // number of the tenant parameter; 0 for none
	// Global: only relations that are nobody's are touched, and they may be written.
	Global bool
	// Word: the acceptance rests on the application's word that a foreign key it
	// writes never crosses tenants, which random values do not keep.
	Word  bool
	Rules []string // of the instances
	Why   []string // it was refused
}

// Judge decides on a statement. grown is the number of the parameter that was
// meant to be the tenant; 0 when the statement has it no more.
type Judge func(cat *catalog.Catalog, sql string, grown int) (Verdict, *query.Stmt)

// Prover is the judge on trial.
func Prover(cat *catalog.Catalog, sql string, _ int) (Verdict, *query.Stmt) {
	st := query.ParseSQL("Q", ":many", sql, query.Annotation{}, cat)
	p := prove.One(cat, st)
	var v Verdict
	for _, f := range p.Findings {
		v.Why = append(v.Why, string(f.Code)+" "+f.Message)
	}
	if p.Verdict != prove.Confined && p.Verdict != prove.Global {
		return v, st
	}
	if p.Open() {
		for _, a := range p.Assumes {
			v.Why = append(v.Why, string(a.Code)+" assumption")
		}
		return v, st
	}
	v.Accepted, v.Global = true, p.Verdict == prove.Global
	if len(p.Tenants) > 0 {
		v.Tenant = p.Tenants[0].Param
	}
	for _, a := range p.Assumes {
		v.Word = v.Word || strings.HasPrefix(a.Subject, "foreign key ")
	}
	for _, in := range p.Instances {
		v.Rules = append(v.Rules, in.Rule)
	}
	return v, st
}

// ask asks a judge; a panic is an answer too.
func ask(j Judge, cat *catalog.Catalog, sql string, grown int) (v Verdict, st *query.Stmt, panicked string) {
	defer func() {
		if r := recover(); r != nil {
			v, panicked = Verdict{}, fmt.Sprint(r)
		}
	}()
	v, st = j(cat, sql, grown)
	return v, st, ""
}
