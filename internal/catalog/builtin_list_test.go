package catalog

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// refused are names that must never come onto the list, whatever a later hand
// adds to it: what runs SQL, reads catalogs, files, statistics or settings, or
// leaves something behind.
var refused = regexp.MustCompile(`^(pg_(get|stat|read|ls|relation|table|total|database|tablespace|advisory|try_advisory|` +
	`notify|sleep|logical|replication|wal|current|create|drop|switch|terminate|cancel|reload|rotate|backup|has|xact|snapshot|` +
	`visible|sequence|identify|describe|column_[^s]|column_is|index|is|show|settings|partition|filenode|lock|export|import|promote).*|` +
	`(query|table|schema|database|cursor)_to_xml.*|lo_.*|lo(read|write|unlink|_import|_export)|dblink.*|crosstab.*|connectby.*|xpath_table|` +
	`has_.*_privilege|to_reg.*|txid_.*|.*xid_age|currval|lastval|setval|set_config|current_setting|current_schemas?|setseed|` +
	`ts_(stat|rewrite|debug|parse|lexize|token_type)|get_current_ts_config|format_type|.*obj_description|col_description|` +
	`row_security_active|currtid2?|jsonb?_populate_.*|populate_record|set_limit|show_limit|brin_.*|gin_.*|amvalidate|.*regclass.*|` +
	`satisfies_hash_partition|st_(estimatedextent|findextent)|find_srid|set_curcfg|plpgsql_.*|.*_handler|.*_validator)$`)

func TestListRefuses(t *testing.T) {
	t.Parallel()
	for name := range builtins().funcs {
		if refused.MatchString(name) {
			t.Errorf("%s is on the list", name)
		}
	}
	for name := range strings.FieldsSeq(`pg_relation_size pg_stat_get_numscans currval setval lastval set_config current_setting
		pg_notify query_to_xml table_to_xmlschema dblink ts_stat ts_rewrite pg_read_file lo_get lo_import pg_advisory_lock
		pg_sleep has_table_privilege to_regclass txid_current max_of_everything LOWER ""`) {
		if f, ok := LookupBuiltin(name); ok {
			t.Errorf("%s is on the list as %+v", name, f)
		}
	}
}

// functionFactsSQL gives what is true of all overloads of a name at once.
const functionFactsSQL = `
select name, coalesce(ext, ''), array_agg(distinct lang), bool_or(prokind = 'a'), bool_or(prokind = 'w'), bool_or(proretset),
	bool_or(provolatile = 'v'), bool_and(proisstrict and prokind = 'f'), bool_or(prokind = 'p')
from functions group by name, ext`

// TestListOnServer checks the flags of every listed name. Functions of later
// versions, and of extensions that are not there, are checked where they exist.
func TestListOnServer(t *testing.T) {
	t.Parallel()
	db := builtinServer(t)
	rows, err := db.Query(t.Context(), functionFactsSQL)
	if err != nil {
		t.Fatal(err)
	}
	type fact struct {
		BuiltinFunc
		langs     []string
		procedure bool
	}
	facts := map[string]fact{}
	var f fact
	if _, err := pgx.ForEachRow(rows, []any{&f.Name, &f.Extension, &f.langs, &f.Aggregate, &f.Window, &f.ReturnsSet, &f.Volatile, &f.Strict, &f.procedure}, func() error {
		facts[f.Extension+"."+f.Name] = f
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	generated := map[string]bool{}
	for line := range strings.Lines(funcTable) {
		generated[strings.Fields(line)[0]] = true
	}
	listed := strings.Fields(builtinNames)
	for _, names := range extensionFuncs() {
		listed = append(listed, names...)
	}
	for _, name := range listed {
		if !generated[name] {
			t.Errorf("%s is on the list, and the table has nothing on it", name)
		}
	}
	if len(generated) != len(listed) {
		t.Errorf("the table has %d names, the list %d: one stands there twice, or is not reviewed", len(generated), len(listed))
	}
	for _, b := range builtins().funcs {
		f, ok := facts[b.Extension+"."+b.Name]
		if !ok {
			if generated[b.Name] {
				t.Errorf("%s: the server has no such function", b.Name)
			}
			continue
		}
		if b.Aggregate != f.Aggregate || b.Window != f.Window || b.ReturnsSet != f.ReturnsSet || b.Volatile != f.Volatile || b.Strict && !f.Strict {
			t.Errorf("%s: the list says %+v, the server %+v", b.Name, b, f)
		}
		for _, lang := range f.langs {
			if lang != "internal" && lang != "c" && lang != "sql" || f.procedure {
				t.Errorf("%s: is written in %s", b.Name, lang)
			}
		}
	}
}

func TestLookupExtensionFunc(t *testing.T) {
	t.Parallel()
	for name, ext := range map[string]string{
		"crypt": "pgcrypto", "uuid_generate_v4": "uuid-ossp", "similarity": "pg_trgm", "unaccent": "unaccent",
		"akeys": "hstore", "subpath": "ltree", "cosine_distance": "vector", "st_dwithin": "postgis",
	} {
		f, ok := LookupExtensionFunc(name)
		if !ok || f.Extension != ext {
			t.Errorf("%s: %+v, want extension %s", name, f, ext)
		}
	}
	if f, ok := LookupExtensionFunc("lower"); ok {
		t.Errorf("lower is an extension's: %+v", f)
	}
}

// TestComparison checks that each comparison is boolean and strict between
// any two operands, which the strict conjuncts of the prover rest on.
func TestComparison(t *testing.T) {
	t.Parallel()
	db := builtinServer(t)
	for _, name := range strings.Fields("= <> < <= > >= ~~ !~~ ~~* !~~* ~ !~ ~* !~*") {
		if !Comparison(name) {
			t.Errorf("%s is no comparison", name)
		}
		var overloads int
		var fits bool
		if err := db.QueryRow(t.Context(), `select count(*), bool_and(proisstrict and oprresult = 'bool'::regtype)
			from operators where name = $1 and oprleft <> 0`, name).Scan(&overloads, &fits); err != nil {
			t.Fatal(err)
		}
		if overloads == 0 || !fits {
			t.Errorf("%s: of %d operators not all are strict and boolean", name, overloads)
		}
	}
	for _, name := range strings.Fields("|| + - -> ->> @> ? @@ # !!= == like") {
		if Comparison(name) {
			t.Errorf("%s is a comparison", name)
		}
	}
	if !Comparison("!=") {
		t.Error("!= is no comparison")
	}
}

// TestBuiltinOperator checks that every operator of the server is known, and
// that none is volatile or written in a language that could do more than compute.
func TestBuiltinOperator(t *testing.T) {
	t.Parallel()
	db := builtinServer(t)
	names := texts(t, db, `select distinct name from operators where ext is null`)
	for _, name := range names {
		if !BuiltinOperator(name) {
			t.Errorf("%s of pg_catalog is not known", name)
		}
	}
	for name := range builtins().operators {
		if BuiltinOperator(name) && !slices.Contains(names, name) {
			t.Errorf("%s is not of pg_catalog", name)
		}
	}
	for _, name := range []string{"=@", "<%", "%>", "#=", "@", "<=>", ""} {
		if got, want := BuiltinOperator(name), name == "@"; got != want {
			t.Errorf("BuiltinOperator(%q) = %v", name, got)
		}
	}
	if bad := texts(t, db, `select name || ' ' || signature from operators
		where ext is null and (provolatile = 'v' or lang not in ('internal', 'sql'))`); len(bad) > 0 {
		t.Errorf("operators that may do more than compute: %q", bad)
	}
}

// TestKnownExtension creates each extension that the server offers and looks
// at what it did to the comparison of built-in types.
func TestKnownExtension(t *testing.T) {
	t.Parallel()
	db := bareServer(t)
	offered := texts(t, db, `select name::text from pg_available_extensions order by name collate "C"`)
	known := 0
	for _, ext := range offered {
		if !KnownExtension(ext) {
			continue
		}
		known++
		if _, err := db.Exec(t.Context(), "create extension if not exists "+pgx.Identifier{ext}.Sanitize()+" cascade"); err != nil {
			t.Errorf("%s: %v", ext, err)
		}
	}
	if known < len(contrib) {
		t.Errorf("of the extensions offered %d are known", known)
	}
	if bad := texts(t, db, `select ext || ': ' || signature from operators
		where ext is not null and name in ('=', '<>') and type_ext(oprleft) is null and type_ext(oprright) is null`); len(bad) > 0 {
		t.Errorf("they compare built-in types: %q", bad)
	}
	if bad := texts(t, db, `select o.extname || ': ' || spell(c.castsource) || ' to ' || spell(c.casttarget)
		from pg_cast c join ours o on o.classid = 'pg_cast'::regclass and o.objid = c.oid
		where c.castcontext <> 'e' and type_ext(c.castsource) is null and type_ext(c.casttarget) is null`); len(bad) > 0 {
		t.Errorf("they cast between built-in types: %q", bad)
	}
	for _, name := range []string{"tablefunc", "dblink", "postgres_fdw", "file_fdw", "lo", "timescaledb", "plpython3u", "nobody_knows", ""} {
		if KnownExtension(name) {
			t.Errorf("%q is known", name)
		}
	}
}

func TestExtensionType(t *testing.T) {
	t.Parallel()
	db := builtinServer(t)
	for _, name := range strings.Fields("citext hstore cube seg ltree lquery ltxtquery query_int ean13 isbn isbn13 ismn ismn13 issn issn13 upc") {
		want := texts(t, db, `select type_ext(oid) from pg_type where typname = $1`, name)
		if ext, ok := ExtensionType(name); !ok || !slices.Equal(want, []string{ext}) {
			t.Errorf("%s: extension %q, the server says %q", name, ext, want)
		}
	}
	for name, want := range map[string]string{"geometry": "postgis", "halfvec": "vector", "text": "", "users": "", "ghstore": ""} {
		if ext, ok := ExtensionType(name); ext != want || ok != (want != "") {
			t.Errorf("%s: extension %q, want %q", name, ext, want)
		}
	}
}

// TestExtensionComparison checks the untyped side of a comparison of an
// extension's type, that of the other side, on the server.
func TestExtensionComparison(t *testing.T) {
	t.Parallel()
	in := newInferrer(t, builtinServer(t))
	answered := 0
	for _, name := range strings.Fields("citext hstore cube seg ltree lquery ltxtquery query_int ean13 isbn13 upc") {
		typ := Type{Schema: "public", Name: name}
		for op := range builtins().operators {
			for _, left := range []bool{true, false} {
				want := OperatorOperand(op, typ, left)
				if want.IsZero() {
					continue
				}
				answered++
				expression := value(typ) + " " + op + " $1"
				if !left {
					expression = "$1 " + op + " " + value(typ)
				}
				if param, _, ok := in.ask(t, expression); !ok || param.Name != want.Name {
					t.Errorf("%s: OperatorOperand = %v, the server says %v, %v", expression, want, param, ok)
				}
			}
		}
	}
	if answered < 40 {
		t.Errorf("only %d operands were inferred", answered)
	}
	for _, typ := range []Type{{Schema: "app", Name: "citext"}, {Schema: "public", Name: "users"}, {Schema: "public", Name: "citext", Array: true}} {
		if got := OperatorOperand("=", typ, true); !got.IsZero() {
			t.Errorf("%v = $1: the parameter is %v", typ, got)
		}
	}
}

// TestPureCast checks that no type whose input looks into the catalogs counts
// as a value, and that built-in casts between values are functions of values.
func TestPureCast(t *testing.T) {
	t.Parallel()
	db := builtinServer(t)
	text := Builtin("text")
	for _, name := range texts(t, db, `select typname::text from pg_type
		where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm', 'p')
			and typname ~ '^(reg|xid|cid$|tid$|txid|pg_snap|acl|record|cstring|internal|.*_handler|refcursor|unknown$|pg_node)'`) {
		if to := Builtin(name); PureCast(text, to) || PureCast(Builtin("unknown"), to) || PureCast(Type{}, to) {
			t.Errorf("a cast to %s is pure", name)
		}
		if name != "unknown" && PureCast(Builtin(name), text) {
			t.Errorf("a cast from %s is pure", name)
		}
	}
	rows, err := db.Query(t.Context(), `select spell(c.castsource), spell(c.casttarget)
		from pg_cast c join pg_proc p on p.oid = c.castfunc join pg_language l on l.oid = p.prolang
		where type_ext(c.castsource) is null and type_ext(c.casttarget) is null and (p.provolatile = 'v' or l.lanname not in ('internal', 'sql'))`)
	if err != nil {
		t.Fatal(err)
	}
	var from, to string
	if _, err := pgx.ForEachRow(rows, []any{&from, &to}, func() error {
		if PureCast(parseType(from).public(), parseType(to).public()) {
			t.Errorf("the cast of %s to %s runs what is not listed", from, to)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	array := Type{Schema: "pg_catalog", Name: "uuid", Array: true}
	for _, c := range []struct {
		from, to Type
		want     bool
	}{
		{text, Builtin("int4"), true}, {Builtin("unknown"), array, true}, {Builtin("anyenum"), text, true},
		{text, Type{Schema: "public", Name: "citext"}, true},
		{Type{}, text, false}, {text, Type{Schema: "app", Name: "citext"}, false},
		{text, Type{Schema: "public", Name: "users"}, false}, {text, Type{}, false},
		{Builtin("unknown"), Type{Schema: "pg_catalog", Name: "regclass", Array: true}, false},
	} {
		if got := PureCast(c.from, c.to); got != c.want {
			t.Errorf("PureCast(%v, %v) = %v", c.from, c.to, got)
		}
	}
}
