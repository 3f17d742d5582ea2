package rows

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// Isolated returns an error when a side shows, changes or counts another tenant's
// rows, or not all of the tenant's own. It leaves the rows as they were, but for
// one more of Filling's.
func Isolated(ctx context.Context, s Side) error {
	id := UserID(17)
	for _, t := range []struct {
		tenant     uuid.UUID
		name       string
		users, old int64 // old ones have 40 years or more
		admins     int   // of the old
	}{{Acme, "acme", acmeUsers, 600, 30}, {Zeta, "zeta", zetaUsers, 420, 21}} {
		got, err := s.Get(ctx, t.tenant, id)
		if err = want(err, t.name+"'s get", got, Seen{1, 0, t.name + " 17", 36}); err != nil {
			return err
		}
		got, err = s.List(ctx, t.tenant, limit)
		if err = want(err, t.name+"'s list", got, Seen{limit, 0, t.name + " 1", 20}); err != nil {
			return err
		}
		got, err = s.Filter(ctx, t.tenant, 40, "admin")
		if err = want(err, t.name+"'s rows and others of a filtered list", [2]int{got.Rows, got.Foreign}, [2]int{t.admins, 0}); err != nil {
			return err
		}
		n, err := s.Count(ctx, t.tenant, 40)
		if err = want(err, t.name+"'s count", n, t.old); err != nil {
			return err
		}
		n, err = s.Count(ctx, t.tenant, 0)
		if err = want(err, t.name+"'s count of all", n, t.users); err != nil {
			return err
		}
	}
	return changes(ctx, s, id)
}

// changes looks at the neighbour of the tenant that writes.
func changes(ctx context.Context, s Side, id uuid.UUID) error {
	n, err := s.Update(ctx, Zeta, id, 77)
	if err = want(err, "rows of zeta's update", n, int64(1)); err != nil {
		return err
	}
	user, err := s.Get(ctx, Acme, id)
	if err = want(err, "age of acme's user after zeta's update", user.Age, int32(36)); err != nil {
		return err
	}
	user, err = s.Get(ctx, Zeta, id)
	if err = want(err, "age of zeta's user after zeta's update", user.Age, int32(77)); err != nil {
		return err
	}
	if _, err := s.Update(ctx, Zeta, id, 36); err != nil {
		return err
	}
	n, err = s.Update(ctx, Zeta, UserID(acmeUsers), 77)
	if err = want(err, "rows of zeta's update of a user that only acme has", n, int64(0)); err != nil {
		return err
	}
	before, err := s.Count(ctx, Filling, 0)
	if err != nil {
		return err
	}
	made, err := s.Insert(ctx, Filling, "Ann", fmt.Sprintf("%d@filling.test", emails.Add(1)), 41)
	if err = want(err, "insert", made, Seen{1, 0, "Ann", 41}); err != nil {
		return err
	}
	after, err := s.Count(ctx, Filling, 0)
	if err = want(err, "count after an insert", after, before+1); err != nil {
		return err
	}
	acme, err := s.Count(ctx, Acme, 0)
	return want(err, "acme's count after another's insert", acme, int64(acmeUsers))
}

// want returns an error that a call had, or one that says how its answer differs.
func want(err error, what string, got, want any) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if got != want {
		return fmt.Errorf("%s: %+v, want %+v", what, got, want)
	}
	return nil
}
