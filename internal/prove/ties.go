package prove

import "github.com/tenantc/tenantc/internal/query"

// ties are the equalities of a statement, wherever they hold. What a closure
// finds equal is tied, so a term that is tied to nothing of which something is
// known need not be walked from: in an attempt with a parameter that is not the
// tenant, that is every tenant column.
type ties struct {
	partition
	hopeful []bool               // by number of a class's representative: something may be known of a term of it
	of      map[*query.RTE][]int // the terms that are columns of an entry
	sure    map[*query.RTE]bool  // instances that are confined
	p       *prover
}

// id returns the number of a term.
func (t *ties) id(of term) int {
	id, ok := t.ids[of]
	if !ok {
		id = t.partition.id(of)
		t.hopeful = append(t.hopeful, t.known(of))
		if of.rte != nil {
			t.of[of.rte] = append(t.of[of.rte], id)
		}
	}
	return id
}

// known reports whether something may be known of a term by itself: not of a
// constant, of a parameter that is not the tenant, nor of an instance of a
// relation until it is confined.
func (t *ties) known(of term) bool {
	switch {
	case of.param != 0:
		_, ok := t.p.tenantDim(of.param)
		return ok
	case of.konst != "":
		return false
	case of.rte != nil:
		return of.rte.Kind != query.RelationRTE || of.rte.Sub != nil || t.sure[of.rte]
	}
	return true
}

func (t *ties) tie(a, b int) {
	a, b = t.root(a), t.root(b)
	t.parent[a] = b
	t.hopeful[b] = t.hopeful[a] || t.hopeful[b]
}

// hope says that something may be known of a term.
func (t *ties) hope(id int) { t.hopeful[t.root(id)] = true }

// confined says so of every column of an instance.
func (t *ties) confined(r *query.RTE) {
	t.sure[r] = true
	for _, id := range t.of[r] {
		t.hope(id)
	}
}

// hopeless reports whether nothing is known of what equals a term, wherever.
func (t *ties) hopeless(of term) bool {
	id, ok := t.ids[of]
	return ok && !t.hopeful[t.root(id)]
}
