package oracle

import "fmt"

// txtar writes the finding as a case file of the gallery, without a tight twin.
func (f *Finding) txtar() string {
	s := fmt.Sprintf("Found by the oracle, seed %d: %s", f.Seed, f.Diff)
	if f.Weaken != "" {
		s += fmt.Sprintf("\nWeakened: %s", f.Weaken)
	}
	s += "\n-- schema.sql --\n" + f.world.sql + "-- data.sql --\n" + f.world.schema.triggers("DISABLE")
	for _, r := range f.world.rows {
		if t := f.world.schema.table(r.table); t != nil {
			s += r.insert(t) + ";\n"
		}
	}
	s += f.world.schema.triggers("ENABLE")
	tenant := "none"
	if f.st.tenant > 0 {
		tenant = fmt.Sprintf("$%d", f.st.tenant)
	}
	s += fmt.Sprintf("-- leak.sql --\n-- name: Found :many\n-- tenant: %s\n", tenant)
	if len(f.args) > 0 {
		s += "-- args: "
		for i, v := range f.args {
			if i > 0 {
				s += ", "
			}
			text := null
			if v != nil {
				text = "'" + *v + "'"
			}
			s += fmt.Sprintf("$%d=%s", i+1, text)
		}
		s += "\n"
	}
	if f.tenant != "" && f.st.tenant == 0 {
		s += "-- as the tenant " + f.tenant + "\n"
	}
	return s + f.st.sql + ";\n-- want --\nFound refused leak\n"
}
