package rows

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/internal/pgtest"
)

// openRows makes the database, for one test.
func openRows(t *testing.T) *pgxpool.Pool {
	t.Helper()
	server, err := pgtest.Start(t.Context(), pgtest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	dsn, err := Database(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.New(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestSides(t *testing.T) {
	pool := openRows(t)
	for name, side := range map[string]Side{"tenantc": Tenantc(pool), "pgx": Hand(pool), "sqlc": Sqlc(pool)} {
		if err := Isolated(t.Context(), side); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, c := range Calls(side) {
			if err := c.Run(); err != nil {
				t.Errorf("%s, %s: %v", name, c.Name, err)
			}
		}
	}
	for what, side := range map[string]Side{"acme's get": swapped{Hand(pool)}, "zeta's count": deaf{Hand(pool)}} {
		if err := Isolated(t.Context(), side); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("a side that leaks gives %v, want an error about %s", err, what)
		}
	}
}

// swapped reads the other tenant's row.
type swapped struct{ Side }

func (s swapped) Get(ctx context.Context, tenant, id uuid.UUID) (Seen, error) {
	return s.Side.Get(ctx, map[uuid.UUID]uuid.UUID{Acme: Zeta, Zeta: Acme}[tenant], id)
}

// deaf counts for acme, whoever asks.
type deaf struct{ Side }

func (d deaf) Count(ctx context.Context, _ uuid.UUID, atLeast int32) (int64, error) {
	return d.Side.Count(ctx, Acme, atLeast)
}
