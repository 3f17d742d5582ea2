package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

func (b *builder) putType(u *UserType) {
	q := qname{u.Schema, u.Name}
	b.needSchema(u.Schema, u.Pos)
	if old := b.cat.index.types[q]; old != nil {
		b.exists("type", q.String(), u.Pos, old.Pos)
		return
	}
	if rel := b.cat.index.relations[q]; rel != nil {
		b.exists("type", q.String(), u.Pos, rel.Pos)
		return
	}
	b.cat.Types = append(b.cat.Types, u)
	b.cat.index.types[q] = u
}

func (b *builder) removeType(u *UserType) {
	b.cat.Types = remove(b.cat.Types, u)
	delete(b.cat.index.types, qname{u.Schema, u.Name})
}

// userType finds the type that a statement changes and reports one that is
// missing or of another kind.
func (b *builder) userType(list []*pgast.Node, kind UserTypeKind, what string) *UserType {
	q := splitName(list)
	u := b.cat.index.types[q]
	if u == nil || u.Kind != kind {
		b.noSuch(what, q.String(), b.stmt)
		return nil
	}
	return u
}

func (b *builder) createEnum(s *pgast.CreateEnumStmt) {
	q := splitName(s.GetTypeName())
	b.putType(&UserType{Schema: q.schema, Name: q.name, Kind: Enum, Pos: b.stmt, Labels: pgast.Strings(s.GetVals())})
}

// alterEnum interprets ADD VALUE and RENAME VALUE.
func (b *builder) alterEnum(s *pgast.AlterEnumStmt) {
	u := b.userType(s.GetTypeName(), Enum, "enum")
	if u == nil {
		return
	}
	if s.GetOldVal() != "" {
		i := slices.Index(u.Labels, s.GetOldVal())
		if i < 0 {
			b.noSuch("label", s.GetOldVal()+" of "+u.Name, b.stmt)
			return
		}
		u.Labels[i] = s.GetNewVal()
		return
	}
	if slices.Contains(u.Labels, s.GetNewVal()) {
		if !s.GetSkipIfNewValExists() {
			b.exists("label", s.GetNewVal()+" of "+u.Name, b.stmt, u.Pos)
		}
		return
	}
	at := len(u.Labels)
	if n := s.GetNewValNeighbor(); n != "" {
		if at = slices.Index(u.Labels, n); at < 0 {
			b.noSuch("label", n+" of "+u.Name, b.stmt)
			return
		}
		if s.GetNewValIsAfter() {
			at++
		}
	}
	u.Labels = slices.Insert(u.Labels, at, s.GetNewVal())
}

func (b *builder) createDomain(s *pgast.CreateDomainStmt) {
	q := splitName(s.GetDomainname())
	u := &UserType{Schema: q.schema, Name: q.name, Kind: Domain, Pos: b.stmt, Of: b.typeName(s.GetTypeName())}
	u.Collation = b.cat.domainCollation(u.Of)
	if c := s.GetCollClause(); c != nil {
		u.Collation = b.collation(c)
	}
	for _, n := range s.GetConstraints() {
		switch c := n.GetConstraint(); c.GetContype() {
		case pgast.ConstrType_CONSTR_NULL:
		case pgast.ConstrType_CONSTR_NOTNULL:
			u.NotNull = true
		case pgast.ConstrType_CONSTR_DEFAULT:
			u.Default = b.exprIn(c.GetRawExpr(), -1, true)
		case pgast.ConstrType_CONSTR_CHECK:
			b.domainCheck(u, c)
		default:
			b.refuseNamed("a domain constraint of kind " + c.GetContype().String())
		}
	}
	b.putType(u)
}

func (b *builder) domainCheck(u *UserType, c *pgast.Constraint) {
	name := c.GetConname()
	taken := func(n string) bool {
		return slices.ContainsFunc(u.Checks, func(e *Expr) bool { return b.checks[e].name == n })
	}
	for i := 0; name == "" || i > 0 && taken(name); i++ {
		name = objectName(u.Name, "", numbered("check", i))
		if !taken(name) {
			break
		}
	}
	e := b.exprIn(c.GetRawExpr(), c.GetLocation(), false)
	b.checks[e] = check{name: name, local: true}
	u.Checks = append(u.Checks, e)
}

// alterDomain interprets ALTER DOMAIN; the subtypes are the grammar's letters.
func (b *builder) alterDomain(s *pgast.AlterDomainStmt) {
	u := b.userType(s.GetTypeName(), Domain, "domain")
	if u == nil {
		return
	}
	switch s.GetSubtype() {
	case "T":
		u.Default = b.exprIn(s.GetDef(), -1, true)
	case "N":
		u.NotNull = false
	case "O":
		u.NotNull = true
	case "C":
		c := s.GetDef().GetConstraint()
		switch c.GetContype() {
		case pgast.ConstrType_CONSTR_CHECK:
			b.domainCheck(u, c)
		case pgast.ConstrType_CONSTR_NOTNULL:
			u.NotNull = true
		default:
			b.refuseNamed("a domain constraint of kind " + c.GetContype().String())
		}
	case "X":
		found := false
		u.Checks = without(u.Checks, func(e *Expr) bool {
			hit := b.checks[e].name == s.GetName()
			found = found || hit
			return hit
		})
		if !found && !s.GetMissingOk() {
			b.noSuch("constraint", s.GetName()+" of "+u.Name, b.stmt)
		}
	case "V":
		// NOT VALID checks count as checks from the start.
	default:
		b.refuseNamed("ALTER DOMAIN of kind " + s.GetSubtype())
	}
}

func (b *builder) createComposite(s *pgast.CompositeTypeStmt) {
	rv := s.GetTypevar()
	u := &UserType{Schema: orPublic(rv.GetSchemaname()), Name: rv.GetRelname(), Kind: Composite, Pos: b.src.pos(rv.GetLocation(), b.stmt)}
	for i, n := range s.GetColdeflist() {
		col := b.newColumn(n.GetColumnDef())
		col.Index = i
		u.Fields = append(u.Fields, col)
	}
	b.putType(u)
}

// alterComposite interprets ALTER TYPE … ATTRIBUTE. Typed tables follow.
func (b *builder) alterComposite(s *pgast.AlterTableStmt) {
	rv := s.GetRelation()
	u := b.cat.index.types[qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}]
	if u == nil || u.Kind != Composite {
		b.noSuch("composite type", rangeName(rv), b.src.pos(rv.GetLocation(), b.stmt))
		return
	}
	for _, t := range b.typed {
		if t == u {
			b.refuseNamed("ALTER TYPE of a type that tables are made of")
			return
		}
	}
	for _, n := range s.GetCmds() {
		b.alterAttribute(u, n.GetAlterTableCmd())
	}
	for i, f := range u.Fields {
		f.Index = i
	}
}

func (b *builder) alterAttribute(u *UserType, cmd *pgast.AlterTableCmd) {
	name := cmd.GetName()
	if cmd.GetDef().GetColumnDef().GetColname() != "" {
		name = cmd.GetDef().GetColumnDef().GetColname()
	}
	at := slices.IndexFunc(u.Fields, func(f *Column) bool { return f.Name == name })
	switch cmd.GetSubtype() {
	case pgast.AlterTableType_AT_AddColumn:
		if at >= 0 {
			b.exists("attribute", u.Name+"."+name, b.stmt, u.Fields[at].Pos)
			return
		}
		u.Fields = append(u.Fields, b.newColumn(cmd.GetDef().GetColumnDef()))
	case pgast.AlterTableType_AT_DropColumn:
		if at < 0 {
			if !cmd.GetMissingOk() {
				b.noSuch("attribute", u.Name+"."+name, b.stmt)
			}
			return
		}
		u.Fields = remove(u.Fields, u.Fields[at])
	case pgast.AlterTableType_AT_AlterColumnType:
		if at < 0 {
			b.noSuch("attribute", u.Name+"."+name, b.stmt)
			return
		}
		b.setColumnType(u.Fields[at], cmd.GetDef().GetColumnDef())
	default:
		if !harmlessCmd(cmd.GetSubtype()) {
			b.refuseNamed("ALTER TYPE " + cmd.GetSubtype().String())
		}
	}
}

// createRange makes a range type and its multirange.
func (b *builder) createRange(s *pgast.CreateRangeStmt) {
	q := splitName(s.GetTypeName())
	u := &UserType{Schema: q.schema, Name: q.name, Kind: Range, Pos: b.stmt}
	multi := qname{q.schema, q.name + "_multirange"}
	if before, after, ok := strings.Cut(q.name, "range"); ok {
		multi.name = before + "multirange" + after
	}
	for _, n := range s.GetParams() {
		d := n.GetDefElem()
		switch strings.ToLower(d.GetDefname()) {
		case "subtype":
			u.Of = b.typeName(d.GetArg().GetTypeName())
		case "multirange_type_name":
			multi = splitName(d.GetArg().GetTypeName().GetNames())
		case "subtype_diff":
			u.Diff = lastName(d.GetArg())
		case "subtype_opclass":
			if slices.ContainsFunc(b.cat.OpClasses, func(c *OpClass) bool { return c.Name == lastName(d.GetArg()) }) {
				b.refuseNamed("a range type whose operator class the schema defines")
			}
		case "canonical":
			b.refuseNamed("a range type with a canonical function")
		}
	}
	b.putType(u)
	b.putType(&UserType{Schema: multi.schema, Name: multi.name, Kind: Range, Pos: b.stmt, Of: u.Of, Diff: u.Diff})
}

// lastName is the name without its schema that an option of a type gives.
func lastName(n *pgast.Node) string {
	names := pgast.Strings(n.GetTypeName().GetNames())
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1]
}
