package config

import (
	"fmt"
	"go/token"
	"path"

	"go.yaml.in/yaml/v3"

	"github.com/tenantc/tenantc/internal/diag"
)

// entryKeys are the keys of an `sql:` entry.
var entryKeys = []string{
	"name", "engine", "schema", "queries", "database", "strict_function_checks", "strict_order_by",
	"gen", "codegen", "rules", "analyzer",
}

// codegen returns the codegen of entry that is tenantc's, or nil, and the
// names of its other plugins.
func (r *reader) codegen(entry *object) (ours *object, others []*yaml.Node) {
	for _, n := range r.list(entry.values["codegen"], "codegen") {
		c := r.object(n, "a codegen", "plugin", "out", "options")
		r.need(c, "a codegen", "plugin")
		name := c.values["plugin"]
		switch {
		case name == nil:
		case r.str(name, "plugin") != "tenantc":
			others = append(others, name)
		case ours != nil:
			r.report(diag.CodePluginEntry, name, "the entry has two codegens of tenantc",
				"one set of queries gives one package", "")
		default:
			ours = c
		}
	}
	return ours, others
}

// block reads an entry whose codegen is tenantc's. global are the options of
// the top-level overrides.
func (r *reader) block(cfg *Config, entry, codegen *object, global map[string]any) (*Block, error) {
	const what = "the sql entry"
	b := &Block{Pos: r.pos(entry.node)}
	r.need(entry, what, "engine", "schema", "queries")
	if n := entry.values["engine"]; n != nil && r.str(n, "engine") != "postgresql" {
		r.report(diag.CodeConfigEngine, n, fmt.Sprintf("the engine %s is not understood", n.Value),
			"what tenantc proves, it proves about PostgreSQL", "engine: postgresql")
	}
	if gen := r.object(entry.values["gen"], "gen", "go", "json"); gen.has("go") {
		r.report(diag.CodeRawGenerator, gen.keys["go"], "the entry also lets sqlc emit these queries without their tenant",
			"whoever imports that package may read any tenant's rows, and nothing was proven for it",
			"remove gen: go, or move it to an sql entry of its own")
	}
	b.Schema, b.schema = r.sources(entry, "schema")
	b.Queries, b.queries = r.sources(entry, "queries")
	b.Database = r.database(entry.values["database"])
	b.Checks = r.checks(entry)

	r.need(codegen, "the codegen of tenantc", "out")
	b.Out = r.folder(codegen.values["out"], "out")
	if n := codegen.values["out"]; n != nil {
		b.OutPos = r.pos(n)
	}
	if err := r.options(cfg, b, codegen, global); err != nil {
		return nil, err
	}
	return b, nil
}

// packageName reads the name of the emitted package, by default the last
// element of out.
func (r *reader) packageName(n, out *yaml.Node, b *Block) string {
	name, at := r.str(n, "package"), n
	if n == nil {
		if b.Out == "" {
			return ""
		}
		name, at = path.Base(b.Out), out
	}
	if name != "" && (!token.IsIdentifier(name) || name == "_" || name == "main") {
		r.report(diag.CodeConfigValue, at, fmt.Sprintf("%q cannot be the name of an imported Go package", name), "", "package: gen")
	}
	return name
}

// database reads the entry's database, which is handed to sqlc as it is.
func (r *reader) database(n *yaml.Node) map[string]any {
	if n == nil {
		return nil
	}
	o := r.object(n, "database", "uri", "managed")
	out := map[string]any{}
	if o.has("uri") {
		out["uri"] = r.str(o.values["uri"], "uri")
	}
	if o.has("managed") {
		out["managed"] = r.flag(o.values["managed"], "managed")
	}
	return out
}

// checks reads the entry's switches of sqlc's own analysis.
func (r *reader) checks(entry *object) map[string]any {
	out := map[string]any{}
	for _, key := range []string{"strict_function_checks", "strict_order_by"} {
		if n := entry.values[key]; n != nil {
			out[key] = r.flag(n, key)
		}
	}
	if n := entry.values["analyzer"]; n != nil {
		analyzer := map[string]any{}
		if o := r.object(n, "analyzer", "database"); o.has("database") {
			if db := o.values["database"]; db.Kind == yaml.ScalarNode && db.Value == "only" {
				analyzer["database"] = "only"
			} else {
				analyzer["database"] = r.flag(db, "database")
			}
		}
		out["analyzer"] = analyzer
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// distinctOuts reports blocks whose packages would overwrite each other, and
// a package that would lie among the files that people write.
func (r *reader) distinctOuts(cfg *Config) {
	owner := map[string]*Block{}
	for _, b := range cfg.Blocks {
		if b.Out == "" {
			continue
		}
		if b.Models != "" && path.Clean(b.Models) == b.Out {
			r.rep.Add(diag.Diagnostic{
				Code: diag.CodeConfigPath, Pos: b.OutPos, Width: len(b.Out),
				Message: "out and models are the same folder", Why: "one folder is one Go package", Fix: "out: gen",
			})
		}
		for _, folder := range []string{b.Out, path.Join(b.Out, "global"), path.Join(b.Out, "unscoped")} {
			other := owner[folder]
			if other == nil {
				owner[folder] = b
				continue
			}
			r.rep.Add(diag.Diagnostic{
				Code: diag.CodeConfigPath, Pos: b.OutPos, Width: len(b.Out),
				Message: fmt.Sprintf("two entries write the folder %s", folder),
				Why:     "each entry has a package of its own, with global and unscoped below it",
				Related: []diag.Related{{Pos: other.OutPos, Message: "the other entry's out"}},
			})
			break
		}
	}
}
