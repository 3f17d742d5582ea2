//go:build !linux

package pgtest

import "syscall"

func memoryFolder() string { return "" }

func setDeathSignal(*syscall.SysProcAttr) {}
