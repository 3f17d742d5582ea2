package cabinet_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"example.com/projects/relations/gen"
	"example.com/projects/relations/models"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
)

var acme, widget = tenant.NewInt64ID(1), tenant.NewInt64ID(2)

// counted counts the statements that go through a tenant.DB.
type counted struct {
	tenant.DB
	n *int
}

func (d counted) Query(ctx context.Context, id tenant.Key, sql string, args ...any) (pgx.Rows, error) {
	*d.n++
	return d.DB.Query(ctx, id, sql, args...)
}

// cabinets returns a store with two tenants whose rows have the same keys, and
// the number of its queries so far.
func cabinets(t *testing.T) (*gen.Store, *int) {
	t.Helper()
	ctx := t.Context()
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	n := new(int)
	store := gen.New(counted{tenant.NewShared(pool), n})
	for id, name := range map[tenant.Int64ID]string{acme: "Acme", widget: "Widget"} {
		_, err := store.Tenants.Create(ctx, id, gen.NewTenant{Name: name})
		for _, p := range []gen.NewPerson{
			{ID: 1, Name: name + " Ann"}, {ID: 2, Name: name + " Bob", BossID: new(models.PersonID(1))},
			{ID: 3, Name: name + " Cid", BossID: new(models.PersonID(1))},
		} {
			if err == nil {
				_, err = store.People.Create(ctx, id, p)
			}
		}
		for _, f := range []gen.NewFolder{{Code: "tax", Year: 2024, Title: name + " tax 24"}, {Code: "tax", Year: 2025, Title: name + " tax 25"}} {
			if err == nil {
				_, err = store.Folders.Create(ctx, id, f)
			}
		}
		for _, f := range []gen.NewFile{
			{ID: 1, Name: "a", AuthorID: 1, FolderCode: new("tax"), FolderYear: new(int32(2024))},
			{ID: 2, Name: "b", AuthorID: 1, ReviewerID: new(models.PersonID(2)), FolderCode: new("tax")},
			{ID: 3, Name: "c", AuthorID: 3, ReviewerID: new(models.PersonID(2)), FolderCode: new("tax"), FolderYear: new(int32(2025))},
		} {
			if err == nil {
				_, err = store.Files.Create(ctx, id, f)
			}
		}
		var conflict *pgconn.PgError
		if errors.As(err, &conflict) && errors.Is(err, tenant.ErrConflict) {
			continue // another test of this run made them
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return store, n
}

func TestLoad(t *testing.T) {
	ctx := t.Context()
	store, queries := cabinets(t)
	for id, name := range map[tenant.Int64ID]string{acme: "Acme", widget: "Widget"} {
		files, err := store.Files.List(ctx, id)
		if err != nil || len(files) != 3 {
			t.Fatalf("%d files, %v", len(files), err)
		}

		*queries = 0
		authors, err := store.Files.LoadAuthors(ctx, id, files)
		if err != nil || len(authors) != 2 || authors[1].Name != name+" Ann" || authors[3].Name != name+" Cid" || *queries != 1 {
			t.Errorf("authors of %s: %v, %v, after %d queries", name, authors, err, *queries)
		}
		reviewers, err := store.Files.LoadReviewers(ctx, id, files)
		if err != nil || len(reviewers) != 1 || reviewers[2].Name != name+" Bob" {
			t.Errorf("reviewers of %s: %v, %v", name, reviewers, err)
		}
		folders, err := store.Files.LoadFolders(ctx, id, files)
		if err != nil || len(folders) != 2 || folders[gen.FileFolderKey{Code: "tax", Year: 2024}].Title != name+" tax 24" ||
			folders[gen.FileFolderKey{Code: "tax", Year: 2025}].Title != name+" tax 25" {
			t.Errorf("folders of %s: %v, %v", name, folders, err)
		}
		people, err := store.People.List(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		bosses, err := store.People.LoadBosses(ctx, id, people)
		if err != nil || len(bosses) != 1 || bosses[1].Name != name+" Ann" || bosses[1].TenantID != id {
			t.Errorf("bosses of %s: %v, %v", name, bosses, err)
		}

		*queries = 0
		none, err := store.Files.LoadReviewers(ctx, id, files[:0])
		if err != nil || none == nil || len(none) != 0 || *queries != 0 {
			t.Errorf("reviewers of no files: %v, %v, after %d queries", none, err, *queries)
		}
	}
}

// From the other end of the same foreign keys.
func TestLoadWhatRefers(t *testing.T) {
	ctx := t.Context()
	store, queries := cabinets(t)
	for id, name := range map[tenant.Int64ID]string{acme: "Acme", widget: "Widget"} {
		people, err := store.People.List(ctx, id)
		if err != nil || len(people) != 3 {
			t.Fatalf("%d people, %v", len(people), err)
		}
		*queries = 0
		written, err := store.People.LoadFilesByAuthor(ctx, id, append(people, people[0]))
		if err != nil || len(written) != 2 || len(written[1]) != 2 || len(written[3]) != 1 || *queries != 1 ||
			written[1][0].ID != 1 || written[1][1].ID != 2 || written[3][0].TenantID != id.Int64() {
			t.Errorf("files of the authors of %s: %v, %v, after %d queries", name, written, err, *queries)
		}
		reviewed, err := store.People.LoadFilesByReviewer(ctx, id, people)
		if err != nil || len(reviewed) != 1 || len(reviewed[2]) != 2 {
			t.Errorf("files of the reviewers of %s: %v, %v", name, reviewed, err)
		}
		staff, err := store.People.LoadPeopleByBoss(ctx, id, people)
		if err != nil || len(staff) != 1 || len(staff[1]) != 2 || staff[1][0].Name != name+" Bob" || staff[1][1].TenantID != id {
			t.Errorf("staff of %s: %v, %v", name, staff, err)
		}
		folders, err := store.Folders.List(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		files, err := store.Folders.LoadFiles(ctx, id, folders)
		filed := files[gen.FolderFilesKey{Code: "tax", Year: 2025}]
		if err != nil || len(files) != 2 || len(filed) != 1 || filed[0].Name != "c" || filed[0].TenantID != id.Int64() {
			t.Errorf("files in the folders of %s: %v, %v", name, files, err)
		}

		*queries = 0
		none, err := store.People.LoadFilesByAuthor(ctx, id, nil)
		if err != nil || none == nil || len(none) != 0 || *queries != 0 {
			t.Errorf("files of nobody: %v, %v, after %d queries", none, err, *queries)
		}
	}

	theirs, err := store.People.List(ctx, widget)
	if err != nil {
		t.Fatal(err)
	}
	*queries = 0
	if got, err := store.People.LoadFilesByAuthor(ctx, acme, theirs); !errors.Is(err, tenant.ErrMismatch) || got != nil {
		t.Errorf("files of another tenant's authors: %v, %v", got, err)
	}
	if got, err := store.Folders.LoadFiles(ctx, acme, []models.Folder{{TenantID: widget, Code: "tax", Year: 2024}}); !errors.Is(err, tenant.ErrMismatch) || got != nil {
		t.Errorf("files in another tenant's folder: %v, %v", got, err)
	}
	if got, err := store.People.LoadFilesByAuthor(ctx, tenant.Int64ID{}, theirs); !errors.Is(err, tenant.ErrNoTenant) || got != nil {
		t.Errorf("files of no tenant's authors: %v, %v", got, err)
	}
	// Who claims to be the tenant's gets the tenant's own.
	got, err := store.People.LoadFilesByAuthor(ctx, acme, []models.Person{{TenantID: acme, ID: 3}, {TenantID: acme, ID: 77}})
	if err != nil || len(got) != 1 || len(got[3]) != 1 || got[3][0].TenantID != acme.Int64() {
		t.Errorf("files of a forged author: %v, %v", got, err)
	}
	if *queries != 1 {
		t.Errorf("%d queries were sent, want 1", *queries)
	}
}

// What is everybody's has keys that rows of the tenant's have too, and a foreign key
// that the tenant is part of says nothing of it.
func TestLoadOfEverybodys(t *testing.T) {
	ctx := t.Context()
	store, queries := cabinets(t)
	everybodys := models.Label{ID: 1, MakerID: new(models.PersonID(1))}
	for _, id := range []tenant.Int64ID{acme, widget} {
		own, err := store.Labels.Create(ctx, id, gen.NewLabel{ID: 1, Name: "own", MakerID: new(models.PersonID(1))})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := store.Files.Update(ctx, id, 1, gen.FilePatch{LabelID: gen.Set(new(int64(1)))}); n != 1 || err != nil {
			t.Fatalf("Update: %d, %v", n, err)
		}
		*queries = 0
		if makers, err := store.Labels.LoadMakers(ctx, id, []models.Label{everybodys}); len(makers) != 0 || err != nil {
			t.Errorf("makers of everybody's label: %v, %v", makers, err)
		}
		if files, err := store.Labels.LoadFiles(ctx, id, []models.Label{everybodys}); len(files) != 0 || err != nil {
			t.Errorf("files with everybody's label: %v, %v", files, err)
		}
		if *queries != 0 {
			t.Errorf("%d queries were sent for what refers to nothing", *queries)
		}
		makers, err := store.Labels.LoadMakers(ctx, id, []models.Label{everybodys, own})
		if len(makers) != 1 || makers[1].TenantID != id || err != nil {
			t.Errorf("makers of labels: %v, %v", makers, err)
		}
		files, err := store.Labels.LoadFiles(ctx, id, []models.Label{own})
		if len(files) != 1 || len(files[1]) != 1 || files[1][0].TenantID != id.Int64() || err != nil {
			t.Errorf("files with labels: %v, %v", files, err)
		}
	}
	if files, err := store.Labels.LoadFiles(ctx, acme, []models.Label{{TenantID: new(widget.Int64()), ID: 1}}); !errors.Is(err, tenant.ErrMismatch) || files != nil {
		t.Errorf("files with another tenant's label: %v, %v", files, err)
	}
}

// A row of another tenant's has keys that this tenant has too.
func TestLoadForAnotherTenant(t *testing.T) {
	ctx := t.Context()
	store, queries := cabinets(t)
	mine, err := store.Files.List(ctx, acme)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := store.Files.List(ctx, widget)
	if err != nil {
		t.Fatal(err)
	}
	*queries = 0
	if got, err := store.Files.LoadAuthors(ctx, acme, append(mine, theirs[0])); !errors.Is(err, tenant.ErrMismatch) || got != nil {
		t.Errorf("authors with a file of another tenant: %v, %v", got, err)
	}
	if got, err := store.Files.LoadFolders(ctx, widget, mine); !errors.Is(err, tenant.ErrMismatch) || got != nil {
		t.Errorf("folders of another tenant's files: %v, %v", got, err)
	}
	if got, err := store.Files.LoadAuthors(ctx, tenant.Int64ID{}, nil); !errors.Is(err, tenant.ErrNoTenant) || got != nil {
		t.Errorf("authors for no tenant: %v, %v", got, err)
	}
	// A row that claims to be the tenant's gets the tenant's own.
	forged := []models.File{{TenantID: 1, ID: 9, AuthorID: 2}, {TenantID: 1, ID: 10, AuthorID: 77}}
	got, err := store.Files.LoadAuthors(ctx, acme, forged)
	if err != nil || len(got) != 1 || got[2].TenantID != acme {
		t.Errorf("authors of a forged file: %v, %v", got, err)
	}
	if *queries != 1 {
		t.Errorf("%d queries were sent, want 1", *queries)
	}
}

// Two keys of two columns each that refer to one table have names of their own.
func TestLoadByEitherKey(t *testing.T) {
	ctx := t.Context()
	store, _ := cabinets(t)
	_, err := store.Invoices.Upsert(ctx, acme, gen.NewInvoice{ID: 1, PayerID: 1, FolderCode: "tax", FolderYear: 2025, ArchiveCode: "tax", ArchiveYear: 2024})
	if err != nil {
		t.Fatal(err)
	}
	invoices, err := store.Invoices.List(ctx, acme)
	if err != nil || len(invoices) != 1 {
		t.Fatalf("invoices: %v, %v", invoices, err)
	}
	payers, err := store.Invoices.LoadPayers(ctx, acme, invoices)
	if err != nil || payers[1].Name != "Acme Ann" {
		t.Errorf("payers: %v, %v", payers, err)
	}
	folders, err := store.Invoices.LoadFolders(ctx, acme, invoices)
	if err != nil || folders[gen.InvoiceFolderKey{Code: "tax", Year: 2025}].Title != "Acme tax 25" {
		t.Errorf("folders: %v, %v", folders, err)
	}
	archives, err := store.Invoices.LoadFoldersByArchiveCodeArchiveYear(ctx, acme, invoices)
	if err != nil || archives[gen.InvoiceFoldersByArchiveCodeArchiveYearKey{Code: "tax", Year: 2024}].Title != "Acme tax 24" {
		t.Errorf("archives: %v, %v", archives, err)
	}
}
