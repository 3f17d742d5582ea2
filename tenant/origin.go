package tenant

import (
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Origin says where a statement comes from. It is for [Observer.Before], which
// runs on the caller's stack, and costs a walk along that: a microsecond or so.
//
// generated are the import paths of packages with generated code. query is the
// method of theirs that sends the statement, such as "Users.List", which is the
// query's name; it is "" where none does. caller is the file and line that
// calls the method, or else the DB.
//
// Both are "" outside of Before. The statements of a batch come from where the
// batch is sent.
func Origin(generated ...string) (query, caller string) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	within := false
	for {
		frame, more := frames.Next()
		name := packageOf(frame.Function)
		switch {
		case !within:
			within = strings.HasPrefix(frame.Function, observedMethods)
		case name == ownPath:
		case slices.Contains(generated, name):
			if f := frame.Function[len(name)+1:]; strings.HasPrefix(f, "(*") { // and no function that methods share
				query = methodOf(f)
			}
		default:
			return query, frame.File + ":" + strconv.Itoa(frame.Line)
		}
		if !more {
			return query, ""
		}
	}
}

var (
	ownPath         = reflect.TypeFor[observed]().PkgPath()
	observedMethods = ownPath + ".(*observed)."
)

// packageOf returns the import path of a function's package.
func packageOf(function string) string {
	slash := strings.LastIndexByte(function, '/') + 1
	if dot := strings.IndexByte(function[slash:], '.'); dot >= 0 {
		return function[:slash+dot]
	}
	return function
}

// methodOf turns the runtime's "(*Users).ForEach.func1" into "Users.ForEach".
func methodOf(function string) string {
	name := strings.NewReplacer("(*", "", ")", "", "[...]", "").Replace(function)
	name, _, _ = strings.Cut(name, ".func")  // a literal's number
	name, _, _ = strings.Cut(name, "-range") // a loop's body
	return name
}
