package sqlcrun

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/parallel"
)

// read reads what sqlc wrote into the workspace.
func (w *workspace) read(rep *diag.List) (*Compiled, error) {
	req := &request{name: filepath.Join(w.dir, "json", "request.json")}
	if err := req.readHeadings(w); err != nil {
		return nil, fmt.Errorf("read sqlc's request: %w", err)
	}
	if !checkVersion("sqlc", req.version, rep) {
		return nil, nil
	}
	c := &Compiled{Version: req.version, Queries: req.queries, remove: w.remove}
	err := parallel.Each(2, func(i int) (err error) {
		if i == 0 {
			if err = req.readTables(c); err != nil {
				err = fmt.Errorf("read sqlc's request: %w", err)
			}
			return err
		}
		if err = c.readGo(w, req.methods); err != nil {
			err = fmt.Errorf("read sqlc's Go: %w", err)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// request is sqlc's request on disk.
type request struct {
	name    string
	version string    // of sqlc
	methods []*method // of its queries, in order; what the code says comes later
	at      int64     // where its queries stand
}

// The part of sqlc's request that is kept. Its catalog lists every function of
// PostgreSQL too, so the request is read as a stream, element by element.
type (
	jsonColumn struct {
		name, originalName string
		notNull, named     bool
		array              bool
		dims               int
		table, embed       TableName
		typ                TableName
	}
	jsonQuery struct {
		text, name, command string
		columns             []jsonColumn
		params              []jsonColumn
		insert              TableName
	}
)

// readHeadings reads the names of the queries and what stands behind them: the
// code can be read once they are known. There always are queries, since there is
// the probe.
func (r *request) readHeadings(w *workspace) error {
	f, err := os.Open(r.name)
	if err != nil {
		return err
	}
	defer f.Close()
	s := newStream(f)
	// A line break stands in no string, so this is no text but the member itself.
	if err := s.skipPast([]byte("\n" + indent + `"queries": `)); err != nil {
		return fmt.Errorf("look for the queries: %w", err)
	}
	r.at, s.deep = s.offset(), 1
	err = s.array(func() error {
		m, file, err := s.heading()
		if err != nil {
			return err
		}
		m.probe = file == probeFile
		if !m.probe && w.files["queries/"+file] == nil {
			return fmt.Errorf("query %s stands in %s, which it was not given", m.name, file)
		}
		r.methods = append(r.methods, m)
		return nil
	})
	if err != nil {
		return err
	}
	return s.rest('}', s.member(func(key string) (err error) {
		if key == "sqlc_version" {
			r.version, err = s.str()
			return err
		}
		return s.skip()
	}))
}

// readTables adds to c the tables that the request lists before its queries.
func (r *request) readTables(c *Compiled) error {
	f, err := os.Open(r.name)
	if err != nil {
		return err
	}
	defer f.Close()
	one := newShared()
	s := newStream(f)
	err = s.object(func(key string) error {
		switch key {
		case "queries":
			return errEnough
		case "catalog":
			return s.object(func(key string) error {
				if key != "schemas" {
					return s.skip()
				}
				return s.array(func() error { return c.readSchema(s, one) })
			})
		}
		return s.skip()
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// queries reads that part of the request once more, and yields its queries as the
// code completes them.
func (r *request) queries(yield func(*Query, error) bool) {
	f, err := os.Open(r.name)
	if err != nil {
		yield(nil, fmt.Errorf("read sqlc's request: %w", err))
		return
	}
	defer f.Close()
	one := newShared()
	s, err := streamFrom(f, r.at)
	if err != nil {
		yield(nil, fmt.Errorf("read sqlc's request: %w", err))
		return
	}
	methods := r.methods
	var q jsonQuery // its lists serve for every query
	err = s.array(func() error {
		if err := s.query(&q); err != nil {
			return err
		}
		if len(methods) == 0 || methods[0].name != q.name {
			return fmt.Errorf("query %s was not there before", q.name)
		}
		m := methods[0]
		methods = methods[1:]
		out := one.query(&q)
		if err := m.complete(out); err != nil {
			return fmt.Errorf("query %s: %w", q.name, err)
		}
		if !m.probe && !yield(out, nil) {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		yield(nil, fmt.Errorf("read sqlc's request: %w", err))
	}
}

var errEnough = errors.New("no more is wanted")

// heading reads of a query how it is called and where it stands.
func (s *stream) heading() (m *method, file string, err error) {
	m = &method{}
	err = s.object(func(key string) (err error) {
		switch key {
		case "name":
			m.name, err = s.str()
		case "cmd":
			m.command, err = s.str()
		case "filename":
			file, err = s.str()
		default:
			err = s.skip()
		}
		return err
	})
	return m, file, err
}

// query reads a query into q.
func (s *stream) query(q *jsonQuery) error {
	*q = jsonQuery{columns: q.columns[:0], params: q.params[:0]}
	return s.object(func(key string) (err error) {
		switch key {
		case "text":
			q.text, err = s.str()
		case "name":
			q.name, err = s.str()
		case "cmd":
			q.command, err = s.str()
		case "insert_into_table":
			q.insert, err = s.tableName()
		case "columns":
			err = s.array(func() error {
				col, err := s.column()
				q.columns = append(q.columns, col)
				return err
			})
		case "params":
			err = s.array(func() error {
				number, col, err := s.param()
				if err == nil && number != len(q.params)+1 {
					err = fmt.Errorf("query %s: parameter %d is numbered %d", q.name, len(q.params)+1, number)
				}
				q.params = append(q.params, col)
				return err
			})
		default:
			err = s.skip()
		}
		return err
	})
}

func (s *stream) param() (number int, col jsonColumn, err error) {
	err = s.object(func(key string) (err error) {
		switch key {
		case "number":
			number, err = s.integer()
		case "column":
			col, err = s.column()
		default:
			err = s.skip()
		}
		return err
	})
	return number, col, err
}

func (s *stream) column() (col jsonColumn, err error) {
	err = s.object(func(key string) (err error) {
		switch key {
		case "name":
			col.name, err = s.str()
		case "not_null":
			col.notNull, err = s.boolean()
		case "is_array":
			col.array, err = s.boolean()
		case "array_dims":
			col.dims, err = s.integer()
		case "is_named_param":
			col.named, err = s.boolean()
		case "table":
			col.table, err = s.tableName()
		case "type":
			col.typ, err = s.tableName()
		case "embed_table":
			col.embed, err = s.tableName()
		case "original_name":
			col.originalName, err = s.str()
		default:
			err = s.skip()
		}
		return err
	})
	return col, err
}

// tableName reads the name of a relation or type; a null is the zero name.
func (s *stream) tableName() (t TableName, err error) {
	err = s.object(func(key string) (err error) {
		switch key {
		case "schema":
			t.Schema, err = s.str()
		case "name":
			t.Name, err = s.str()
		default:
			err = s.skip()
		}
		return err
	})
	return t, err
}

// readSchema keeps the tables of a schema, unless it is one of PostgreSQL's own.
func (c *Compiled) readSchema(s *stream, one shared) error {
	own := false
	at := len(c.Tables)
	err := s.object(func(key string) (err error) {
		switch {
		case key == "name":
			var name string
			name, err = s.str()
			own = name == "pg_catalog" || name == "information_schema" || name == "pg_temp"
		case key == "tables" && !own:
			err = s.array(func() error { return c.readTable(s, one) })
		default:
			err = s.skip()
		}
		return err
	})
	if own {
		c.Tables = c.Tables[:at] // its name may stand behind its tables
	}
	return err
}

func (c *Compiled) readTable(s *stream, one shared) error {
	t := &Table{}
	err := s.object(func(key string) (err error) {
		switch key {
		case "rel":
			t.TableName, err = s.tableName()
		case "columns":
			err = s.array(func() error {
				col, err := s.column()
				t.Columns = append(t.Columns, TableColumn{col.name, one.typ(&col), col.notNull})
				return err
			})
		default:
			err = s.skip()
		}
		return err
	})
	c.Tables = append(c.Tables, t)
	return err
}

// shared has one value of each type and name for all columns that have it.
type shared struct {
	types map[DBType]*DBType
	names map[TableName]*TableName
}

func newShared() shared { return shared{map[DBType]*DBType{}, map[TableName]*TableName{}} }

// query returns q as far as the request knows it.
func (s shared) query(q *jsonQuery) *Query {
	out := &Query{
		Name: q.name, Command: q.command, Text: q.text, Insert: q.insert,
		Params: make([]Param, 0, len(q.params)), Columns: make([]Result, 0, len(q.columns)),
	}
	for i := range q.params {
		col := &q.params[i]
		out.Params = append(out.Params, Param{
			Name: col.name, Named: col.named, NotNull: col.notNull, DB: s.typ(col), Table: s.name(col.table), Column: col.originalName,
		})
	}
	for i := range q.columns {
		col := &q.columns[i]
		out.Columns = append(out.Columns, Result{
			NotNull: col.notNull, DB: s.typ(col), Table: s.name(col.table), Column: col.originalName, Embed: s.name(col.embed),
		})
	}
	return out
}

func (s shared) typ(col *jsonColumn) *DBType {
	t := col.dbType()
	known := s.types[t]
	if known == nil {
		known = &t
		s.types[t] = known
	}
	return known
}

// name returns nil for the zero name.
func (s shared) name(t TableName) *TableName {
	known := s.names[t]
	if known == nil && t != (TableName{}) {
		known = &t
		s.names[t] = known
	}
	return known
}

// dbType reads a type. Its schema stands in a field of its own on columns, and
// in front of the name on parameters.
func (col *jsonColumn) dbType() DBType {
	t := DBType{Schema: col.typ.Schema, Name: col.typ.Name}
	if t.Schema == "" {
		if schema, name, ok := strings.Cut(t.Name, "."); ok {
			t.Schema, t.Name = schema, name
		}
	}
	if col.array {
		t.Dims = max(col.dims, 1)
	}
	return t
}
