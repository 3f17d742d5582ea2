// Command orms measures the emitted repository beside other ways to reach
// PostgreSQL from Go: pgx by hand, sqlc, gorm, ent, bun and pebble-orm.
//
// In comes a server with two tenants whose ids collide; out comes a table of
// ratios, and exit code 1 when a bound is passed. Each library is used as its
// documentation says for tenants. It refuses to measure one through which a
// tenant sees another's rows.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/bench/rows"
	"github.com/tenantc/tenantc/bench/turns"
	"github.com/tenantc/tenantc/internal/pgtest"
)

const (
	blocks     = 61
	blockCalls = 20
)

// A library is one of those that are compared with. most is what the repository's
// get may take of its time; elsewhere the bound is 1, and 1.03 of pgx and sqlc.
type library struct {
	name string
	most float64
	open func(dsn string) (rows.Side, func() error, error)
}

// libraries are those of this build: pebble-orm adds itself where it is to be had.
func libraries() []library {
	return append([]library{
		{"pgx", 1.03, onPool(rows.Hand)},
		{"sqlc", 1.03, onPool(rows.Sqlc)},
		{"gorm", 0.75, openGorm},
		{"ent", 0.7, openEnt},
		{"bun", 0.4, openBun},
	}, pebble()...)
}

// elsewhere is the bound of calls other than get.
func (l library) elsewhere() float64 { return max(l.most, 1) }

func main() {
	page := flag.Bool("markdown", false, "print sections of a page, and exit with 0 though bounds are passed")
	flag.Parse()
	r := turns.NewReport(os.Stdout)
	if *page {
		writeVersions(os.Stdout)
		r = turns.NewMarkdown(os.Stdout)
	}
	if err := measure(context.Background(), r, blocks); err != nil {
		fmt.Fprintln(os.Stderr, "orms:", err)
		os.Exit(1)
	}
}

// writeVersions says which versions of the libraries are in this build.
func writeVersions(w io.Writer) {
	fmt.Fprint(w, `
## Beside other libraries

Each is used as its documentation says for tenants: gorm by a scope, ent by a policy that filters, bun by a Where in each query, pebble-orm by the
wrapper of its example of many tenants. Two tenants whose ids collide are kept apart by all of them: that is asserted before anything
is measured.

`)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, m := range info.Deps {
		switch m.Path {
		case "github.com/jackc/pgx/v5", "gorm.io/gorm", "entgo.io/ent", "github.com/uptrace/bun", "github.com/uptrace/bun/driver/pgdriver":
			fmt.Fprintf(w, "- %s %s\n", m.Path, m.Version)
		case "github.com/marshallshelly/pebble-orm":
			fmt.Fprintf(w, "- %s, from a copy of its source\n", m.Path)
		}
	}
}

// onPool opens a side that uses pgx's own pool, of one connection.
func onPool(side func(*pgxpool.Pool) rows.Side) func(dsn string) (rows.Side, func() error, error) {
	return func(dsn string) (rows.Side, func() error, error) {
		cfg, err := pgxpool.ParseConfig(dsn)
		if err != nil {
			return nil, nil, err
		}
		cfg.MaxConns = 1
		pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
		if err != nil {
			return nil, nil, err
		}
		return side(pool), func() error { pool.Close(); return nil }, nil
	}
}

// measure prints a table for each call.
func measure(ctx context.Context, r *turns.Report, blocks int) (err error) {
	server, err := pgtest.Start(ctx, pgtest.Config{Own: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	dsn, err := rows.Database(ctx, server)
	if err != nil {
		return err
	}
	all := append([]library{{name: "tenantc", open: onPool(rows.Tenantc)}}, libraries()...)
	calls := make([][]rows.Call, len(all))
	for i, l := range all {
		side, end, err := l.open(dsn)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		defer end()
		if err := rows.Isolated(ctx, side); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		calls[i] = rows.Calls(side)
	}
	for c, ours := range calls[0] {
		others := make([]func() error, 0, len(all)-1)
		for _, theirs := range calls[1:] {
			others = append(others, theirs[c].Run)
		}
		got, err := turns.Sides(turns.Wall, blocks, blockCalls, ours.Run, others...)
		if err != nil {
			return fmt.Errorf("%s: %w", ours.Name, err)
		}
		r.Section("tenantc beside others: "+ours.Name, "beside", "µs", "its µs", "ratio", "95 % upper", "bound")
		for i, l := range all[1:] {
			bound := l.most
			if c != rows.Got {
				bound = l.elsewhere()
			}
			r.Row(got[i].Median <= bound, l.name, fmt.Sprintf("%.1f", float64(got[i].Ours.Nanoseconds())/1e3), fmt.Sprintf("%.1f", float64(got[i].Theirs.Nanoseconds())/1e3),
				fmt.Sprintf("%.3f", got[i].Median), fmt.Sprintf("%.3f", got[i].Upper), fmt.Sprintf("≤ %.2f", bound))
		}
	}
	return r.End()
}
