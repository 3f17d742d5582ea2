package main

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/tenantc/tenantc/bench/turns"
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

const (
	maxStatement  = 150 * time.Microsecond // the median, to parse, resolve and prove
	maxLength     = 1.25                   // exponent of the time over a statement's length
	variedTables  = 300
	variedQueries = 2000
	rounds        = 5
	growthRounds  = 25 // a long statement is seldom left alone from its start to its end
)

// reader reads and proves statements one by one.
type reader struct {
	cat *catalog.Catalog
	*query.Reader
}

// readVaried reads the schema of the varied project.
func readVaried() (*reader, error) {
	files := []config.File{{Name: "tenants.sql", Text: "create table tenants (id uuid primary key, name text not null);"}}
	for i := 1; i <= variedTables; i++ {
		files = append(files, config.File{Name: tableName(i) + ".sql", Text: fillTable(i).Replace(tableSQL)})
	}
	var found diag.List
	cat := catalog.Build(catalog.Input{Files: files}, &found)
	if found.HasErrors() {
		return nil, fmt.Errorf("the schema: %v", found.Sorted())
	}
	return &reader{cat, query.NewReader(cat)}, nil
}

// prove takes the time of one statement, the best of some rounds: what other
// programs take only adds. It fails unless the statement is confined.
func (r *reader) prove(text string, rounds int) (time.Duration, error) {
	best := time.Hour
	for range rounds {
		var found diag.List
		start := time.Now()
		stmts := r.Parse("q.sql", text, &found)
		var proof *prove.Proof
		if len(stmts) == 1 {
			proof = prove.One(r.cat, stmts[0])
		}
		best = min(best, time.Since(start))
		switch {
		case proof == nil:
			return 0, fmt.Errorf("%d statements: %v", len(stmts), found.Sorted())
		case proof.Verdict != prove.Confined || proof.Open():
			return 0, fmt.Errorf("%s: %v\n%s", proof.Verdict, proof.Findings, text)
		}
	}
	return best, nil
}

// benchProve prints what one statement takes, over many shapes, and how that
// grows with its length.
func benchProve(r *turns.Report) error {
	reader, err := readVaried()
	if err != nil {
		return err
	}
	var took []time.Duration
	byShape := make([][]time.Duration, len(shapes))
	for n := range variedQueries {
		shape := n % len(shapes)
		d, err := reader.prove("-- name: Q "+fillShape(n%variedTables+1).Replace(shapes[shape])+"\n", rounds)
		if err != nil {
			return err
		}
		took, byShape[shape] = append(took, d), append(byShape[shape], d)
	}
	slices.Sort(took)
	slowest := slices.MaxFunc(byShape, func(a, b []time.Duration) int { return cmp.Compare(turns.Median(a), turns.Median(b)) })
	r.Section("One statement: parse, resolve and prove", "statements", "shapes", "median µs", "bound µs", "95 % µs", "slowest shape µs")
	r.Row(took[len(took)/2] <= maxStatement, fmt.Sprint(len(took)), fmt.Sprint(len(shapes)), us(took[len(took)/2]), us(maxStatement),
		us(took[len(took)*95/100]), us(turns.Median(slowest)))

	r.Section("Growth over a statement's length", "of", "from", "to", "µs", "µs", "exponent", "bound")
	for _, g := range growing {
		from, to := g.from, g.from*8
		runtime.GC()
		short, err := reader.prove(g.statement(from), growthRounds)
		if err != nil {
			return err
		}
		long, err := reader.prove(g.statement(to), growthRounds)
		if err != nil {
			return err
		}
		exponent := math.Log(float64(long)/float64(short)) / math.Log(float64(len(g.statement(to)))/float64(len(g.statement(from))))
		r.Row(exponent <= maxLength, g.name, fmt.Sprint(from), fmt.Sprint(to), us(short), us(long), fmt.Sprintf("%.2f", exponent), fmt.Sprintf("≤ %.2f", maxLength))
	}
	r.Note("an exponent of 1 is time in proportion to length; what is over it is the growing maps of names and terms, and noise")
	return nil
}

func us(d time.Duration) string {
	return fmt.Sprintf("%.0f", float64(d)/float64(time.Microsecond))
}

// growth is a statement of any length: part stands in it once for each part, #
// being its number and @ the one before.
type growth struct {
	name             string
	from             int // parts of the shorter one
	head, part, tail string
}

var growing = []growth{
	{"conjuncts", 100, "select id from things_0001 where tenant_id = $1", " and amount <> #", ""},
	{"branches of OR", 100, "select id from things_0001 where tenant_id = $1 and (false", " or amount = #", ")"},
	{"columns", 100, "select id", ", amount + # as c#", " from things_0001 where tenant_id = $1"},
	{"members of IN", 100, "select id from things_0001 where tenant_id = $1 and amount in (0", ", #", ")"},
	{"branches of CASE", 100, "select case", " when amount > # then #", " end as n from things_0001 where tenant_id = $1"},
	{"inner joins", 10, "select t0.id from things_0001 t0", " join things_0001 t# on t#.tenant_id = t@.tenant_id and t#.id = t@.parent_id", " where t0.tenant_id = $1"},
	{"left joins", 10, "select t0.id from things_0001 t0", " left join things_0001 t# on t#.tenant_id = t@.tenant_id and t#.id = t@.parent_id", " where t0.tenant_id = $1"},
	{"left joins of one", 10, "select t0.id from things_0001 t0", " left join things_0001 t# on t#.tenant_id = t0.tenant_id and t#.id = t0.parent_id", " where t0.tenant_id = $1"},
	{"joins, two parameters", 10, "select t0.id from things_0001 t0", " left join things_0001 t# on t#.tenant_id = t@.tenant_id and t#.id = t@.parent_id", " where t0.tenant_id = $1 and t0.id = $2"},
	{"branches of UNION", 10, "select id from things_0001 where tenant_id = $1", " union all select id from things_0002 where tenant_id = $1 and amount > #", ""},
	{"CTEs", 10, "with c0 as (select * from things_0001 where tenant_id = $1)", ", c# as (select t.* from things_0002 t join c@ on c@.tenant_id = t.tenant_id and c@.id = t.parent_id)", " select id from c0"},
	{"CTEs read twice", 10, "with c0 as (select * from things_0001 where tenant_id = $1)", ", c# as (select a.* from c@ a join c@ b on b.tenant_id = a.tenant_id and b.id = a.parent_id)", " select id from c1"},
	{"scalar subqueries", 10, "select t0.id", ", (select max(t#.amount) from things_0002 t# where t#.tenant_id = t0.tenant_id)", " from things_0001 t0 where t0.tenant_id = $1"},
	{"LATERAL", 10, "select t0.id from things_0001 t0", " left join lateral (select t#.name from things_0002 t# where t#.tenant_id = t0.tenant_id limit 1) l# on true", " where t0.tenant_id = $1"},
	{"EXISTS", 10, "select id from things_0001 t0 where tenant_id = $1", " and exists (select 1 from things_0001 t# where t#.tenant_id = t0.tenant_id and t#.id = t0.parent_id)", ""},
	{"rows of VALUES", 50, "insert into things_0001 (tenant_id, id, name, amount, parent_id) select $1, gen_random_uuid(), v.name, v.n, $2 from (values ('a', 0)", ", ('a', #)", ") v(name, n)"},
}

// statement writes the one of n parts.
func (g *growth) statement(n int) string {
	var b strings.Builder
	b.WriteString("-- name: Q :exec\n" + g.head)
	for i := 1; i <= n; i++ {
		b.WriteString(strings.NewReplacer("#", fmt.Sprint(i), "@", fmt.Sprint(i-1)).Replace(g.part))
	}
	b.WriteString(g.tail + ";\n")
	return b.String()
}
