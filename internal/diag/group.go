package diag

import (
	"fmt"
	"strings"
)

// Group says that findings of one code have one cause, and are told as one. The
// zero value is a finding that is told by itself.
type Group struct {
	Key     string // findings of a code with the same one are told together; "" for none
	Subject string // what this finding is about, where the findings of the group are about several things
	Many    string // what is said of several subjects, behind their number; without it the message, which all share, is
	Why     string // why, of several subjects
	Fix     string // what helps all of them; %s stands for the list of the subjects; "" where that of the first does
	Instead bool   // Fix is told alone, without that of the first
}

const (
	namedSubjects = 3 // that the message of a group names
	namedPlaces   = 5 // of a group, beside the first
)

// Grouped tells the findings of each group as one: at the place of the first,
// with their number, and the others as related places. The order stays.
func Grouped(list []Diagnostic) []Diagnostic {
	type key struct {
		code Code
		key  string
	}
	members := map[key][]Diagnostic{}
	for _, d := range list {
		if d.Group.Key != "" {
			k := key{d.Code, d.Group.Key}
			members[k] = append(members[k], d)
		}
	}
	out := make([]Diagnostic, 0, len(list))
	for _, d := range list {
		k := key{d.Code, d.Group.Key}
		switch group := members[k]; {
		case d.Group.Key == "":
			out = append(out, d)
		case len(group) > 0:
			out = append(out, together(group))
			delete(members, k)
		}
	}
	return out
}

// together makes one finding of those of a group.
func together(group []Diagnostic) Diagnostic {
	out := group[0]
	if len(group) == 1 {
		return out
	}
	if g := out.Group; g.Many == "" {
		out.Message = fmt.Sprintf("%s, in %d places", out.Message, len(group))
	} else {
		var subjects []string
		for _, d := range group {
			subjects = append(subjects, d.Group.Subject)
		}
		named := strings.Join(subjects[:min(len(subjects), namedSubjects)], ", ")
		if more := len(subjects) - namedSubjects; more > 0 {
			named += fmt.Sprintf(" and %d more", more)
		}
		out.Message = fmt.Sprintf("%d %s: %s", len(group), g.Many, named)
		out.Why = g.Why
		if g.Fix != "" {
			all := fmt.Sprintf(g.Fix, strings.Join(quoted(subjects), ", "))
			if g.Instead {
				out.Fix = all
			} else {
				out.Fix = "for each, as for the first: " + out.Fix + "; or " + all
			}
		}
	}
	out.Related = append([]Related{}, out.Related...)
	for i, d := range group[1:] {
		if i == namedPlaces {
			last := &out.Related[len(out.Related)-1]
			last.Message += fmt.Sprintf(", and %d more", len(group)-1-i)
			break
		}
		message := d.Group.Subject
		if message == "" {
			message = "here too"
		}
		out.Related = append(out.Related, Related{Pos: d.Pos, Message: message})
	}
	return out
}

// quoted puts quotes around a name that YAML would read as more than one.
func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		if strings.ContainsAny(n, "(, ") {
			n = `"` + n + `"`
		}
		out[i] = n
	}
	return out
}
