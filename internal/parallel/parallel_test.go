package parallel_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/tenantc/tenantc/internal/parallel"
)

func TestEach(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 100} {
		called := make([]atomic.Int32, n)
		if err := parallel.Each(n, func(i int) error { called[i].Add(1); return nil }); err != nil {
			t.Error(err)
		}
		for i := range called {
			if got := called[i].Load(); got != 1 {
				t.Errorf("of %d pieces, %d ran %d times", n, i, got)
			}
		}
	}
}

func TestEachError(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	const n = 100_000
	ran := atomic.Int32{}
	err := parallel.Each(n, func(i int) error {
		ran.Add(1)
		if i >= 3 {
			return wrong
		}
		return nil
	})
	if !errors.Is(err, wrong) {
		t.Errorf("Each = %v", err)
	}
	if got := ran.Load(); got == n {
		t.Errorf("all %d pieces ran after one failed", got)
	}
}

func TestEachPanic(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p != "a bug" {
			t.Errorf("Each panics with %v", p)
		}
	}()
	_ = parallel.Each(50, func(i int) error {
		if i == 30 {
			panic("a bug")
		}
		return nil
	})
	t.Error("Each returns")
}

func TestBehind(t *testing.T) {
	t.Parallel()
	var got []int
	b := parallel.NewBehind(2, func(i int) error { got = append(got, i); return nil })
	for i := range 100 {
		if err := b.Give(i); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := b.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 100 {
		if len(got) != 100 || got[i] != i {
			t.Fatalf("it did %v", got)
		}
	}
}

// An error reaches the giver, who does not wait for a place in vain, and nothing
// is done after it.
func TestBehindError(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	done := 0
	b := parallel.NewBehind(1, func(i int) error {
		if i == 3 {
			return wrong
		}
		done++
		return nil
	})
	var err error
	for i := 0; err == nil; i++ {
		err = b.Give(i)
	}
	if !errors.Is(err, wrong) || !errors.Is(b.Wait(), wrong) {
		t.Errorf("Give returns %v", err)
	}
	if done != 3 {
		t.Errorf("it did %d pieces, want 3", done)
	}
}

func TestBehindPanic(t *testing.T) {
	t.Parallel()
	b := parallel.NewBehind(1, func(int) error { panic("a bug") })
	defer func() {
		if p := recover(); p != "a bug" {
			t.Errorf("Wait panics with %v", p)
		}
	}()
	_ = b.Give(1)
	_ = b.Wait()
	t.Error("Wait returns")
}
