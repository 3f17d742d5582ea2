// Package catalog interprets a schema: CREATE, ALTER and DROP in the order of
// the migrations, as PostgreSQL would run them.
//
// In come the schema files, the tenancy declarations of sqlc.yaml and the model
// structs; out goes a Catalog: relations with their columns, keys, foreign keys,
// triggers and the class of tenancy of each. What it does not understand is a
// diagnostic and never a guess, because a proof leans on every fact in it. It
// refuses to know queries: a view keeps its text, and another stage resolves it.
package catalog

import (
	"errors"
	"fmt"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/pgast"
)

// Input is what a catalog is made of.
type Input struct {
	Files   []config.File // migrations, in the order in which they run
	Tenancy config.Tenancy
	Models  *model.Package // nil when the project has none
}

// Build interprets the schema and classifies its relations. Findings go to rep;
// while rep has errors the catalog is incomplete, and no proof may lean on it.
// A file that does not parse ends the work: what follows it would be judged
// against half a schema.
func Build(in Input, rep *diag.List) *Catalog {
	// The files are read one after the other: the syntax trees of a large schema
	// take more memory than its catalog.
	var found diag.List // of the statements
	b := newBuilder(in, &found)
	checkNumbers(in.Files, &found)
	for _, f := range in.Files {
		if downFile(f.Name) {
			continue
		}
		stmts := newSource(f.Name, f.Text, rep).statements(rep)
		b.wrote = false
		for i := 0; i < len(stmts) && !rep.HasErrors(); i++ {
			b.run(stmts[i])
		}
	}
	if rep.HasErrors() {
		// Of half a schema nothing can be said, and nothing is kept.
		b = newBuilder(in, rep)
		b.declareDimensions()
		return b.cat
	}
	b.finish()
	b.classify()
	b.checkModels()
	rep.Merge(&found)
	return b.cat
}

// builder holds what the interpreter knows beside the catalog itself.
type builder struct {
	cat *Catalog
	in  Input
	rep *diag.List

	src  *source  // the statement being read
	stmt diag.Pos // where it begins
	top  *source  // the statement of the file that it is, or is a part of

	passed map[string]bool // statements that trust.migrations names, and that were met

	calls  int                    // of functions that are being followed
	looked map[*Function]bool     // functions that the statement calls, and that were looked into
	wrote  bool                   // a statement of the file may have written rows
	alike  map[string]*pgast.Node // see shared
	pathOn []string               // the schemas behind public on the search path

	indexes   map[qname]*Index // every index, by schema and name
	sequences map[qname]bool   // those made by CREATE SEQUENCE
	temps     map[string]bool  // temporary tables that no DROP has taken back
	views     map[*Relation]*viewDeps
	viewsOn   map[*Relation][]*Relation // views that read a relation, or once did
	maybeGone map[*Relation]bool        // stale views that a DROP COLUMN … CASCADE may have taken along
	unknown   map[*Relation]bool        // materialized views whose columns are not known
	triggers  map[*Trigger]*Trigger     // a partition's trigger to the one it was cloned from
	typed     map[*Relation]*UserType
	notNull   map[*Column]string // names of NOT NULL constraints, where written
	ownOnly   map[*Column]bool   // whose NOT NULL children do not inherit
	checks    map[*Expr]check
	fkParent  map[*ForeignKey]*ForeignKey // as triggers, for foreign keys
	names     map[qname]int               // see constraintNames
}

// qname is a name with its schema.
type qname struct{ schema, name string }

func newBuilder(in Input, rep *diag.List) *builder {
	return &builder{
		cat: &Catalog{index: newIndex(), private: in.Tenancy.Isolation == config.IsolationDatabase}, in: in, rep: rep,
		passed:    map[string]bool{},
		alike:     map[string]*pgast.Node{},
		indexes:   map[qname]*Index{},
		sequences: map[qname]bool{},
		temps:     map[string]bool{},
		looked:    map[*Function]bool{},
		views:     map[*Relation]*viewDeps{},
		viewsOn:   map[*Relation][]*Relation{},
		maybeGone: map[*Relation]bool{},
		unknown:   map[*Relation]bool{},
		triggers:  map[*Trigger]*Trigger{},
		typed:     map[*Relation]*UserType{},
		notNull:   map[*Column]string{},
		ownOnly:   map[*Column]bool{},
		checks:    map[*Expr]check{},
		fkParent:  map[*ForeignKey]*ForeignKey{},
	}
}

func syntaxError(src *source, err error) diag.Diagnostic {
	pos := diag.Pos{File: src.name}
	var perr *pgast.Error
	if errors.As(err, &perr) && perr.Offset >= 0 {
		pos = src.at(perr.Offset)
	}
	return diag.Diagnostic{Code: diag.CodeSchemaSyntax, Pos: pos, Message: err.Error()}
}

// run interprets one statement.
func (b *builder) run(src *source) {
	b.src, b.stmt, b.top = src, src.at(0), src
	clear(b.looked)
	if !b.passesOver(src) {
		b.statement(src.node)
	}
}

func (b *builder) add(d diag.Diagnostic) { b.rep.Add(d) }

// expr wraps an expression of the DDL with its text and place.
func (b *builder) expr(n *pgast.Node) *Expr { return b.exprIn(n, -1, false) }

// exprIn is expr for an expression whose text stands in the first brackets
// behind the offset bracket, or, without one, where its tokens begin.
func (b *builder) exprIn(n *pgast.Node, bracket int32, isDefault bool) *Expr {
	if n == nil {
		return nil
	}
	e := &Expr{Node: b.shared(n), Pos: b.stmt}
	first := firstOffset(n)
	if first >= 0 {
		e.Pos = b.src.at(first)
	}
	switch {
	case bracket >= 0:
		e.Text = b.src.bracketText(int(bracket))
	case first >= 0:
		e.Text = b.src.exprText(first, isDefault)
	}
	return e
}

// shared returns one tree for all calls of a function without arguments, as most
// defaults are: in a large schema they would take as much memory as its columns.
// There is no name of a column in them that a later statement might change.
func (b *builder) shared(n *pgast.Node) *pgast.Node {
	f := n.GetFuncCall()
	if f == nil || len(f.GetArgs())+len(f.GetAggOrder()) > 0 || f.GetAggFilter() != nil || f.GetOver() != nil ||
		f.GetAggWithinGroup() || f.GetAggStar() || f.GetAggDistinct() || f.GetFuncVariadic() {
		return n
	}
	key := fmt.Sprintf("%q %d", pgast.Strings(f.GetFuncname()), f.GetFuncformat())
	known, ok := b.alike[key]
	if !ok {
		known, b.alike[key] = n, n
	}
	return known
}

// finish turns the interpreter's state into the catalog's.
func (b *builder) finish() {
	for _, rel := range b.cat.Relations {
		if rel.Kind == MaterializedView {
			b.typeMaterialized(rel)
		}
		for _, ix := range rel.Indexes {
			for _, e := range ix.Elems {
				if e.Expr != nil {
					rel.IndexExprs = append(rel.IndexExprs, e.Expr)
				}
			}
			if ix.Predicate != nil {
				rel.IndexExprs = append(rel.IndexExprs, ix.Predicate)
			}
		}
	}
}
