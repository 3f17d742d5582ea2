package generator

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// ErrUnknownStage is returned by Dump for a stage that there is not.
var ErrUnknownStage = errors.New("no such stage")

// stage is a stage of the pipeline that can print itself.
type stage struct {
	name string
	need func(r *run, ctx context.Context) error
	dump func(b *block, w io.Writer) error
}

var stages = [...]stage{
	{"catalog", (*run).read, func(b *block, w io.Writer) error {
		if b.catalog != nil {
			b.catalog.Dump(w)
		}
		return nil
	}},
	{"queries", (*run).read, func(b *block, w io.Writer) error {
		for _, s := range b.stmts {
			if err := query.Dump(w, s); err != nil {
				return err
			}
		}
		return nil
	}},
	{"proofs", (*run).prove, func(b *block, w io.Writer) error {
		for _, q := range b.verdicts.queries() {
			dumpProof(w, q)
		}
		return nil
	}},
	{"plan", (*run).makePlans, func(b *block, w io.Writer) error {
		if b.plan == nil {
			return nil
		}
		return diag.WriteJSON(w, b.plan)
	}},
}

// Stages returns the names of the stages that Dump knows, in their order.
func Stages() []string {
	var names []string
	for _, s := range stages {
		names = append(names, s.name)
	}
	return names
}

// Dump prints what a stage made of each entry of the configuration, for people
// who look into tenantc: the form is not stable. Findings up to that stage are
// in the Result. The error is ErrUnknownStage with the nearest known one, or one
// of Generate's.
func Dump(ctx context.Context, cfg Config, name string, w io.Writer) (res *Result, err error) {
	defer recoverBug(&err)
	for _, s := range stages {
		if s.name != name {
			continue
		}
		r := &run{cfg: cfg.withDefaults()}
		if err := s.need(r, ctx); err != nil {
			return nil, err
		}
		out := bufio.NewWriter(w)
		for _, b := range r.blocks {
			if len(r.blocks) > 1 {
				fmt.Fprintf(out, "# %s\n", b.Out)
			}
			if err := s.dump(b, out); err != nil {
				return nil, err
			}
		}
		return r.result(), out.Flush()
	}
	return nil, unknown(ErrUnknownStage, name, Stages())
}

func dumpProof(w io.Writer, q Query) {
	fmt.Fprintf(w, "%s:%d %s %s: %s", q.File, q.Line, q.Name, q.Command, q.Verdict)
	for _, t := range q.Tenants {
		fmt.Fprintf(w, ", %s is $%d", t.Dimension, t.Parameter)
	}
	fmt.Fprintln(w)
	for _, rel := range q.Relations {
		name := rel.Table
		if !strings.HasSuffix(name, "."+rel.Alias) {
			name += " " + rel.Alias
		}
		rule := rel.Rule
		if rule == "" {
			rule = "nothing confines it"
		}
		fmt.Fprintf(w, "  %s (%s) at %s: %s\n", name, rel.Class, place(rel.File, rel.Line, rel.Column), rule)
		for _, because := range rel.Because {
			text := strings.Join(strings.Fields(because.Text), " ")
			if because.Line > 0 { // a declaration, or what the schema holds, has no place in the statement
				text = place(because.File, because.Line, because.Column) + ": " + text
			}
			fmt.Fprintf(w, "    %s\n", text)
		}
	}
	for _, a := range q.Assumes {
		fmt.Fprintf(w, "  assumes %s\n", a)
	}
	for _, d := range q.Declared {
		fmt.Fprintf(w, "  declared: %s\n", d)
	}
	for _, u := range q.Unread {
		fmt.Fprintf(w, "  not understood at %s: %s\n", place(u.File, u.Line, u.Column), u.Text)
	}
	if len(q.Diagnostics) > 0 {
		fmt.Fprintf(w, "  %s\n", strings.Join(q.Diagnostics, " "))
	}
}

// place prints a position; file is "" where that is the statement's.
func place(file string, line, column int) string {
	if file == "" {
		return fmt.Sprintf("%d:%d", line, column)
	}
	return diag.Pos{File: file, Line: line, Column: column}.String()
}
