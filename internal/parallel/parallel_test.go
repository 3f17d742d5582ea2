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
