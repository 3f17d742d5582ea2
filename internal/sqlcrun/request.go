package sqlcrun

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// read reads what sqlc wrote into the workspace.
func (w *workspace) read(rep *diag.List) (*Compiled, error) {
	c, err := w.readRequest(filepath.Join(w.dir, "json", "request.json"))
	if err != nil {
		return nil, fmt.Errorf("read sqlc's request: %w", err)
	}
	if !checkVersion("sqlc", c.Version, rep) {
		return nil, nil
	}
	if err := w.readGo(c); err != nil {
		return nil, fmt.Errorf("read sqlc's Go: %w", err)
	}
	return c, nil
}

// The part of sqlc's request that is kept. Its catalog lists every function of
// PostgreSQL too, so the request is read as a stream, element by element.
type (
	jsonType   struct{ Schema, Name string }
	jsonColumn struct {
		Name         string
		NotNull      bool `json:"not_null"`
		IsArray      bool `json:"is_array"`
		ArrayDims    int  `json:"array_dims"`
		IsNamedParam bool `json:"is_named_param"`
		Table        *TableName
		Type         *jsonType
		EmbedTable   *TableName `json:"embed_table"`
		OriginalName string     `json:"original_name"`
	}
	jsonTable struct {
		Rel     TableName
		Columns []jsonColumn
	}
	jsonQuery struct {
		Text, Name, Cmd, Filename string
		Columns                   []jsonColumn
		Params                    []struct {
			Number int
			Column jsonColumn
		}
		InsertIntoTable *TableName `json:"insert_into_table"`
	}
)

func (w *workspace) readRequest(name string) (*Compiled, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := &Compiled{Types: map[string]*TypeDecl{}, Structs: map[TableName]string{}}
	s := &stream{json.NewDecoder(bufio.NewReaderSize(f, 1<<16))}
	err = s.object(func(key string) error {
		switch key {
		case "sqlc_version":
			return s.Decode(&c.Version)
		case "catalog":
			return s.object(func(key string) error {
				if key != "schemas" {
					return s.skip()
				}
				return s.array(func() error { return c.readSchema(s) })
			})
		case "queries":
			return s.array(func() error {
				var q jsonQuery
				if err := s.Decode(&q); err != nil {
					return err
				}
				return c.addQuery(&q, w)
			})
		}
		return s.skip()
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// readSchema keeps the tables of a schema, unless it is one of PostgreSQL's own.
func (c *Compiled) readSchema(s *stream) error {
	var name string
	var tables []*Table
	err := s.object(func(key string) error {
		switch key {
		case "name":
			return s.Decode(&name)
		case "tables":
			return s.array(func() error {
				var t jsonTable
				if err := s.Decode(&t); err != nil {
					return err
				}
				tables = append(tables, newTable(&t))
				return nil
			})
		}
		return s.skip()
	})
	if err != nil || name == "pg_catalog" || name == "information_schema" || name == "pg_temp" {
		return err
	}
	c.Tables = append(c.Tables, tables...)
	return nil
}

func newTable(t *jsonTable) *Table {
	out := &Table{TableName: t.Rel, Columns: make([]TableColumn, 0, len(t.Columns))}
	for i := range t.Columns {
		col := &t.Columns[i]
		out.Columns = append(out.Columns, TableColumn{strings.Clone(col.Name), col.dbType(), col.NotNull})
	}
	return out
}

func (c *Compiled) addQuery(q *jsonQuery, w *workspace) error {
	out := &Query{Name: q.Name, Command: q.Cmd, Text: q.Text, File: q.Filename}
	if q.Filename != probeFile {
		file := w.files["queries/"+q.Filename]
		if file == nil {
			return fmt.Errorf("query %s stands in %s, which it was not given", q.Name, q.Filename)
		}
		out.File = file.file.Name
	}
	for i, p := range q.Params {
		if p.Number != i+1 {
			return fmt.Errorf("query %s: parameter %d is numbered %d", q.Name, i+1, p.Number)
		}
		param := Param{
			Name: p.Column.Name, Named: p.Column.IsNamedParam, NotNull: p.Column.NotNull, DB: p.Column.dbType(),
			Column: p.Column.OriginalName,
		}
		if p.Column.Table != nil {
			param.Table = *p.Column.Table
		}
		out.Params = append(out.Params, param)
	}
	for i := range q.Columns {
		col := &q.Columns[i]
		r := Result{Name: col.Name, NotNull: col.NotNull, DB: col.dbType(), Column: col.OriginalName}
		if col.Table != nil {
			r.Table = *col.Table
		}
		if col.EmbedTable != nil {
			r.Embed = *col.EmbedTable
		}
		out.Columns = append(out.Columns, r)
	}
	if q.InsertIntoTable != nil {
		out.Insert = *q.InsertIntoTable
	}
	c.Queries = append(c.Queries, out)
	return nil
}

// dbType reads a type. Its schema stands in a field of its own on columns, and
// in front of the name on parameters.
func (col *jsonColumn) dbType() DBType {
	var t DBType
	if col.Type != nil {
		t.Schema, t.Name = col.Type.Schema, col.Type.Name
	}
	if t.Schema == "" {
		if schema, name, ok := strings.Cut(t.Name, "."); ok {
			t.Schema, t.Name = schema, name
		}
	}
	t.Schema, t.Name = strings.Clone(t.Schema), strings.Clone(t.Name)
	if col.IsArray {
		t.Dims = max(col.ArrayDims, 1)
	}
	return t
}

// takeProbes removes the probing queries and returns them in order.
func (c *Compiled) takeProbes() []*Query {
	var probes []*Query
	c.Queries = slices.DeleteFunc(c.Queries, func(q *Query) bool {
		if q.File == probeFile {
			probes = append(probes, q)
		}
		return q.File == probeFile
	})
	return probes
}

// stream reads JSON token by token.
type stream struct{ *json.Decoder }

// object reads an object and calls fn before each value, which fn consumes. A
// null is an empty object.
func (s *stream) object(fn func(key string) error) error {
	return s.collection('{', func() error {
		key, err := s.Token()
		if err != nil {
			return err
		}
		return fn(key.(string)) // the decoder has seen to it that keys are strings
	})
}

// array reads an array and calls fn before each element, which fn consumes.
func (s *stream) array(fn func() error) error { return s.collection('[', fn) }

func (s *stream) collection(open json.Delim, fn func() error) error {
	tok, err := s.Token()
	if err != nil {
		return unexpectedEOF(err)
	}
	if tok == nil {
		return nil
	}
	if tok != open {
		return fmt.Errorf("at byte %d: %v where %v belongs", s.InputOffset(), tok, open)
	}
	for s.More() {
		if err := fn(); err != nil {
			return unexpectedEOF(err)
		}
	}
	_, err = s.Token()
	return unexpectedEOF(err)
}

// skip consumes one value without keeping it.
func (s *stream) skip() error {
	depth := 0
	for {
		tok, err := s.Token()
		if err != nil {
			return unexpectedEOF(err)
		}
		switch tok {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func unexpectedEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
