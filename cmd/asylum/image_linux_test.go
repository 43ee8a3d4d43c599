package main

import (
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"asylum/datasets/needs"

	"golang.org/x/sys/unix"
)

// An image is a directory with what the last stage of the Containerfile holds.
type image struct {
	testing.TB
	root, dir string
	entry     []string
	user      *syscall.Credential
}

// built makes the image without a registry: asylum is compiled here, by the flags
// that the Containerfile has, and the certificates are this machine's.
func built(t *testing.T) *image {
	t.Helper()
	first, last, ok := strings.Cut(readFile(t, "../Containerfile"), "\nFROM scratch\n")
	if !ok {
		t.Fatal("the Containerfile has no last stage from scratch")
	}
	one := func(of, re string) string {
		m := regexp.MustCompile(`(?m)^` + re + `$`).FindStringSubmatch(of)
		if m == nil {
			t.Fatalf("the Containerfile has no line %s", re)
		}
		return m[1]
	}
	number := func(s string) uint32 {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		return uint32(n)
	}
	uid, gid, _ := strings.Cut(one(last, `USER (\S+)`), ":")
	im := &image{t, t.TempDir(), one(last, `WORKDIR (\S+)`), nil, &syscall.Credential{Uid: number(uid), Gid: number(gid)}}
	if err := json.Unmarshal([]byte(one(last, `ENTRYPOINT (.*)`)), &im.entry); err != nil {
		t.Fatal(err)
	}
	dirs := strings.Fields(one(first, `RUN mkdir -p (.*)`))
	flags := strings.Fields(strings.ReplaceAll(one(first, `RUN CGO_ENABLED=0 go build (.*) -o /out/asylum ./cmd/asylum`), "'", `"`))
	for _, m := range regexp.MustCompile(`(?m)^COPY --from=build (?:--chown=(\S+) )?(\S+) (\S+)$`).FindAllStringSubmatch(last, -1) {
		owner, from, to := m[1], m[2], filepath.Join(im.root, m[3])
		err := os.MkdirAll(filepath.Dir(to), 0o755)
		switch {
		case err != nil:
		case slices.Contains(dirs, from):
			err = os.Mkdir(to, 0o755)
		case from == "/out/asylum":
			im.compile(to, flags)
		default: // of the image that Go comes in; without it nothing can be fetched but from here
			data, _ := os.ReadFile(from)
			err = os.WriteFile(to, data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		if uid, gid, ok := strings.Cut(owner, ":"); ok {
			if err := os.Chown(to, int(number(uid)), int(number(gid))); err != nil {
				t.Fatal(err)
			}
		}
	}
	im.mount()
	return im
}

// compile builds asylum without -trimpath, which would compile all of it anew.
func (im *image) compile(to string, flags []string) {
	im.Helper()
	if !slices.Contains(flags, "-trimpath") || !slices.Contains(flags, "-buildvcs=false") {
		im.Errorf("the Containerfile builds with %q", flags)
	}
	cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", to, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		im.Fatalf("%v\n%s", err, out)
	}
}

// mount puts there what every runtime of containers does.
func (im *image) mount() {
	im.Helper()
	proc := filepath.Join(im.root, "proc")
	if err := os.Mkdir(proc, 0o555); err != nil {
		im.Fatal(err)
	}
	if err := unix.Mount("proc", proc, "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC|unix.MS_RDONLY, ""); err != nil {
		needs.Absent(im, "a container wants root: %v", err)
	}
	im.Cleanup(func() {
		if err := unix.Unmount(proc, unix.MNT_DETACH); err != nil {
			im.Errorf("%s: %v", proc, err)
		}
	})
}

// does runs a command in the image, as its user.
func (im *image) does(want int, env []string, args ...string) string {
	im.Helper()
	all := append(slices.Clone(im.entry), args...)
	cmd := &exec.Cmd{Path: all[0], Args: all, Dir: im.dir, Env: append([]string{"PATH=/usr/bin:/bin", "HOME=/"}, env...), SysProcAttr: &syscall.SysProcAttr{Chroot: im.root, Credential: im.user}}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		im.Fatalf("asylum %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// With nothing around it but what the image holds, and as nobody, asylum fetches,
// runs, and verifies; it writes to its volumes alone.
func TestImage(t *testing.T) {
	if os.Getuid() != 0 {
		needs.Absent(t, "a container wants root")
	}
	im := built(t)
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"page":1,"maxPages":1,"total":{},"items":[{"year":2023,"coo_name":"Russian Federation","coo":"RUS","coo_iso":"RUS","coa_name":"Croatia","coa":"HRV","coa_iso":"HRV","procedure_type":"G","dec_level":"FI","dec_pc":"P","dec_recognized":60,"dec_other":"30","dec_rejected":10,"dec_closed":"-","dec_total":100}]}`)
	}))
	defer served.Close()
	write(t, filepath.Join(im.root, im.dir, "asylum.yaml"), small+"fetch: [asylum_decisions]\n")
	before := owned(t, im)
	said := im.does(exitIO, []string{"ASYLUM_UNHCR_URL=" + served.URL, "NO_PROXY=*", "TMPDIR=/nowhere"}, "fetch", "asylum_decisions")
	if !strings.Contains(said, "asylum: no place for a download: stat /nowhere: no such file or directory\n\thint: TMPDIR names ") {
		t.Errorf("without a place for downloads it says\n%s", said)
	}
	said = im.does(exitDone, []string{"ASYLUM_UNHCR_URL=" + served.URL, "NO_PROXY=*"}, "run", "--out", "/site/out", "-c", "asylum.yaml")
	if !strings.Contains(said, "asylum_decisions: added as unhcr ") || !strings.Contains(said, "\nthe site is at /site/out/index.html\n") {
		t.Errorf("it says\n%s", said)
	}
	for _, dir := range []string{"/lake", "/site/out"} {
		im.does(exitDone, nil, "verify", dir)
	}
	said = im.does(exitDone, nil, "run", "--offline", "--out", "/site/out", "-c", "asylum.yaml")
	if !strings.HasPrefix(said, "nothing is new: ") {
		t.Errorf("again, it says\n%s", said)
	}
	for name, uid := range owned(t, im) {
		if was, ok := before[name]; ok && was == uid {
			continue
		}
		if top := strings.Split(name, "/")[0]; uid != im.user.Uid || top != "lake" && top != "site" {
			t.Errorf("%s is there, of %d", name, uid)
		}
	}
}

// owned are the files of an image, with the users that they belong to.
func owned(t *testing.T, im *image) map[string]uint32 {
	t.Helper()
	out := map[string]uint32{}
	err := fs.WalkDir(os.DirFS(im.root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == "proc" {
			return fs.SkipDir
		}
		info, err := d.Info()
		if err == nil {
			out[name] = info.Sys().(*syscall.Stat_t).Uid
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
