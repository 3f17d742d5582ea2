package tenant

import (
	"encoding/binary"
	"hash/maphash"
	"runtime"
)

// Key is the key of one tenant: an [ID], an [Int64ID] or a [TextID], or a type
// that embeds one of them, which is how generated code tells an organization's
// key from a project's:
//
//	type OrganizationID struct{ tenant.ID }
//
// No other type satisfies it. The embedding type gets the codecs with it and
// works wherever the embedded one does. Two keys are the same tenant when they
// embed the same kind and hold the same value, whatever their types are called.
//
// The zero value of each kind is no tenant. It is refused with [ErrNoTenant]
// by every method of [DB], and again by the codecs, should it reach a statement
// as an argument.
type Key interface {
	// IsZero reports whether the key is the zero value, which is no tenant.
	IsZero() bool

	// String returns the key as the constructor of its kind reads it, and ""
	// for the zero value.
	String() string

	// identity seals the interface. Embedding hands it on, and since no other
	// package can name it, none can shadow it with another answer.
	identity() identity

	// given is the opposite of IsZero, which an embedding type may shadow.
	given() bool
}

type kind uint8

const (
	kindNone kind = iota
	kindID
	kindInt64ID
	kindTextID
)

// identity is what a key says, freed of its type: comparable, and the zero
// value for no tenant.
type identity struct {
	kind   kind
	uuid   [16]byte
	number int64
	text   string
}

// hash is the same for equal identities.
func (who *identity) hash(seed maphash.Seed) uint64 {
	var h uint64
	switch who.kind {
	case kindID:
		h = binary.LittleEndian.Uint64(who.uuid[8:])
	case kindInt64ID:
		h = uint64(who.number)
	default:
		h = maphash.String(seed, who.text)
	}
	h *= 0x9e3779b97f4a7c15 // spreads neighbours
	return h ^ h>>32
}

// admit returns ErrNoTenant for a key that holds none. It is identify for those
// who ask no more.
func admit(id Key) error {
	given := false
	switch key := id.(type) {
	case nil:
	case ID: // what most programs have, and no pointer
		given = key.given()
	default:
		given = holds(id)
	}
	if !given {
		return ErrNoTenant
	}
	return nil
}

// identify returns the identity of id, or ErrNoTenant when it holds none.
func identify(id Key) (who identity, err error) {
	switch key := id.(type) {
	case nil:
	case ID:
		who = key.identity()
	default:
		who = identityOf(id)
	}
	if who.kind == kindNone {
		return identity{}, ErrNoTenant
	}
	return who, nil
}

// A key may be a pointer to one of the kinds, or embed one, and that may be nil,
// which holds no tenant.

func holds(id Key) (given bool) {
	defer passNil()
	return id.given()
}

func identityOf(id Key) (who identity) {
	defer passNil()
	return id.identity()
}

// passNil is deferred around the methods of a key, which fail for no other reason.
func passNil() {
	switch failed := recover().(type) {
	case nil, runtime.Error:
	default:
		panic(failed)
	}
}
