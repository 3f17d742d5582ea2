package catalog

import (
	"fmt"
	"slices"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// check is what the interpreter knows of a CHECK beside its expression.
type check struct {
	name      string
	noInherit bool
	inherited bool // handed down by a parent
	local     bool
}

// addConstraint makes a constraint of a table. recurse is false under ONLY.
func (b *builder) addConstraint(rel *Relation, p pending, recurse bool) {
	c := p.c
	switch c.GetContype() {
	case pgast.ConstrType_CONSTR_CHECK:
		b.addCheck(rel, c, recurse)
	case pgast.ConstrType_CONSTR_NOTNULL:
		for _, name := range pgast.Strings(c.GetKeys()) {
			b.forTree(rel, recurse && !c.GetIsNoInherit(), func(r *Relation) {
				col := b.column(r, name, c.GetLocation())
				switch {
				case col == nil:
				case c.GetSkipValidation(): // old rows may still have NULL
					b.notNull[col] = c.GetConname()
				default:
					b.setNotNull(r, col, c.GetConname())
					b.ownOnly[col] = c.GetIsNoInherit()
				}
			})
		}
	case pgast.ConstrType_CONSTR_PRIMARY, pgast.ConstrType_CONSTR_UNIQUE:
		if c.GetIndexname() != "" {
			b.keyUsingIndex(rel, c)
		} else {
			b.addKeyConstraint(rel, p, recurse)
		}
	case pgast.ConstrType_CONSTR_EXCLUSION:
		b.addExclusion(rel, p)
	case pgast.ConstrType_CONSTR_FOREIGN:
		b.addForeignKey(rel, p)
	default:
		b.refuseNamed("a constraint of kind " + c.GetContype().String())
	}
}

// column finds a column and reports one that is missing.
func (b *builder) column(rel *Relation, name string, location int32) *Column {
	col := rel.Column(name)
	if col == nil {
		b.noSuch("column", rel.Name+"."+name, b.src.pos(location, b.stmt))
	}
	return col
}

// columns is column for a list of names, as indexes.
func (b *builder) columns(rel *Relation, names []string, location int32) ([]int, bool) {
	out := make([]int, 0, len(names))
	for _, name := range names {
		col := b.column(rel, name, location)
		if col == nil {
			return nil, false
		}
		out = append(out, col.Index)
	}
	return out, true
}

func (b *builder) addCheck(rel *Relation, c *pgast.Constraint, recurse bool) {
	name := c.GetConname()
	if name == "" {
		name = b.chooseConstraintName(rel, soleColumn(rel, c.GetRawExpr()), "check")
	}
	e := b.exprIn(c.GetRawExpr(), c.GetLocation(), false)
	b.putCheck(rel, e, check{name: name, noInherit: c.GetIsNoInherit(), local: true})
	if recurse && !c.GetIsNoInherit() {
		for _, child := range rel.Subtree()[1:] {
			b.inheritCheck(child, e, name)
		}
	}
}

// inheritCheck hands a CHECK down, unless the child has one of that name.
func (b *builder) inheritCheck(child *Relation, e *Expr, name string) {
	for _, have := range child.Checks {
		if info := b.checks[have]; info.name == name {
			info.inherited = true
			b.checks[have] = info
			return
		}
	}
	copied := *e
	b.putCheck(child, &copied, check{name: name, inherited: true})
}

func (b *builder) putCheck(rel *Relation, e *Expr, info check) {
	rel.Checks = append(rel.Checks, e)
	b.checks[e] = info
	b.countName(rel, info.name)
}

// soleColumn returns the one column that an expression mentions, if it is one:
// PostgreSQL puts its name into the name of a CHECK.
func soleColumn(rel *Relation, n *pgast.Node) []string {
	var found []string
	pgast.Walk(n, func(m pgast.Message) bool {
		if ref, ok := m.(*pgast.ColumnRef); ok {
			name, _ := (pgast.Naming{}).ColumnName(&pgast.Node{Node: &pgast.Node_ColumnRef{ColumnRef: ref}})
			if rel.Column(name) != nil && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
		return true
	})
	if len(found) != 1 {
		return nil
	}
	return found
}

// addKeyConstraint makes a PRIMARY KEY or UNIQUE constraint and its index.
func (b *builder) addKeyConstraint(rel *Relation, p pending, recurse bool) {
	c := p.c
	names := pgast.Strings(c.GetKeys())
	if p.column >= 0 {
		names = []string{rel.Columns[p.column].Name}
	}
	if c.GetWithoutOverlaps() {
		b.refuseNamed("WITHOUT OVERLAPS")
		return
	}
	cols, ok := b.columns(rel, names, c.GetLocation())
	if !ok {
		return
	}
	primary := c.GetContype() == pgast.ConstrType_CONSTR_PRIMARY
	pos := b.src.pos(c.GetLocation(), b.stmt)
	if old := rel.PrimaryKey(); primary && old != nil {
		b.exists("primary key of", rel.Name, pos, old.Pos)
		return
	}
	name := c.GetConname()
	switch {
	case name == "" && primary:
		name = b.chooseIndexName(rel, nil, "pkey")
	case name == "":
		name = b.chooseIndexName(rel, append(slices.Clone(names), pgast.Strings(c.GetIncluding())...), "key")
	case b.nameTaken(qname{rel.Schema, name}):
		b.exists("relation", name, pos, b.posOf(qname{rel.Schema, name}))
		return
	}
	key := &Key{
		Name: name, Pos: pos, Primary: primary, Constraint: true,
		Deferrable: c.GetDeferrable() || c.GetInitdeferred(), NullsNotDistinct: c.GetNullsNotDistinct(),
	}
	ix := &Index{Name: name, Pos: pos, Method: "btree", Key: key}
	for _, i := range cols {
		ix.Elems = append(ix.Elems, KeyElem{Column: i})
	}
	if ix.Include, ok = b.columns(rel, pgast.Strings(c.GetIncluding()), c.GetLocation()); !ok {
		return
	}
	b.putIndex(rel, ix)
	b.countName(rel, name)
	if primary {
		b.forTree(rel, true, func(r *Relation) {
			for _, n := range names {
				if col := r.Column(n); col != nil {
					b.setNotNull(r, col, "")
				}
			}
		})
	}
	b.handDownIndex(rel, ix, recurse)
}

// keyUsingIndex makes a constraint of an existing unique index, which takes
// the constraint's name.
func (b *builder) keyUsingIndex(rel *Relation, c *pgast.Constraint) {
	pos := b.src.pos(c.GetLocation(), b.stmt)
	ix := b.indexes[qname{rel.Schema, c.GetIndexname()}]
	if ix == nil || ix.rel != rel || ix.Key == nil {
		b.noSuch("unique index", c.GetIndexname(), pos)
		return
	}
	if name := c.GetConname(); name != "" && name != ix.Name {
		b.renameIndex(ix, name)
	}
	ix.Key.Constraint = true
	ix.Key.Deferrable = c.GetDeferrable() || c.GetInitdeferred()
	b.countName(rel, ix.Name)
	if c.GetContype() == pgast.ConstrType_CONSTR_PRIMARY {
		ix.Key.Primary = true
		for _, e := range ix.Elems {
			if e.Column >= 0 {
				b.setNotNull(rel, rel.Columns[e.Column], "")
			}
		}
	}
}

func (b *builder) addExclusion(rel *Relation, p pending) {
	c := p.c
	pos := b.src.pos(c.GetLocation(), b.stmt)
	x := &Exclusion{
		Name: c.GetConname(), Pos: pos, Deferrable: c.GetDeferrable() || c.GetInitdeferred(),
		Predicate: b.expr(c.GetWhereClause()),
	}
	ix := &Index{Pos: pos, Method: c.GetAccessMethod(), Predicate: x.Predicate, Exclusion: x}
	var names []string
	for _, n := range c.GetExclusions() {
		items := n.GetList().GetItems()
		if len(items) != 2 {
			b.refuseNamed("this exclusion constraint")
			return
		}
		elem, name, ok := b.indexElem(rel, items[0].GetIndexElem(), names)
		if !ok {
			return
		}
		names = append(names, name)
		ops := pgast.Strings(items[1].GetList().GetItems())
		if len(ops) == 0 {
			b.refuseNamed("this exclusion constraint")
			return
		}
		ix.Elems = append(ix.Elems, elem)
		x.Elems = append(x.Elems, ExclusionElem{elem, ops[len(ops)-1]})
	}
	if x.Name == "" {
		x.Name = b.chooseIndexName(rel, names, "excl")
	}
	ix.Name = x.Name
	rel.Exclusions = append(rel.Exclusions, x)
	b.putIndex(rel, ix)
	b.countName(rel, x.Name)
	b.handDownIndex(rel, ix, true)
}

func (b *builder) addForeignKey(rel *Relation, p pending) {
	c := p.c
	to := b.relation(c.GetPktable())
	if to == nil {
		return
	}
	if c.GetFkWithPeriod() || c.GetPkWithPeriod() {
		b.refuseNamed("a foreign key with PERIOD")
		return
	}
	names := pgast.Strings(c.GetFkAttrs())
	if p.column >= 0 {
		names = []string{rel.Columns[p.column].Name}
	}
	cols, ok := b.columns(rel, names, c.GetLocation())
	if !ok {
		return
	}
	pos := b.src.pos(c.GetLocation(), b.stmt)
	refs, ok := b.referencedColumns(to, c, pos)
	if !ok {
		return
	}
	if len(refs) != len(cols) {
		b.add(diag.Diagnostic{
			Code: diag.CodeForeignKey, Pos: pos,
			Message: fmt.Sprintf("the foreign key has %d columns and refers to %d", len(cols), len(refs)),
		})
		return
	}
	fk := &ForeignKey{
		Name: c.GetConname(), Pos: pos, From: rel, Columns: cols, To: to, RefColumns: refs,
		MatchFull:  c.GetFkMatchtype() == "f",
		Deferrable: c.GetDeferrable() || c.GetInitdeferred(),
		NotValid:   c.GetSkipValidation() && c.GetIsEnforced(), NotEnforced: !c.GetIsEnforced(),
	}
	if fk.OnDelete, ok = action(c.GetFkDelAction()); ok {
		fk.OnUpdate, ok = action(c.GetFkUpdAction())
	}
	if !ok || c.GetFkMatchtype() == "p" {
		b.refuseNamed("this foreign key")
		return
	}
	if set := pgast.Strings(c.GetFkDelSetCols()); len(set) > 0 {
		if fk.SetColumns, ok = b.columns(rel, set, c.GetLocation()); !ok {
			return
		}
	}
	if fk.Name == "" {
		fk.Name = b.chooseConstraintName(rel, names, "fkey")
	}
	b.putForeignKey(fk)
	b.handDownForeignKey(rel, fk)
}

// referencedColumns returns the columns that a foreign key refers to: those
// written, else the primary key. They must be a key, as PostgreSQL demands.
func (b *builder) referencedColumns(to *Relation, c *pgast.Constraint, pos diag.Pos) ([]int, bool) {
	names := pgast.Strings(c.GetPkAttrs())
	if len(names) == 0 {
		pk := to.PrimaryKey()
		if pk == nil {
			b.notAKey(to, "no primary key", pos)
			return nil, false
		}
		cols, ok := pk.Columns()
		return cols, ok
	}
	refs, ok := b.columns(to, names, c.GetPktable().GetLocation())
	if !ok {
		return nil, false
	}
	for _, k := range to.Keys {
		if cols, ok := k.Columns(); ok && k.Predicate == nil && !k.Deferrable && sameSet(cols, refs) {
			return refs, true
		}
	}
	b.notAKey(to, "no unique key over ("+to.ColumnNames(refs)+")", pos)
	return nil, false
}

func (b *builder) notAKey(to *Relation, what string, pos diag.Pos) {
	b.add(diag.Diagnostic{
		Code:    diag.CodeForeignKey,
		Pos:     pos,
		Message: "the foreign key refers to " + to.ShortName() + ", which has " + what,
		Why:     "PostgreSQL refuses such a foreign key",
		Fix:     "make the key first: a PRIMARY KEY, UNIQUE constraint or unique index without WHERE",
		Related: []diag.Related{{Pos: to.Pos, Message: to.ShortName() + " is made here"}},
	})
}

func sameSet(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

func action(letter string) (Action, bool) {
	switch letter {
	case "a", "":
		return NoAction, true
	case "r":
		return Restrict, true
	case "c":
		return Cascade, true
	case "n":
		return SetNull, true
	case "d":
		return SetDefault, true
	}
	return NoAction, false
}

func (b *builder) putForeignKey(fk *ForeignKey) {
	fk.From.ForeignKeys = append(fk.From.ForeignKeys, fk)
	fk.To.Referenced = append(fk.To.Referenced, fk)
	b.countName(fk.From, fk.Name)
}
