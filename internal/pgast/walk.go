package pgast

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Message is a node of the tree, as its own type and not wrapped in a Node.
type Message = proto.Message

// Walk calls visit for every message below and including m, parents first, in
// the order of their fields. Where visit returns false, the message's children
// are left out. It reads the tree by reflection, so no kind of node can be
// forgotten; that costs time, and statements of queries are resolved by hand.
func Walk(m Message, visit func(Message) bool) {
	if m == nil {
		return
	}
	walk(m.ProtoReflect(), visit)
}

func walk(m protoreflect.Message, visit func(Message) bool) {
	if !m.IsValid() || !visit(m.Interface()) {
		return
	}
	if n, ok := m.Interface().(*Node); ok { // one of 270 fields: asked for by name
		if inner := Inner(n); inner != nil {
			walk(inner.ProtoReflect(), visit)
		}
		return
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.Kind() != protoreflect.MessageKind || !m.Has(f) {
			continue
		}
		v := m.Get(f)
		if !f.IsList() {
			walk(v.Message(), visit)
			continue
		}
		for j := range v.List().Len() {
			walk(v.List().Get(j).Message(), visit)
		}
	}
}

// Shift adds by to every location below and including m: a statement that was
// parsed alone gets the offsets of its file.
func Shift(m Message, by int) {
	Walk(m, func(m Message) bool {
		r := m.ProtoReflect()
		f := r.Descriptor().Fields().ByName("location")
		if f == nil {
			return true
		}
		if at := r.Get(f).Int(); at >= 0 {
			r.Set(f, protoreflect.ValueOfInt32(int32(at)+int32(by)))
		}
		return true
	})
}

// Inner returns the message that a Node wraps, or nil.
func Inner(n *Node) Message {
	if n == nil {
		return nil
	}
	r := n.ProtoReflect()
	f := r.WhichOneof(r.Descriptor().Oneofs().Get(0))
	if f == nil {
		return nil
	}
	return r.Get(f).Message().Interface()
}

// Kind returns the node's name in the grammar's own terms, as "SelectStmt".
func Kind(n *Node) string {
	m := Inner(n)
	if m == nil {
		return "empty"
	}
	return string(m.ProtoReflect().Descriptor().Name())
}

// Strings returns the parts of a name list, as of a function or a type.
func Strings(list []*Node) []string {
	out := make([]string, 0, len(list))
	for _, n := range list {
		out = append(out, n.GetString_().GetSval())
	}
	return out
}

// Location returns the byte offset of the first token that m or a message
// below it remembers, and whether there is one. Offset 0 counts as none: nodes
// without a place of their own say 0 or -1.
func Location(m Message) (offset int, ok bool) {
	Walk(m, func(m Message) bool {
		r := m.ProtoReflect()
		f := r.Descriptor().Fields().ByName("location")
		if f == nil {
			return true
		}
		if at := int(r.Get(f).Int()); at > 0 && (!ok || at < offset) {
			offset, ok = at, true
		}
		return true
	})
	return offset, ok
}
