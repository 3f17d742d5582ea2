package oracle

import "slices"

// clone copies the schema; its tables refer to each other's copies.
func (s *schema) clone() *schema {
	c := &schema{tenantType: s.tenantType, before: slices.Clone(s.before), views: slices.Clone(s.views)}
	copies := map[*table]*table{}
	for _, t := range s.tables {
		u := *t
		u.cols, u.keys = slices.Clone(t.cols), slices.Clone(t.keys)
		copies[t] = &u
		c.tables = append(c.tables, &u)
	}
	for _, t := range s.tables {
		u := copies[t]
		u.parent = copies[t.parent]
		u.fks = nil
		for _, f := range t.fks {
			g := *f
			g.to = copies[f.to]
			u.fks = append(u.fks, &g)
			if f == t.owner {
				u.owner = &g
			}
		}
	}
	return c
}

// dropTable takes a table out, unless another one refers to it.
func (s *schema) dropTable(i int) bool {
	if i >= len(s.tables) {
		return false
	}
	t := s.tables[i]
	if t.parent != nil {
		t.parent.kids = nil
	}
	for _, o := range s.tables {
		if o != t && o.parent == t {
			return false
		}
		for _, f := range o.fks {
			if o != t && f.to == t {
				return false
			}
		}
	}
	s.tables = slices.Delete(s.tables, i, i+1)
	return true
}
