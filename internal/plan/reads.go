package plan

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/query"
)

func (c *crud) get() {
	text := c.select_("") + c.byKey(len(c.own.dims)+1)
	if !c.emits("Get", text) {
		return
	}
	call, m := c.begin("Get", One, "get"+c.row.name,
		fmt.Sprintf("Get returns %s%s, or tenant.ErrNotFound.", c.whose(c.one), c.that()))
	if call == nil {
		return
	}
	m.Consts[0].Text = text
	c.keyArgs(call)
	c.rowArgs(call)
	m.Row = c.b.rowOf(c.repo, c.row)
	c.end(call)
}

// conditioned returns a text that ends in its WHERE clause together with a
// condition, which stands for those that a caller may give: any of them is one
// more conjunct in parentheses, of operators that are all in it.
func conditioned(text string) string { return text + " and (" + query.AnyOperator + ")" }

// list plans the methods that read many rows. They share one text, to which
// conditions, an order and a limit are added when they run; it is proven bare,
// which c.plan has seen to, and with all of that.
func (c *crud) list() {
	text := c.select_("") + c.where()
	order := ""
	for i, f := range c.keys {
		order += [...]string{" order by ", ", "}[min(i, 1)] + quote(f.col.Name)
	}
	n := len(c.own.dims)
	if !c.emits("List", fmt.Sprintf("%s%s limit $%d offset $%d", conditioned(text), order, n+1, n+2)) {
		return
	}
	c.listMethod("List", List, text, fmt.Sprintf("List returns %s that meet every condition, in no order.", c.whose(c.many)))
	c.listMethod("ListBy", ListBy, text, fmt.Sprintf("ListBy returns %s that meet every condition, in an order and up to a limit.", c.whose(c.many)))
	if c.keyed {
		c.listMethod("Page", Page, text,
			fmt.Sprintf("Page returns the page behind a cursor of %s that meet every condition: as many as the order's limit,", c.whose(c.many)),
			"which it needs, and the cursor of the next page. The first page is behind \"\", and the last one's next is \"\".",
			"A cursor of another "+c.b.dims[0].noun+", order or form of conditions is tenant.ErrCursor.")
	}
	c.listMethod("ForEach", ForEach, text,
		fmt.Sprintf("ForEach goes through %s that meet every condition, in no order and however many there are: it holds one at a", c.whose(c.many)),
		"time. An error comes last. The loop has a connection until it ends; in a transaction nothing else can run meanwhile.")
	c.listMethod("ForEachBy", ForEachBy, text,
		"ForEachBy is ForEach in an order, and up to a limit.")
}

func (c *crud) listMethod(name string, shape Shape, text string, doc ...string) {
	call, m := c.begin(name, shape, "", doc...)
	if call == nil {
		return
	}
	if c.listed == "" {
		c.listed = c.takeConst("list" + c.repo.Name)
		m.Consts = []Const{{Name: c.listed, Text: text}}
	} else {
		m.Consts = []Const{{Name: c.listed, Text: text, Shared: true}}
	}
	c.keyArgs(call)
	u, model := c.repo.use, c.repo.use.typ(c.row.typ)
	pkg := u.pkg(pathFilter)
	v := &call.vars
	if shape == ListBy || shape == Page || shape == ForEachBy {
		m.Order = c.orderKey()
		v.By = call.names.take("by", "order")
		m.Args = append(m.Args, Arg{v.By, fmt.Sprintf("%s.Order[%s]", pkg, model)})
	}
	if shape == Page {
		v.After = call.names.take("after", "cursor")
		m.Args = append(m.Args, Arg{v.After, pkg + ".Cursor"})
	}
	if m.Loops() {
		u.pkg(pathIter)
		u.pkg(pathPgx)
	}
	c.conds(call)
	m.Row = c.b.rowOf(c.repo, c.row)
	c.end(call)
}

// orderKey returns the variable with the order of the key, which it declares
// once, or "nil" for a relation without a key.
func (c *crud) orderKey() string {
	if !c.keyed || len(c.keys) == 0 {
		return "nil"
	}
	if c.repo.Key != nil {
		return c.repo.Key.Name
	}
	names := make([]string, len(c.keys))
	for i, f := range c.keys {
		names[i] = fmt.Sprintf("%q", f.col.Name)
	}
	c.repo.Key = &KeyVar{
		Name: c.takeConst(lowerFirst(c.row.name) + "Key"),
		Expr: fmt.Sprintf("%s.Key(%s)", c.repo.use.pkg(pathFilter), strings.Join(names, ", ")),
		Of:   c.many,
	}
	return c.repo.Key.Name
}

func (c *crud) count() {
	text := c.select_("count(*)") + c.where()
	if !c.emits("Count", text) || !c.emits("Count", conditioned(text)) {
		return
	}
	call, m := c.begin("Count", Count, "count"+c.repo.Name,
		fmt.Sprintf("Count returns how many of %s meet every condition.", c.whose(c.many)))
	if call == nil {
		return
	}
	m.Consts[0].Text = text
	c.keyArgs(call)
	c.conds(call)
	m.Row = &Row{Type: "int64"}
	c.end(call)
}

// existsEnd stands behind the conditions of an Exists.
const existsEnd = ")"

func (c *crud) exists() {
	text := "select exists (" + c.select_("1") + c.where()
	if !c.emits("Exists", text+existsEnd) || !c.emits("Exists", conditioned(text)+existsEnd) {
		return
	}
	call, m := c.begin("Exists", Exists, "exists"+c.repo.Name,
		fmt.Sprintf("Exists reports whether one of %s meets every condition.", c.whose(c.many)))
	if call == nil {
		return
	}
	m.Consts[0].Text = text
	c.keyArgs(call)
	c.conds(call)
	m.Row = &Row{Type: "bool"}
	c.end(call)
}

// conds adds the conditions of a method that reads.
func (c *crud) conds(call *call) {
	v := &call.vars
	v.Conds = call.names.take("conds")
	call.m.Args = append(call.m.Args, Arg{v.Conds, "..." + c.condType()})
}

// narrowed adds the conditions of a method that changes rows, of which there is
// at least one.
func (c *crud) narrowed(call *call) {
	v := &call.vars
	v.Cond, v.Conds = call.names.take("cond"), call.names.take("more")
	call.m.Args = append(call.m.Args, Arg{v.Cond, c.condType()}, Arg{v.Conds, "..." + c.condType()})
}

func (c *crud) condType() string {
	c.cols()
	return fmt.Sprintf("%s.Cond[%s]", c.repo.use.pkg(pathFilter), c.repo.use.typ(c.row.typ))
}
