package catalog

import (
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"
)

// ofTypes are functions that depend on settings at most, and of which types and
// operators are made.
var ofTypes = regexp.MustCompile(`(in|out|recv|send|_cmp_\w+|_[lg][te]_\w+|_eq_\w+|_ne_\w+|_pl_\w+|_mi_\w+|_transfn|_finalfn|similarity\w*_op|anycat|textcat|_range|explode)$|^money$`)

// TestReadsByItself asks that a function of the server, or of an extension, that
// may read something and can be called in a statement is on the list, or known
// to read.
func TestReadsByItself(t *testing.T) {
	t.Parallel()
	db := builtinServer(t)
	rows, err := db.Query(t.Context(), `select distinct p.proname::text from pg_proc p
		where p.provolatile <> 'i' and p.prokind <> 'p' and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
		and not 'internal'::regtype = any(p.proargtypes::oid[]) and p.prorettype <> 'internal'::regtype and p.prorettype::regtype::text not like '%handler'
		and (p.pronamespace = 'pg_catalog'::regnamespace or exists (select from ours o where o.classid = 'pg_proc'::regclass and o.objid = p.oid))`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 500 {
		t.Errorf("the server has %d such functions", len(names))
	}
	for _, name := range names {
		if _, listed := LookupBuiltin(name); !listed && !ReadsByItself(name) && !ofTypes.MatchString(name) {
			t.Errorf("%s reads, and nothing says so", name)
		}
	}
	for _, name := range []string{"lower", "regexp_replace", "ts_rank", "pg_typeof", "grade"} {
		if ReadsByItself(name) {
			t.Errorf("%s is said to read more than its arguments", name)
		}
	}
}
