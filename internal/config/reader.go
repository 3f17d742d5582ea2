package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/tenantc/tenantc/internal/diag"
)

// reader gives typed access to the nodes of one file. A value of the wrong
// kind is reported once, at its place, and reads as the zero value.
type reader struct {
	lines *diag.Lines
	rep   *diag.List
}

// line returns the position of a line's first byte. YAML knows more line ends
// than \n; where a text uses them, the last line has to do.
func (r *reader) line(n int) diag.Pos {
	p := r.lines.Pos(math.MaxInt)
	p.Line, p.Column = max(1, min(n, p.Line)), 1
	return p
}

// pos returns where n begins. The YAML library counts columns in characters.
func (r *reader) pos(n *yaml.Node) diag.Pos {
	p := r.line(n.Line)
	rest := r.lines.Line(p.Line)
	for range n.Column - 1 {
		_, size := utf8.DecodeRuneInString(rest)
		if size == 0 {
			break
		}
		p.Column += size
		rest = rest[size:]
	}
	return p
}

// report records an error about n, whose text is underlined.
func (r *reader) report(code diag.Code, n *yaml.Node, message, why, fix string) {
	d := diag.Diagnostic{Code: code, Pos: r.pos(n), Message: message, Why: why, Fix: fix}
	if n.Kind == yaml.ScalarNode && !strings.Contains(n.Value, "\n") {
		d.Width = len(n.Value)
	}
	r.rep.Add(d)
}

// object is a mapping whose keys have been checked.
type object struct {
	node   *yaml.Node
	keys   map[string]*yaml.Node
	values map[string]*yaml.Node
	order  []string
}

// has reports whether the key was written.
func (o *object) has(key string) bool { return o.values[key] != nil }

// object reads n as a mapping in which only the known keys may stand; what
// names the mapping in messages. Without known keys any text is one. A null is
// an empty mapping: that is what a key whose lines are all commented out holds.
func (r *reader) object(n *yaml.Node, what string, known ...string) *object {
	n = r.follow(n)
	o := &object{node: n, keys: map[string]*yaml.Node{}, values: map[string]*yaml.Node{}}
	if n == nil || isNull(n) {
		return o
	}
	if n.Kind != yaml.MappingNode {
		r.wrongKind(n, what, "a mapping of keys to values")
		return o
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.wrongKind(key, "a key of "+what, "a text")
			continue
		case key.Tag == "!!merge":
			r.report(diag.CodeConfigSyntax, key, "the merge key << is not understood",
				"it hides where a setting comes from", "write the keys out")
			continue
		case len(known) > 0 && !slices.Contains(known, key.Value):
			r.unknownKey(key, what, known)
			continue
		case o.has(key.Value):
			r.rep.Add(diag.Diagnostic{
				Code: diag.CodeDuplicateKey, Pos: r.pos(key), Width: len(key.Value),
				Message: fmt.Sprintf("%s stands twice in %s", key.Value, what),
				Why:     "one of the two values would be lost",
				Related: []diag.Related{{Pos: r.pos(o.keys[key.Value]), Message: "the first one"}},
			})
			continue
		}
		o.keys[key.Value], o.values[key.Value] = key, r.follow(value)
		o.order = append(o.order, key.Value)
	}
	return o
}

func (r *reader) unknownKey(key *yaml.Node, what string, known []string) {
	fix := ""
	if near := diag.Nearest(key.Value, known); near != "" {
		fix = near + ":"
	}
	sorted := slices.Sorted(slices.Values(known))
	why := "the keys known here are " + strings.Join(sorted, ", ")
	r.report(diag.CodeUnknownKey, key, fmt.Sprintf("%s has no key %q", what, key.Value), why, fix)
}

// need reports each of keys that o lacks.
func (r *reader) need(o *object, what string, keys ...string) {
	if o.node == nil || (o.node.Kind != yaml.MappingNode && !isNull(o.node)) {
		return // its kind has been reported
	}
	for _, key := range keys {
		if !o.has(key) {
			r.rep.Add(diag.Diagnostic{
				Code: diag.CodeMissingKey, Pos: r.pos(o.node),
				Message: fmt.Sprintf("%s has no %s", what, key), Fix: key + ": …",
			})
		}
	}
}

// list reads n as a sequence; a null is an empty one.
func (r *reader) list(n *yaml.Node, what string) []*yaml.Node {
	n = r.follow(n)
	if n == nil || isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.wrongKind(n, what, "a list")
		return nil
	}
	items := make([]*yaml.Node, len(n.Content))
	for i, item := range n.Content {
		items[i] = r.follow(item)
	}
	return items
}

// str reads n as a text that is not empty. A nil n reads as "".
func (r *reader) str(n *yaml.Node, what string) string {
	n = r.follow(n)
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		r.wrongKind(n, what, "a text")
		return ""
	}
	if strings.TrimSpace(n.Value) == "" {
		r.report(diag.CodeConfigValue, n, what+" is empty", "", "")
		return ""
	}
	return n.Value
}

// word reads n as one of the words. A nil n reads as the first of them, and
// so does a value that is none.
func (r *reader) word(n *yaml.Node, what string, words ...string) string {
	if n == nil {
		return words[0]
	}
	before := r.rep.Len()
	got := r.str(n, what)
	if slices.Contains(words, got) {
		return got
	}
	if r.rep.Len() == before {
		r.report(diag.CodeConfigValue, r.follow(n), fmt.Sprintf("%s cannot be %q", what, got),
			"it is one of "+strings.Join(words, ", "), diag.Nearest(got, words))
	}
	return words[0]
}

// texts reads n as a text or a list of texts and returns their nodes.
func (r *reader) texts(n *yaml.Node, what string) []*yaml.Node {
	n = r.follow(n)
	if n == nil {
		return nil
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = r.list(n, what)
	}
	return slices.DeleteFunc(slices.Clone(items), func(item *yaml.Node) bool { return r.str(item, what) == "" })
}

// flag reads n as true or false. A nil n reads as false.
func (r *reader) flag(n *yaml.Node, what string) bool {
	n = r.follow(n)
	if n == nil {
		return false
	}
	var b bool
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Decode(&b) != nil {
		r.wrongKind(n, what, "true or false")
	}
	return b
}

// number reads n as a whole number from 0 to the largest int32.
func (r *reader) number(n *yaml.Node, what string) int {
	n = r.follow(n)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" {
		r.wrongKind(n, what, "a whole number")
		return 0
	}
	v, err := strconv.ParseInt(n.Value, 0, 32)
	if err != nil || v < 0 {
		r.report(diag.CodeConfigValue, n, fmt.Sprintf("%s cannot be %s", what, n.Value), "it is a number from 0 to 2147483647", "")
		return 0
	}
	return int(v)
}

func (r *reader) wrongKind(n *yaml.Node, what, want string) {
	r.report(diag.CodeConfigKind, n, fmt.Sprintf("%s is %s, not %s", what, kindOf(n), want), "", "")
}

// follow returns the node that an alias stands for. An alias inside its own
// anchor does no harm: every reading descends by a fixed depth.
func (r *reader) follow(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null":
			return "empty"
		case "!!bool":
			return "the truth value " + n.Value
		case "!!int", "!!float":
			return "the number " + n.Value
		case "!!str":
			return strconv.Quote(n.Value)
		}
		return "of the YAML type " + n.ShortTag()
	}
	return "not a value"
}
