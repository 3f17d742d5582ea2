package gallery

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// parseQueries reads a section of queries.
func parseQueries(text string) ([]Query, error) {
	var out []Query
	var q *Query
	var body []string
	end := func() error {
		if q == nil {
			return nil
		}
		q.SQL = strings.TrimSuffix(strings.TrimSpace(strings.Join(body, "\n")), ";")
		body = nil
		if q.SQL == "" {
			return fmt.Errorf("the query %s has no text", q.Name)
		}
		if len(q.Args) == 0 {
			q.Args = []Args{nil}
		}
		for _, a := range q.Args {
			if q.Tenant > len(a) {
				return fmt.Errorf("the query %s gives its tenant $%d no value", q.Name, q.Tenant)
			}
		}
		return nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(line, "-- name: "); ok {
			if err := end(); err != nil {
				return nil, err
			}
			words := strings.Fields(rest)
			if len(words) != 2 || !strings.HasPrefix(words[1], ":") {
				return nil, fmt.Errorf("%q is no name and command", line)
			}
			out = append(out, Query{Name: words[0], Command: words[1], Tenant: -1})
			q = &out[len(out)-1]
			continue
		}
		if q == nil {
			if strings.TrimSpace(line) != "" {
				return nil, fmt.Errorf("%q stands before the first query", line)
			}
			continue
		}
		var err error
		switch {
		case strings.HasPrefix(line, "-- tenant: "):
			err = q.setTenant(strings.TrimPrefix(line, "-- tenant: "))
		case strings.HasPrefix(line, "-- args: "):
			err = q.addArgs(strings.TrimPrefix(line, "-- args: "))
		default:
			body = append(body, line)
		}
		if err != nil {
			return nil, fmt.Errorf("the query %s: %w", q.Name, err)
		}
	}
	if err := end(); err != nil {
		return nil, err
	}
	for _, q := range out {
		if q.Tenant < 0 {
			return nil, fmt.Errorf("the query %s has no line `-- tenant:`", q.Name)
		}
	}
	return out, nil
}

func (q *Query) setTenant(text string) error {
	text = strings.TrimSpace(text)
	if text == "none" {
		q.Tenant = 0
		return nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(text, "$"))
	if err != nil || n < 1 || !strings.HasPrefix(text, "$") {
		return fmt.Errorf("%q is no parameter", text)
	}
	q.Tenant = n
	return nil
}

// assignment is one value: a quoted text, in which a quote is doubled, or a word.
var assignment = regexp.MustCompile(`^\s*\$([0-9]+)=('(?:[^']|'')*'|[^',\s]+)\s*(?:,|$)`)

func (q *Query) addArgs(text string) error {
	var args Args
	for rest := text; strings.TrimSpace(rest) != ""; {
		m := assignment.FindStringSubmatch(rest)
		if m == nil {
			return fmt.Errorf("%q is no list of values", rest)
		}
		rest = rest[len(m[0]):]
		if n, _ := strconv.Atoi(m[1]); n != len(args)+1 {
			return fmt.Errorf("values are given in order: $%s stands where $%d should", m[1], len(args)+1)
		}
		args = append(args, value(m[2]))
	}
	q.Args = append(q.Args, args)
	return nil
}

var names = regexp.MustCompile(`\b[AB]\b`)

// value reads one value. A quoted A or B is itself; in a quoted list, as
// '{A,B}', they are tenants.
func value(word string) *string {
	if word == "NULL" {
		return nil
	}
	text, quoted := word, false
	if strings.HasPrefix(word, "'") {
		text, quoted = strings.ReplaceAll(word[1:len(word)-1], "''", "'"), true
	}
	if !quoted || strings.HasPrefix(text, "{") {
		text = names.ReplaceAllStringFunc(text, func(name string) string {
			if name == "A" {
				return TenantA
			}
			return TenantB
		})
	}
	return &text
}
