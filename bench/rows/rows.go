// Package rows says what every data layer is asked for side by side, and on which
// rows.
//
// In comes a server, and sides: the same six calls by different means. Out come
// calls to measure. It refuses to measure a side before it has seen that two
// tenants with the same ids do not see each other through it.
package rows

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/schema"
)

// A Side is one way to read and write the reference application's users.
// Each method is for one tenant's.
type Side interface {
	Get(ctx context.Context, tenant, id uuid.UUID) (Seen, error)
	List(ctx context.Context, tenant uuid.UUID, limit int) (Seen, error) // by id
	Filter(ctx context.Context, tenant uuid.UUID, atLeast int32, role string) (Seen, error)
	Insert(ctx context.Context, tenant uuid.UUID, name, email string, age int32) (Seen, error) // as stored
	Update(ctx context.Context, tenant, id uuid.UUID, age int32) (int64, error)
	Count(ctx context.Context, tenant uuid.UUID, atLeast int32) (int64, error)
}

// Seen is what a caller saw: enough to tell whose rows they are.
type Seen struct {
	Rows    int
	Foreign int    // of them, another tenant's
	Name    string // of the first
	Age     int32  // of the first
}

// See looks at the rows that one tenant's call returned.
func See[T any](tenant uuid.UUID, rows []T, of func(*T) (tenant uuid.UUID, name string, age int32)) Seen {
	seen := Seen{Rows: len(rows)}
	for i := range rows {
		owner, name, age := of(&rows[i])
		if owner != tenant {
			seen.Foreign++
		}
		if i == 0 {
			seen.Name, seen.Age = name, age
		}
	}
	return seen
}

// Acme and Zeta have users of the same ids; Filling is the tenant that rows are
// inserted for, so that what is read stays as it is.
var (
	Acme    = uuid.MustParse("0198f1b2-0000-7000-8000-000000000001")
	Zeta    = uuid.MustParse("0198f1b2-0000-7000-8000-000000000002")
	Filling = uuid.MustParse("0198f1b2-0000-7000-8000-000000000003")
)

const (
	acmeUsers, zetaUsers = 1000, 700
	limit                = 100
)

// UserID is the id of both tenants' n-th user, from 1.
func UserID(n int) uuid.UUID { return uuid.MustParse(fmt.Sprintf("00000000-0000-7000-8000-%012d", n)) }

// Every twentieth user is an admin. The ages are 20 to 69 in turn.
const seed = `insert into tenants (id, name, subdomain) values
	('0198f1b2-0000-7000-8000-000000000001', 'Acme', 'acme'),
	('0198f1b2-0000-7000-8000-000000000002', 'Zeta', 'zeta'),
	('0198f1b2-0000-7000-8000-000000000003', 'Filling', 'filling');
insert into users (tenant_id, id, name, email, role, age)
	select t.id, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, t.subdomain || ' ' || n, n || '@' || t.subdomain || '.test',
		case when n % 20 = 0 then 'admin' else 'member' end, 20 + (n - 1) % 50
	from tenants t, generate_series(1, case t.subdomain when 'acme' then 1000 when 'zeta' then 700 else 0 end) n;
analyze;`

// Database makes the reference application's database with those rows.
func Database(ctx context.Context, server *pgtest.Server) (dsn string, err error) {
	migrations, err := schema.Up()
	if err != nil {
		return "", err
	}
	return server.CreateDatabase(ctx, append(migrations, seed)...)
}

// Places of calls in the list of [Calls] that have bounds of their own.
const (
	Got      = 0
	List     = 1
	Filtered = 2
)

// A Call is one thing to measure.
type Call struct {
	Name string
	Run  func() error
}

// emails makes each one that is inserted new.
var emails atomic.Int64

// Calls returns the six calls of a side, in the order of the reports. They get a
// context that cannot end.
func Calls(s Side) []Call {
	ctx := context.Background()
	id := UserID(17)
	return []Call{
		{"get by id", func() error { _, err := s.Get(ctx, Acme, id); return err }},
		{"list of 100", func() error { return exactly(limit)(s.List(ctx, Acme, limit)) }},
		{"filtered list, 30 rows", func() error { return exactly(30)(s.Filter(ctx, Acme, 40, "admin")) }},
		{"insert", func() error {
			return exactly(1)(s.Insert(ctx, Filling, "Ann", fmt.Sprintf("%d@filling.test", emails.Add(1)), 41))
		}},
		{"update", func() error {
			n, err := s.Update(ctx, Acme, id, 36)
			if err == nil && n != 1 {
				err = fmt.Errorf("%d rows are updated", n)
			}
			return err
		}},
		{"count", func() error { _, err := s.Count(ctx, Acme, 40); return err }},
	}
}

func exactly(n int) func(Seen, error) error {
	return func(seen Seen, err error) error {
		if err == nil && seen.Rows != n {
			err = fmt.Errorf("%d rows, want %d", seen.Rows, n)
		}
		return err
	}
}
