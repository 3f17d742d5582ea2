package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestChoose(t *testing.T) {
	all, err := choose("")
	if err != nil || len(all) != len(parts) {
		t.Errorf("%d parts, want all %d: %v", len(all), len(parts), err)
	}
	some, err := choose("check,calls")
	names := make([]string, len(some))
	for i, p := range some {
		names[i] = p.name
	}
	if want := []string{"check", "check", "calls"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("got %q, want %q: %v", names, want, err)
	}
	if _, err := choose("calls,cals"); err == nil {
		t.Error("a part that is not there can be chosen")
	}
}

// A project that borrows the bench's modules can name tenantc as its import path.
func TestBorrowModules(t *testing.T) {
	dir := t.TempDir()
	if err := borrowModules(dir); err != nil {
		t.Fatal(err)
	}
	got, err := output(dir, "go", "list", "-mod=mod", "-m", "-f", "{{.Dir}}", "github.com/tenantc/tenantc")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if got != root+"\n" {
		t.Errorf("tenantc is at %q, want %q", got, root)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.sum")); err != nil {
		t.Error(err)
	}
}
