package generator

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
)

// ledger keeps the verdicts on the statements of an entry until somebody asks for
// them: packed, since those of a large project would take as much memory as its
// schema. The zero value holds none.
type ledger struct {
	count, refused int

	texts []string          // each once: what verdicts say repeats
	known map[string]uint64 // their places in texts
	log   []byte
}

// add adds a verdict behind the others. It keeps nothing that q refers to.
func (l *ledger) add(q Query) {
	if l.known == nil {
		l.known = map[string]uint64{}
	}
	l.count++
	if q.Verdict == prove.Refused.String() {
		l.refused++
	}
	(&packing{ledger: l}).query(&q)
}

// seal lets go of what only add needs. Nothing may be added afterwards.
func (l *ledger) seal() {
	l.known, l.log = nil, slices.Clip(slices.Clone(l.log))
}

// queries returns the verdicts in the order in which they were added.
func (l *ledger) queries() []Query {
	out := make([]Query, l.count)
	p := packing{ledger: l, unpacks: true, rest: l.log}
	for i := range out {
		p.query(&out[i])
	}
	if len(p.rest) > 0 {
		diag.Bugf("generator: %d bytes are left of %d verdicts", len(p.rest), l.count)
	}
	return out
}

// packing goes over a verdict and packs each field, or unpacks it: one
// description serves both ways.
type packing struct {
	ledger  *ledger
	unpacks bool
	rest    []byte // of the log, what is not unpacked yet
}

func (p *packing) query(q *Query) {
	p.name(&q.Name)
	p.text(&q.File)
	p.number(&q.Line)
	p.text(&q.Command)
	p.text(&q.Verdict)
	packList(p, &q.Tenants, (*packing).tenant)
	packList(p, &q.Relations, (*packing).relation)
	packList(p, &q.Assumes, (*packing).text)
	packList(p, &q.Declared, (*packing).text)
	packList(p, &q.Unread, (*packing).reason)
	packList(p, &q.Diagnostics, (*packing).text)
}

func (p *packing) tenant(t *Tenant) {
	p.text(&t.Dimension)
	p.number(&t.Parameter)
}

func (p *packing) relation(r *Relation) {
	p.text(&r.Table)
	p.text(&r.Alias)
	p.text(&r.File)
	p.number(&r.Line)
	p.number(&r.Column)
	p.text(&r.Class)
	p.text(&r.Rule)
	packList(p, &r.Because, (*packing).reason)
}

func (p *packing) reason(r *Reason) {
	p.text(&r.File)
	p.number(&r.Line)
	p.number(&r.Column)
	p.text(&r.Text)
}

// packList packs a list, one that is nil too, for which JSON has another word
// than for an empty one.
func packList[T any](p *packing, list *[]T, each func(*packing, *T)) {
	n := len(*list) + 1
	if *list == nil {
		n = 0
	}
	p.number(&n)
	if p.unpacks && n > 0 {
		*list = make([]T, n-1)
	}
	for i := range *list {
		each(p, &(*list)[i])
	}
}

func (p *packing) number(n *int) {
	if !p.unpacks {
		p.ledger.log = binary.AppendVarint(p.ledger.log, int64(*n))
		return
	}
	v, size := binary.Varint(p.rest)
	if size <= 0 {
		diag.Bugf("generator: the packed verdicts end in the middle of one")
	}
	*n, p.rest = int(v), p.rest[size:]
}

// name packs a text that no other verdict has.
func (p *packing) name(s *string) {
	n := len(*s)
	p.number(&n)
	if !p.unpacks {
		p.ledger.log = append(p.ledger.log, *s...)
		return
	}
	*s, p.rest = string(p.rest[:n]), p.rest[n:]
}

func (p *packing) text(s *string) {
	if p.unpacks {
		var at int
		p.number(&at)
		*s = p.ledger.texts[at]
		return
	}
	at, ok := p.ledger.known[*s]
	if !ok {
		own := strings.Clone(*s) // a part of a query file would keep the whole file
		at = uint64(len(p.ledger.texts))
		p.ledger.known[own], p.ledger.texts = at, append(p.ledger.texts, own)
	}
	n := int(at)
	p.number(&n)
}
