package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"asylum/pipeline/ingest"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

const export = "freq,unit,citizen,sex,age,decision,geo\\TIME_PERIOD\t2023 \n" +
	"A,PER,SY,T,TOTAL,TOTAL,FR\t60 \n" +
	"A,PER,SY,T,TOTAL,TOTAL_POS,FR\t20 p\n"

// A raw file goes into a lake with the table read from it: kept for ever, and
// once.
func ExampleCreate() {
	dir, err := os.MkdirTemp("", "lake")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	lake, err := store.Create(filepath.Join(dir, "lake"))
	if err != nil {
		panic(err)
	}
	t, err := ingest.Read(bytes.NewReader([]byte(export)), "migr_asydcfsta.tsv", ingest.Options{Vintage: "2024-06-01"})
	if err != nil {
		panic(err)
	}
	for range 2 {
		added, err := lake.Put(t, bytes.NewReader([]byte(export)), ".tsv")
		fmt.Println(added, err)
	}
	// Output:
	// true <nil>
	// false <nil>
}

// A lake lists its vintages, and gives each as a table and as the file that it
// was read from.
func ExampleOpen() {
	_, err := store.Open("no/such/lake")
	fmt.Println(errors.Is(err, store.ErrNoLake))

	dir, err := os.MkdirTemp("", "lake")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	fill(dir)
	lake, err := store.Open(dir)
	if err != nil {
		panic(err)
	}
	for _, m := range lake.Vintages() {
		t, err := lake.Load(m, table.Want{})
		if err != nil {
			panic(err)
		}
		o := t.Observation(0, 1, 0)
		fmt.Println(m.Source, m.Table, m.Vintage, t.Rows, o.Count, o.Flags)
	}
	// Output:
	// true
	// eurostat migr_asydcfsta 2024-06-01 2 20 p
}

// Every file of a lake against its sum.
func ExampleVerify() {
	dir, err := os.MkdirTemp("", "lake")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	fill(dir)
	c, err := store.Verify(dir, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(c.Files, "files,", len(c.Faults), "faults")

	raw, err := filepath.Glob(filepath.Join(dir, "raw", "*", "*", "*", "*.tsv"))
	if err != nil || os.WriteFile(raw[0], []byte("something else"), 0o666) != nil {
		panic(err)
	}
	if c, err = store.Verify(dir, nil); err != nil {
		panic(err)
	}
	fmt.Println(c.Files, "files,", len(c.Faults), "fault")
	// Output:
	// 3 files, 0 faults
	// 2 files, 1 fault
}

// fill puts the export into a lake in dir.
func fill(dir string) {
	lake, err := store.Create(dir)
	if err != nil {
		panic(err)
	}
	file := filepath.Join(dir, "migr_asydcfsta.tsv")
	if err := os.WriteFile(file, []byte(export), 0o666); err != nil {
		panic(err)
	}
	if _, err := ingest.Add(lake, file, ingest.Options{Vintage: "2024-06-01"}); err != nil {
		panic(err)
	}
	if err := os.Remove(file); err != nil {
		panic(err)
	}
}
