package pgast

import (
	"reflect"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Message is a node of the tree, as its own type and not wrapped in a Node.
type Message = proto.Message

// Walk calls visit for every message below and including m, parents first, in
// the order of their fields, which is that of PostgreSQL's own nodes. Where
// visit returns false, the message's children are left out. It finds the
// children by reflection, so no kind of node can be forgotten.
func Walk(m Message, visit func(Message) bool) {
	if m == nil {
		return
	}
	walk(reflect.ValueOf(m), visit)
}

// walk visits the message to which v points. Go's reflection on the generated
// structs takes a fifth of the time that protobuf's takes.
func walk(v reflect.Value, visit func(Message) bool) {
	if v.IsNil() || !visit(v.Interface().(Message)) {
		return
	}
	s := v.Elem()
	for i := range s.NumField() {
		f := s.Field(i)
		if !f.CanInterface() {
			continue // the bookkeeping of protobuf
		}
		switch f.Kind() {
		case reflect.Pointer:
			walk(f, visit)
		case reflect.Slice:
			if f.Type().Elem().Kind() == reflect.Pointer {
				for j := range f.Len() {
					walk(f.Index(j), visit)
				}
			}
		case reflect.Interface: // a oneof: a pointer to a struct of one field
			if f.IsNil() {
				continue
			}
			if one := f.Elem().Elem().Field(0); one.Kind() == reflect.Pointer {
				walk(one, visit)
			}
		}
	}
}

// Shift adds by to every location below and including m: a statement that was
// parsed alone gets the offsets of its file.
func Shift(m Message, by int) {
	Walk(m, func(m Message) bool {
		r := m.ProtoReflect()
		f := locationField(r)
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
	if n.GetNode() == nil {
		return nil
	}
	m, _ := reflect.ValueOf(n.GetNode()).Elem().Field(0).Interface().(Message)
	return m
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
		f := locationField(r)
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

// locationField is the field for a message's place, or nil. (That of CREATE
// TABLESPACE called location is a folder.)
func locationField(r protoreflect.Message) protoreflect.FieldDescriptor {
	f := r.Descriptor().Fields().ByName("location")
	if f == nil || f.Kind() != protoreflect.Int32Kind {
		return nil
	}
	return f
}
