package model

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// declaration is what the blank fields of a struct say in their tenant tags.
//
// A tag is a list of items, separated by semicolons or commas: root,
// root=dimension, global, via=Field, table=name, and - for a struct that is no
// model. A word with a capital behind via=Field is a further field of it, so
// "via=OrderID,LineNo;table=parts" needs no other separator.
type declaration struct {
	none    bool // -
	root    bool
	dim     string
	global  bool
	via     []viaField
	table   string
	items   map[string]token.Pos // what was said, and where
	written bool                 // a tenant tag stands there
}

// viaField is a field that via names.
type viaField struct {
	name string
	pos  token.Pos
}

// tenantTag adds the items of v to d.
func (l *loader) tenantTag(d *declaration, v *tagValue) {
	d.written = true
	words, closed := v.split(";,")
	if !closed {
		l.report(diag.CodeModelTag, v.at(0), len(v.text), "a parenthesis or quote in the tenant tag does not close", "", "")
		return
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		at := v.at(w.offset)
		name, value, given := strings.Cut(w.text, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case w.text == "":
			l.report(diag.CodeModelTag, at, 0, "the tenant tag has an empty item", "", "")
			continue
		case given && value == "" && slices.Contains(tenantWords, name):
			l.report(diag.CodeModelTag, at, len(w.text), fmt.Sprintf("the tenant tag has nothing behind %s=", name), "", "")
			continue
		case (name == "via" || name == "table") && !given:
			l.report(diag.CodeModelTag, at, len(w.text), fmt.Sprintf("the tenant tag has %s without a value", name), "", name+"=…")
			continue
		case (name == "global" || name == "-") && given:
			l.report(diag.CodeModelTag, at, len(w.text), fmt.Sprintf("the word %s in the tenant tag takes no value", name), "", name)
			continue
		}
		if slices.Contains(tenantWords, name) {
			if first, twice := d.items[name]; twice {
				l.report(diag.CodeModelDeclaration, at, len(w.text), name+" is declared twice", "", "",
					diag.Related{Pos: l.pos(first), Message: "the first time"})
				continue
			}
			d.items[name] = at
		}
		switch name {
		case "-":
			d.none = true
		case "root":
			d.root, d.dim = true, value
		case "global":
			d.global = true
		case "table":
			d.table = value
			if !relationName.MatchString(value) {
				l.report(diag.CodeModelTag, at, len(w.text), fmt.Sprintf("%q is not the name of a relation", value), "it is table or schema.table", "")
			}
		case "via":
			d.via = append(d.via, viaField{value, at})
			for i+1 < len(words) && ast.IsExported(words[i+1].text) {
				i++
				d.via = append(d.via, viaField{words[i].text, v.at(words[i].offset)})
			}
		default:
			l.report(diag.CodeModelWord, at, len(w.text), fmt.Sprintf("the tenant tag has the unknown word %q", w.text),
				"it says root, root=dimension, global, via=Field, table=name, or - for a struct that is no model",
				diag.Nearest(name, tenantWords))
		}
	}
}

var tenantWords = []string{"-", "global", "root", "table", "via"}

var relationName = regexp.MustCompile(`^[^.\s]+(\.[^.\s]+)?$`)

// declare applies d to the model, whose fields are known.
func (l *loader) declare(m *Model, d *declaration) {
	m.Root, m.RootDim, m.Global = d.root, d.dim, d.global
	for _, item := range []string{"via", "root", "global"} {
		if at, ok := d.items[item]; ok {
			m.ClassPos = l.pos(at)
		}
	}
	for _, item := range []string{"root", "via"} {
		if at, ok := d.items[item]; ok && d.global {
			l.report(diag.CodeModelDeclaration, at, len(item), fmt.Sprintf("%s is global and has %s", m.Name, item),
				"a global relation is owned by nobody", "", diag.Related{Pos: l.pos(d.items["global"]), Message: "declared global here"})
		}
	}
	names := make([]string, len(m.Fields))
	for i, f := range m.Fields {
		names[i] = f.Name
	}
	for _, via := range d.via {
		switch {
		case !slices.Contains(names, via.name):
			l.report(diag.CodeModelDeclaration, via.pos, 0, fmt.Sprintf("via names %s, which is no field of %s with a column", via.name, m.Name),
				"via lists the fields of the foreign key through which a row is owned", diag.Nearest(via.name, names))
		case slices.Contains(m.Via, via.name):
			l.report(diag.CodeModelDeclaration, via.pos, 0, fmt.Sprintf("via names %s twice", via.name), "", "")
		default:
			m.Via = append(m.Via, via.name)
		}
	}
}

// tableLine is the line of a doc comment that names the table for models with
// po tags.
var tableLine = regexp.MustCompile(`(?m)^[ \t]*table_name[ \t]*:[ \t]*(\S+)[ \t]*$`)

// table settles which relation m stands for: the tenant tag says it, or the doc
// comment of a struct with po tags, or else its name.
func (l *loader) table(m *Model, spec *ast.TypeSpec, d *declaration, po bool) {
	m.Table, m.TablePos = tableName(m.Name), m.Pos
	if po && l.docs[spec] != nil {
		for _, c := range l.docs[spec].List {
			text := strings.TrimPrefix(c.Text, "//")
			if found := tableLine.FindStringSubmatchIndex(text); found != nil && strings.HasPrefix(c.Text, "//") {
				m.Table, m.Declared = text[found[2]:found[3]], true
				m.TablePos = l.pos(c.Pos() + token.Pos(2+found[2]))
			}
		}
		m.Doc = strings.TrimSpace(tableLine.ReplaceAllString(m.Doc, ""))
	}
	if d.table == "" {
		return
	}
	if m.Declared && m.Table != d.table {
		l.report(diag.CodeModelDeclaration, d.items["table"], len("table=")+len(d.table),
			fmt.Sprintf("the tag says the table is %s, the comment says %s", d.table, m.Table), "", "",
			diag.Related{Pos: m.TablePos, Message: "the comment"})
	}
	m.Table, m.TablePos, m.Declared = d.table, l.pos(d.items["table"]), true
}
