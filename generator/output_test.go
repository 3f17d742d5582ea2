package generator

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/emit"
)

var genFolders = []string{"gen", "gen/global", "gen/unscoped"}

// generated is a file with the header.
func generated(body string) string { return emit.Header + "\n\n" + body + "\n" }

// lay writes files into a new folder and opens it. A name that ends in a
// slash is a folder.
func lay(t *testing.T, files map[string]string) *os.Root {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(full, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// tree reads every file below root; folders are there with a slash.
func tree(t *testing.T, root *os.Root) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			got[name+"/"] = ""
		case e.Type().IsRegular():
			content, err := root.ReadFile(name)
			got[name] = string(content)
			return err
		default:
			got[name] = e.Type().String()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func contents(files map[string]string) map[string][]byte {
	out := map[string][]byte{}
	for name, content := range files {
		out[name] = []byte(content)
	}
	return out
}

// lookAt compares the files on disk with those that shall be there, and stages
// what has to change.
func lookAt(root *os.Root, files map[string][]byte, rep *diag.List) (*transaction, []change, error) {
	var outputs []output
	for _, name := range slices.Sorted(maps.Keys(files)) {
		outputs = append(outputs, output{name, func(b *bytes.Buffer) error { b.Write(files[name]); return nil }})
	}
	tx := begin(root)
	changes, err := compare(root, genFolders, outputs, rep, tx.stage)
	return tx, changes, err
}

var before = map[string]string{
	"gen/users.go":           generated("package gen // old"),
	"gen/store.go":           generated("package gen // same"),
	"gen/invoices.go":        generated("package gen // stale"),
	"gen/unscoped/admins.go": generated("package unscoped // stale, and alone"),
	"gen/by_hand.go":         "package gen\n",
	"gen/README.md":          emit.Header + "\n", // no Go: never tenantc's
	"gen/other/stale.go":     generated("package other // not a folder of ours"),
}

var wanted = contents(map[string]string{
	"gen/users.go":        generated("package gen // new"),
	"gen/store.go":        generated("package gen // same"),
	"gen/global/plans.go": generated("package global"),
})

// TestReserve: a file for which a place was made comes out as any other, and a
// place for which nothing came is gone, whatever becomes of the rest.
func TestReserve(t *testing.T) {
	t.Parallel()
	for _, commits := range []bool{true, false} {
		root := lay(t, before)
		var rep diag.List
		tx := begin(root)
		for _, name := range []string{"gen/users.go", "gen/global/plans.go", "gen/unscoped/none.go", "gen/README.md/below.go"} {
			tx.reserve(name)
		}
		if got, want := len(tx.reserved), 2; got != want { // users.go is there, and README.md is no folder
			t.Errorf("%d places were made, want %d", got, want)
		}
		out := output{"gen/global/plans.go", func(b *bytes.Buffer) error { b.Write(wanted["gen/global/plans.go"]); return nil }}
		changes, err := compare(root, []string{"gen/global"}, []output{out}, &rep, tx.stage)
		if err != nil || rep.Len() > 0 {
			t.Fatal(err, rep.Sorted())
		}
		want := map[string]string{"./": "", "gen/": "", "gen/other/": "", "gen/unscoped/": ""}
		for name, content := range before {
			want[name] = content
		}
		if commits {
			err = tx.commit(changes)
			want["gen/global/"], want["gen/global/plans.go"] = "", string(wanted["gen/global/plans.go"])
		} else {
			err = tx.rollback()
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, tree(t, root)); diff != "" {
			t.Errorf("commit %v: files (-want +got):\n%s", commits, diff)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	root := lay(t, before)
	long := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := root.Chtimes("gen/store.go", long, long); err != nil {
		t.Fatal(err)
	}
	var rep diag.List
	tx, changes, err := lookAt(root, wanted, &rep)
	if err != nil || rep.Len() > 0 {
		t.Fatal(err, rep.Sorted())
	}
	got := map[string]string{}
	for _, c := range changes {
		got[c.path] = c.action.String()
	}
	if diff := cmp.Diff(map[string]string{
		"gen/users.go": "updated", "gen/store.go": "unchanged", "gen/global/plans.go": "created",
		"gen/invoices.go": "removed", "gen/unscoped/admins.go": "removed",
	}, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}

	if err := tx.commit(changes); err != nil {
		t.Fatal(err)
	}
	removeEmpty(root, genFolders, changes)
	want := map[string]string{"./": "", "gen/": "", "gen/global/": "", "gen/other/": ""}
	for name, content := range wanted {
		want[name] = string(content)
	}
	for _, name := range []string{"gen/by_hand.go", "gen/README.md", "gen/other/stale.go"} {
		want[name] = before[name]
	}
	if diff := cmp.Diff(want, tree(t, root)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	info, err := root.Stat("gen/store.go")
	if err != nil || !info.ModTime().Equal(long) {
		t.Errorf("an unchanged file was written again: %v, %v", info.ModTime(), err)
	}

	_, changes, err = lookAt(root, wanted, &rep)
	if err != nil || rep.Len() > 0 {
		t.Fatal(err, rep.Sorted())
	}
	for _, c := range changes {
		if c.action != Unchanged {
			t.Errorf("a second run would have %s %s", c.action, c.path)
		}
	}
}

// TestWriteAllOrNone lets each rename of a run fail in turn: what was there
// before is there after, and nothing else.
func TestWriteAllOrNone(t *testing.T) {
	t.Parallel()
	for failing := 0; ; failing++ {
		root := lay(t, before)
		was := tree(t, root)
		tx, changes, err := lookAt(root, wanted, new(diag.List))
		if err != nil {
			t.Fatal(err)
		}
		renames := 0
		broken := errors.New("the disk is gone")
		tx.rename = func(from, to string) error {
			if renames == failing {
				return broken
			}
			renames++
			return root.Rename(from, to)
		}
		err = tx.commit(changes)
		if err == nil {
			if failing != 5 { // one created, one updated (two renames), two removed
				t.Errorf("a run has %d renames, want 5", failing)
			}
			return
		}
		if !errors.Is(err, broken) {
			t.Errorf("rename %d: the error %q does not say what failed", failing, err)
		}
		if diff := cmp.Diff(was, tree(t, root)); diff != "" {
			t.Errorf("rename %d failed, and the files are not as before:\n%s", failing, diff)
		}
	}
}

// TestWriteUnwritable puts a folder that cannot be removed where new content
// would be laid down, which stops even root.
func TestWriteUnwritable(t *testing.T) {
	t.Parallel()
	files := maps.Clone(before)
	files["gen/.users.go.tenantc-new/in_the_way"] = ""
	root := lay(t, files)
	was := tree(t, root)
	tx, _, err := lookAt(root, wanted, new(diag.List))
	if err == nil || !strings.Contains(err.Error(), "gen/users.go") {
		t.Errorf("the error %v does not name the file", err)
	}
	if err := tx.rollback(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(was, tree(t, root)); diff != "" {
		t.Errorf("the files are not as before:\n%s", diff)
	}
}

// TestWriteAfterKill finds what a run that was killed left behind.
func TestWriteAfterKill(t *testing.T) {
	t.Parallel()
	root := lay(t, map[string]string{
		"gen/users.go": generated("package gen // old"), "gen/.users.go.tenantc-new": "half a fi", "gen/.users.go.tenantc-old": "older",
	})
	tx, changes, err := lookAt(root, wanted, new(diag.List))
	if err == nil {
		err = tx.commit(changes)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name := range tree(t, root) {
		if strings.Contains(name, ".tenantc-") {
			t.Errorf("%s is left", name)
		}
	}
}

func TestForeign(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		files map[string]string
		link  string
		want  []string // file and a word of the message
	}{
		"a file by hand":               {files: map[string]string{"gen/users.go": "package gen\n"}, want: []string{"gen/users.go", "not written by tenantc"}},
		"an empty file":                {files: map[string]string{"gen/users.go": ""}, want: []string{"gen/users.go", "not written by tenantc"}},
		"the header further down":      {files: map[string]string{"gen/users.go": "\n" + emit.Header}, want: []string{"gen/users.go", "not written by tenantc"}},
		"sqlc's header":                {files: map[string]string{"gen/users.go": "// Code generated by sqlc. DO NOT EDIT.\n"}, want: []string{"gen/users.go", "not written by tenantc"}},
		"a folder":                     {files: map[string]string{"gen/users.go/": ""}, want: []string{"gen/users.go", "folder stands"}},
		"a link":                       {files: map[string]string{"gen/other.go": generated("package gen")}, link: "gen/users.go", want: []string{"gen/users.go", "a link"}},
		"a file in the folder's place": {files: map[string]string{"gen": "text"}, want: []string{"gen", "not the folder"}},
		"a file in global's place":     {files: map[string]string{"gen/global": "text"}, want: []string{"gen/global", "not the folder"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := lay(t, tc.files)
			if tc.link != "" {
				if err := root.Symlink("other.go", tc.link); err != nil {
					t.Fatal(err)
				}
			}
			var rep diag.List
			if _, _, err := lookAt(root, wanted, &rep); err != nil {
				t.Fatal(err)
			}
			found := rep.Sorted()
			if len(found) != 1 || found[0].Code != diag.CodeForeignFile || found[0].Severity != diag.Error ||
				found[0].Pos.File != tc.want[0] || !strings.Contains(found[0].Message, tc.want[1]) {
				t.Errorf("got %+v, want one finding at %s: …%s…", found, tc.want[0], tc.want[1])
			}
		})
	}
}

// TestEscape has the folder of the generated code lead out of the project.
func TestEscape(t *testing.T) {
	t.Parallel()
	root := lay(t, nil)
	outside := t.TempDir()
	if err := root.Symlink(outside, "gen"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := lookAt(root, wanted, new(diag.List)); err == nil {
		t.Error("a link that leads out of the project is followed")
	}
}

// TestEmittedOutside breaks the invariants of what is emitted.
func TestEmittedOutside(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"another folder": "main.go",
		"a folder below": "gen/more/users.go",
		"a way out":      "gen/../main.go",
	} {
		expectBug(t, name, map[string]string{file: generated("package x")})
	}
	expectBug(t, "no header", map[string]string{"gen/users.go": "package gen"})
}

func expectBug(t *testing.T, name string, files map[string]string) {
	t.Helper()
	root := lay(t, nil)
	defer func() {
		if _, ok := recover().(*diag.Bug); !ok {
			t.Errorf("%s: no bug is reported", name)
		}
	}()
	_, _, _ = lookAt(root, contents(files), new(diag.List))
}

func TestDrift(t *testing.T) {
	t.Parallel()
	content := generated("package gen\n\nconst a = 1\n\nconst b = 2")
	for name, tc := range map[string]struct {
		change change
		want   string // position, message and reason
	}{
		"unchanged": {change{path: "gen/a.go", action: Unchanged}, ""},
		"missing":   {change{path: "gen/a.go", action: Created, content: []byte(content)}, "gen/a.go: the file is missing: "},
		"left over": {change{path: "gen/a.go", action: Removed, old: []byte(content)}, "gen/a.go: the file is left over: no input gives it any longer: "},
		"edited": {change{path: "gen/a.go", action: Updated, old: []byte(strings.Replace(content, "= 1", "= 3", 1)), content: []byte(content)},
			"gen/a.go:5:1: the file is not what the inputs give: this line should be\nconst a = 1"},
		"cut short": {change{path: "gen/a.go", action: Updated, old: []byte(emit.Header + "\n\npackage gen\n\nconst a = 1"), content: []byte(content)},
			"gen/a.go:5:1: the file is not what the inputs give: the file ends here, and should go on with\n"},
		"too long": {change{path: "gen/a.go", action: Updated, old: []byte(content + "\nvar c int"), content: []byte(content)},
			"gen/a.go:9:1: the file is not what the inputs give: the file should end before this line"},
		"line ends": {change{path: "gen/a.go", action: Updated, old: []byte(strings.ReplaceAll(content, "\n", "\r\n")), content: []byte(content)},
			"gen/a.go:1:1: the file is not what the inputs give: its lines end in CRLF and those of generated code in LF: a checkout may have changed them"},
	} {
		var rep diag.List
		if d := drift(&tc.change); d != nil {
			rep.Add(*d)
		}
		var got []string
		for _, d := range rep.Sorted() {
			if d.Code != diag.CodeDrift || d.Severity != diag.Error || d.Fix == "" {
				t.Errorf("%s: %+v", name, d)
			}
			got = append(got, d.Pos.String()+": "+d.Message+": "+d.Why)
		}
		if want := slices.DeleteFunc([]string{tc.want}, func(s string) bool { return s == "" }); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
