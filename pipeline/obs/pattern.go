package obs

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression that is compiled when it is first used: most
// questions use none, and to compile all takes longer than to answer.
func Pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
