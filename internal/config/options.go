package config

import (
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/tenantc/tenantc/internal/diag"
)

// optionKind is the kind of value that one of sqlc's Go options takes.
type optionKind int8

const (
	optionFlag optionKind = iota
	optionText
	optionTexts
	optionNumber
	optionRenames
	optionOverrides
)

// goOption returns the kind of sqlc's Go option of that name, as of sqlc 1.31.1.
// Its out is left out: the codegen's own out is the one that counts.
func goOption(name string) (optionKind, bool) {
	switch name {
	case "emit_interface", "emit_json_tags", "json_tags_id_uppercase", "emit_db_tags", "emit_prepared_queries",
		"emit_exact_table_names", "emit_empty_slices", "emit_exported_queries", "emit_result_struct_pointers",
		"emit_params_struct_pointers", "emit_methods_with_db_argument", "emit_pointers_for_null_types",
		"emit_pointers_for_null_enum_types", "emit_enum_valid_method", "emit_all_enum_values", "emit_sql_as_comment",
		"wrap_errors", "omit_sqlc_version", "omit_unused_structs":
		return optionFlag, true
	case "json_tags_case_style", "package", "sql_package", "sql_driver", "output_batch_file_name", "output_db_file_name",
		"output_models_file_name", "output_querier_file_name", "output_copyfrom_file_name", "output_files_suffix", "build_tags":
		return optionText, true
	case "inflection_exclude_table_names", "initialisms":
		return optionTexts, true
	case "query_parameter_limit":
		return optionNumber, true
	case "rename":
		return optionRenames, true
	case "overrides":
		return optionOverrides, true
	}
	return 0, false
}

// optionKeys are the keys of tenantc's options: its own, then sqlc's.
var optionKeys = []string{
	"models", "tenancy",
	"build_tags", "emit_all_enum_values", "emit_db_tags", "emit_empty_slices", "emit_enum_valid_method",
	"emit_exact_table_names", "emit_exported_queries", "emit_interface", "emit_json_tags",
	"emit_methods_with_db_argument", "emit_params_struct_pointers", "emit_pointers_for_null_enum_types",
	"emit_pointers_for_null_types", "emit_prepared_queries", "emit_result_struct_pointers", "emit_sql_as_comment",
	"inflection_exclude_table_names", "initialisms", "json_tags_case_style", "json_tags_id_uppercase",
	"omit_sqlc_version", "omit_unused_structs", "output_batch_file_name", "output_copyfrom_file_name",
	"output_db_file_name", "output_files_suffix", "output_models_file_name", "output_querier_file_name",
	"overrides", "package", "query_parameter_limit", "rename", "sql_driver", "sql_package", "wrap_errors",
}

// Options returns the codegen's `options` as written, in plain values; nil when
// absent. It is what sqlc hands to its plugins.
func (b *Block) Options() (any, error) {
	if b.options == nil {
		return nil, nil
	}
	var v any
	err := b.options.Decode(&v)
	return v, err
}

// options reads the options of tenantc's codegen into b.
func (r *reader) options(cfg *Config, b *Block, codegen *object, global map[string]any) error {
	b.options = codegen.values["options"]
	o := r.object(codegen.values["options"], "options", optionKeys...)
	b.Go = GoOptions{Raw: map[string]any{}, SQLPackage: "pgx/v5", QueryParameterLimit: -1}
	for _, key := range o.order {
		if kind, ok := goOption(key); ok {
			b.Go.Raw[key] = r.option(o.values[key], key, kind)
		}
	}
	if n := o.values["query_parameter_limit"]; n != nil {
		b.Go.QueryParameterLimit = b.Go.Raw["query_parameter_limit"].(int)
	}
	r.only(o.values["sql_package"], "sql_package", "pgx/v5")
	r.only(o.values["sql_driver"], "sql_driver", "github.com/jackc/pgx/v5")
	if n := o.values["json_tags_case_style"]; n != nil {
		r.word(n, "json_tags_case_style", "none", "camel", "pascal", "snake")
	}
	mergeGlobal(b.Go.Raw, global)

	b.Package = r.packageName(o.values["package"], codegen.values["out"], b)
	b.Models = r.folder(o.values["models"], "models")
	b.Tenancy = r.tenancy(o.values["tenancy"])
	if b.Models == "" {
		return nil
	}
	return r.folderExists(cfg, o.values["models"], "models", b.Models)
}

// only reports n when it is another text than the one that is understood.
func (r *reader) only(n *yaml.Node, key, text string) {
	if n == nil || n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" || n.Value == text {
		return
	}
	r.report(diag.CodeSQLPackage, n, fmt.Sprintf("%s cannot be %s", key, n.Value),
		"the emitted code and its runtime are written for pgx version 5", key+": "+text)
}

// option reads one of sqlc's options as the plain value that the child's
// configuration gets.
func (r *reader) option(n *yaml.Node, name string, kind optionKind) any {
	switch kind {
	case optionFlag:
		return r.flag(n, name)
	case optionText:
		return r.str(n, name)
	case optionNumber:
		return r.number(n, name)
	case optionTexts:
		out := []any{}
		for _, item := range r.list(n, name) {
			out = append(out, r.str(item, "an element of "+name))
		}
		return out
	case optionRenames:
		out := map[string]any{}
		for key, value := range r.object(n, name).values {
			out[key] = r.str(value, "the name of "+key)
		}
		return out
	case optionOverrides:
		out := []any{}
		for _, item := range r.list(n, name) {
			out = append(out, r.override(item))
		}
		return out
	}
	diag.Bugf("config: option kind %d", kind)
	return nil
}

// override reads one entry of overrides.
func (r *reader) override(n *yaml.Node) map[string]any {
	out := map[string]any{}
	const what = "an override"
	o := r.object(n, what, "go_type", "go_struct_tag", "db_type", "postgres_type", "engine", "nullable", "unsigned", "null", "column")
	for _, key := range o.order {
		value := o.values[key]
		switch key {
		case "nullable", "unsigned", "null":
			out[key] = r.flag(value, key)
		case "go_type":
			if value.Kind == yaml.MappingNode {
				out[key] = r.goType(value)
			} else {
				out[key] = r.str(value, key)
			}
		default:
			out[key] = r.str(value, key)
		}
	}
	if o.node != nil && o.node.Kind == yaml.MappingNode && !o.has("column") && !o.has("db_type") && !o.has("postgres_type") {
		r.report(diag.CodeMissingKey, o.node, "an override has neither column nor db_type", "", "column: table.column")
	}
	return out
}

func (r *reader) goType(n *yaml.Node) map[string]any {
	out := map[string]any{}
	o := r.object(n, "go_type", "import", "package", "type", "pointer", "slice")
	for _, key := range o.order {
		if key == "pointer" || key == "slice" {
			out[key] = r.flag(o.values[key], key)
		} else {
			out[key] = r.str(o.values[key], key)
		}
	}
	r.need(o, "go_type", "type")
	return out
}

// globalOverrides reads the top-level overrides, which sqlc applies to every
// entry.
func (r *reader) globalOverrides(n *yaml.Node) map[string]any {
	out := map[string]any{}
	if n == nil {
		return out
	}
	golang := r.object(r.object(n, "overrides", "go").values["go"], "overrides.go", "overrides", "rename")
	for _, key := range golang.order {
		kind, _ := goOption(key)
		out[key] = r.option(golang.values[key], key, kind)
	}
	return out
}

// mergeGlobal adds the top-level overrides to an entry's options as sqlc does:
// global overrides come first, and a global rename wins.
func mergeGlobal(raw, global map[string]any) {
	if overrides, ok := global["overrides"].([]any); ok && len(overrides) > 0 {
		own, _ := raw["overrides"].([]any)
		raw["overrides"] = slices.Concat(overrides, own)
	}
	if renames, ok := global["rename"].(map[string]any); ok && len(renames) > 0 {
		merged := map[string]any{}
		if own, ok := raw["rename"].(map[string]any); ok {
			maps.Copy(merged, own)
		}
		maps.Copy(merged, renames)
		raw["rename"] = merged
	}
}
