package prove

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// prover is one attempt at one statement, with one choice of tenant parameters.
type prover struct {
	cat     *catalog.Catalog
	stmt    *query.Stmt
	tenants []Tenant // the parameters tried, one a dimension

	ties    ties
	factID  int
	steps   int
	subs    map[*query.SubLink]*subquery
	ctes    map[*query.CTE]*definition
	writes  []write
	places  map[*query.Select]bool       // those that may hand out ctids
	opened  []*opened                    // views and functions being looked into, the outermost first
	looking map[*catalog.Expr]bool       // CHECKs being looked into
	pure    map[*catalog.Function]bool   // functions whose bodies were looked at
	trusted map[string]*catalog.Function // declared functions that the proof leans on
	// comparesTenant holds the parameters that some fact equates with the tenant
	// column of a relation; for suggestions only.
	comparesTenant map[int]bool
	// comparesFurther holds those that some fact equates with the column of a
	// dimension, of which a relation may have several.
	comparesFurther map[Tenant]bool

	late    map[*query.RTE]lateTest // for explanations: entries whose test stands outside of their statement
	refused []finding               // constructs that are refused wherever they stand
	// These serve the explanation of a refusal, and are empty in a proof: the
	// entries taken for confined to see what follows, those that follow from the
	// one that is explained, those that are confined anyway, and those that are
	// mended before it.
	assumed, follows, firm map[*query.RTE]bool
	before                 []*query.RTE
}

// maxSteps bounds the work on one statement. The largest statement of the
// corpora takes 4,000 steps; what takes more than this is refused.
const maxSteps = 400_000

// tooComplex is the panic value of step.
type tooComplex struct{}

func (p *prover) step() {
	if p.steps++; p.steps > maxSteps {
		panic(tooComplex{})
	}
}

// finding is a diagnostic whose place is in a statement.
type finding struct {
	code    diag.Code
	loc     query.Loc
	width   int
	message string
	why     string
	fix     string
	related []related
	group   diag.Group
}

type related struct {
	pos     diag.Pos
	message string
}

func (f finding) diagnostic() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: f.code, Severity: diag.Error, Pos: f.loc.Pos(), Width: f.width,
		Message: f.message, Why: f.why, Fix: f.fix, Group: f.group,
	}
	for _, r := range f.related {
		d.Related = append(d.Related, diag.Related{Pos: r.pos, Message: r.message})
	}
	return d
}

// refuse records that a construct is refused. The statement cannot be accepted
// any more.
func (p *prover) refuse(code diag.Code, loc query.Loc, message string) {
	why := "what is not understood is not accepted: it may read or write any tenant's rows"
	if code == diag.CodeFunction {
		why = "what it calls is not in the statement, and may read any tenant's rows"
	}
	p.refuseFix(code, loc, message, why, "")
}

func (p *prover) refuseFix(code diag.Code, loc query.Loc, message, why, fix string) {
	for _, f := range p.refused {
		if f.loc == loc && f.message == message {
			return
		}
	}
	p.refused = append(p.refused, finding{code: code, loc: loc, message: message, why: why, fix: fix})
}

// tenantDim returns the dimension whose tenant the parameter carries.
func (p *prover) tenantDim(param int) (*catalog.Dimension, bool) {
	for _, t := range p.tenants {
		if t.Param == param {
			return t.Dim, true
		}
	}
	return nil, false
}

// tenancy returns the tenancy in which an instance of rel is to be confined:
// its own, or that in the dimension of `-- tenant: by DIMENSION`.
func (p *prover) tenancy(rel *catalog.Relation) catalog.Tenancy {
	return tenancyBy(p.cat, rel, p.stmt.Annotation.By)
}

func tenancyBy(cat *catalog.Catalog, rel *catalog.Relation, by string) catalog.Tenancy {
	t := rel.Tenancy
	if by == "" || !t.Owned() || t.Dim.Name == by {
		return t
	}
	dim := cat.Dimension(by)
	if dim.Index > t.Dim.Index {
		t.Class = catalog.Unclassified // a narrower dimension says nothing of a wider one's rows
		return t
	}
	if t.Columns[dim.Index] >= 0 {
		t.Class = catalog.Direct
		t.Nullable = !rel.Columns[t.Columns[dim.Index]].NotNull
		t.Dim, t.Owner = dim, nil
		return t
	}
	// Without the wider column a row belongs to the owner of the root of its own
	// dimension, to which it refers.
	owner := t.Owner
	if t.Class != catalog.Derived {
		owner = nil
		for _, fk := range rel.ForeignKeys {
			if fk.To == t.Dim.Root && len(fk.Columns) == 1 && fk.Columns[0] == t.Column() && rel.Columns[t.Column()].NotNull {
				owner = fk
			}
		}
	}
	t.Class, t.Dim, t.Owner = catalog.Derived, dim, owner
	if owner == nil || owner.To == rel || !tenancyBy(cat, owner.To, by).Owned() {
		t.Class = catalog.Unclassified
	}
	return t
}

// ownerColumns names the columns by which rel is owned.
func (p *prover) ownerColumns(rel *catalog.Relation) string {
	ten := p.tenancy(rel)
	var names []string
	if ten.Class == catalog.Derived {
		for _, c := range ten.Owner.Columns {
			names = append(names, rel.Columns[c].Name)
		}
	} else {
		names = append(names, rel.Columns[ten.Column()].Name)
	}
	return strings.Join(names, ", ")
}

// via is the evidence of an owner: a declared one, or the root of a narrower
// dimension.
func (p *prover) via(rel *catalog.Relation, fk *catalog.ForeignKey) Reason {
	r := Reason{Text: fmt.Sprintf("%s is owned via %s → %s", rel.Name, p.ownerColumns(rel), fk.To.Name)}
	if rel.Tenancy.Class == catalog.Derived {
		r.Declared = "via " + fkName(fk)
	}
	return r
}

// foreignKey is the evidence of a foreign key that holds the tenant.
func (p *prover) foreignKey(fk *catalog.ForeignKey) Reason {
	names := func(rel *catalog.Relation, cols []int) string {
		var out []string
		for _, c := range cols {
			out = append(out, rel.Columns[c].Name)
		}
		return strings.Join(out, ", ")
	}
	kind, declared := "foreign key", ""
	if !p.pairsTenant(fk) {
		kind, declared = "foreign key, declared consistent,", "consistent foreign key "+fkName(fk)
	}
	return Reason{Declared: declared, Text: fmt.Sprintf(kind+" %s (%s) → %s (%s)", fk.From.Name, names(fk.From, fk.Columns), fk.To.Name, names(fk.To, fk.RefColumns))}
}
