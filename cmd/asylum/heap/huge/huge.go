// Package huge has Linux back the heap by huge pages, of 2 MB instead of 4 kB.
// Every page that a program touches for the first time costs a fault, from a
// quarter of a microsecond on bare metal to ten of them on some virtual
// machines, where a question to a lake spent half its time on five thousand of
// them. Where the system has no huge pages nothing changes but addresses.
//
// It imports so little that it is initialised before most other packages: those
// fill the first pages.
package huge
