package query

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// namedWindow is a window that is resolved at the end of its level, after all
// else, as PostgreSQL does.
type namedWindow struct {
	name   string // "" for an OVER (…)
	def    *pgast.WindowDef
	window *Window
	done   bool
}

// namedWindows registers the WINDOW clause.
func (r *resolver) namedWindows(list []*pgast.Node) []*namedWindow {
	var out []*namedWindow
	for _, n := range list {
		def := n.GetWindowDef()
		out = append(out, &namedWindow{name: def.GetName(), def: def, window: &Window{}})
	}
	return out
}

// over returns the window of an OVER clause; its parts are resolved later.
func (r *resolver) over(sc *scope, def *pgast.WindowDef) *Window {
	if def.GetName() != "" { // OVER name
		for _, w := range sc.windows {
			if w.name == def.GetName() {
				return w.window
			}
		}
		r.issue(diag.CodeReference, r.at(def.GetLocation()), len(def.GetName()), "there is no window "+def.GetName(), "", "")
		return &Window{}
	}
	w := &namedWindow{def: def, window: &Window{}}
	sc.windows = append(sc.windows, w)
	return w.window
}

// finishWindows resolves the windows of the level and returns the named ones.
func (r *resolver) finishWindows(sc *scope) []*Window {
	var named []*Window
	for i := 0; i < len(sc.windows); i++ {
		w := sc.windows[i]
		r.finishWindow(sc, w)
		if w.name != "" {
			named = append(named, w.window)
		}
	}
	return named
}

func (r *resolver) finishWindow(sc *scope, w *namedWindow) {
	if w.done {
		return
	}
	w.done = true
	if ref := w.def.GetRefname(); ref != "" { // WINDOW b AS (a …), OVER (a …)
		base := (*namedWindow)(nil)
		for _, other := range sc.windows {
			if other == w {
				break
			}
			if other.name == ref {
				base = other
				break
			}
		}
		if base == nil {
			r.issue(diag.CodeReference, r.at(w.def.GetLocation()), len(ref), "there is no window "+ref, "", "")
			return
		}
		r.finishWindow(sc, base)
		w.window.PartitionBy, w.window.OrderBy = base.window.PartitionBy, base.window.OrderBy
	}
	if list := w.def.GetOrderClause(); len(list) > 0 {
		w.window.OrderBy = r.plainOrderBy(sc, list)
	}
	for _, p := range w.def.GetPartitionClause() {
		w.window.PartitionBy = append(w.window.PartitionBy, r.sortable(r.expr(sc, p)))
	}
	for _, bound := range []struct {
		n  *pgast.Node
		to *Expr
	}{{w.def.GetStartOffset(), &w.window.Start}, {w.def.GetEndOffset(), &w.window.End}} {
		if bound.n == nil {
			continue
		}
		*bound.to = r.expr(sc, bound.n)
		t := catalog.Type{} // RANGE: by the type of the ORDER BY column
		if w.def.GetFrameOptions()&frameRows != 0 || w.def.GetFrameOptions()&frameGroups != 0 {
			t = catalog.Builtin("int8")
		}
		r.coerce(*bound.to, t)
	}
}

// The bits of WindowDef.FrameOptions that say in what a frame is counted.
const (
	frameRows   = 0x00004
	frameGroups = 0x00008
)
