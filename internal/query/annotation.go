package query

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
)

// annotationLine is one `-- tenant: …` comment.
type annotationLine struct {
	offset int    // of what follows the colon, in the file
	text   string // what follows the colon
}

var (
	annotationWords = []string{"none", "by", "unscoped", "existence", "filter"}
	categories      = []string{"admin", "background", "login", "public", "migration", "other"}
)

// annotationOf returns what follows `tenant:` in a comment that declares
// something. Other spellings of the word count only when a declaration
// follows, so that prose about tenants stays prose.
func annotationOf(comment string, offset int) (line annotationLine, misspelt, ok bool) {
	body, lead := commentBody(comment)
	word, rest, found := strings.Cut(body, ":")
	if !found || !strings.EqualFold(strings.TrimSpace(word), "tenant") {
		return annotationLine{}, false, false
	}
	line.text = strings.TrimSpace(rest)
	line.offset = offset + lead + len(word) + 1 + len(rest) - len(strings.TrimLeft(rest, " \t"))
	if word != "tenant" {
		return line, true, declares(line.text)
	}
	return line, false, true
}

// declares reports whether the text behind the colon begins as a declaration.
func declares(text string) bool {
	first, _, _ := strings.Cut(strings.TrimSuffix(text, ":"), " ")
	return strings.HasPrefix(first, "$") || strings.HasPrefix(first, "@") || slices.Contains(annotationWords, strings.TrimSuffix(first, ":"))
}

// commentBody returns a one-line comment without its marks, and how many
// bytes stand before the body. A block comment of several lines has none.
func commentBody(comment string) (body string, lead int) {
	body = strings.TrimRight(comment, "\r")
	if rest, ok := strings.CutPrefix(body, "/*"); ok {
		if strings.Contains(rest, "\n") {
			return "", 0
		}
		body = strings.TrimSuffix(rest, "*/")
	} else {
		body = strings.TrimPrefix(body, "--")
	}
	trimmed := strings.TrimLeft(body, " \t")
	return strings.TrimRight(trimmed, " \t"), 2 + len(body) - len(trimmed)
}

// annotate reads the declarations of a statement whose parameters are known.
func (st *Stmt) annotate(lines []annotationLine, at func(offset int) Loc, cat *catalog.Catalog) {
	a := &st.Annotation
	for i, l := range lines {
		loc := at(l.offset)
		bad := func(code diag.Code, message, why, fix string) {
			st.issue(Issue{Code: code, Loc: loc, Width: len(l.text), Message: message, Why: why, Fix: fix})
		}
		if i == 0 {
			a.Pos = loc.Pos()
		}
		word, rest, _ := strings.Cut(l.text, " ")
		rest = strings.TrimSpace(rest)
		switch {
		case strings.HasPrefix(word, "$"), strings.HasPrefix(word, "@"):
			if rest != "" {
				bad(diag.CodeDeclaration, "a line declares one tenant parameter", "", "-- tenant: "+strings.TrimRight(word, ",")+", and a further line for each further dimension")
				continue
			}
			n := st.paramNamed(word)
			switch {
			case n == 0 && st.Body == nil:
				// The statement was not read, so its parameters are not known.
			case n == 0:
				bad(diag.CodeDeclarationParam, "the statement has no parameter "+word, "the line declares which parameter carries the tenant", st.nearestParam(word))
			case slices.Contains(a.Params, n):
				bad(diag.CodeDeclaration, word+" is declared twice", "", "")
			default:
				a.Params = append(a.Params, n)
			}
		case word == "none" && rest == "":
			a.None = true
		case word == "by":
			st.annotateBy(rest, bad, cat)
		case word == "unscoped":
			st.annotateUnscoped(rest, loc, bad)
		case word == "existence:", word == "existence" && strings.HasPrefix(rest, ":"):
			reason := strings.TrimSpace(strings.TrimPrefix(rest, ":"))
			switch {
			case a.Existence != nil:
				bad(diag.CodeDeclaration, "existence is declared twice", "", "")
			case reason == "":
				bad(diag.CodeDeclaration, "existence needs a reason", "a reviewer reads it", "-- tenant: existence: e-mail addresses are public here")
			default:
				a.Existence = &Waiver{Pos: loc.Pos(), Reason: reason}
			}
		case word == "filter":
			st.annotateFilter(rest, loc, len(l.text), bad)
		default:
			fix := "one of: $1, @name, none, by DIMENSION, filter TABLE ALIAS, unscoped CATEGORY: reason, existence: reason"
			if near := diag.Nearest(strings.TrimSuffix(word, ":"), annotationWords); near != "" {
				fix = "-- tenant: " + near
			}
			bad(diag.CodeDeclaration, "\""+word+"\" is no declaration about the tenant", "", fix)
		}
	}
	st.checkAnnotation(at, lines)
}

func (st *Stmt) annotateBy(name string, bad func(code diag.Code, message, why, fix string), cat *catalog.Catalog) {
	var known []string
	for _, d := range cat.Dimensions {
		known = append(known, d.Name)
	}
	switch {
	case name == "":
		bad(diag.CodeDeclaration, "by needs the name of a dimension", "", "-- tenant: by "+strings.Join(known, " | "))
	case !slices.Contains(known, name):
		fix := ""
		if near := diag.Nearest(name, known); near != "" {
			fix = "-- tenant: by " + near
		}
		bad(diag.CodeDeclaration, "there is no dimension \""+name+"\"", "the dimensions are: "+strings.Join(known, ", "), fix)
	case st.Annotation.By != "":
		bad(diag.CodeDeclaration, "by is declared twice", "", "")
	default:
		st.Annotation.By = name
	}
}

func (st *Stmt) annotateUnscoped(rest string, loc Loc, bad func(code diag.Code, message, why, fix string)) {
	category, reason, colon := strings.Cut(rest, ":")
	category, reason = strings.TrimSpace(category), strings.TrimSpace(reason)
	switch {
	case st.Annotation.Unscoped != nil:
		bad(diag.CodeDeclaration, "unscoped is declared twice", "", "")
	case category == "" || !slices.Contains(categories, category):
		near := diag.Nearest(category, categories)
		if near == "" {
			near = "other"
		}
		bad(diag.CodeDeclaration, "unscoped needs a category, and \""+category+"\" is none",
			"the categories are: "+strings.Join(categories, ", "), "-- tenant: unscoped "+near+": why every tenant's rows are meant")
	case !colon || reason == "":
		bad(diag.CodeDeclaration, "unscoped needs a reason", "a reviewer reads it", "-- tenant: unscoped "+category+": why every tenant's rows are meant")
	default:
		st.Annotation.Unscoped = &Waiver{Pos: loc.Pos(), Category: category, Reason: reason}
	}
}

// checkAnnotation refuses declarations that contradict each other.
func (st *Stmt) checkAnnotation(at func(offset int) Loc, lines []annotationLine) {
	a := &st.Annotation
	message := ""
	switch {
	case a.None && len(a.Params) > 0:
		message = "none says that no parameter is the tenant, and another line names one"
	case a.Unscoped != nil && (a.None || len(a.Params) > 0 || a.By != "" || a.Existence != nil):
		message = "an unscoped statement has no tenant, and another line speaks of one"
	case a.None && (a.By != "" || a.Existence != nil):
		message = "none says that the statement has no tenant, and another line speaks of one"
	default:
		return
	}
	st.issue(Issue{Code: diag.CodeDeclaration, Loc: at(lines[0].offset), Width: len(lines[0].text), Message: message})
}

// paramNamed returns the number of the parameter written as $2 or @org, or 0.
func (st *Stmt) paramNamed(word string) int {
	if digits, ok := strings.CutPrefix(word, "$"); ok {
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 || n > len(st.Params) || len(st.Params[n-1].Uses) == 0 {
			return 0
		}
		return n
	}
	name := strings.TrimPrefix(word, "@")
	for _, p := range st.Params {
		if p.Name != "" && p.Name == name {
			return p.Number
		}
	}
	for _, p := range st.Params {
		if p.Name != "" && strings.EqualFold(p.Name, name) {
			return p.Number
		}
	}
	return 0
}

func (st *Stmt) nearestParam(word string) string {
	var known []string
	for _, p := range st.Params {
		known = append(known, p.Label())
	}
	if near := diag.Nearest(word, known); near != "" {
		return "-- tenant: " + near
	}
	return ""
}

// label is how the statement spells the parameter: @name or $n.
func (p *Param) Label() string {
	if p.Name != "" {
		return "@" + p.Spelt
	}
	return "$" + strconv.Itoa(p.Number)
}

func (st *Stmt) issue(i Issue) { st.Issues = append(st.Issues, i) }
