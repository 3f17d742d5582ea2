package prove_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// writtenCase is a schema with the queries that a test has for it: a side of a
// case file, or a table of statements.
type writtenCase struct {
	name    string // "leaks/id_only leak": its golden file, and its part of it
	schema  string
	tenancy config.Tenancy
	queries string // a query file
	// wrong says of a proof what is not as the test has it, or "". It is nil for
	// tables whose test looks at more than the proof.
	wrong func(*prove.Proof, *diag.List) string
	// cut changes the texts of a statement that takes conditions; it may be nil.
	cut func(entry int, s *query.Stmt)
}

// writtenCases are all cases of the tests of this package.
func writtenCases(t *testing.T) []*writtenCase {
	t.Helper()
	var out []*writtenCase
	for _, folder := range []string{"rules", "leaks", "database"} {
		pattern := map[string]string{"rules": "testdata/*.txtar"}[folder]
		leak := notRefused
		if pattern == "" {
			pattern = "testdata/" + folder + "/*.txtar"
		}
		if folder == "database" {
			leak = notRefusedFor
		}
		files, err := gallery.Load(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			side := func(name string, s *gallery.Side, wrong func(*gallery.File, *prove.Proof, *diag.List) string) {
				out = append(out, &writtenCase{name: folder + "/" + f.Name + " " + name, schema: s.Schema, tenancy: s.Tenancy, queries: s.SQL,
					wrong: func(p *prove.Proof, rep *diag.List) string { return wrong(f, p, rep) }})
			}
			side("leak", &f.Leak, leak)
			side("tight", &f.Tight, notTight)
		}
	}
	for _, f := range cautiousFiles(t) {
		out = append(out, &writtenCase{name: "cautious/" + f.name + " queries", schema: f.schema, tenancy: f.tenancy, queries: f.queries,
			wrong: func(p *prove.Proof, _ *diag.List) string { return f.wrong(p) }})
	}
	return append(out,
		tableCase("dimensions", dimensionSchema, dimensionTenancy, dimensionCases, dimensionCase.text, dimensionCase.wrong),
		tableCase("dimension_keys", dimensionKeysSchema, dimensionKeysTenancy, dimensionKeysCases, dimensionCase.text, dimensionCase.wrong),
		tableCase("wider_rows", widerRowsSchema, widerRowsTenancy, widerRowsCases, dimensionCase.text, dimensionCase.wrong),
		tableCase("own_root", ownRootSchema, config.Tenancy{Dimensions: dimensionTenancy.Dimensions}, ownRootCases, dimensionCase.text, dimensionCase.wrong),
		tableCase("dimension_further", furtherSchema, furtherTenancy, furtherCases, dimensionCase.text, dimensionCase.wrong),
		tableCase("dimension_types", dimensionTypesSchema, dimensionTypesTenancy, dimensionTypesCases, dimensionCase.text, dimensionCase.wrong),
		tableCase("third_dimension", thirdDimensionSchema, thirdDimensionTenancy, thirdDimensionCases, dimensionCase.text, dimensionCase.wrong),
		tableCase("root_within", dimensionSchema, rootWithinTenancy, rootWithinCases, dimensionCase.text, dimensionCase.wrong),
		tableCase("existence", existenceSchema, tenantTenancy, existenceCases, existenceCase.text, existenceCase.wrong),
		tableCase("refusals", refusalsSchema, refusalsTenancy, refusalCases, refusalCase.text, nil),
		tableCase("unscoped", unscopedSchema, config.Tenancy{}, unscopedCases, unscopedCase.text, nil),
		tableCase("causes", causesSchema, causesTenancy, causeCases, causeCase.text, nil),
		filtered(),
		tableCase("database", databaseSchema, databaseTenancy, databaseCases, databaseCase.text, databaseCase.wrong),
		tableCase("database_extension", strangeSchema, config.Tenancy{Isolation: config.IsolationDatabase, Tables: databaseTenancy.Tables},
			strangeCases, databaseCase.text, databaseCase.wrong),
		tableCase("fixes", fixSchema, fixTenancy, fixCases, fixCase.text, nil),
	)
}

// tableCase is the case of a table whose entries are named Q in their text. The
// entries are named Q1, Q2 in it.
func tableCase[C any](name, schema string, tenancy config.Tenancy, entries []C, text func(C) string, wrong func(C, *prove.Proof) string) *writtenCase {
	c := &writtenCase{name: "tables/" + name + " statements", schema: schema, tenancy: tenancy}
	for i, e := range entries {
		c.queries += strings.Replace(text(e), "-- name: Q ", fmt.Sprintf("-- name: Q%d ", i+1), 1)
	}
	if wrong != nil {
		c.wrong = func(p *prove.Proof, _ *diag.List) string {
			i, err := strconv.Atoi(strings.TrimPrefix(p.Stmt.Name, "Q"))
			if err != nil {
				return "is no entry of the table"
			}
			return wrong(entries[i-1], p)
		}
	}
	return c
}

// filtered is the case of the statements that take conditions.
func filtered() *writtenCase {
	c := tableCase("filter", filterSchema, filterTenancy, filterCases, filterCase.text, filterCase.wrong)
	c.cut = func(entry int, s *query.Stmt) { filterCases[entry].cut(s) }
	return c
}

// build builds the catalog, as a run does.
func (c *writtenCase) build(rep *diag.List) *catalog.Catalog {
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: c.schema}}, Tenancy: c.tenancy}, rep)
	prove.ClassifyStored(cat)
	return cat
}

// parse reads the queries.
func (c *writtenCase) parse(cat *catalog.Catalog, rep *diag.List) []*query.Stmt {
	stmts := query.Parse("queries.sql", c.queries, cat, rep)
	if c.cut != nil {
		for i, s := range stmts {
			c.cut(i, s)
		}
	}
	return stmts
}
