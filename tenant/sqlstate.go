package tenant

// conditions are the conditions that a statement of an application meets, by
// SQLSTATE, in PostgreSQL's own spelling (its appendix "Error Codes").
var conditions = map[string]string{
	"08006": "connection_failure",
	"0A000": "feature_not_supported",
	"21000": "cardinality_violation",
	"22001": "string_data_right_truncation",
	"22003": "numeric_value_out_of_range",
	"22004": "null_value_not_allowed",
	"22007": "invalid_datetime_format",
	"22008": "datetime_field_overflow",
	"22012": "division_by_zero",
	"22021": "character_not_in_repertoire",
	"22023": "invalid_parameter_value",
	"22P02": "invalid_text_representation",
	"22P03": "invalid_binary_representation",
	"23502": "not_null_violation",
	"23503": "foreign_key_violation",
	"23505": "unique_violation",
	"23514": "check_violation",
	"23P01": "exclusion_violation",
	"25001": "active_sql_transaction",
	"25006": "read_only_sql_transaction",
	"25P02": "in_failed_sql_transaction",
	"25P03": "idle_in_transaction_session_timeout",
	"28000": "invalid_authorization_specification",
	"28P01": "invalid_password",
	"3D000": "invalid_catalog_name",
	"3F000": "invalid_schema_name",
	"40001": "serialization_failure",
	"40P01": "deadlock_detected",
	"42501": "insufficient_privilege",
	"42601": "syntax_error",
	"42702": "ambiguous_column",
	"42703": "undefined_column",
	"42704": "undefined_object",
	"42804": "datatype_mismatch",
	"42883": "undefined_function",
	"42P01": "undefined_table",
	"42P18": "indeterminate_datatype",
	"44000": "with_check_option_violation",
	"53100": "disk_full",
	"53200": "out_of_memory",
	"53300": "too_many_connections",
	"54001": "statement_too_complex",
	"55006": "object_in_use",
	"55P03": "lock_not_available",
	"57014": "query_canceled",
	"57P01": "admin_shutdown",
	"57P02": "crash_shutdown",
	"57P03": "cannot_connect_now",
	"P0001": "raise_exception",
	"XX000": "internal_error",
}

// classes say the rest in general, by the first two characters.
var classes = map[string]string{
	"08": "connection exception",
	"0A": "feature not supported",
	"21": "cardinality violation",
	"22": "data exception",
	"23": "integrity constraint violation",
	"24": "invalid cursor state",
	"25": "invalid transaction state",
	"26": "invalid SQL statement name",
	"28": "invalid authorization specification",
	"2D": "invalid transaction termination",
	"34": "invalid cursor name",
	"38": "external routine exception",
	"39": "external routine invocation exception",
	"3B": "savepoint exception",
	"3D": "invalid catalog name",
	"3F": "invalid schema name",
	"40": "transaction rollback",
	"42": "syntax error or access rule violation",
	"44": "WITH CHECK OPTION violation",
	"53": "insufficient resources",
	"54": "program limit exceeded",
	"55": "object not in prerequisite state",
	"57": "operator intervention",
	"58": "system error",
	"HV": "foreign data wrapper error",
	"P0": "PL/pgSQL error",
	"XX": "internal error",
}

// conditionName puts an SQLSTATE into words.
func conditionName(code string) string {
	if name, ok := conditions[code]; ok {
		return name
	}
	if len(code) == 5 {
		if name, ok := classes[code[:2]]; ok {
			return name
		}
	}
	return "server error"
}
