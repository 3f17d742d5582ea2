package sqlcrun

import (
	"path"
	"slices"
	"strings"
)

// PackageName returns the name that a package has by its path.
func PackageName(importPath string) string {
	base := path.Base(importPath)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		base = path.Base(path.Dir(importPath))
	}
	base, _, _ = strings.Cut(base, ".")
	base = strings.TrimPrefix(strings.TrimSuffix(base, "-go"), "go-")
	return strings.ReplaceAll(base, "-", "")
}

// ImportOf returns the import that a qualifier means. One that is not renamed
// need not be called as its path says, but then it is the one whose path has the
// name in it, or the only one.
func ImportOf(qualifier string, list []Import) (imp Import, ok bool) {
	for _, fits := range []func(Import) bool{
		func(imp Import) bool { return imp.Name == qualifier },
		func(imp Import) bool { return imp.Name == "" && PackageName(imp.Path) == qualifier },
		func(imp Import) bool { return imp.Name == "" && strings.Contains(path.Base(imp.Path), qualifier) },
		func(imp Import) bool { return imp.Name == "" && strings.Contains(imp.Path, qualifier) },
		func(imp Import) bool { return imp.Name == "" && len(list) == 1 },
	} {
		if i := slices.IndexFunc(list, fits); i >= 0 {
			return list[i], true
		}
	}
	return Import{}, false
}

// meant returns the import of the file that a qualifier means, or none.
func (f *goFile) meant(qualifier string) []Import {
	if imp, ok := ImportOf(qualifier, f.imports); ok {
		return []Import{imp}
	}
	return nil
}
