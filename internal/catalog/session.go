package catalog

import (
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// createSchema interprets CREATE SCHEMA with the statements inside it, whose
// unwritten schema is the new one.
func (b *builder) createSchema(s *pgast.CreateSchemaStmt) {
	name := s.GetSchemaname()
	if name == "" {
		name = s.GetAuthrole().GetRolename()
	}
	switch {
	case name == "":
		b.refuseNamed("CREATE SCHEMA for the current role")
		return
	case b.cat.index.schemas[name]:
		if !s.GetIfNotExists() && name != "public" {
			b.exists("schema", name, b.stmt, diag.Pos{})
		}
		return
	}
	b.cat.index.schemas[name] = true
	b.cat.Schemas = append(b.cat.Schemas, name)
	if len(s.GetSchemaElts()) > 0 {
		b.refuseNamed("CREATE SCHEMA with statements inside it")
	}
}

func (b *builder) createSequence(s *pgast.CreateSeqStmt) {
	rv := s.GetSequence()
	q := qname{orPublic(rv.GetSchemaname()), rv.GetRelname()}
	if b.nameTaken(q) {
		if !s.GetIfNotExists() {
			b.exists("relation", q.String(), b.src.pos(rv.GetLocation(), b.stmt), b.posOf(q))
		}
		return
	}
	b.sequences[q] = true
}

// createExtension notes an extension and the schema of its types.
func (b *builder) createExtension(s *pgast.CreateExtensionStmt) {
	name := s.GetExtname()
	if b.cat.HasExtension(name) {
		return
	}
	schema := "public"
	for _, n := range s.GetOptions() {
		if d := n.GetDefElem(); d.GetDefname() == "schema" {
			schema = defValue(d.GetArg())
		}
	}
	b.cat.Extensions = append(b.cat.Extensions, name)
	b.cat.index.extensions[name] = schema
	if !knownExtensions[name] {
		b.cat.index.strange = true
	}
}

// comment keeps the comments of columns; others say nothing to the emitter.
func (b *builder) comment(s *pgast.CommentStmt) {
	if s.GetObjtype() != pgast.ObjectType_OBJECT_COLUMN {
		return
	}
	names := pgast.Strings(s.GetObject().GetList().GetItems())
	if len(names) < 2 {
		return
	}
	q := splitName(s.GetObject().GetList().GetItems()[:len(names)-1])
	if u := b.cat.index.types[q]; u != nil {
		return
	}
	rel := b.cat.index.relations[q]
	if rel == nil {
		b.noSuch("table", q.String(), b.stmt)
		return
	}
	if rel.IsView() && len(rel.Columns) == 0 {
		return
	}
	if col := b.column(rel, names[len(names)-1], -1); col != nil {
		col.Comment = s.GetComment()
	}
}

// transaction refuses what undoes earlier statements.
func (b *builder) transaction(s *pgast.TransactionStmt) {
	switch s.GetKind() {
	case pgast.TransactionStmtKind_TRANS_STMT_ROLLBACK, pgast.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO,
		pgast.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED:
		b.refuseNamed("ROLLBACK")
	}
}

// set interprets SET, and with always ALTER ROLE and DATABASE … SET. Settings
// that change what names, literals or comparisons mean are refused unless they
// state the default; the rest is the session's own affair.
func (b *builder) set(s *pgast.VariableSetStmt, always bool) {
	if s.GetKind() == pgast.VariableSetKind_VAR_RESET || s.GetKind() == pgast.VariableSetKind_VAR_RESET_ALL ||
		s.GetKind() == pgast.VariableSetKind_VAR_SET_DEFAULT {
		return
	}
	var values []string
	for _, n := range s.GetArgs() {
		switch c := n.GetAConst(); {
		case c.GetSval() != nil:
			values = append(values, c.GetSval().GetSval())
		case c.GetBoolval() != nil:
			values = append(values, map[bool]string{true: "on", false: "off"}[c.GetBoolval().GetBoolval()])
		}
	}
	b.setting(s.GetName(), values, always)
}

func (b *builder) setting(name string, values []string, always bool) {
	value := strings.ToLower(strings.Join(values, ","))
	switch strings.ToLower(name) {
	case "search_path":
		b.searchPath(values)
	case "standard_conforming_strings":
		if value != "on" && value != "true" && value != "1" {
			b.refuseNamed("SET standard_conforming_strings")
		}
	case "transform_null_equals":
		if value != "off" && value != "false" && value != "0" {
			b.refuseNamed("SET transform_null_equals")
		}
	case "session_replication_role":
		if always && value != "origin" {
			b.refuseNamed("ALTER … SET session_replication_role")
		}
	}
}

// searchPath accepts a path that leads to public first, or nowhere as pg_dump
// writes it: then every name in the file has its schema. A name that public has
// not is an error wherever it has to be there (see beyond).
func (b *builder) searchPath(values []string) {
	var path []string
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			part = strings.Trim(strings.TrimSpace(part), `"`)
			if part != "" && part != "$user" && part != "pg_catalog" {
				path = append(path, part)
			}
		}
	}
	b.pathOn = nil
	if len(path) > 0 && path[0] != "public" {
		b.otherPath("search_path is set to "+strings.Join(path, ", "), path[0])
		return
	}
	if len(path) > 1 {
		b.pathOn = path[1:]
	}
}

func (b *builder) otherPath(message, schema string) {
	b.add(diag.Diagnostic{
		Code:    diag.CodeSearchPath,
		Pos:     b.stmt,
		Message: message,
		Why:     "names without a schema are read as public's, in the schema and in queries; under another path they would mean other tables",
		Fix:     "write the schema in front of the names instead: create table " + schema + ".… (…)",
	})
}

// alongPath refuses a statement with IF EXISTS about a relation that public has
// not and the search path leads to: a key that is gone there would still count.
// Without IF EXISTS the name is missing, which is an error anyhow.
func (b *builder) alongPath(n *pgast.Node) {
	look := func(names ...string) {
		if len(names) != 1 || b.nameTaken(qname{"public", names[0]}) {
			return
		}
		for _, schema := range b.pathOn {
			if b.nameTaken(qname{schema, names[0]}) {
				b.otherPath(names[0]+" is looked for along the search path", schema)
				return
			}
		}
	}
	var rv *pgast.RangeVar
	switch s := n.GetNode().(type) {
	case *pgast.Node_DropStmt:
		if s.DropStmt.GetMissingOk() {
			for _, o := range s.DropStmt.GetObjects() {
				look(pgast.Strings(o.GetList().GetItems())...)
			}
		}
	case *pgast.Node_AlterTableStmt:
		rv = s.AlterTableStmt.GetRelation()
	case *pgast.Node_RenameStmt:
		rv = s.RenameStmt.GetRelation()
	case *pgast.Node_AlterObjectSchemaStmt:
		rv = s.AlterObjectSchemaStmt.GetRelation()
	}
	if rv != nil && rv.GetSchemaname() == "" {
		look(rv.GetRelname())
	}
}

// selectStmt interprets a SELECT in a migration: set_config as SET, SELECT INTO
// as CREATE TABLE AS; otherwise what its functions do counts.
func (b *builder) selectStmt(s *pgast.SelectStmt, n *pgast.Node) {
	if s.GetIntoClause() != nil {
		b.copied(s.GetIntoClause().GetRel(), false)
		return
	}
	b.data(n)
}

// data checks a statement that changes or reads rows: rows are no facts, but
// the functions it calls may be DDL in disguise, and the system's catalogs are
// not to be written by hand.
func (b *builder) data(n *pgast.Node) {
	b.writes(n)
	pgast.Walk(n, func(m pgast.Message) bool {
		switch x := m.(type) {
		case *pgast.FuncCall:
			b.callInMigration(x)
		case *pgast.CreateEventTrigStmt:
			b.userFunction(x.GetFuncname())
		case *pgast.InsertStmt:
			b.target(x.GetRelation())
		case *pgast.UpdateStmt:
			b.target(x.GetRelation())
		case *pgast.DeleteStmt:
			b.target(x.GetRelation())
		case *pgast.MergeStmt:
			b.target(x.GetRelation())
		case *pgast.CopyStmt:
			b.target(x.GetRelation())
		}
		return true
	})
}

// target refuses a write to the system's catalogs.
func (b *builder) target(target *pgast.RangeVar) {
	if target.GetSchemaname() == "pg_catalog" || target.GetSchemaname() == "" && strings.HasPrefix(target.GetRelname(), "pg_") && b.cat.Lookup("", target.GetRelname()) == nil {
		b.refuseNamed("writing to " + rangeName(target))
	}
}

func (b *builder) callInMigration(call *pgast.FuncCall) {
	names := pgast.Strings(call.GetFuncname())
	if len(names) > 0 && names[len(names)-1] == "set_config" {
		args := call.GetArgs()
		if len(args) < 2 || args[0].GetAConst().GetSval() == nil || args[1].GetAConst() == nil {
			b.refuseNamed("set_config with a computed setting")
			return
		}
		b.setting(args[0].GetAConst().GetSval().GetSval(), []string{args[1].GetAConst().GetSval().GetSval()}, false)
		return
	}
	b.userFunction(call.GetFuncname())
}

// userFunction refuses the call of a function of the schema that runs DDL or
// text. Functions of the server and of extensions do not change the tables'
// keys.
func (b *builder) userFunction(name []*pgast.Node) {
	q := splitName(name)
	for _, f := range b.cat.index.functions[q.name] {
		if len(name) > 1 && f.Schema != q.schema {
			continue
		}
		if b.looked[f] {
			continue
		}
		b.looked[f] = true
		b.writesText(f.Body)
		if f.Aggregate || (f.Language == "sql" || f.Language == "plpgsql") && f.Body != "" && !mayRunDDL(f.Body) {
			b.callsIn(f.Body)
			continue
		}
		if b.followed(f) {
			continue
		}
		delete(b.looked, f)
		b.refuseCode(diag.Diagnostic{
			Message: "the migration calls " + q.String() + ", whose effect on the schema is not known",
			Why:     "its body contains DDL, runs text as SQL, or is not SQL",
			Fix:     "write the statements themselves into the migration",
			Related: []diag.Related{{Pos: f.Pos, Message: "the function"}},
		})
		return
	}
}

// ddlWords are the words without which no text of SQL or PL/pgSQL can change
// the schema. CALL and PERFORM are not among them: what they call is looked at
// where they are found at the top, and inside a body CALL counts.
var ddlWords = wordSet(`create alter drop execute rename import reassign set set_config call do comment security refresh cluster`)

// mayRunDDL reports whether a function's body contains such a word, or writes to
// the system's catalogs. The SET of UPDATE is none: it never begins a statement.
func mayRunDDL(body string) bool {
	tokens, err := pgast.Scan(body)
	if err != nil {
		return true
	}
	begins, writes, before := true, false, ""
	for _, t := range tokens {
		if t.Token == pgast.Token_SQL_COMMENT || t.Token == pgast.Token_C_COMMENT {
			continue
		}
		word := strings.ToLower(body[t.Start:t.End])
		switch {
		case word == "set" || word == "comment" || word == "security" || word == "do" || word == "call":
			if begins {
				return true
			}
		case ddlWords[word], writes && strings.HasPrefix(strings.Trim(word, `"`), "pg_"):
			return true
		}
		begins = word == ";" || word == "begin" || word == "then" || word == "else" || word == "loop" || word == ">>"
		writes = word == "update" || word == "into" || word == "from" && before == "delete" || writes && word == "only"
		before = word
	}
	return false
}
