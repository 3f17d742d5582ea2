package plan

import (
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// initialisms are written in capitals as a whole, as Go programmers do.
var initialisms = map[string]string{
	"id": "ID", "ids": "IDs", "api": "API", "url": "URL", "uri": "URI", "uuid": "UUID", "http": "HTTP", "https": "HTTPS", "html": "HTML",
	"json": "JSON", "xml": "XML", "sql": "SQL", "ip": "IP", "ssh": "SSH", "tls": "TLS", "vat": "VAT", "sku": "SKU",
}

// words splits a name at underscores, at other characters that no Go name has,
// and where a capital follows a small letter.
func words(name string) []string {
	var out []string
	start := 0
	cut := func(end int) {
		if end > start {
			out = append(out, name[start:end])
		}
	}
	prev := rune(0)
	for i, c := range name {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			cut(i)
			start = i + utf8.RuneLen(c)
		case unicode.IsUpper(c) && unicode.IsLower(prev):
			cut(i)
			start = i
		}
		prev = c
	}
	cut(len(name))
	return out
}

// exported returns name as an exported Go name: "order_items" is OrderItems.
func exported(name string) string {
	var b strings.Builder
	for _, w := range words(name) {
		if s, ok := initialisms[strings.ToLower(w)]; ok {
			b.WriteString(s)
			continue
		}
		c, n := utf8.DecodeRuneInString(w)
		b.WriteRune(unicode.ToUpper(c))
		b.WriteString(w[n:])
	}
	s := b.String()
	if c, _ := utf8.DecodeRuneInString(s); s == "" || !unicode.IsUpper(c) {
		return "X" + s // no letter, or one without case
	}
	return s
}

// unexported returns name as a Go name that begins small: "owner_id" is ownerID.
func unexported(name string) string {
	ws := words(name)
	if len(ws) == 0 {
		return "x"
	}
	first := strings.ToLower(ws[0])
	if _, ok := initialisms[first]; !ok {
		c, n := utf8.DecodeRuneInString(ws[0])
		first = string(unicode.ToLower(c)) + ws[0][n:]
	}
	rest := ""
	if len(ws) > 1 {
		rest = exported(strings.Join(ws[1:], "_"))
	}
	if c, _ := utf8.DecodeRuneInString(first); !unicode.IsLetter(c) {
		return "x" + first + rest
	}
	return first + rest
}

// lowerFirst makes an exported name unexported: "ListUsers" is listUsers.
func lowerFirst(name string) string {
	n := 0
	for n < len(name) && name[n] >= 'A' && name[n] <= 'Z' {
		n++
	}
	switch {
	case n == 0:
		return name
	case n == len(name) || n == 1:
		return strings.ToLower(name[:n]) + name[n:]
	}
	return strings.ToLower(name[:n-1]) + name[n-1:] // "IDList" is idList
}

// reservedName reports whether Go itself uses name: a keyword, or a predeclared
// one that emitted code may need.
func reservedName(name string) bool {
	return token.IsKeyword(name) || types.Universe.Lookup(name) != nil || name == "_" || name == "init" || name == "main"
}

// noun returns a table's name as words in prose: "order items".
func noun(table string) string {
	return strings.ToLower(strings.Join(words(table), " "))
}

// article returns s with "a" or "an" in front.
func article(s string) string {
	if s != "" && strings.ContainsRune("aeio", rune(s[0])) {
		return "an " + s
	}
	return "a " + s
}

// fileName returns the name of the Go file for a repository. A name whose
// ending tells the go command to leave the file out on some machines, or in
// anything but tests, gets another ending.
func fileName(base string) string {
	base = strings.ToLower(strings.Join(words(base), "_"))
	if base == "" {
		base = "queries"
	}
	parts := strings.Split(base, "_")
	if last := parts[len(parts)-1]; len(parts) > 1 && (last == "test" || constrains(last)) {
		base += "_repository"
	}
	switch base {
	case "store", "rows", "types", "batch", "doc":
		base += "_repository"
	}
	return base + ".go"
}

// constrains reports whether a file name that ends in _word is built on some
// systems only. The list is go/build's, as of Go 1.26.
func constrains(word string) bool {
	switch word {
	case "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
		"openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
		"386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64", "mips64le",
		"mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm":
		return true
	}
	return false
}

// scope hands out names of which each is used once.
type scope map[string]bool

// take returns the first of candidates that is free, and otherwise the last one
// with a number; it is used from then on.
func (s scope) take(candidates ...string) string {
	name := firstFree(s.has, candidates)
	s[name] = true
	return name
}

func (s scope) has(name string) bool { return s[name] }

// local is the scope of a method's arguments and variables. The names of those
// around it are not for it either.
type local struct {
	around []scope
	names  []string // few
}

// take is scope.take.
func (l *local) take(candidates ...string) string {
	name := firstFree(l.has, candidates)
	l.names = append(l.names, name)
	return name
}

func (l *local) has(name string) bool {
	return slices.Contains(l.names, name) || slices.ContainsFunc(l.around, func(s scope) bool { return s[name] })
}

// firstFree returns the first of candidates that is not taken, and otherwise the
// last one with a number.
func firstFree(taken func(string) bool, candidates []string) string {
	for _, c := range candidates {
		if !taken(c) && !reservedName(c) {
			return c
		}
	}
	last := candidates[len(candidates)-1]
	for n := 2; ; n++ {
		if c := last + strconv.Itoa(n); !taken(c) {
			return c
		}
	}
}
