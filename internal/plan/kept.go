package plan

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/packed"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// heading is what has to be known of every statement before the first method is
// planned.
type heading struct {
	name, command string
	pos           diag.Pos
	verdict       prove.Verdict

	repo   *repo // that its method is in; nil before methodNames
	method string
}

// kept are the statements of a draft until sqlc is done: but for their headings
// they are packed.
type kept struct {
	headings []heading
	log      packed.Log

	relations   []*catalog.Relation
	numbers     map[*catalog.Relation]int // places in relations, from 1
	dimensions  []*catalog.Dimension
	annotations []*query.Annotation // of those that have one
	types       []*catalog.Type
	typeNumbers map[*catalog.Type]int
}

func newKept(cat *catalog.Catalog) *kept {
	return &kept{dimensions: cat.Dimensions, numbers: map[*catalog.Relation]int{}, typeNumbers: map[*catalog.Type]int{}}
}

func (k *kept) add(s *statement) {
	k.headings = append(k.headings, s.heading)
	k.log.Add(func(p *packed.Packing) { k.pack(p, s) })
}

// seal lets go of what only add needs.
func (k *kept) seal() {
	k.log.Seal()
	k.headings, k.numbers, k.typeNumbers = slices.Clone(k.headings), nil, nil
}

// all returns a function that gives back one statement after the other.
func (k *kept) all() (next func() *statement) {
	p, i := k.log.Values(), 0
	return func() *statement {
		s := &statement{heading: k.headings[i]}
		k.pack(p, s)
		i++
		return s
	}
}

// pack packs a statement but for its heading, or gives it back.
func (k *kept) pack(p *packed.Packing, s *statement) {
	packed.List(p, &s.comments, (*packed.Packing).Once)
	k.annotation(p, &s.annotation)
	packed.List(p, &s.params, func(p *packed.Packing, of *sourceParam) {
		p.Text(&of.name)
		k.typ(p, &of.typ)
		packed.Number(p, &of.line)
		packed.Number(p, &of.column)
	})
	k.evidence(p, &s.evidence)
	p.Bytes(s.expected[:])
	if p.Gives() {
		s.reading = new(reading)
	}
	k.reading(p, s.reading)
}

func (k *kept) annotation(p *packed.Packing, a **query.Annotation) {
	n := 0
	if !p.Gives() && *a != &none {
		k.annotations = append(k.annotations, *a)
		n = len(k.annotations)
	}
	packed.Number(p, &n)
	switch {
	case !p.Gives():
	case n == 0:
		*a = &none
	default:
		*a = k.annotations[n-1]
	}
}

func (k *kept) typ(p *packed.Packing, t **catalog.Type) {
	n := 0
	if !p.Gives() {
		known, ok := k.typeNumbers[*t]
		if !ok {
			known = len(k.types)
			k.typeNumbers[*t], k.types = known, append(k.types, *t)
		}
		n = known
	}
	if packed.Number(p, &n); p.Gives() {
		*t = k.types[n]
	}
}

func (k *kept) relation(p *packed.Packing, r **catalog.Relation) {
	n := k.numbers[*r]
	if !p.Gives() && n == 0 && *r != nil {
		k.relations = append(k.relations, *r)
		n = len(k.relations)
		k.numbers[*r] = n
	}
	if packed.Number(p, &n); p.Gives() && n > 0 {
		*r = k.relations[n-1]
	}
}

// some packs whether there is a value, and reports it. Where there is one, it is
// there to be packed, or to be filled.
func some[T any](p *packed.Packing, of **T) bool {
	there := *of != nil
	if p.Bool(&there); !there {
		return false
	}
	if p.Gives() {
		*of = new(T)
	}
	return true
}

func (k *kept) evidence(p *packed.Packing, e *evidence) {
	packed.Number(p, &e.verdict)
	p.Bool(&e.open)
	packed.Number(p, &e.params)
	packed.List(p, &e.tenants, func(p *packed.Packing, t *prove.Tenant) {
		n := 0
		if !p.Gives() {
			n = t.Dim.Index
		}
		if packed.Number(p, &n); p.Gives() {
			t.Dim = k.dimensions[n]
		}
		packed.Number(p, &t.Param)
	})
	packed.List(p, &e.instances, func(p *packed.Packing, in *instance) {
		k.relation(p, &in.relation)
		packed.Number(p, &in.class)
		p.Text(&in.alias)
		p.Text(&in.rule)
	})
}

func (k *kept) reading(p *packed.Packing, r *reading) {
	p.Text(&r.differs)
	packed.List(p, &r.targets, func(p *packed.Packing, o *origin) {
		packed.Number(p, &o.instance)
		k.relation(p, &o.relation)
		column := 0 // from 1
		if !p.Gives() && o.column != nil {
			column = slices.Index(o.relation.Columns, o.column) + 1
			if column == 0 {
				diag.Bugf("plan: %s has no column %s", o.relation.Name, o.column.Name)
			}
		}
		if packed.Number(p, &column); p.Gives() && column > 0 {
			o.column = o.relation.Columns[column-1]
		}
		p.Bool(&o.absent)
	})
	p.Bool(&r.sets)
	packed.Number(p, &r.limit)
	if some(p, &r.copy) {
		k.relation(p, &r.copy.relation)
		packed.List(p, &r.copy.columns, packed.Number)
		packed.List(p, &r.copy.params, packed.Number)
	}
	if some(p, &r.filter) {
		k.relation(p, &r.filter.relation)
		p.Once(&r.filter.head)
		p.Once(&r.filter.tail)
		p.Text(&r.filter.qualifier)
	}
}
