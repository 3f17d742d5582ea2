package prove

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// explainInsert says why a proposed row need not be the tenant's.
func (p *prover) explainInsert(q *query.Insert, row int) loose {
	rel := q.Target.Relation
	ten := p.tenancy(rel)
	f := finding{loc: q.Target.At, width: q.Target.Width}
	which := ""
	if v, ok := q.Source.(*query.Values); ok && len(v.Rows) > 1 {
		which = fmt.Sprintf("row %d of ", row+1)
	}
	if ten.Class == catalog.Derived {
		parent := ten.Owner.To
		f.code = diag.CodeOwnerKey
		f.message = fmt.Sprintf("%sthe insert hangs %s under a parent that need not be the tenant's", which, rel.Name)
		f.why = fmt.Sprintf("%s is not known to be the key of an own row of %s; a client can send any", p.ownerColumns(rel), parent.Name)
		f.fix = p.fixOwner(q, row, ten.Owner)
		return loose{rte: q.Target, diag: f}
	}
	f.code = diag.CodeInsertTenant
	col := rel.Columns[ten.Column()].Name
	e := proposedExpr(q, row, ten.Column())
	if e == nil {
		f.message = fmt.Sprintf("%sthe insert into %s leaves out %s", which, rel.Name, col)
		f.why = "the row would get the column's default, which is no caller's tenant"
		f.fix = fmt.Sprintf("list %s and give it %s", col, p.tenantText(ten.Dim))
		if ten.Class == catalog.Root {
			f.fix += "; or, where it makes a new tenant, -- tenant: unscoped public: …"
		}
		return loose{rte: q.Target, diag: f}
	}
	f.message = fmt.Sprintf("%sthe insert into %s gives %s a value that need not be the tenant", which, rel.Name, col)
	f.why = fmt.Sprintf("`%s` can be another tenant, or nobody", query.String(e))
	f.fix = fmt.Sprintf("give %s the tenant parameter: %s", col, p.tenantText(ten.Dim))
	if r, ok := uncast(e).(*query.ParamRef); ok && r.Param.Nullable {
		f.why = fmt.Sprintf("`%s` may be NULL, and the row would be nobody's", query.String(e))
		f.fix = fmt.Sprintf("sqlc.arg('%s') in the place of sqlc.narg: the tenant is never NULL", r.Param.Spelt)
	}
	f.loc, f.width = e.Loc(), 1
	return loose{rte: q.Target, diag: f}
}

// fixOwner writes the INSERT that takes the owning key from an own parent row.
func (p *prover) fixOwner(q *query.Insert, row int, owner *catalog.ForeignKey) string {
	var keys, ties []string
	for i, c := range owner.Columns {
		key := "parent." + query.Ident(owner.To.Columns[owner.RefColumns[i]].Name)
		value := "@" + owner.From.Columns[c].Name
		switch e := proposedExpr(q, row, c).(type) {
		case nil, *query.Default:
		default:
			value = query.String(e)
		}
		keys = append(keys, key)
		ties = append(ties, key+" = "+value)
	}
	from, where := p.parents(owner)
	return fmt.Sprintf("insert into %s (…) select %s, … from %s where %s and %s",
		tableName(q.Target.Relation), strings.Join(keys, ", "), from, strings.Join(ties, " and "), where)
}
