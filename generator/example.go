package generator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tenantc/tenantc/internal/oracle"
	"github.com/tenantc/tenantc/internal/prove"
)

// ErrUnknownQuery is returned by ExplainQuery for a name that no statement has.
var ErrUnknownQuery = errors.New("no such query")

// exampleTime bounds the hunt for an example; the start of a server comes to it.
const exampleTime = 3500 * time.Millisecond

// ExplainQuery prints, for a refused statement, rows of two tenants under which
// it shows or changes what is another's, as seen on a real PostgreSQL. database
// is the URL of a server on which databases may be made; "" means one that is
// started for the purpose.
//
// The error is ErrUnknownQuery with the nearest known name, or about the world.
func ExplainQuery(ctx context.Context, cfg Config, name, database string, w io.Writer) (err error) {
	defer recoverBug(&err)
	r := &run{cfg: cfg.withDefaults()}
	if err := r.prove(ctx); err != nil {
		return err
	}
	var known []string
	for _, b := range r.blocks {
		for i, s := range b.stmts {
			if known = append(known, s.Name); s.Name == name && i < len(b.proofs) {
				return explainProof(ctx, b, b.proofs[i], database, w)
			}
		}
	}
	for _, n := range known {
		if n == name {
			return fmt.Errorf("%s is not proven while the models or the schema have errors: run tenantc check", name)
		}
	}
	return unknown(ErrUnknownQuery, name, known)
}

func explainProof(ctx context.Context, b *block, p *prove.Proof, database string, w io.Writer) error {
	s := p.Stmt
	fmt.Fprintf(w, "%s %s: %s\n", s.Pos, s.Name, p.Verdict)
	switch {
	case p.Verdict != prove.Refused && !p.Open():
		fmt.Fprintln(w, "  there is nothing to show: it is proven")
		return nil
	case s.Body == nil || len(s.Issues) > 0:
		for _, d := range p.Findings {
			fmt.Fprintf(w, "  %s: %s\n", d.Code, d.Message)
		}
		fmt.Fprintln(w, "  it is not understood, and so not tried")
		return nil
	}
	for _, d := range p.Findings {
		fmt.Fprintf(w, "  %s: %s\n", d.Code, d.Message)
	}
	for _, a := range p.Assumes {
		if !a.Declared {
			fmt.Fprintf(w, "  %s: %s\n", a.Code, a.Message)
		}
	}
	if b.catalog.Private() {
		fmt.Fprintln(w, "  no database has rows of two tenants, so that there is none to show it in")
		return nil
	}
	e, runs, err := oracle.Find(ctx, oracle.Question{Schema: b.schema, Catalog: b.catalog, Stmt: s, Database: database, Time: exampleTime})
	switch {
	case errors.Is(err, oracle.ErrNoServer):
		return fmt.Errorf("%w; -database names a running one by its URL", err)
	case err != nil:
		return err
	case e == nil:
		fmt.Fprintf(w, "\n%d runs on random rows of two tenants showed nothing. That proves nothing: the rows may be rare.\n", runs)
		return nil
	}
	writeExample(w, e)
	return nil
}

// writeExample prints an example for a person to follow.
func writeExample(w io.Writer, e *oracle.Example) {
	fmt.Fprintf(w, "\nWith these rows\n\n")
	for _, r := range e.Rows {
		fmt.Fprintf(w, "    %s;\n", r)
	}
	fmt.Fprintf(w, "\nthe tenant %s runs it", e.Tenant)
	for i, a := range e.Args {
		sep := ", "
		if i == 0 {
			sep = " with "
		}
		fmt.Fprintf(w, "%s$%d = %s", sep, i+1, a)
	}
	says := map[string][2]string{
		"rows":   {"It returns", "Without the other tenant's rows it returns"},
		"own":    {"Of the tenant's rows there are then", "Without the other tenant's rows there are instead"},
		"others": {"Of the rows of others there are then", "Before there were instead"},
		"locks":  {"Rows of others are locked in", ""},
	}[e.Kind]
	fmt.Fprintf(w, ".\n\n%s\n\n", says[0])
	writeLines(w, e.All)
	if says[1] != "" {
		fmt.Fprintf(w, "\n%s\n\n", says[1])
		writeLines(w, e.Own)
	}
}

func writeLines(w io.Writer, lines []string) {
	if len(lines) == 0 {
		fmt.Fprintln(w, "    nothing")
	}
	for _, l := range lines {
		fmt.Fprintf(w, "    %s\n", strings.ReplaceAll(l, "\n", "\n    "))
	}
}
