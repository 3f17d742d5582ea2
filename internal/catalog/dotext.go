package catalog

import (
	"fmt"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// hole begins the name that stands for one which is not known before the run.
const hole = "?unknown"

func isHole(name string) bool { return strings.HasPrefix(name, hole) }

// hasHole reports whether a name in the statement is not known.
func hasHole(n *pgast.Node) bool {
	found := false
	pgast.Walk(n, func(m pgast.Message) bool {
		switch x := m.(type) {
		case *pgast.String:
			found = found || isHole(x.GetSval())
		case *pgast.RangeVar:
			found = found || isHole(x.GetRelname()) || isHole(x.GetSchemaname())
		case *pgast.IndexStmt:
			found = found || isHole(x.GetIdxname())
		case *pgast.CreateTrigStmt:
			found = found || isHole(x.GetTrigname())
		case *pgast.CreatePolicyStmt:
			found = found || isHole(x.GetPolicyName())
		case *pgast.AlterTableCmd:
			found = found || isHole(x.GetName())
		case *pgast.IndexElem:
			found = found || isHole(x.GetName())
		case *pgast.CreateExtensionStmt:
			found = found || isHole(x.GetExtname())
		case *pgast.ColumnDef:
			found = found || isHole(x.GetColname())
		case *pgast.Constraint:
			found = found || isHole(x.GetConname())
		case *pgast.ResTarget:
			found = found || isHole(x.GetName())
		}
		return !found
	})
	return found
}

// value evaluates the tokens from i to j: a literal, a list of them, or a
// variable; nil where the value is not known.
func (p *doParser) value(i, j int) *doValue {
	if p.text(j-2) == "::" && (p.text(j-1) == "text" || p.text(j-1) == "name") {
		j -= 2
	}
	if j >= i+4 && p.text(i) == "array" && p.text(i+1) == "[" {
		for k := i + 2; k < j; k++ {
			if p.text(k) != "]" {
				continue
			}
			if rest := p.span(k+1, j); rest != "" && strings.ToLower(strings.ReplaceAll(rest, " ", "")) != "::text[]" {
				return nil
			}
			v := &doValue{list: true}
			for m := i + 2; m < k; m += 2 {
				s, ok := p.literal(m)
				if !ok || m+1 < k && p.text(m+1) != "," {
					return nil
				}
				v.texts = append(v.texts, s)
			}
			return v
		}
		return nil
	}
	if j == i+1 && p.vars[p.text(i)] != nil {
		return p.vars[p.text(i)]
	}
	holes := false
	if s, ok := p.composed(i, j, &holes); ok && !holes {
		return &doValue{texts: []string{s}}
	}
	return nil
}

// literal returns the text of a plain or dollar-quoted literal.
func (p *doParser) literal(i int) (string, bool) {
	if i < 0 || i >= len(p.tokens) || p.tokens[i].Token != pgast.Token_SCONST {
		return "", false
	}
	raw := p.body[p.tokens[i].Start:p.tokens[i].End]
	switch {
	case strings.HasPrefix(raw, "'"):
		return strings.ReplaceAll(raw[1:len(raw)-1], "''", "'"), true
	case strings.HasPrefix(raw, "$"):
		tag := strings.IndexByte(raw[1:], '$') + 2
		return raw[tag : len(raw)-tag], true
	}
	return "", false
}

// composed puts the text together that the tokens from i to j make: literals,
// variables, format(), quote_ident() and ||. A name or literal that is not known
// leaves a hole; what is not quoted has to be known.
func (p *doParser) composed(i, j int, holes *bool) (string, bool) {
	var out strings.Builder
	for first := true; i < j; first = false {
		if !first {
			if p.text(i) != "||" {
				return "", false
			}
			i++
		}
		end := i
		for depth := 0; end < j; end++ {
			w := p.text(end)
			if depth == 0 && w == "||" {
				break
			}
			switch w {
			case "(", "[":
				depth++
			case ")", "]":
				depth--
			}
		}
		part, ok := p.part(i, end, holes)
		if !ok {
			return "", false
		}
		out.WriteString(part)
		i = end
	}
	return out.String(), out.Len() > 0
}

// part is one operand of a composed text.
func (p *doParser) part(i, j int, holes *bool) (string, bool) {
	switch {
	case j == i+1:
		if s, ok := p.literal(i); ok {
			return s, true
		}
		if v := p.vars[p.text(i)]; v != nil && !v.list {
			return v.texts[0], true
		}
		return "", false
	case j > i+2 && p.text(i+1) == "(" && p.text(j-1) == ")":
		args := p.arguments(i+2, j-1)
		switch p.text(i) {
		case "quote_ident", "quote_literal":
			if len(args) == 1 {
				return p.quoted(map[string]byte{"quote_ident": 'I', "quote_literal": 'L'}[p.text(i)], args[0], holes)
			}
		case "format":
			return p.format(args, holes)
		}
	case j > i+2 && p.text(i) == "(" && p.text(j-1) == ")":
		return p.composed(i+1, j-1, holes)
	}
	return "", false
}

// arguments cuts the tokens from i to j at their commas.
func (p *doParser) arguments(i, j int) [][2]int {
	var out [][2]int
	depth, from := 0, i
	for k := i; k < j; k++ {
		switch p.text(k) {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		case ",":
			if depth == 0 {
				out = append(out, [2]int{from, k})
				from = k + 1
			}
		}
	}
	return append(out, [2]int{from, j})
}

// format is format() of the server, for %I, %L, %s and %%.
func (p *doParser) format(args [][2]int, holes *bool) (string, bool) {
	f, ok := p.literal(args[0][0])
	if !ok || args[0][1] != args[0][0]+1 {
		return "", false
	}
	var out strings.Builder
	next := 1
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			out.WriteByte(f[i])
			continue
		}
		i++
		n, at := 0, i
		for at < len(f) && '0' <= f[at] && f[at] <= '9' {
			n, at = n*10+int(f[at]-'0'), at+1
		}
		if n > 0 && at < len(f) && f[at] == '$' {
			i = at + 1
			next = n
		}
		if i >= len(f) {
			return "", false
		}
		if f[i] == '%' {
			out.WriteByte('%')
			continue
		}
		if next >= len(args) {
			return "", false
		}
		text, ok := p.quoted(f[i], args[next], holes)
		if !ok {
			return "", false
		}
		out.WriteString(text)
		next++
	}
	return out.String(), true
}

// quoted is an argument as an identifier, a literal, or as it is.
func (p *doParser) quoted(kind byte, arg [2]int, holes *bool) (string, bool) {
	s, known := p.composed(arg[0], arg[1], holes)
	switch kind {
	case 'I':
		if !known {
			*holes = true
			s = fmt.Sprintf("%s_%d", hole, arg[0])
		}
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`, true
	case 'L':
		if !known {
			*holes = true
			return "''", true
		}
		return "'" + strings.ReplaceAll(s, "'", "''") + "'", true
	case 's':
		return s, known
	}
	return "", false
}
