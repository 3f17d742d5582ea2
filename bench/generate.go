package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/tenantc/tenantc/bench/turns"
)

const (
	maxGrowth    = 1.1      // exponent of the own part from 100 to 1000 tables
	maxPeak      = 64 << 20 // bytes at 1000 tables
	maxCheck     = time.Second
	maxCheckPeak = 150 << 20 // bytes
)

// sizes are the synthetic projects and how many runs of each are measured.
// maxShare is what tenantc's own part may be of plain sqlc's time.
var sizes = []struct {
	tables   int
	runs     int
	maxShare float64
}{
	{10, 15, 0.5},
	{100, 9, 0.3},
	{1000, 3, 0.08},
}

// benchGenerate prints what tenantc adds to a run of sqlc.
func benchGenerate(r *turns.Report, t tools, work string) error {
	r.Section("Generation beside plain sqlc generate: own part = wall - child",
		"tables", "wall ms", "child ms", "own ms", "own cpu ms", "sqlc ms", "wall/sqlc", "own/sqlc", "bound", "peak MiB")
	own := make(map[int]time.Duration)
	for _, size := range sizes {
		dir := filepath.Join(work, fmt.Sprintf("tables%d", size.tables))
		if err := writeSynthetic(dir, size.tables); err != nil {
			return err
		}
		var walls, children, owns, cpus, plains []time.Duration
		var peak int64
		for n := range size.runs + 1 {
			plain, err := t.plain(dir)
			if err != nil {
				return err
			}
			got, err := t.generate(dir)
			if err != nil {
				return err
			}
			if n == 0 && size.runs > 3 {
				continue // files come into the cache
			}
			walls, children = append(walls, got.wall), append(children, got.child)
			owns, cpus, plains = append(owns, got.own()), append(cpus, got.cpu), append(plains, plain.wall)
			peak = max(peak, got.peak)
		}
		own[size.tables] = turns.Median(owns)
		share := float64(turns.Median(owns)) / float64(turns.Median(plains))
		r.Row(share <= size.maxShare && (size.tables < 1000 || peak <= maxPeak),
			fmt.Sprint(size.tables), ms(turns.Median(walls)), ms(turns.Median(children)), ms(turns.Median(owns)), ms(turns.Median(cpus)),
			ms(turns.Median(plains)), fmt.Sprintf("%.2f", float64(turns.Median(walls))/float64(turns.Median(plains))), fmt.Sprintf("%.3f", share), fmt.Sprintf("≤ %.2f", size.maxShare), mib(peak))
	}
	growth := math.Log10(float64(own[1000]) / float64(own[100]))
	r.Section("Growth of the own part from 100 to 1000 tables", "exponent", "bound")
	r.Row(growth <= maxGrowth, fmt.Sprintf("%.2f", growth), fmt.Sprintf("≤ %.1f", maxGrowth))
	r.Note("own: work that is done while sqlc runs costs nobody time and is not in it, but in own cpu")
	r.Note("own peak memory is VmHWM of tenantc's process, bound at 1000 tables ≤ %s MiB", mib(maxPeak))
	return nil
}

// benchCheck prints what it takes to prove two thousand statements of every
// shape.
func benchCheck(r *turns.Report, t tools, work string) error {
	dir := filepath.Join(work, "check")
	if err := writeVaried(dir, variedTables, variedQueries); err != nil {
		return err
	}
	var walls []time.Duration
	var peak int64
	for range 9 {
		got, err := runIn(dir, t.tenantc, "check", "-q")
		if err != nil {
			return err
		}
		walls = append(walls, got.wall)
		peak = max(peak, got.peak)
	}
	wall := turns.Median(walls)
	r.Section("tenantc check, the whole process", "statements", "tables", "wall ms", "bound ms", "peak MiB", "bound MiB")
	r.Row(wall <= maxCheck && peak <= maxCheckPeak, fmt.Sprint(variedQueries), fmt.Sprint(variedTables),
		ms(wall), "≤ "+ms(maxCheck), mib(peak), "≤ "+mib(maxCheckPeak))
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%.0f", float64(d)/float64(time.Millisecond)) }

func mib(bytes int64) string {
	if bytes == 0 {
		return "?"
	}
	return fmt.Sprintf("%.0f", float64(bytes)/(1<<20))
}

// workFolder makes the folder that holds the synthetic projects.
func workFolder() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "tenantc-bench-")
	return dir, func() { os.RemoveAll(dir) }, err
}
