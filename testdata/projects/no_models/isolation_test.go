package journal_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"example.com/projects/no_models/gen"
	"example.com/projects/no_models/gen/unscoped"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/tenant"
)

// Accounts are numbers, and rows are sqlc's own structs.
func TestJournalsWithoutModels(t *testing.T) {
	ctx := t.Context()
	pool := connect(t)
	store, front := gen.New(tenant.NewShared(pool)), unscoped.New(pool)

	var accounts [2]tenant.Int64ID
	for i, name := range []string{"Ann", "Bob"} {
		account, err := front.Accounts.OpenAccount(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		accounts[i] = tenant.NewInt64ID(account.ID)
	}
	ann, bob := accounts[0], accounts[1]

	// Both write on the same days.
	may1, may2 := day(1), day(2)
	for _, w := range []struct {
		of    tenant.Int64ID
		entry gen.WriteParams
	}{
		{ann, gen.WriteParams{Day: may1, Mood: gen.MoodCalm, Words: []string{"sun", "tea"}, Rating: number(t, "3.50")}},
		{bob, gen.WriteParams{Day: may1, Mood: gen.MoodCross, Words: []string{"rain"}}},
		{bob, gen.WriteParams{Day: may2, Mood: gen.MoodCross, Words: []string{}}},
		{ann, gen.WriteParams{Day: may1, Mood: gen.MoodCurious, Words: []string{"sun"}, Rating: number(t, "4.25")}},
	} {
		if _, err := store.Entries.Write(ctx, w.of, w.entry); err != nil {
			t.Fatal(err)
		}
	}

	entry, err := store.Entries.GetEntry(ctx, ann, may1)
	if err != nil {
		t.Fatal(err)
	}
	rating, err := entry.Rating.Float64Value()
	if err != nil {
		t.Fatal(err)
	}
	if entry.Mood != gen.MoodCurious || len(entry.Words) != 1 || rating.Float64 != 4.25 {
		t.Errorf("the entry is %+v", entry)
	}
	if _, err := store.Entries.GetEntry(ctx, ann, may2); !errors.Is(err, tenant.ErrNotFound) {
		t.Errorf("GetEntry of the other's day: %v, want ErrNotFound", err)
	}
	if entries, err := store.Entries.ListEntries(ctx, ann); len(entries) != 1 || err != nil {
		t.Errorf("entries: %v, %v", entries, err)
	}
	moods, err := store.Entries.CountByMood(ctx, bob)
	if err != nil || len(moods) != 1 || moods[0].Mood != gen.MoodCross || moods[0].Days != 2 {
		t.Errorf("moods: %v, %v", moods, err)
	}
	if n, err := store.Entries.DeleteBefore(ctx, ann, day(9)); n != 1 || err != nil {
		t.Errorf("DeleteBefore deleted %d rows: %v", n, err)
	}
	if entries, err := store.Entries.ListEntries(ctx, bob); len(entries) != 2 || err != nil {
		t.Errorf("entries of the other: %v, %v", entries, err)
	}
	about := gen.NullSubjects{Subjects: gen.SubjectsRepository, Valid: true}
	if n, err := store.SubjectsQueries.SetSubject(ctx, bob, gen.SetSubjectParams{Day: may1, About: about}); n != 1 || err != nil {
		t.Errorf("SetSubject changed %d rows: %v", n, err)
	}
	if got, err := store.SubjectsQueries.SubjectOf(ctx, bob, may1); got != about || err != nil {
		t.Errorf("the subject is %v: %v", got, err)
	}
	first := pgtype.Int8{Int64: 1, Valid: true}
	made, err := store.DayNotes.CreateMany(ctx, bob, []gen.NewDayNote{
		{ID: 1, Day: may1, Text: "rain"}, {ID: 2, Day: may2, Text: "still", Answers: first, MarkedBy: first, Token: new("t2")},
	})
	if err != nil || len(made) != 2 || len(made[0].Token) != 36 || made[1].Token != "t2" {
		t.Fatalf("notes made: %v, %v", made, err)
	}
	if err := front.DayNotes.ImportNote(ctx, unscoped.ImportNoteParams{AccountID: pgtype.Int8{Int64: bob.Int64(), Valid: true}, ID: 3, Day: may2, Text: "sun"}); err != nil {
		t.Fatal(err)
	}
	notes, err := store.DayNotes.NotesOf(ctx, bob, []pgtype.Date{may1, may2})
	if err != nil || len(notes) != 3 {
		t.Fatalf("notes: %v, %v", notes, err)
	}
	answered, err := store.DayNotes.LoadAnswers(ctx, bob, notes)
	if err != nil || len(answered) != 1 || answered[1].Text != "rain" {
		t.Errorf("what notes answer: %v, %v", answered, err)
	}
	if marks, err := store.DayNotes.LoadMarkedBy(ctx, bob, notes); err != nil || len(marks) != 1 {
		t.Errorf("what notes are marked by: %v, %v", marks, err)
	}
	// What only PostgreSQL knows is read over the border's other side.
	if wide, err := front.Accounts.Widest(ctx, 7); len(wide) != 1 || err != nil || wide[0] != (unscoped.WidestRow{Name: "entries", Columns: 8}) {
		t.Errorf("wide tables: %v, %v", wide, err)
	}
	if account, err := store.Accounts.GetAccount(ctx, bob); account.Name != "Bob" || err != nil {
		t.Errorf("account: %v, %v", account, err)
	}
}

func day(n int) pgtype.Date {
	return pgtype.Date{Time: time.Date(2026, time.May, n, 0, 0, 0, 0, time.UTC), Valid: true}
}

func number(t *testing.T, text string) pgtype.Numeric {
	t.Helper()
	var n pgtype.Numeric
	if err := n.Scan(text); err != nil {
		t.Fatal(err)
	}
	return n
}

func connect(t *testing.T) *pgxpool.Pool {
	t.Helper()
	dsn := os.Getenv("DATABASE_URL")
	if dsn == "" {
		t.Fatal("DATABASE_URL names no database")
	}
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
