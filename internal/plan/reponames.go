package plan

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
)

// ownNames are what an emitted package declares whatever it is made of.
var ownNames = []string{"Store", "New", "InTx", "InTxWith", "DB", "Opt", "Set", "ErrEmptyPatch", "ErrServerFilled"}

// nameRepos finds out what tables' repositories are called.
func (b *builder) nameRepos() {
	b.repoNames, b.declared = map[string]bool{}, map[string]bool{}
	for _, n := range ownNames {
		b.declared[n] = true
	}
	exact := b.in.Block.Go.Raw["emit_exact_table_names"] == true
	for _, rel := range b.in.Catalog.Relations {
		if rel.Model != nil {
			continue // its struct is in another package
		}
		name := rel.Name
		if !exact {
			name = b.inflector.singular(name)
		}
		if rel.Schema != "public" {
			name = rel.Schema + "_" + name // as sqlc has it
		}
		b.declared[exported(name)] = true
	}
	for _, t := range b.in.Catalog.Types {
		if t.Kind != catalog.Enum {
			continue
		}
		name := t.Name
		if t.Schema != "public" {
			name = t.Schema + "_" + name
		}
		b.declared[exported(t.Name)], b.declared[exported(name)] = true, true
		for _, label := range t.Labels { // each is a constant
			b.declared[exported(name+"_"+label)] = true
		}
	}
	for _, rel := range b.in.Catalog.Relations {
		b.repoNames[exported(rel.Name)] = true
	}
	for _, rel := range b.in.Catalog.Relations {
		b.repoNames[b.repoName(rel.Name)] = true
	}
}

// repoName returns what the repository of a table, or of a file of queries, is
// called: as the table, "Users". A table in the singular whose struct has that
// name already, or one called store, has a repository in the plural, "Accounts"
// and "Stores"; what has no plural of its own, as "NewsRepository", has a suffix.
func (b *builder) repoName(base string) string {
	name := exported(base)
	if !b.declared[name] {
		return name
	}
	many := exported(b.inflector.plural(base))
	if b.declared[many] || slices.ContainsFunc(b.in.Catalog.Relations, func(rel *catalog.Relation) bool { return exported(rel.Name) == many }) {
		many = name + "Repository"
	}
	if b.declared[many] { // by an enum that has the value "repository"
		many = name + "Queries"
	}
	return many
}
