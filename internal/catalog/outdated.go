package catalog

import (
	"slices"

	"github.com/tenantc/tenantc/internal/pgast"
)

// A materialized view holds what the views and functions that it reads through
// said when it was filled. Once one of these is replaced, its query tells of what
// it holds no more until it is filled again:
//
//	CREATE MATERIALIZED VIEW m AS SELECT … FROM v; CREATE OR REPLACE VIEW v AS …   -- m is as v was

// outdate says so of the materialized views that read rel, be it through others.
func (b *builder) outdate(rel *Relation) { b.outdateReaders(rel, map[*Relation]bool{}) }

// outdateReaders is outdate; seen are the relations that were looked at, since
// views may have been replaced so that they read each other.
func (b *builder) outdateReaders(rel *Relation, seen map[*Relation]bool) {
	seen[rel] = true
	for _, view := range b.viewsOn[rel] {
		if !seen[view] && b.views[view].on(rel) {
			view.Outdated = view.Kind == MaterializedView
			b.outdateReaders(view, seen)
		}
	}
}

// outdateCallers says so of those that are made by calls of the schema's
// functions: one of these was replaced, and bodies call others.
func (b *builder) outdateCallers() {
	for view, deps := range b.views {
		called := func(f *Function) bool { return deps.calls[f.Name] }
		if !slices.ContainsFunc(b.cat.Functions, called) {
			continue
		}
		view.Outdated = view.Kind == MaterializedView
		b.outdate(view)
	}
}

// refresh interprets REFRESH MATERIALIZED VIEW: it is filled from what is there
// by now.
func (b *builder) refresh(s *pgast.RefreshMatViewStmt) {
	rv := s.GetRelation()
	view := b.cat.Lookup(rv.GetSchemaname(), rv.GetRelname())
	if view != nil && !b.readsOutdated(view, map[*Relation]bool{}) {
		view.Outdated = false
	}
}

// readsOutdated reports whether a view reads, be it through views, a materialized
// view that is outdated.
func (b *builder) readsOutdated(view *Relation, seen map[*Relation]bool) bool {
	seen[view] = true
	deps := b.views[view]
	return slices.ContainsFunc(b.cat.Relations, func(rel *Relation) bool {
		return rel.IsView() && !seen[rel] && deps.on(rel) && (rel.Outdated || rel.Kind == View && b.readsOutdated(rel, seen))
	})
}
