package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A Holder is who holds a lock, and what is being made under it.
type Holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Command string    `json:"command,omitempty"`
	Pending []string  `json:"pending,omitempty"`
}

// String says who it is: process 4711 on athens, "asylum run", since 2026-09-20 03:00:05 UTC.
func (h Holder) String() string {
	if h.PID == 0 {
		return "a process that has not yet said which"
	}
	s := fmt.Sprintf("process %d", h.PID)
	if h.Host != "" {
		s += " on " + h.Host
	}
	if h.Command != "" {
		s += fmt.Sprintf(", %q", h.Command)
	}
	if !h.Since.IsZero() {
		s += ", since " + h.Since.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return s
}

// Held reports that somebody else holds a lock.
type Held struct {
	What string // that is locked
	By   Holder
}

func (h *Held) Error() string {
	return fmt.Sprintf("%s is being written to by %s\n\thint: wait for it, or stop it", h.What, h.By)
}

// A Lock is held by one process at a time, and ends with it. Its file stays and
// says who held it last and died over it, if anybody.
type Lock struct {
	f     *os.File
	me    Holder
	stale *Holder
}

var errHeld = errors.New("held")

// Take takes the lock whose file is given, or gives a *Held. What names, in
// messages, the thing that is locked.
func Take(file, what string) (*Lock, error) {
	f, err := lockFile(file, what)
	if err != nil {
		return nil, err
	}
	l := &Lock{f: f}
	if last := holder(f); last.PID != 0 {
		l.stale = &last
	}
	host, _ := os.Hostname() // of use to people alone
	l.me = Holder{PID: os.Getpid(), Host: host, Since: time.Now().UTC().Truncate(time.Second), Command: command()}
	if l.stale != nil {
		l.me.Pending = l.stale.Pending // until the caller has seen to it
	}
	_ = l.say() // on a full disk the lock holds all the same, and what is deleted under it makes room
	return l, nil
}

// lockFile opens a lock's file and locks it: the one that has the name then, as
// a holder may take it away with the lock.
func lockFile(file, what string) (*os.File, error) {
	for {
		f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		if err := flock(f); err != nil {
			by := holder(f)
			f.Close()
			if errors.Is(err, errHeld) {
				return nil, &Held{what, by}
			}
			return nil, fmt.Errorf("%s cannot be locked: %w", what, err)
		}
		mine, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, err
		}
		if now, err := os.Stat(file); err == nil && os.SameFile(mine, now) {
			return f, nil
		}
		f.Close()
	}
}

// command is what this process was called as, shortened.
func command() string {
	c := strings.Join(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...), " ")
	if r := []rune(c); len(r) > 200 {
		c = string(r[:200]) + "…"
	}
	return c
}

// holder reads who a lock's file says holds it. Where it says nothing yet, or
// nothing that can be read, the zero Holder.
func holder(f *os.File) Holder {
	data := make([]byte, 1<<16)
	n, _ := f.ReadAt(data, 0)
	text := strings.TrimSpace(string(data[:n]))
	var h Holder
	if json.NewDecoder(strings.NewReader(text)).Decode(&h) != nil {
		h = Holder{}
		h.PID, _ = strconv.Atoi(text) // as versions before this one wrote it
	}
	return h
}

// say writes who holds the lock. It writes before it cuts, so that whoever
// reads meanwhile finds the one or the other.
func (l *Lock) say() error {
	data, err := json.Marshal(l.me)
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if _, err := l.f.WriteAt(data, 0); err != nil {
		return err
	}
	return l.f.Truncate(int64(len(data)))
}

// Busy gives a *Held where somebody holds the lock now, and makes nothing.
func Busy(file, what string) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return nil // nobody ever took it, or nobody may: to write will say so
	}
	defer f.Close()
	if errors.Is(flock(f), errHeld) {
		return &Held{what, holder(f)}
	}
	return nil
}

// Stale is who died holding the lock, with what was being made, or nil.
func (l *Lock) Stale() *Holder { return l.stale }

// Pending notes what is about to be made under the lock: whoever takes it after
// this process died finds it in Stale, and can take it back.
func (l *Lock) Pending(names ...string) error {
	l.me.Pending = names
	return l.say()
}

// Abandon lets the lock go as a dead process would: the next holder finds what
// was pending.
func (l *Lock) Abandon() { l.f.Close() }

// Release lets the lock go.
func (l *Lock) Release() {
	_ = l.f.Truncate(0) // what is left unsaid is only that nobody died
	l.f.Close()
}

// Remove lets the lock go and takes its file away.
func (l *Lock) Remove() {
	_ = l.f.Truncate(0)
	_ = os.Remove(l.f.Name()) // where an open file cannot be removed it stays, empty
	l.f.Close()
}

// Pending is what a lock's file says is being made, or was when its holder died.
func Pending(file string) []string {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	return holder(f).Pending
}
