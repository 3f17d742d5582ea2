package filter_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantc/tenantc/tenant/filter"
)

func TestWithin(t *testing.T) {
	t.Parallel()
	type user struct{}
	name, age := filter.NewText[*user, string]("na\"me"), filter.NewOrdered[*user, int32]("age")
	const head, tail = `select 1 from users u where (a or $1)`, ` order by 1`
	for _, c := range []struct {
		conds []filter.Cond[user]
		want  string
		args  []any
	}{
		{nil, head + tail, []any{true}},
		{[]filter.Cond[user]{{}}, head + tail, []any{true}},
		{[]filter.Cond[user]{filter.Or[user]()}, head + ` and (false)` + tail, []any{true}},
		{[]filter.Cond[user]{age.Gte(18), filter.Not(filter.Or(name.Eq("x"), age.IsNull()))},
			head + ` and ("u"."age" >= $2) and (not (("u"."na""me" = $3) or ("u"."age" is null)))` + tail, []any{true, int32(18), "x"}},
	} {
		sql, args := filter.Within(head, tail, `"u".`, []any{true}, c.conds)
		if sql != c.want {
			t.Errorf("got  %s\nwant %s", sql, c.want)
		}
		if diff := cmp.Diff(c.args, args); diff != "" {
			t.Errorf("arguments (-want +got):\n%s", diff)
		}
	}
}
