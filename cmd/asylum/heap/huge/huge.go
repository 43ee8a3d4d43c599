// Package huge has Linux back the heap by huge pages, of 2 MB instead of 4 kB.
// Every page that a program touches for the first time costs a fault, from a
// quarter of a microsecond on bare metal to ten of them on some virtual
// machines, where a question to a lake spent half its time on five thousand of
// them. Where the system has no huge pages nothing changes.
//
// It imports so little that it is initialised before most other packages: those
// fill the first pages.
package huge

import (
	"os"
	"runtime"
)

// room is how much of the heap is taken beforehand, in bytes: what a question
// to a lake of a hundred thousand series needs.
const room = 48 << 20

func init() {
	adviseFirst()
	if bulky(os.Args) {
		take()
	}
}

// bulky reports whether a command line names data, or stands where a lake is:
// whoever asks the embedded data is answered before room would pay.
func bulky(args []string) bool {
	for _, a := range args {
		if len(a) >= 6 && (a[:6] == "--lake" || a[:6] == "--from") {
			return true
		}
	}
	_, err := os.Stat("lake/manifest.json")
	return err == nil
}

// take makes the heap grow at once, advises what it grew by, and frees it for
// whatever comes: what the runtime maps later, in small steps, it would have to
// be advised of again each time. The collection is cheap as long as there is
// next to nothing on the heap.
func take() {
	advise()
	runtime.GC()
}
