package pgtest

import "syscall"

// memoryRoom is the free space that makes memory-backed storage worthwhile:
// a cluster takes 25 MB, each database 8. Containers often have 64 MB there.
const memoryRoom = 1 << 30

// memoryFolder returns /dev/shm when it has room, else "".
func memoryFolder() string {
	const shm = "/dev/shm"
	var fs syscall.Statfs_t
	if err := syscall.Statfs(shm, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < memoryRoom {
		return ""
	}
	return shm
}

// setDeathSignal makes the kernel shut the server down when we end. The reaper
// would do it too, a little later.
func setDeathSignal(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
