package catalog

// builtinNames are the functions of pg_catalog on the allow list, by topic. What
// the table says of them is read from a server; that they are here was decided
// by hand. A name is here only if each of its overloads computes from its
// arguments, the clock, randomness and the connection. Left out on purpose:
//
//   - what runs SQL: query_to_xml and its kin, ts_stat, ts_rewrite;
//   - what reads catalogs, files, statistics, settings, transaction or WAL
//     state: pg_get_*, has_*_privilege, to_reg*, format_type, obj_description,
//     current_setting, current_schema, pg_relation_size, txid_current, lastval;
//   - what leaves something behind: setval, set_config, setseed, pg_notify,
//     advisory locks, lo_*; nextval alone is here, and volatile;
//   - what fills a row of a type of the schema: json_populate_record.
//
// age(xid) comes with age; no cast makes an xid (PureCast). enum_first and its
// kin look at the type, which is part of the schema.
const builtinNames = `
count sum avg min max every bool_and bool_or bit_and bit_or bit_xor array_agg string_agg
json_agg jsonb_agg json_object_agg jsonb_object_agg xmlagg range_agg range_intersect_agg
corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp variance var_pop var_samp
mode percentile_cont percentile_disc
row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value

abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd
cosh cot cotd degrees div exp factorial floor gcd lcm ln log log10 min_scale mod pi pow power
radians random round scale sign sin sind sinh sqrt tan tand tanh trim_scale trunc width_bucket

ascii bit_count bit_length btrim char_length character_length chr concat concat_ws convert
convert_from convert_to decode encode format get_bit get_byte initcap is_normalized left length
like_escape lower lpad ltrim md5 normalize octet_length overlay parse_ident position quote_ident
quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match regexp_matches
regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse
right rpad rtrim set_bit set_byte sha224 sha256 sha384 sha512 similar_escape similar_to_escape
split_part starts_with string_to_array string_to_table strpos substr substring to_ascii to_hex translate
unistr upper

byteasend float4send float8send int2send int4send int8send numeric_send textsend timestamptz_send uuid_send
hashint4 hashint4extended hashint8 hashint8extended hashtext hashtextextended uuid_hash uuid_hash_extended

bool bpchar date float4 float8 int2 int4 int8 interval numeric text time timestamp timestamptz timetz varchar
num_nonnulls num_nulls pg_typeof pg_column_size pg_size_pretty pg_size_bytes

age clock_timestamp date_bin date_part date_trunc extract isfinite justify_days justify_hours
justify_interval make_date make_interval make_time make_timestamp make_timestamptz now overlaps
statement_timestamp timeofday timezone to_char to_date to_number to_timestamp transaction_timestamp

gen_random_uuid nextval generate_series generate_subscripts unnest enum_first enum_last enum_range

array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position
array_positions array_prepend array_remove array_replace array_to_string array_upper cardinality trim_array

array_to_json json_array_elements json_array_elements_text json_array_length json_build_array
json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object
json_object_keys json_strip_nulls json_to_record json_to_recordset json_typeof row_to_json to_json
jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists jsonb_path_exists_tz jsonb_path_match
jsonb_path_match_tz jsonb_path_query jsonb_path_query_array jsonb_path_query_array_tz
jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz jsonb_pretty jsonb_set
jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof to_jsonb

array_to_tsvector json_to_tsvector jsonb_to_tsvector numnode phraseto_tsquery plainto_tsquery
querytree setweight strip to_tsquery to_tsvector ts_delete ts_filter ts_headline ts_rank
ts_rank_cd tsquery_phrase tsvector_to_array websearch_to_tsquery

int4range int8range numrange daterange tsrange tstzrange int4multirange int8multirange
nummultirange datemultirange tsmultirange tstzmultirange multirange range_merge isempty
lower_inc lower_inf upper_inc upper_inf

abbrev broadcast family host hostmask inet_merge inet_same_family macaddr8_set7bit masklen netmask
network set_masklen inet_client_addr inet_client_port inet_server_addr inet_server_port
current_database pg_backend_pid version

area box center circle diagonal diameter height isclosed isopen line lseg npoints path pclose
point polygon popen radius slope width bound_box isparallel isperp ishorizontal isvertical

xml xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlcomment xmlexists
xpath xpath_exists
`

// extensionNames are the functions of well-known extensions on the allow list
// that the table describes, each line an extension and its functions. Left out:
// what reads or sets thresholds of the session (set_limit), and what fills a
// row of a type of the schema (populate_record).
const extensionNames = `
pgcrypto: digest hmac crypt gen_salt encrypt encrypt_iv decrypt decrypt_iv gen_random_bytes pgp_sym_encrypt pgp_sym_encrypt_bytea pgp_sym_decrypt pgp_sym_decrypt_bytea pgp_pub_encrypt pgp_pub_encrypt_bytea pgp_pub_decrypt pgp_pub_decrypt_bytea pgp_key_id armor dearmor pgp_armor_headers
uuid-ossp: uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 uuid_nil uuid_ns_dns uuid_ns_url uuid_ns_oid uuid_ns_x500
pg_trgm: similarity word_similarity strict_word_similarity show_trgm
unaccent: unaccent
fuzzystrmatch: levenshtein levenshtein_less_equal metaphone soundex difference dmetaphone dmetaphone_alt
hstore: hstore akeys avals skeys svals each exist exists_all exists_any defined delete slice slice_array hs_concat hs_contains hs_contained fetchval hstore_to_array hstore_to_matrix hstore_to_json hstore_to_json_loose hstore_to_jsonb hstore_to_jsonb_loose
ltree: subltree subpath nlevel index lca text2ltree ltree2text
intarray: icount sort sort_asc sort_desc uniq idx subarray intset
cube: cube cube_dim cube_ll_coord cube_ur_coord cube_distance cube_enlarge cube_union cube_inter cube_size cube_subset cube_is_point cube_contains cube_contained cube_overlap
earthdistance: earth sec_to_gc gc_to_sec ll_to_earth latitude longitude earth_distance earth_box geo_distance
`
