package catalog

import (
	"slices"
	"strings"
)

// ReadsByItself reports whether PostgreSQL, or an extension, has a function of
// that name which reads more than its arguments. One of the schema's that is
// called the same need not be the one that a call without a schema means:
//
//	CREATE FUNCTION query_to_xml(text, boolean, boolean, text) …; SELECT query_to_xml('select …', true, true, '')
func ReadsByItself(name string) bool {
	if _, listed := LookupBuiltin(name); listed {
		return false
	}
	return readingNames[name] || slices.ContainsFunc(readingPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// readingPrefixes are how such names begin, also those of later versions.
var readingPrefixes = []string{"pg_", "lo_", "txid_", "binary_upgrade_", "dblink", "crosstab", "pgstat", "postgres_fdw_"}

// readingNames are the others.
var readingNames = wordSet(`
cursor_to_xml cursor_to_xmlschema database_to_xml database_to_xml_and_xmlschema database_to_xmlschema
query_to_xml query_to_xml_and_xmlschema query_to_xmlschema schema_to_xml schema_to_xml_and_xmlschema schema_to_xmlschema
table_to_xml table_to_xml_and_xmlschema table_to_xmlschema xpath_table xpath_list xpath_nodeset connectby

has_any_column_privilege has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege has_function_privilege
has_language_privilege has_largeobject_privilege has_parameter_privilege has_schema_privilege has_sequence_privilege
has_server_privilege has_table_privilege has_tablespace_privilege has_type_privilege row_security_active

regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype
to_regclass to_regcollation to_regnamespace to_regoper to_regoperator to_regproc to_regprocedure to_regrole to_regtype
to_regtypemod col_description obj_description shobj_description format_type oidvectortypes

ts_debug ts_match_tq ts_match_tt ts_parse ts_rewrite ts_stat ts_token_type get_current_ts_config
json_populate_record json_populate_recordset jsonb_populate_record jsonb_populate_record_valid jsonb_populate_recordset
populate_record

current_query current_schema current_schemas current_setting current_user session_user system_user getdatabaseencoding getpgusername
currtid2 currval lastval setval set_config setseed set_limit show_limit mxid_age loread lowrite unicode_version icu_unicode_version
amvalidate fmgr_c_validator fmgr_internal_validator fmgr_sql_validator plpgsql_validator verify_heapam
bt_index_check bt_index_parent_check brin_desummarize_range brin_summarize_new_values brin_summarize_range
gin_clean_pending_list find_srid st_estimatedextent st_findextent
`)
