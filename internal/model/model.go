// Package model reads the Go structs that a project writes for its tables.
//
// In comes a folder of Go files; out goes one Model for each struct that
// declares columns. It works without the network, without the packages that
// the files import, and without the generated code. It refuses to know the
// schema: whether a column exists is the catalog's to say.
package model

import (
	"go/types"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// Package is the result of loading one folder.
type Package struct {
	Name       string // package name, "models"; "" when there is no Go file
	ImportPath string // import path as the nearest go.mod gives it; "" when there is none
	Dir        string // relative to the config's folder, with slashes
	Models     []*Model
}

// Model is a struct that stands for one relation.
type Model struct {
	Name     string // Go name of the struct
	Pos      diag.Pos
	Doc      string   // its doc comment, without markers
	Table    string   // relation, "people" or "schema.people"; from the tag, else by inflection
	TablePos diag.Pos // the table tag, or the struct
	Declared bool     // Table was declared
	Root     bool     // `tenant:"root"`
	RootDim  string   // dimension named in root=…, or ""
	Global   bool     // `tenant:"global"`
	Via      []string // Go field names of the owning foreign key, `tenant:"via=ProjectID"`
	ClassPos diag.Pos // the tag that says Root, Global or Via; the zero Pos when none does
	Fields   []*Field
}

// Field is a struct field that stands for one column.
type Field struct {
	Name       string // Go name; no other Field of the model has it
	Pos        diag.Pos
	Column     string
	*FieldType // shared by fields of the same type
	PrimaryKey bool
	Mark       Mark
	Embedded   bool // reached through an embedded struct
	// Base is the selector path from the model to the struct that declares the
	// field, {"Base"}; it is empty when that is the model. Embedded structs that
	// are not exported are left out: their fields are promoted, and other packages
	// reach them by the short name only.
	Base  []string
	Words []string // further words of a po tag, as "notNull" or "varchar(255)"

	tag, typ place
}

// Mark is what generated methods do with a column.
type Mark uint8

const (
	Unmarked   Mark = iota
	SoftDelete      // a row is deleted by setting it: to the time, or to true
	Version         // it counts the changes of the row
)

// The words of the marks.
const (
	wordSoftDelete = "softDelete"
	wordVersion    = "version"
)

func (m Mark) String() string {
	switch m {
	case SoftDelete:
		return wordSoftDelete
	case Version:
		return wordVersion
	}
	return ""
}

// place is a place in the file of the field.
type place struct{ line, column int32 }

func placeOf(p diag.Pos) place { return place{int32(p.Line), int32(p.Column)} }

func (f *Field) at(p place) diag.Pos {
	return diag.Pos{File: f.Pos.File, Line: int(p.line), Column: int(p.column)}
}

// TagPos returns where the column's name stands in the tag.
func (f *Field) TagPos() diag.Pos { return f.at(f.tag) }

// TypePos returns where TypeText stands.
func (f *Field) TypePos() diag.Pos { return f.at(f.typ) }

// Path returns the selector path from the model, "Base.ID".
func (f *Field) Path() string {
	if len(f.Base) == 0 {
		return f.Name
	}
	return strings.Join(f.Base, ".") + "." + f.Name
}

// FieldType is the type of a field.
type FieldType struct {
	// Type is the type as far as it can be known without the imports: a type
	// of another package is a named type that is Opaque. It may be an alias;
	// see types.Unalias.
	Type      types.Type
	TypeText  string   // as the source writes it, "uuid.UUID" or "[]Role"
	Qualified string   // as another package writes it, "uuid.UUID" or "[]models.Role"
	Pointer   bool     // a pointer type
	Imports   []Import // packages that TypeText mentions, by path
}

// Import is an import that a field's type needs.
type Import struct{ Name, Path string } // Name is "" unless the file renames it

// Opaque reports whether t is a named type of which nothing is known but its
// name, because it or the type that it is declared as comes from another package.
func Opaque(t types.Type) bool {
	s, ok := t.Underlying().(*types.Struct)
	return ok && s.NumFields() == 1 && s.Field(0).Name() == opaqueMark
}
