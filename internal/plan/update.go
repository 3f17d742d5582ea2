package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// updates are what Update and UpdateWhere have in common. Their SET lists are
// put together of constant fragments, one a column; the text with all of them is
// proven, and what the rules ask of a SET they ask of each column by itself.
type updates struct {
	c      *crud
	fields []*rowField
}

func (u *updates) head() string { return "update " + relText(u.c.rel) + " set " }

// text is the statement that sets fields to the parameters behind the first n.
func (u *updates) text(fields []*rowField, n int, where string) string {
	set := make([]string, len(fields))
	for i, f := range fields {
		set[i] = fmt.Sprintf("%s = $%d", quote(f.col.Name), n+i+1)
	}
	return u.head() + strings.Join(set, ", ") + where
}

// update plans Update and UpdateWhere.
func (c *crud) update() {
	u := &updates{c: c, fields: c.settable()}
	dims := len(c.own.dims)
	where, n := c.where(), dims
	if c.keyed {
		where, n = c.byKey(dims+1), dims+len(c.keys)
		if c.row.version != nil {
			n++
			where += fmt.Sprintf(" and %s = $%d", quote(c.row.version.col.Name), n)
		}
	}
	where = c.counted() + where
	u.fields = c.provable(u.fields, func(fs []*rowField) string { return u.text(fs, n, where) }, "Update sets no")
	if len(u.fields) == 0 {
		return
	}
	if c.keyed {
		u.byKey(where)
	}
	if !c.singleton() {
		u.byConds()
	}
}

func (u *updates) byKey(where string) {
	c := u.c
	call, m := c.begin("Update", Update, "update"+c.row.name,
		fmt.Sprintf("Update changes %s%s. It returns the number of rows, which is 0 when there is none,", c.whose(c.one), c.that()),
		"and ErrEmptyPatch when the patch sets nothing.")
	if call == nil {
		return
	}
	c.keyArgs(call)
	c.rowArgs(call)
	if f := c.row.version; f != nil {
		m.Stale = true
		m.Doc = []string{
			fmt.Sprintf("Update changes %s%s if it is still of that %s, and counts it on. It returns 1, or", c.whose(c.one), c.that(), strings.ReplaceAll(f.col.Name, "_", " ")),
			"tenant.ErrStale when the row has changed meanwhile or is gone, and ErrEmptyPatch when the patch sets nothing.",
		}
		name := call.argName(f.col.Name)
		m.Args = append(m.Args, Arg{name, c.repo.use.typ(f.typ)})
		m.SQL = append(m.SQL, f.typ.argExpr(c.repo.use, name))
		c.repo.use.pkg(pathTenant)
	}
	u.patch(call)
	base := m.Consts[0].Name
	m.Consts = []Const{{Name: base, Text: u.head()}, {Name: c.takeConst(base + "Where"), Text: where}}
	c.end(call)
}

func (u *updates) byConds() {
	c := u.c
	where := c.counted() + c.where()
	if !c.emits("UpdateWhere", u.text(u.fields, len(c.own.dims), where)) ||
		!c.emits("UpdateWhere", conditioned(u.text(u.fields, len(c.own.dims), where))) {
		return
	}
	call, m := c.begin("UpdateWhere", UpdateWhere, "update"+c.repo.Name,
		fmt.Sprintf("UpdateWhere changes %s that meet every condition, and returns their number. It returns", c.whose(c.many)),
		"ErrEmptyPatch when the patch sets nothing, and filter.ErrEveryRow when the conditions hold for every row and none",
		"of them is filter.All.")
	if call == nil {
		return
	}
	c.keyArgs(call)
	u.patch(call)
	c.narrowed(call)
	base := m.Consts[0].Name
	m.Consts = []Const{{Name: base, Text: u.head()}, {Name: c.takeConst(base + "Where"), Text: where}}
	c.end(call)
}

// counted returns the end of a SET list that counts a version, or "".
func (c *crud) counted() string {
	if c.row.version == nil {
		return ""
	}
	return ", " + c.oneMore()
}

func (c *crud) oneMore() string {
	return fmt.Sprintf("%[1]s = %[1]s + 1", quote(c.row.version.col.Name))
}

// patch adds the argument with the columns to set, whose type it declares once.
func (u *updates) patch(call *call) {
	c, m := u.c, call.m
	if c.patch == nil {
		st := &Struct{Name: c.row.name + "Patch", Doc: []string{
			fmt.Sprintf("%sPatch is what [%s.%s] changes: the fields that are set.", c.row.name, c.repo.Name, m.Name),
		}}
		c.b.mustClaim(c.repo.pkg, st.Name, c.pos(), "the argument of "+m.Name)
		st.Parts = c.parts("assign", "p", "patch")
		for _, f := range u.fields {
			st.Fields = append(st.Fields, Field{Name: f.name, Type: "Opt[" + c.repo.use.typ(f.typ) + "]"})
			st.Parts.Optional = append(st.Parts.Optional, Option{
				Given:  st.Parts.Of + "." + f.name + ".set",
				Column: quote(f.col.Name),
				Value:  f.typ.argExpr(c.repo.use, st.Parts.Of+"."+f.name+".value"),
			})
		}
		c.repo.Structs = append(c.repo.Structs, st)
		c.repo.pkg.Assign = true
		c.patch = st
	}
	call.vars.Given = call.names.take("p", "patch")
	m.Args = append(m.Args, Arg{call.vars.Given, c.patch.Name})
	m.Optional = c.patch.Parts.Optional
}

// settable returns the fields in which a row can be changed.
func (c *crud) settable() []*rowField {
	var fields []*rowField
	for _, f := range c.row.fields {
		switch {
		case c.dimColumn(f.col.Index) || c.ownerColumn(f.col.Index) || slices.Contains(c.keys, f) || c.row.marked(f):
		case f.col.Generated != nil || f.col.Identity == 'a':
		default:
			fields = append(fields, f)
		}
	}
	return fields
}

// singleton reports whether a tenant has at most one row, so that no condition
// need choose among them.
func (c *crud) singleton() bool { return c.keyed && len(c.keys) == 0 }

// delete plans Delete and DeleteWhere. Where a column marks deleted rows they set
// it, and the row stays.
func (c *crud) delete() {
	head := "delete from " + relText(c.rel)
	if f := c.row.deleted; f != nil {
		now := map[string]string{"bool": "true", "timestamp": "localtimestamp"}[f.col.Type.Name]
		head = fmt.Sprintf("update %s set %s = %s", relText(c.rel), quote(f.col.Name), cmp.Or(now, "now()"))
		if c.row.version != nil {
			head += ", " + c.oneMore()
		}
	}
	if c.keyed {
		c.deleteByKey(head)
	}
	if !c.singleton() {
		c.deleteByConds(head)
	}
}

// deletes says what Delete does.
func (c *crud) deletes() string {
	if c.row.deleted != nil {
		return "marks as deleted"
	}
	return "deletes"
}

func (c *crud) deleteByKey(head string) {
	text := head + c.byKey(len(c.own.dims)+1)
	if !c.emits("Delete", text) {
		return
	}
	call, m := c.begin("Delete", ExecRows, "delete"+c.row.name,
		fmt.Sprintf("Delete "+c.deletes()+" %s%s. It returns the number of rows, which is 0 when there is none.", c.whose(c.one), c.that()))
	if call == nil {
		return
	}
	m.Consts[0].Text = text
	c.keyArgs(call)
	c.rowArgs(call)
	c.end(call)
}

func (c *crud) deleteByConds(head string) {
	text := head + c.where()
	if !c.emits("DeleteWhere", text) || !c.emits("DeleteWhere", conditioned(text)) {
		return
	}
	call, m := c.begin("DeleteWhere", DeleteWhere, "delete"+c.repo.Name,
		fmt.Sprintf("DeleteWhere "+c.deletes()+" %s that meet every condition, and returns their number. It returns", c.whose(c.many)),
		"filter.ErrEveryRow when the conditions hold for every row and none of them is filter.All.")
	if call == nil {
		return
	}
	m.Consts[0].Text = text
	c.keyArgs(call)
	c.narrowed(call)
	c.end(call)
}
