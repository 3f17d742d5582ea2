package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// result plans what a row of a hand-written query is read into: the model where
// the columns are the model's, a single value, or a struct of the query's own.
func (b *builder) result(r *repo, m *Method, pos diag.Pos, running *reading, q *sqlcrun.Query) *Row {
	outs := b.outputs(running, q)
	b.checkEmbeds(m, pos, outs)
	if owner, order := whole(outs); owner != nil {
		if b.ordered(owner, order) {
			return b.rowOf(r, owner)
		}
		d := r.pkg.newDest(m.Name, r.use.typ(owner.typ), initial(owner.name))
		for _, f := range order {
			d.Exprs = append(d.Exprs, b.scanField(r.use, f, d.Param))
		}
		r.Dests = append(r.Dests, d)
		return &Row{Type: d.Type, Of: d}
	}
	if len(outs) == 1 {
		if outs[0].embed != nil {
			return b.rowOf(r, outs[0].embed)
		}
		row := &Row{Type: r.use.typ(outs[0].typ)}
		row.Before, row.After, _ = strings.Cut(outs[0].typ.scanExpr(r.use, outs[0].db, addrMark), addrMark)
		return row
	}
	name := m.Name + "Row"
	b.mustClaim(r.pkg, name, pos, "a row of "+m.Name)
	st := &Struct{Name: name, Doc: []string{fmt.Sprintf("%s is one row of [%s.%s].", name, r.Name, m.Name)}}
	d := r.pkg.newDest(name, name, "row")
	names := scope{}
	for i, out := range outs {
		f := Field{Name: names.take(q.Columns[i].Field), Tag: q.Columns[i].Tag}
		if out.embed != nil {
			f.Type = r.use.typ(out.embed.typ)
			for _, inner := range out.embed.fields {
				d.Exprs = append(d.Exprs, b.scanField(r.use, inner, d.Param+"."+f.Name))
			}
		} else {
			f.Type = r.use.typ(out.typ)
			d.Exprs = append(d.Exprs, out.typ.scanExpr(r.use, out.db, "&"+d.Param+"."+f.Name))
		}
		st.Fields = append(st.Fields, f)
	}
	r.Structs = append(r.Structs, st)
	r.Dests = append(r.Dests, d)
	return &Row{Type: name, Of: d}
}

// addrMark stands for an address.
const addrMark = "\x03"

// scanField returns the destination for a field of the row at expr.
func (b *builder) scanField(u use, f *rowField, expr string) string {
	return f.typ.scanExpr(u, b.baseType(f.col.Type), "&"+expr+"."+f.path)
}

// baseType returns the name of a built-in type, a domain counting as its base,
// as the server does when it describes a column; "" for any other type.
func (b *builder) baseType(t catalog.Type) string {
	for range 8 {
		u := b.userType(t)
		if u == nil || u.Kind != catalog.Domain {
			break
		}
		t = u.Of
	}
	if t.Array || t.Schema != "pg_catalog" {
		return ""
	}
	return t.Name
}

// resultType is baseType for a type of sqlc's.
func resultType(t *sqlcrun.DBType) string {
	if t.Dims > 0 || t.Schema != "" && t.Schema != "pg_catalog" {
		return ""
	}
	return typeSpelling(t.Name)
}

// output is one column of a query, or one sqlc.embed.
type output struct {
	typ   goType
	db    string // PostgreSQL's type, a domain counting as its base
	embed *row   // of sqlc.embed

	owner    *row      // the row of whose relation it is a column, or nil
	field    *rowField // in owner
	instance int       // the mention of the relation, from 1; 0 when it is not known
	loose    bool      // it may be NULL where the column may not, or where those of embed may not
}

// outputs types the columns of a query. Where a column of a relation can be
// followed through subqueries and CTEs to a field of a row, that field decides;
// sqlc loses the column on the way.
func (b *builder) outputs(running *reading, q *sqlcrun.Query) []output {
	out := make([]output, len(q.Columns))
	at := 0
	for i := range q.Columns {
		col := &q.Columns[i]
		o := &out[i]
		if col.Embed != nil {
			o.embed = b.embedded(col)
			for n := range o.embed.fields {
				o.loose = o.loose || at+n < len(running.targets) && running.targets[at+n].absent
			}
			at += len(o.embed.fields)
			continue
		}
		o.typ, o.db = b.domainType(b.sqlcType(col.Go), typeOf(col.DB), col.NotNull), resultType(col.DB)
		var rel *catalog.Relation
		var f *rowField
		if at < len(running.targets) {
			if from := running.targets[at]; b.rows[from.relation] != nil {
				o.instance, rel, f = from.instance, from.relation, b.rows[from.relation].field(from.column)
			}
		}
		at++
		if rel == nil {
			rel = b.relationNamed(col.Table)
		}
		if rel == nil || b.rows[rel] == nil {
			continue
		}
		if f == nil {
			if c := column(rel, col.Column); c != nil {
				f = b.rows[rel].field(c)
			}
		}
		if f == nil {
			continue
		}
		o.owner, o.field = b.rows[rel], f
		// A grouping set leaves columns out, which sqlc does not see.
		o.loose = f.col.NotNull && (!col.NotNull || running.sets)
		o.typ, o.db = f.typ, b.baseType(f.col.Type)
		if o.loose && !f.typ.nullable() {
			o.typ = f.typ.pointer()
		}
	}
	return out
}

// checkEmbeds warns of a sqlc.embed whose struct cannot be filled where an outer
// join has no row for it.
func (b *builder) checkEmbeds(m *Method, pos diag.Pos, outs []output) {
	for _, o := range outs {
		if o.embed == nil || !o.loose || !slices.ContainsFunc(o.embed.fields, func(f *rowField) bool { return !f.typ.nullable() }) {
			continue
		}
		b.rep.Add(diag.Diagnostic{
			Code: diag.CodeEmbedOuter, Severity: diag.Warning, Pos: pos,
			Message: fmt.Sprintf("%s embeds %s, which an outer join may leave out", m.Name, o.embed.rel.Name),
			Why:     "reading a row without one fails: its columns are NULL, and the fields of the struct cannot be",
			Fix:     "name its columns one by one, whose fields are then pointers, or make the join an inner one",
		})
	}
}

// embedded returns the row of a sqlc.embed: the user's model when it has a field
// for every column, else sqlc's struct.
func (b *builder) embedded(col *sqlcrun.Result) *row {
	rel := b.relationNamed(col.Embed)
	if rel == nil {
		diag.Bugf("plan: sqlc embeds %s, which is no relation", tableText(*col.Embed))
	}
	if r := b.rows[rel]; r != nil && r.covers(rel.Columns) {
		return r
	}
	r := b.embeds[rel]
	if r == nil {
		r = b.sqlcRow(rel, b.compiled.Types[col.Go.Text])
		b.embeds[rel] = r
	}
	if r == nil {
		diag.Bugf("plan: sqlc's struct for %s has not its columns", rel.Name)
	}
	return r
}

// whole returns the row that the columns make up, and its fields in their order:
// each field once, all of one mention of the relation, none of them NULL where
// the column is not.
func whole(outs []output) (*row, []*rowField) {
	owner := outs[0].owner
	if owner == nil || len(outs) != len(owner.fields) {
		return nil, nil
	}
	var order []*rowField
	for _, o := range outs {
		if o.owner != owner || o.instance != outs[0].instance || o.loose || slices.Contains(order, o.field) {
			return nil, nil
		}
		order = append(order, o.field)
	}
	return owner, order
}

// ordered reports whether order is that of the row's own fields.
func (b *builder) ordered(r *row, order []*rowField) bool { return slices.Equal(r.fields, order) }

// rowOf returns a row with the destinations that all methods share.
func (b *builder) rowOf(r *repo, of *row) *Row {
	typ := r.use.typ(of.typ)
	d := r.pkg.dests[of]
	if d == nil {
		d = r.pkg.newDest(of.name, "", initial(of.name))
		for _, f := range of.fields {
			d.Exprs = append(d.Exprs, b.scanField(r.use, f, d.Param))
		}
		r.pkg.dests[of] = d
		r.pkg.destOrder = append(r.pkg.destOrder, of)
	}
	return &Row{Type: typ, Of: d}
}

// newDest names the functions that read rows of that name.
func (p *pkg) newDest(name, typ, param string) *Dest {
	return &Dest{
		Name:    p.names.take(lowerFirst(name) + "Dest"),
		Scan:    p.names.take("scan" + exported(name)),
		Collect: p.names.take("collect" + p.inflector.plural(exported(name))),
		Count:   p.names.take(lowerFirst(name) + "Count"),
		Each:    p.names.take("each" + exported(name)),
		Type:    typ, Param: param,
	}
}
