package gallery

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/config"
)

// dimension is the one dimension that case files have.
const dimension = "tenant"

// tenancy reads the `-- tenancy:`, `-- trust:` and `-- isolation:` lines of a schema.
func tenancy(schema string) (config.Tenancy, []Ownership, error) {
	ten := config.Tenancy{Dimensions: []config.Dimension{{Name: dimension, Columns: []string{"tenant_id"}}}}
	var owners []Ownership
	for line := range strings.Lines(schema) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "-- trust:"); ok {
			if err := trust(&ten.Trust, strings.Fields(rest)); err != nil {
				return ten, nil, err
			}
			continue
		}
		if line == "-- isolation: database" {
			ten.Isolation = config.IsolationDatabase
		}
		rest, ok := strings.CutPrefix(line, "-- tenancy:")
		if !ok {
			continue
		}
		words := strings.Fields(rest)
		if len(words) < 2 {
			return ten, nil, fmt.Errorf("%q declares nothing", line)
		}
		undeclared := words[1] == "undeclared"
		if undeclared {
			words = slices.Delete(words, 1, 2)
			if len(words) > 1 && words[1] == "via" {
				words = slices.Insert(words, 1, "derived")
			}
		}
		owner, table, err := declaration(words)
		if err != nil {
			return ten, nil, fmt.Errorf("%q: %w", line, err)
		}
		owners = append(owners, owner)
		switch {
		case undeclared:
		case owner.Class == "root":
			ten.Dimensions[0].Root = owner.Relation
		default:
			ten.Tables = append(ten.Tables, table)
		}
	}
	return ten, owners, nil
}

// declaration reads the words of a line: the relation, its class, and what
// belongs to the class.
func declaration(words []string) (Ownership, config.Table, error) {
	owner := Ownership{Relation: words[0]}
	table := config.Table{Name: words[0]}
	if len(words) < 2 {
		return owner, table, fmt.Errorf("a class is missing")
	}
	owner.Class = words[1]
	rest := words[2:]
	for _, w := range rest {
		owner.Columns = append(owner.Columns, strings.Trim(w, `"`))
	}
	switch {
	case owner.Class == "root" && len(rest) == 1:
	case owner.Class == "global" && len(rest) == 0:
		table.Global = true
	case owner.Class == "derived" && len(rest) > 1 && rest[0] == "via":
		owner.Columns = owner.Columns[1:]
		table.Via = owner.Columns
	case owner.Class == "direct" && len(rest) == 1:
		table.Columns = map[string]string{dimension: owner.Columns[0]}
	case owner.Class == "direct" && len(rest) == 3 && rest[1] == "nulls":
		owner.Columns = owner.Columns[:1]
		table.Columns = map[string]string{dimension: owner.Columns[0]}
		table.HasNull = true
		switch rest[2] {
		case "nobody":
			table.Nulls = config.NullsNobody
		case "everybody":
			table.Nulls, owner.Shared = config.NullsEverybody, true
		default:
			return owner, table, fmt.Errorf("nulls are nobody's or everybody's")
		}
	default:
		return owner, table, fmt.Errorf("this class is not understood")
	}
	return owner, table, nil
}

func trust(t *config.Trust, words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("trust takes a kind and a name, not %q", words)
	}
	name := config.Named{Name: strings.Join(words[1:], " ")} // "lines.(tenant_id, order_id)"
	switch words[0] {
	case "triggers":
		t.Triggers = append(t.Triggers, name)
	case "functions":
		t.Functions = append(t.Functions, name)
	case "consistent":
		t.Consistent = append(t.Consistent, name)
	case "migrations":
		t.Migrations = append(t.Migrations, name)
	default:
		return fmt.Errorf("nothing of the kind %s is trusted", words[0])
	}
	return nil
}

// Declared returns what the `-- tenancy:` and `-- trust:` lines of a schema
// declare.
func Declared(schema string) (config.Tenancy, error) {
	ten, _, err := tenancy(schema)
	return ten, err
}
