package disk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
)

// ErrDamaged reports a file that is not as it was written.
var ErrDamaged = errors.New("it is not as it was written")

// seal ends a sealed file: the SHA-256 of all bytes before it.
var seal = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`,\n "sealed": "([0-9a-f]{64})"\n}\n$`) })

// text finds a last member that is a text. No file had one before there were
// seals: it is a seal whose name or sum was changed.
var text = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"\s*}\s*$`) })

// Seal gives a struct or a map as JSON whose last member is a sum over all that
// stands before it, so that no bit of it changes unnoticed.
func Seal(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, err
	}
	body, ok := bytes.CutSuffix(data, []byte("\n}"))
	if !ok {
		return nil, fmt.Errorf("%.20s cannot be sealed: an object with members can", data)
	}
	sum := sha256.Sum256(body)
	return append(body, fmt.Sprintf(",\n \"sealed\": \"%x\"\n}\n", sum)...), nil
}

// Unseal reads what Seal wrote, or what was written before there were seals:
// such a file says nothing that v does not know.
func Unseal(data []byte, v any) (sealed bool, err error) {
	if at := seal().FindSubmatchIndex(data); at != nil {
		sum := sha256.Sum256(data[:at[0]])
		if got, want := hex.EncodeToString(sum[:]), string(data[at[2]:at[3]]); got != want {
			return true, fmt.Errorf("%w: its sha256 is %s, its seal says %s", ErrDamaged, got, want)
		}
		return true, json.Unmarshal(append(data[:at[0]:at[0]], "\n}"...), v)
	}
	if text().Match(data) {
		return false, fmt.Errorf("%w: its seal does not read as one", ErrDamaged)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return false, err
	}
	if len(bytes.TrimSpace(data[dec.InputOffset():])) > 0 {
		return false, fmt.Errorf("%w: something follows its end", ErrDamaged)
	}
	return false, nil
}
