package generator

import (
	"github.com/tenantc/tenantc/internal/packed"
	"github.com/tenantc/tenantc/internal/prove"
)

// ledger keeps the verdicts on the statements of an entry until somebody asks for
// them. The zero value holds none.
type ledger struct {
	log     packed.Log
	refused int
}

func (l *ledger) add(q Query) {
	if q.Verdict == prove.Refused.String() {
		l.refused++
	}
	l.log.Add(func(p *packed.Packing) { packQuery(p, &q) })
}

// queries returns the verdicts in the order in which they were added.
func (l *ledger) queries() []Query {
	out := make([]Query, l.log.Len())
	p := l.log.Values()
	for i := range out {
		packQuery(p, &out[i])
	}
	return out
}

func packQuery(p *packed.Packing, q *Query) {
	p.Once(&q.Name)
	p.Text(&q.File)
	packed.Number(p, &q.Line)
	p.Text(&q.Command)
	p.Text(&q.Verdict)
	packed.List(p, &q.Tenants, packTenant)
	packed.List(p, &q.Relations, packRelation)
	packed.List(p, &q.Assumes, (*packed.Packing).Text)
	packed.List(p, &q.Declared, (*packed.Packing).Text)
	packed.List(p, &q.Unread, packReason)
	packed.List(p, &q.Diagnostics, (*packed.Packing).Text)
}

func packTenant(p *packed.Packing, t *Tenant) {
	p.Text(&t.Dimension)
	packed.Number(p, &t.Parameter)
}

func packRelation(p *packed.Packing, r *Relation) {
	p.Text(&r.Table)
	p.Text(&r.Alias)
	p.Text(&r.File)
	packed.Number(p, &r.Line)
	packed.Number(p, &r.Column)
	p.Text(&r.Class)
	p.Text(&r.Rule)
	packed.List(p, &r.Because, packReason)
}

func packReason(p *packed.Packing, r *Reason) {
	p.Text(&r.File)
	packed.Number(p, &r.Line)
	packed.Number(p, &r.Column)
	p.Text(&r.Text)
}
