package contract

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

func TestEveryMethodOfGenTakesTheTenant(t *testing.T) {
	w := load(t)
	pkg := w.importPackage(t, genPath)
	s := surfaceOf(pkg, w.tenantID(t))
	for _, finding := range s.findings {
		t.Error(finding)
	}
	// A walk that meets nothing finds nothing.
	for _, want := range []string{
		"(*Store).InTx", "(*Store).InTxWith", "(*Store).Batch",
		"(*Users).Get", "(*Users).List", "(*Users).Count", "(*Users).Create", "(*Users).Update", "(*Users).Delete",
		"(*Users).CreateMany", "(*Users).Upsert", "(*Users).UpsertByEmail", "(*Users).ListBy", "(*Users).Page", "(*Users).ForEach", "(*Users).ForEachBy", "(*Users).Exists", "(*Users).UpdateWhere", "(*Users).DeleteWhere",
		"(*Users).FindByEmail", "(*Users).SetRoles", "(*Users).Import",
		"(*Documents).SearchByTitle", "(*Documents).LoadOwners", "(*Users).LoadDocuments", "(*Tenants).Usage",
	} {
		if !slices.Contains(s.asked, want) {
			t.Errorf("%s: not among the methods that take a ctx: %s", want, strings.Join(s.asked, ", "))
		}
	}
}

// Each declaration is one way out of the contract that the walk must see.
func TestSurfaceSeesEachWayOut(t *testing.T) {
	w := load(t)
	id := w.tenantID(t)
	const head = `package gen

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/tenantc/tenantc/tenant"
)

var (
	_ context.Context
	_ pgx.Tx
	_ tenant.DB
)

type Users struct{ db tenant.DB }

type Batch struct{ Users UsersBatch }

type UsersBatch struct{ b *tenant.Batch }

func (s *Users) Batch(ctx context.Context, id tenant.ID, fn func(b *Batch)) error { return nil }

`
	for _, tt := range []struct{ name, src, want string }{
		{"no tenant", `func (r *Users) All(ctx context.Context) error { return nil }`, "(*Users).All: takes no tenant"},
		{"tenant second", `func (r *Users) All(ctx context.Context, name string, id tenant.ID) error { return nil }`, "(*Users).All: takes no tenant"},
		{"on the value", `func (r Users) All(ctx context.Context) error { return nil }`, "(*Users).All: takes no tenant"},
		{"ctx not first", `func (r *Users) All(n int, ctx context.Context, id tenant.ID) error { return nil }`, "(*Users).All: context.Context is parameter 2"},
		{"function", `func All(ctx context.Context) error { return nil }`, "All: takes no tenant"},
		{"variable", `var All = func(ctx context.Context) error { return nil }`, "All: takes no tenant"},
		{"field", `type Hooks struct{ Before func(ctx context.Context) error }`, "Hooks.Before: takes no tenant"},
		{"interface", `type All interface{ All(ctx context.Context) error }`, "(*All).All: takes no tenant"},
		{"unexported type, exported variable", `type doors struct{}; func (doors) All(ctx context.Context) error { return nil }; var Doors doors`, "Doors.All: takes no tenant"},
		{"unexported type, returned", `type doors struct{}; func (*doors) All(ctx context.Context) error { return nil }; func Open() *doors { return nil }`, "Open().All: takes no tenant"},
		{"promoted", `type Store struct{ tenant.DB }`, "Store.DB: hands out github.com/tenantc/tenantc/tenant.DB"},
		{"hands out the database", `func (r *Users) DB() tenant.DB { return r.db }`, "(*Users).DB(): hands out github.com/tenantc/tenantc/tenant.DB"},
		{"hands it to a callback", `func (r *Users) With(fn func(tenant.DB)) {}`, "(*Users).With: hands out github.com/tenantc/tenantc/tenant.DB"},
		{"hands out a transaction", `func (r *Users) Tx() pgx.Tx { return nil }`, "(*Users).Tx(): hands out github.com/jackc/pgx/v5.Tx"},
		{"hands out a batch", `func (s *Users) Open() *Batch { return &Batch{} }`, "(*Users).Open(): hands out Batch, which is one tenant's"},
		{"hands out a part of a batch", `func (s *Users) Open() UsersBatch { return UsersBatch{} }`, "(*Users).Open(): hands out UsersBatch, which is one tenant's"},
		{"keeps a batch", `var Current *Batch`, "Current: hands out Batch, which is one tenant's"},
		{"in a struct", `type Kept struct { B *UsersBatch }; var Last Kept`, "Last: hands out Kept, which is one tenant's"},
		{"batch in a map", `func Open() map[string][]Batch { return nil }`, "Open(): hands out Batch, which is one tenant's"},
		{"batch of no tenant", `func (s *Users) Run(fn func(b *Batch)) {}`, "(*Users).Run: hands out Batch, which is one tenant's"},
		{"batch made by hand", `type OpenBatch struct { B *tenant.Batch }`, "OpenBatch.B: hands out github.com/tenantc/tenantc/tenant.Batch"},
		{"batch made of a function's", `func Make(b *tenant.Batch) {}`, "Make: takes github.com/tenantc/tenantc/tenant.Batch"},
		{"batch for any tenant", `func (r UsersBatch) All(id tenant.ID) {}`, "(*UsersBatch).All: takes a tenant beside the batch's own"},
		{"any arguments", `func (r *Users) Exec(ctx context.Context, id tenant.ID, where string, args ...any) error { return nil }`, "(*Users).Exec: takes arguments of any type"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pkg, errs := w.check(t, head+tt.src)
			if len(errs) > 0 {
				t.Fatalf("the test's own program: %v", errs[0])
			}
			if got := surfaceOf(pkg, id).findings; !slices.Contains(got, tt.want) {
				t.Errorf("findings %q, want %q among them", got, tt.want)
			}
		})
	}

	pkg, errs := w.check(t, head+`func (r *Users) Get(ctx context.Context, id tenant.ID, n int64) error { return nil }
func New(db tenant.DB) *Users { return &Users{db} }
func (r UsersBatch) Get(n int64) *tenant.Result[string] { return nil }
func (r *Users) name(ctx context.Context) string { return "" }`)
	if len(errs) > 0 {
		t.Fatalf("the test's own program: %v", errs[0])
	}
	if got := surfaceOf(pkg, id).findings; len(got) > 0 {
		t.Errorf("findings %q in a package that keeps the contract", got)
	}
}

// A surface is what a program can reach of a package: everything exported, and
// everything that hangs on it.
//
// What belongs to one tenant without saying so at each call is what holds a
// tenant.Batch. A program may get that in one way alone: as what a function that
// takes the tenant hands to its callback.
type surface struct {
	tenant   types.Type
	pkg      *types.Package
	seen     map[types.Type]bool
	bound    map[*types.TypeName]bool // types that hold a tenant.Batch
	asked    []string                 // callables that take a ctx
	findings []string
}

func surfaceOf(pkg *types.Package, tenant types.Type) *surface {
	s := &surface{tenant: tenant, pkg: pkg, seen: make(map[types.Type]bool), bound: make(map[*types.TypeName]bool)}
	s.findBound()
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.TypeName:
			s.methods("(*"+name+")", obj.Type())
			s.fields(name, obj.Type())
		case *types.Func:
			s.callable(name, obj.Signature())
		case *types.Var:
			s.value(name, obj.Type())
		case *types.Const:
		default:
			s.find(name, "is a %T, which this test does not know", obj)
		}
	}
	slices.Sort(s.asked)
	return s
}

func (s *surface) find(where, format string, args ...any) {
	s.findings = append(s.findings, where+": "+fmt.Sprintf(format, args...))
}

// findBound finds the types that hold a tenant.Batch, in a field of their own or
// of a type that does.
func (s *surface) findBound() {
	for found := true; found; {
		found = false
		for _, name := range s.pkg.Scope().Names() {
			obj, ok := s.pkg.Scope().Lookup(name).(*types.TypeName)
			if !ok || s.bound[obj] {
				continue
			}
			under, ok := obj.Type().Underlying().(*types.Struct)
			if !ok {
				continue
			}
			for field := range under.Fields() {
				if of := named(field.Type()); of != nil && (isBatch(of) || s.bound[of.Obj()]) {
					s.bound[obj], found = true, true
				}
			}
		}
	}
}

// named returns the named type of a value or of what it points to, or nil.
func named(typ types.Type) *types.Named {
	if pointer, ok := types.Unalias(typ).(*types.Pointer); ok {
		typ = pointer.Elem()
	}
	of, _ := types.Unalias(typ).(*types.Named)
	return of
}

func isBatch(of *types.Named) bool {
	return of.Obj().Pkg() != nil && of.Obj().Pkg().Path() == tenantPath && of.Obj().Name() == "Batch"
}

// value looks at what a program gets into its hands under the name where.
func (s *surface) value(where string, typ types.Type) {
	if door := databaseDoor(typ); door != "" {
		s.find(where, "hands out %s", door)
		return
	}
	switch typ := types.Unalias(typ).(type) {
	case *types.Pointer:
		s.value(where, typ.Elem())
	case *types.Slice:
		s.value(where, typ.Elem())
	case *types.Array:
		s.value(where, typ.Elem())
	case *types.Chan:
		s.value(where, typ.Elem())
	case *types.Map:
		s.value(where, typ.Key())
		s.value(where, typ.Elem())
	case *types.Signature:
		s.callable(where, typ)
	case *types.Struct:
		s.fields(where, typ)
	case *types.Interface:
		s.methods(where, typ)
	case *types.Named:
		if s.bound[typ.Obj()] {
			s.find(where, "hands out %s, which is one tenant's", typ.Obj().Name())
			return
		}
		if typ.Obj().Pkg() != s.pkg || typ.Obj().Exported() || s.seen[typ] {
			return // looked at by its own name, or another package's
		}
		s.seen[typ] = true
		s.methods(where, typ)
		s.fields(where, typ)
	}
}

func (s *surface) methods(where string, typ types.Type) {
	var set *types.MethodSet
	if types.IsInterface(typ) {
		set = types.NewMethodSet(typ)
	} else {
		set = types.NewMethodSet(types.NewPointer(typ))
	}
	for selection := range set.Methods() {
		if method := selection.Obj().(*types.Func); method.Exported() {
			s.callable(where+"."+method.Name(), method.Signature())
		}
	}
}

func (s *surface) fields(where string, typ types.Type) {
	under, ok := typ.Underlying().(*types.Struct)
	if !ok {
		return
	}
	owner, _ := types.Unalias(typ).(*types.Named)
	for field := range under.Fields() {
		if !field.Exported() {
			continue
		}
		if of := named(field.Type()); owner != nil && s.bound[owner.Obj()] && of != nil && s.bound[of.Obj()] && s.isWhole(owner) {
			continue // a part of the batch that one has already
		}
		s.value(where+"."+field.Name(), field.Type())
	}
}

// isWhole reports whether a bound type has nothing but parts of a batch.
func (s *surface) isWhole(of *types.Named) bool {
	under := of.Underlying().(*types.Struct)
	for field := range under.Fields() {
		if part := named(field.Type()); part == nil || !s.bound[part.Obj()] {
			return false
		}
	}
	return true
}

func (s *surface) callable(where string, sig *types.Signature) {
	for i := range sig.Params().Len() {
		param := sig.Params().At(i).Type()
		if isContext(param) {
			s.asked = append(s.asked, where)
			switch {
			case i > 0:
				s.find(where, "context.Context is parameter %d", i+1)
			case sig.Params().Len() < 2 || !types.Identical(sig.Params().At(1).Type(), s.tenant):
				s.find(where, "takes no tenant")
			}
		}
		if callback, ok := param.Underlying().(*types.Signature); ok {
			for arg := range callback.Params().Variables() {
				if of := named(arg.Type()); of != nil && s.bound[of.Obj()] && s.asks(sig) {
					continue // a batch of the tenant that the call names
				}
				s.value(where, arg.Type()) // what the caller's function is given
			}
		}
		if of := named(param); of != nil && isBatch(of) {
			s.find(where, "takes %s.Batch", tenantPath)
		}
		if recv := sig.Recv(); recv != nil && types.Identical(param, s.tenant) {
			if of := named(recv.Type()); of != nil && s.bound[of.Obj()] {
				s.find(where, "takes a tenant beside the batch's own")
			}
		}
		if slice, ok := param.(*types.Slice); ok && types.Identical(slice.Elem(), types.NewInterfaceType(nil, nil)) {
			s.find(where, "takes arguments of any type")
		}
	}
	for result := range sig.Results().Variables() {
		s.value(where+"()", result.Type())
	}
}

// asks reports whether a function takes a ctx and then the tenant.
func (s *surface) asks(sig *types.Signature) bool {
	return sig.Params().Len() > 1 && isContext(sig.Params().At(0).Type()) && types.Identical(sig.Params().At(1).Type(), s.tenant)
}

// databaseDoor returns the name of a type through which bare SQL can be run.
func databaseDoor(typ types.Type) string {
	if pointer, ok := types.Unalias(typ).(*types.Pointer); ok {
		typ = pointer.Elem()
	}
	named, ok := types.Unalias(typ).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return ""
	}
	path, name := named.Obj().Pkg().Path(), named.Obj().Name()
	switch {
	case path == tenantPath && (name == "DB" || name == "Batch"),
		path == "github.com/jackc/pgx/v5" && token.IsExported(name) && name != "TxOptions",
		strings.HasPrefix(path, "github.com/jackc/pgx/v5/pgx"), // pgxpool
		path == "github.com/jackc/pgx/v5/pgconn" && name == "PgConn",
		path == "database/sql" && (name == "DB" || name == "Tx" || name == "Conn"):
		return path + "." + name
	}
	return ""
}

func isContext(typ types.Type) bool {
	named, ok := types.Unalias(typ).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "context" && named.Obj().Name() == "Context"
}
