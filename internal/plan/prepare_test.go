package plan_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/internal/plan"
)

// TestPrepare prepares every text that can run on a real server, against the
// schema of its case.
func TestPrepare(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p := load(t, archive)
			if p.plan == nil {
				return // a case of what is refused
			}
			var schema []string
			for _, f := range archive.Files {
				if strings.HasPrefix(f.Name, "schema/") {
					schema = append(schema, string(f.Data))
				}
			}
			pool := pgtest.New(t, schema...)
			conn, err := pool.Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Release()
			prepared := 0
			for _, pkg := range p.plan.Packages {
				for _, repo := range pkg.Repositories {
					for _, m := range repo.Methods {
						for _, text := range texts(m) {
							prepared++
							sd, err := conn.Conn().Prepare(t.Context(), "", text)
							if err != nil {
								t.Errorf("%s.%s: %v\n%s", repo.Name, m.Name, err, text)
								continue
							}
							if want := len(m.SQL) + len(m.Inputs) + strings.Count(text, "/*optional*/"); len(sd.ParamOIDs) != want {
								t.Errorf("%s.%s has %d arguments for %d parameters", repo.Name, m.Name, want, len(sd.ParamOIDs))
							}
						}
					}
				}
			}
			if prepared == 0 {
				t.Error("no text was prepared")
			}
		})
	}
}

// texts returns the texts that a method may run: of those that are put together,
// one with nothing optional, one with everything, and one with each alone.
func texts(m *plan.Method) []string {
	switch m.Shape {
	case plan.CopyFrom:
		return nil
	case plan.Create, plan.Upsert, plan.Update, plan.UpdateWhere:
	case plan.List, plan.ListBy, plan.Page, plan.ForEach, plan.Count, plan.DeleteWhere:
		return []string{m.Consts[0].Text, m.Consts[0].Text + " and (true)"}
	case plan.Exists:
		return []string{m.Consts[0].Text + ")", m.Consts[0].Text + " and (true))"}
	default:
		if m.Filter != nil {
			tail := ""
			if len(m.Consts) > 1 {
				tail = m.Consts[1].Text
			}
			return []string{m.Consts[0].Text + tail, m.Consts[0].Text + " and (true)" + tail}
		}
		return []string{m.Consts[0].Text}
	}
	assemble := func(opts []plan.Option) string {
		list, values, sets := "", "", ""
		for i, o := range opts {
			n := len(m.SQL) + i + 1
			if m.Shape == plan.Create || m.Shape == plan.Upsert {
				list += ", " + o.Column
				values += fmt.Sprintf(", /*optional*/$%d", n)
				if !slices.Contains(m.Kept, o.Column) {
					sets += fmt.Sprintf(", %s = excluded.%s", o.Column, o.Column)
				}
				continue
			}
			if i > 0 {
				list += ", "
			}
			list += fmt.Sprintf("%s = /*optional*/$%d", o.Column, n)
		}
		text := m.Consts[0].Text + list + m.Consts[1].Text
		switch m.Shape {
		case plan.Create:
			text += values + m.Consts[2].Text
		case plan.Upsert:
			text += values + m.Consts[2].Text + sets + m.Consts[3].Text
		}
		return text
	}
	out := []string{assemble(m.Optional)}
	for i := range m.Optional {
		out = append(out, assemble(m.Optional[i:i+1]))
	}
	if m.Shape == plan.Create || m.Shape == plan.Upsert {
		out = append(out, assemble(nil))
	}
	return out
}
