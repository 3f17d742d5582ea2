package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/bench/rows"
	"github.com/tenantc/tenantc/bench/sqlcgen"
	"github.com/tenantc/tenantc/bench/turns"
	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/tenant"
)

const (
	maxCallRatio = 1.03 // of sqlc's time, for the median
	maxListRatio = 0.6  // the same, of a list of a hundred
	maxGetAllocs = 15
	callBlocks   = 61
	blockTime    = 10 * time.Millisecond
)

// listed is how many rows a list has: one that says so, one by a limit that is its
// argument, and one of which nothing is known but how many the last ones were.
const listed = 100

var listCalls = []string{"ListPublic :many, limit 100", "ListBy, limit 100", "List, 100 rows"}

// A call is one query through the emitted method and through sqlc's own, both
// on the same connection.
type call struct {
	name         string
	ours, theirs func() error
	most         float64 // of sqlc's time
	allocs       float64 // 0 means as many as sqlc's
}

var (
	acme   = tenant.MustID("0198f1b2-0000-7000-8000-000000000001")
	ann    = uuid.MustParse("0198f1b2-0000-7000-8000-0000000000aa")
	hour   = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	userOf = []any{acme, pgUUID(ann), "Ann", "ann@acme.test", "admin", int32(41), hour, hour}
	docOf  = []any{acme, pgUUID(ann), "Plan", "All of it", pgUUID(ann), true, hour, hour}

	userCols = oids(uuidOID, uuidOID, textOID, textOID, textOID, pgtype.Int4OID, pgtype.TimestamptzOID, pgtype.TimestamptzOID)
	docCols  = oids(uuidOID, uuidOID, textOID, textOID, uuidOID, pgtype.BoolOID, pgtype.TimestamptzOID, pgtype.TimestamptzOID)
)

const (
	uuidOID = pgtype.UUIDOID
	textOID = pgtype.TextOID
)

func oids(types ...uint32) []uint32 { return types }

func pgUUID(id uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

// calls returns one call for each way in which a query can answer. Their
// connections last until lifetime ends. The calls themselves get a ctx that
// cannot end: watching one would cost both sides the same and hide a difference.
func calls(lifetime context.Context) ([]call, error) {
	ctx := context.Background()
	tenantID := pgtype.UUID{Bytes: acme.UUID(), Valid: true}
	answering := func(a answer) (*sqlcgen.Queries, *gen.Store, error) {
		pool, err := fakePool(ctx, a)
		if err != nil {
			return nil, nil, err
		}
		context.AfterFunc(lifetime, pool.Close)
		return sqlcgen.New(pool), gen.New(tenant.NewShared(pool)), nil
	}

	var all []call
	add := func(name string, ours, theirs func() error) {
		all = append(all, call{name: name, ours: ours, theirs: theirs, most: maxCallRatio})
	}

	queries, store, err := answering(answer{oids(uuidOID, textOID), userCols, userOf, 1, "SELECT 1"})
	if err != nil {
		return nil, err
	}
	add("FindByEmail :one",
		func() error { _, err := store.Users.FindByEmail(ctx, acme, "ann@acme.test"); return err },
		func() error {
			_, err := queries.FindByEmail(ctx, sqlcgen.FindByEmailParams{TenantID: tenantID, Email: "ann@acme.test"})
			return err
		})

	for _, n := range []int{0, 1, 20, 500} {
		queries, store, err := answering(answer{oids(uuidOID, textOID), docCols, docOf, n, fmt.Sprint("SELECT ", n)})
		if err != nil {
			return nil, err
		}
		add(fmt.Sprintf("SearchByTitle :many, %d rows", n),
			func() error { _, err := store.Documents.SearchByTitle(ctx, acme, "%plan%"); return err },
			func() error {
				_, err := queries.SearchByTitle(ctx, sqlcgen.SearchByTitleParams{TenantID: tenantID, Pattern: "%plan%"})
				return err
			})
	}

	public, publicStore, err := answering(answer{oids(uuidOID, pgtype.Int8OID), docCols, docOf, listed, fmt.Sprint("SELECT ", listed)})
	if err != nil {
		return nil, err
	}
	add(listCalls[0],
		func() error { _, err := publicStore.Documents.ListPublic(ctx, acme, listed); return err },
		func() error {
			_, err := public.ListPublic(ctx, sqlcgen.ListPublicParams{TenantID: tenantID, MaxRows: listed})
			return err
		})

	joined, joinedStore, err := answering(answer{
		oids(uuidOID), oids(uuidOID, textOID, pgtype.BoolOID, textOID, textOID),
		[]any{pgUUID(ann), "Plan", true, "Ann", "ann@acme.test"}, 50, "SELECT 50",
	})
	if err != nil {
		return nil, err
	}
	add("ListWithOwners :many, 50 rows",
		func() error { _, err := joinedStore.Documents.ListWithOwners(ctx, acme); return err },
		func() error { _, err := joined.ListWithOwners(ctx, tenantID); return err })

	updated, updatedStore, err := answering(answer{params: oids(uuidOID, uuidOID), tag: "UPDATE 1"})
	if err != nil {
		return nil, err
	}
	add("Promote :execrows",
		func() error { _, err := updatedStore.Users.Promote(ctx, acme, ann); return err },
		func() error {
			_, err := updated.Promote(ctx, sqlcgen.PromoteParams{TenantID: tenantID, ID: pgUUID(ann)})
			return err
		})

	invited, invitedStore, err := answering(answer{oids(uuidOID, textOID, textOID, pgtype.Int4OID), userCols, userOf, 1, "INSERT 0 1"})
	if err != nil {
		return nil, err
	}
	add("Invite :one, insert returning",
		func() error {
			_, err := invitedStore.Users.Invite(ctx, acme, gen.InviteParams{Name: "Ann", Email: "ann@acme.test", Age: 41})
			return err
		},
		func() error {
			_, err := invited.Invite(ctx, sqlcgen.InviteParams{TenantID: tenantID, Name: "Ann", Email: "ann@acme.test", Age: 41})
			return err
		})

	got, err := fakePool(ctx, answer{oids(uuidOID, uuidOID), userCols, userOf, 1, "SELECT 1"})
	if err != nil {
		return nil, err
	}
	byLimit, err := fakePool(ctx, answer{oids(uuidOID, pgtype.Int8OID), userCols, userOf, listed, fmt.Sprint("SELECT ", listed)})
	if err != nil {
		return nil, err
	}
	unlimited, err := fakePool(ctx, answer{oids(uuidOID, pgtype.Int4OID, textOID), userCols, userOf, listed, fmt.Sprint("SELECT ", listed)})
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		name string
		pool *pgxpool.Pool
		run  func(rows.Side) (rows.Seen, error)
	}{
		{"Get", got, func(s rows.Side) (rows.Seen, error) { return s.Get(ctx, acme.UUID(), ann) }},
		{listCalls[1], byLimit, func(s rows.Side) (rows.Seen, error) { return s.List(ctx, acme.UUID(), listed) }},
		{listCalls[2], unlimited, func(s rows.Side) (rows.Seen, error) { return s.Filter(ctx, acme.UUID(), 18, "admin") }},
	} {
		context.AfterFunc(lifetime, c.pool.Close)
		ours, theirs := rows.Tenantc(c.pool), rows.Sqlc(c.pool)
		add(c.name, func() error { _, err := c.run(ours); return err }, func() error { _, err := c.run(theirs); return err })
	}
	for i := range all {
		switch {
		case slices.Contains(listCalls, all[i].name):
			all[i].most = maxListRatio
		case all[i].name == "Get":
			all[i].allocs = maxGetAllocs
		}
	}
	return all, nil
}

// within reports whether a number of allocations is within the call's bounds.
func (c call) within(ours, theirs float64) bool {
	return ours <= theirs && (c.allocs == 0 || ours <= c.allocs)
}

// allocations returns how many a call of each side makes.
func (c call) allocations() (ours, theirs float64, err error) {
	count := func(fn func() error) float64 {
		return testing.AllocsPerRun(200, func() {
			if e := fn(); e != nil {
				err = e
			}
		})
	}
	return count(c.ours), count(c.theirs), err
}

// measure compares the times of both sides.
func (c call) measure() (turns.Ratio, error) {
	n := 0
	for start := time.Now(); time.Since(start) < blockTime; n++ {
		if err := c.theirs(); err != nil {
			return turns.Ratio{}, err
		}
	}
	return turns.Compare(callBlocks, n, c.ours, c.theirs)
}

// benchCalls prints what a method of gen costs beside sqlc's own.
func benchCalls(r *turns.Report) error {
	lifetime, end := context.WithCancel(context.Background())
	defer end()
	all, err := calls(lifetime)
	if err != nil {
		return err
	}
	r.Section("A call through gen beside sqlc's own method, on a connection without a server",
		"query", "ns", "sqlc ns", "ratio", "95 % upper", "bound", "allocs", "sqlc allocs")
	for _, c := range all {
		ours, theirs, err := c.allocations()
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		got, err := c.measure()
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		r.Row(got.Median <= c.most && c.within(ours, theirs),
			c.name, fmt.Sprint(got.Ours.Nanoseconds()), fmt.Sprint(got.Theirs.Nanoseconds()),
			fmt.Sprintf("%.3f", got.Median), fmt.Sprintf("%.3f", got.Upper), fmt.Sprintf("≤ %.2f", c.most),
			fmt.Sprintf("%.0f", ours), fmt.Sprintf("%.0f", theirs))
	}
	return nil
}
