package model

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// column is what the db and po tags of a field say.
type column struct {
	name       string
	pos        token.Pos
	primaryKey bool
	mark       Mark
	words      []string // of the po tag, without primaryKey
}

// column reads the db and po tags of a field. The result is nil when the field
// is no column: without a tag, with the name -, or after a diagnostic.
func (l *loader) column(f *ast.Field) *column {
	t, ok := l.tags(f)
	if f.Tag == nil || !ok {
		return nil
	}
	read := l.read[f.Tag]
	if !read.columnRead {
		read.column, read.columnRead = l.parseColumn(f.Tag, t), true
	}
	return read.column
}

func (l *loader) parseColumn(lit *ast.BasicLit, t tags) *column {
	db, dbOK := l.columnTag(t.db)
	po, poOK := l.columnTag(t.po)
	switch {
	case !dbOK || !poOK:
		return nil
	case t.db != nil && t.po != nil && (db == nil || po == nil || db.name != po.name):
		if db == nil && po == nil {
			return nil
		}
		l.report(diag.CodeModelTag, lit.Pos(), len(lit.Value),
			fmt.Sprintf("db says the column is %s, po says %s", db.orDash(), po.orDash()), "", "")
		return nil
	case db == nil:
		return po
	case po == nil:
		return db
	}
	db.primaryKey = db.primaryKey || po.primaryKey
	db.mark = max(db.mark, po.mark)
	db.words = po.words
	return db
}

// orDash returns the column's name, or - for no column.
func (c *column) orDash() string {
	if c == nil {
		return "-"
	}
	return c.name
}

// columnTag reads one db or po value, "column[,word…]". ok is false after a
// diagnostic; without one nil means that there is no column.
func (l *loader) columnTag(v *tagValue) (c *column, ok bool) {
	if v == nil {
		return nil, true
	}
	words, closed := v.split(",")
	if !closed {
		l.report(diag.CodeModelTag, v.at(0), len(v.text), "a parenthesis or quote in the "+v.key+" tag does not close", "", "")
		return nil, false
	}
	name := words[0]
	switch {
	case name.text == "-":
		return nil, true
	case name.text == "":
		l.report(diag.CodeModelTag, v.at(0), 0, "the "+v.key+" tag has no column name",
			"the column comes first, the other words behind it", v.key+`:"column"`)
		return nil, false
	}
	c, ok = &column{name: name.text, pos: v.at(name.offset)}, true
	for _, w := range words[1:] {
		switch {
		case w.text == "primaryKey":
			c.primaryKey = true
		case w.text == wordSoftDelete:
			c.mark = SoftDelete
		case w.text == wordVersion:
			c.mark = Version
		case v.key == "po" && poWord(w.text):
			c.words = append(c.words, w.text)
		default:
			known := []string{"primaryKey", wordSoftDelete, wordVersion}
			if v.key == "po" {
				known = append(known, poNames...)
			}
			head, _, _ := strings.Cut(w.text, "(")
			near := diag.Nearest(head, known)
			if near == head {
				near = "" // the word is right and its parentheses are not
			}
			l.report(diag.CodeModelWord, v.at(w.offset), len(w.text),
				fmt.Sprintf("the %s tag of %s has the unknown word %q", v.key, c.name, w.text), wordsWhy(v.key), near)
			ok = false
		}
	}
	if !ok {
		return nil, false
	}
	return c, true
}

func wordsWhy(key string) string {
	if key == "db" {
		return "behind the column a db tag has primaryKey, softDelete, version, or nothing"
	}
	return "behind the column a po tag has a PostgreSQL type, or words as primaryKey, softDelete, version, notNull, unique, index, default(…)"
}

// arguments says whether a word has something in parentheses or behind a colon.
type arguments int8

const (
	argumentsNone arguments = iota
	argumentsMaybe
	argumentsNeeded
)

// poNames are the words of a po tag, for the nearest one. poWordArguments
// decides.
var poNames = []string{
	"autoIncrement", "belongsTo", "default", "enum", "fk", "foreignKey", "generated", "hasMany", "hasOne", "identity",
	"identityAlways", "identityByDefault", "index", "joinTable", "manyToMany", "notNull", "onDelete", "onUpdate",
	"references", "stored", "unique", "virtual",
	"bigint", "bigserial", "boolean", "bytea", "char", "date", "integer", "json", "jsonb", "numeric", "real", "serial",
	"smallint", "text", "time", "timestamp", "timestamptz", "uuid", "varchar",
}

// poWord reports whether w is a word that a po tag may have behind the column:
// one of its own, or a type.
func poWord(w string) bool {
	head, inside, open := strings.Cut(w, "(")
	given := open && strings.HasSuffix(inside, ")") && strings.TrimSpace(inside[:len(inside)-1]) != ""
	if open && !given {
		return false
	}
	if before, after, ok := strings.Cut(head, ":"); ok { // fk:users(id), onDelete:CASCADE
		head, given, open = before, after != "", false
	}
	args, known := poWordArguments(head)
	if !known {
		return pgType(w)
	}
	switch args {
	case argumentsNone:
		return !given && !open
	case argumentsNeeded:
		return given
	}
	return true
}

// poWordArguments returns what a word of the po grammar, apart from types, takes.
func poWordArguments(head string) (arguments, bool) {
	switch head {
	case "notNull", "autoIncrement", "identity", "identityAlways", "identityByDefault", "stored", "virtual",
		"belongsTo", "hasOne", "hasMany", "manyToMany":
		return argumentsNone, true
	case "unique", "index":
		return argumentsMaybe, true
	case "default", "generated", "enum", "fk", "references", "foreignKey", "onDelete", "onUpdate", "joinTable":
		return argumentsNeeded, true
	}
	return argumentsNone, false
}

// pgType reports whether w is one of PostgreSQL's types, perhaps with a
// modifier in parentheses and with [] behind it. Case does not count.
func pgType(w string) bool {
	w = strings.ToLower(w)
	for strings.HasSuffix(w, "[]") {
		w = strings.TrimSuffix(w, "[]")
	}
	head, inside, open := strings.Cut(w, "(")
	if open {
		inside, ok := strings.CutSuffix(inside, ")")
		if !ok || strings.Trim(inside, "0123456789, ") != "" || strings.Trim(inside, ", ") == "" {
			return false
		}
	}
	switch head {
	case "varchar", "char", "character", "character varying", "bpchar", "bit", "bit varying", "varbit", "numeric", "decimal",
		"time", "timetz", "timestamp", "timestamptz", "interval", "vector":
		return true // with a modifier or without
	case "smallint", "int2", "integer", "int", "int4", "bigint", "int8", "smallserial", "serial2", "serial", "serial4",
		"bigserial", "serial8", "real", "float4", "double precision", "float8", "money", "boolean", "bool", "text", "citext",
		"name", "bytea", "date", "time with time zone", "time without time zone", "timestamp with time zone",
		"timestamp without time zone", "uuid", "json", "jsonb", "jsonpath", "xml", "inet", "cidr", "macaddr", "macaddr8",
		"point", "line", "lseg", "box", "path", "polygon", "circle", "tsvector", "tsquery", "hstore", "ltree", "oid",
		"int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange",
		"int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange", "datemultirange":
		return !open
	}
	return false
}
