package sqlcrun

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
)

// workspace is the folder in which sqlc runs.
type workspace struct {
	dir     string
	files   map[string]*input // by the name that sqlc sees
	structs []TableName       // those asked for, by the number in the probe
}

// makeWorkspace makes a folder of its own, with names of its own: that settles
// equal base names, glob characters, drives and what else a path can do to sqlc.
func makeWorkspace() (*workspace, error) {
	dir, err := os.MkdirTemp("", "tenantc-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for sqlc: %w", err)
	}
	return &workspace{dir: dir}, nil
}

func (w *workspace) remove() { os.RemoveAll(w.dir) }

// input is one of the user's files and the text that sqlc was given of it.
type input struct {
	file  config.File
	given string
}

// write lays out the inputs and the configuration.
func (w *workspace) write(in Input, rep *diag.List) error {
	w.files = map[string]*input{}
	for _, dir := range []string{"schema", "queries"} {
		if err := os.Mkdir(filepath.Join(w.dir, dir), 0o700); err != nil {
			return err
		}
	}
	// sqlc reads them by name.
	for i, f := range in.Schema {
		if err := w.copy(fmt.Sprintf("schema/%06d.sql", i+1), f, rep); err != nil {
			return err
		}
	}
	for i, f := range in.Queries {
		if err := w.copy(fmt.Sprintf("queries/q%06d.sql", i+1), f, rep); err != nil {
			return err
		}
	}
	w.structs = in.Structs
	if err := os.WriteFile(filepath.Join(w.dir, "queries", probeFile), []byte(probe(in.Structs)), 0o600); err != nil {
		return err
	}
	data, err := json.Marshal(childConfig(in))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.dir, "sqlc.json"), data, 0o600)
}

// copy writes f under the name that sqlc sees. Line ends become LF, so that the
// text that runs is the same from every checkout.
func (w *workspace) copy(name string, f config.File, rep *diag.List) error {
	text := strings.ReplaceAll(f.Text, "\r\n", "\n")
	given, at := foldLines(text)
	if at >= 0 {
		rep.Add(diag.Diagnostic{
			Code:    diag.CodeSqlcLongLine,
			Pos:     diag.NewLines(f.Name, text).Pos(at),
			Message: fmt.Sprintf("the line has no place within %d bytes at which it can be broken", maxLine),
			Why:     "sqlc reads no further than a longer line, and does not say so",
			Fix:     "break the line, or move the literal out of the statement",
		})
		return nil
	}
	w.files[name] = &input{f, given}
	return os.WriteFile(filepath.Join(w.dir, filepath.FromSlash(name)), []byte(given), 0o600)
}

// forget lets go of the texts, of which no message will have to be mapped.
func (w *workspace) forget() {
	for _, in := range w.files {
		*in = input{}
	}
}

// shapeless are the options of sqlc that change names and types only. Whatever
// else it offers would change the shape of code that is only read.
var shapeless = []string{
	"emit_all_enum_values", "emit_db_tags", "emit_enum_valid_method", "emit_exact_table_names", "emit_json_tags",
	"emit_pointers_for_null_enum_types", "emit_pointers_for_null_types", "inflection_exclude_table_names", "initialisms",
	"json_tags_case_style", "json_tags_id_uppercase", "overrides", "rename",
}

// HandsOn reports whether the option of that name is handed on to sqlc.
func HandsOn(option string) bool { return slices.Contains(shapeless, option) }

// Names that no user has.
const (
	probeFile = "tenantc_structs.sql"
	probeName = "TenantcStructs"
)

// childConfig is the configuration of the child. The types of columns that a
// model decides are not overridden here: sqlc tries every override on every
// column, which at 1,000 tables takes minutes. Its request says which column a
// value belongs to.
func childConfig(in Input) map[string]any {
	golang := map[string]any{}
	for key, value := range in.Options {
		if HandsOn(key) {
			golang[key] = value
		}
	}
	golang["package"] = "db"
	golang["out"] = "go"
	golang["sql_package"] = "pgx/v5"
	golang["query_parameter_limit"] = 1 << 15 // plain arguments, whatever their number
	golang["omit_unused_structs"] = true
	entry := map[string]any{
		"engine":  "postgresql",
		"schema":  "schema",
		"queries": "queries",
		"gen": map[string]any{
			"json": map[string]any{"out": "json", "filename": "request.json", "indent": indent},
			"go":   golang,
		},
	}
	if in.Database != nil {
		entry["database"] = in.Database
	}
	return map[string]any{"version": "2", "sql": []any{entry}}
}

// probeWidth is how many tables one probing query embeds.
const probeWidth = 20

// probe returns queries that embed each table once: the row that sqlc makes for
// them tells which struct stands for which table. The first one is there for a
// project that has models and no query yet, on which sqlc would fail.
func probe(tables []TableName) string {
	var b strings.Builder
	b.WriteString("-- name: " + probeName + " :one\nselect 1 as one;\n")
	n := 0
	for chunk := range slices.Chunk(tables, probeWidth) {
		fmt.Fprintf(&b, "-- name: %s%d :many\nselect ", probeName, n)
		for i := range chunk {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "sqlc.embed(t%d)", i)
		}
		b.WriteString(" from ")
		for i, t := range chunk {
			if i > 0 {
				b.WriteString(", ")
			}
			if t.Schema != "" {
				b.WriteString(quoted(t.Schema) + ".")
			}
			fmt.Fprintf(&b, "%s t%d", quoted(t.Name), i)
		}
		b.WriteString(";\n")
		n++
	}
	return b.String()
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
