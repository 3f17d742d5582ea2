package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// checkFilter is a further look at a statement that takes conditions: the texts
// that run, without any and with some, are read and proven by themselves, and
// the proofs must be that of the statement.
func checkFilter(cat *catalog.Catalog, proof *Proof) {
	f := proof.Stmt.Filter
	if f == nil {
		return
	}
	refuse := func(message, why string) {
		mark := proof.Stmt.Annotation.Filter
		at := mark.At.Pos()
		proof.Verdict = Refused
		proof.Findings = append(proof.Findings, diag.Diagnostic{
			Code: diag.CodeFilter, Severity: diag.Error, Pos: at, Width: mark.Width, Message: message, Why: why,
		})
	}
	if proof.Verdict != Confined || !f.RTE.Relation.Tenancy.Owned() {
		refuse(f.RTE.Relation.Name+" holds nobody's data, and takes no conditions", "they are about the tenant's own rows")
		return
	}
	for _, text := range []string{f.Without(), f.With(f.Sample()), f.With(query.AnyOperator)} {
		s := query.ParseSQL(proof.Stmt.Name, proof.Stmt.Command, text, withoutFilter(proof.Stmt.Annotation), cat)
		if !sameProof(proof, One(cat, s)) {
			refuse(proof.Stmt.Name+" is not proven with a condition", "the statement is confined, and another of its texts is not, or by other rules")
			return
		}
	}
}

func withoutFilter(a query.Annotation) query.Annotation {
	a.Filter = nil
	return a
}

// sameProof reports whether two texts of one statement are proven alike.
func sameProof(a, b *Proof) bool {
	return a.Verdict == b.Verdict && slices.Equal(a.Tenants, b.Tenants) &&
		slices.EqualFunc(a.Assumes, b.Assumes, func(x, y Assumption) bool { return x.Subject == y.Subject && x.Declared == y.Declared }) &&
		slices.EqualFunc(a.Instances, b.Instances, func(x, y Instance) bool {
			return x.RTE.ID == y.RTE.ID && x.RTE.Relation == y.RTE.Relation && x.Class == y.Class && x.Rule == y.Rule
		})
}
