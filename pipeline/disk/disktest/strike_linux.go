// Package disktest kills processes at chosen moments and looks at what they
// did to the disk, for tests of what must survive that.
package disktest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"asylum/datasets/needs"

	"golang.org/x/sys/unix"
)

// A Call is a system call that alters files, as it was begun.
type Call struct {
	Name string // open, write, fsync, syncfs, rename, exchange, mkdir, unlink, truncate, chmod, other
	Path string // that it acts on; of a rename, the one that goes away
	To   string // of a rename
}

func (c Call) String() string { return strings.TrimSpace(c.Name + " " + c.Path + " " + c.To) }

// Strike runs a command under ptrace(2) and kills it with SIGKILL as it is about
// to make its n-th call that alters files, from 0 on; with n < 0 never. It
// gives the calls that were made before, and whether the process came to its
// end by itself, with which exit status.
//
// What is counted does not depend on the scheduling of the process's threads
// as long as one of them writes at a time.
func Strike(t testing.TB, cmd *exec.Cmd, n int) (calls []Call, ended bool, status int) {
	t.Helper()
	runtime.LockOSThread() // ptrace(2) listens to the thread that began
	defer runtime.UnlockOSThread()
	calls, ended, status, err := strike(cmd, n)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EIO) {
		needs.Absent(t, "a process cannot be traced here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return calls, ended, status
}

func strike(cmd *exec.Cmd, n int) (calls []Call, ended bool, status int, err error) {
	cmd.SysProcAttr = &unix.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, false, 0, err
	}
	leader := cmd.Process.Pid
	defer cmd.Process.Release()
	defer func() {
		if err != nil {
			unix.Kill(-leader, unix.SIGKILL)
		}
	}()
	var ws unix.WaitStatus
	if _, err := unix.Wait4(leader, &ws, unix.WALL, nil); err != nil {
		return nil, false, 0, fmt.Errorf("wait: %w", err)
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(leader, options); err != nil {
		return nil, false, 0, fmt.Errorf("ptrace options: %w", err)
	}
	if err := unix.PtraceSyscall(leader, 0); err != nil {
		return nil, false, 0, err
	}
	for killed := false; ; {
		pid, err := unix.Wait4(-leader, &ws, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ECHILD):
			return calls, ended, status, nil
		case err != nil:
			return nil, false, 0, fmt.Errorf("wait: %w", err)
		case ws.Exited() || ws.Signaled():
			if pid == leader {
				ended, status = ws.Exited(), ws.ExitStatus()
			}
			continue
		case !ws.Stopped() || killed:
			continue
		}
		signal := 0
		switch sig := ws.StopSignal(); {
		case sig == unix.SIGTRAP|0x80:
			c, ok, err := entered(pid)
			if err != nil && !errors.Is(err, unix.ESRCH) {
				return nil, false, 0, err
			}
			if ok && len(calls) == n {
				killed = true
				if err := unix.Kill(leader, unix.SIGKILL); err != nil {
					return nil, false, 0, err
				}
				continue
			}
			if ok {
				calls = append(calls, c)
			}
		case sig == unix.SIGTRAP, sig == unix.SIGSTOP: // a new thread, or an event of the trace
		default:
			signal = int(sig)
		}
		if err := unix.PtraceSyscall(pid, signal); err != nil && !errors.Is(err, unix.ESRCH) {
			return nil, false, 0, err
		}
	}
}

// info is struct ptrace_syscall_info of <linux/ptrace.h>, at a call's entry.
type info struct {
	Op   uint8 // 1: the call is entered
	_    [3]uint8
	_    uint32
	_, _ uint64
	Nr   uint64
	Args [6]uint64
	_    [3]uint64
}

// entered gives the call that a stopped thread is entering, if it alters files.
func entered(pid int) (c Call, ok bool, err error) {
	var in info
	const getSyscallInfo = 0x420e
	if _, _, e := unix.Syscall6(unix.SYS_PTRACE, getSyscallInfo, uintptr(pid), unsafe.Sizeof(in), uintptr(unsafe.Pointer(&in)), 0, 0); e != 0 {
		return c, false, e
	}
	if in.Op != 1 {
		return c, false, nil
	}
	c, ok = altering(pid, &in)
	return c, ok, nil
}

// altering names the calls that change what is on a disk, those that Go's
// standard library makes among them by what they do.
func altering(pid int, in *info) (Call, bool) {
	a := in.Args
	fd := func(i int) string {
		name, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, a[i]))
		return name
	}
	at := func(i int) string { // a directory and a path in two arguments
		name := text(pid, a[i+1])
		if strings.HasPrefix(name, "/") {
			return name
		}
		dir, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
		if int32(a[i]) != unix.AT_FDCWD {
			dir = fd(i)
		}
		return dir + "/" + name
	}
	switch in.Nr {
	case unix.SYS_OPENAT:
		return Call{"open", at(0), ""}, a[2]&(unix.O_CREAT|unix.O_TRUNC) != 0
	case unix.SYS_WRITE, unix.SYS_PWRITE64, unix.SYS_WRITEV, unix.SYS_PWRITEV:
		return Call{"write", fd(0), ""}, strings.HasPrefix(fd(0), "/") && !strings.HasPrefix(fd(0), "/dev/")
	case unix.SYS_COPY_FILE_RANGE:
		return Call{"write", fd(2), ""}, true
	case unix.SYS_SENDFILE:
		return Call{"write", fd(0), ""}, true
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC:
		return Call{"fsync", fd(0), ""}, true
	case unix.SYS_SYNCFS:
		return Call{"syncfs", fd(0), ""}, true
	case unix.SYS_FTRUNCATE, unix.SYS_FALLOCATE:
		return Call{"truncate", fd(0), ""}, true
	case unix.SYS_FCHMOD:
		return Call{"chmod", fd(0), ""}, true
	case unix.SYS_FCHMODAT:
		return Call{"chmod", at(0), ""}, true
	case unix.SYS_MKDIRAT:
		return Call{"mkdir", at(0), ""}, true
	case unix.SYS_UNLINKAT:
		return Call{"unlink", at(0), ""}, true
	case unix.SYS_RENAMEAT:
		return Call{"rename", at(0), at(2)}, true
	case unix.SYS_RENAMEAT2:
		if a[4]&unix.RENAME_EXCHANGE != 0 {
			return Call{"exchange", at(0), at(2)}, true
		}
		return Call{"rename", at(0), at(2)}, true
	case unix.SYS_LINKAT:
		return Call{"other", at(0), at(2)}, true
	case unix.SYS_SYMLINKAT:
		return Call{"other", at(1), ""}, true
	}
	return Call{}, false
}

// text reads a string of another process.
func text(pid int, at uint64) string {
	buf := make([]byte, unix.PathMax)
	n := 0
	for n < len(buf) { // page by page: the next one may not be there
		size := min(len(buf)-n, os.Getpagesize()-int((at+uint64(n))%uint64(os.Getpagesize())))
		m, err := unix.ProcessVMReadv(pid, []unix.Iovec{{Base: &buf[n], Len: uint64(size)}}, []unix.RemoteIovec{{Base: uintptr(at) + uintptr(n), Len: size}}, 0)
		if err != nil || m <= 0 {
			break
		}
		if end := bytes.IndexByte(buf[n:n+m], 0); end >= 0 {
			return string(buf[:n+end])
		}
		n += m
	}
	return string(buf[:n])
}
