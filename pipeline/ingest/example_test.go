package ingest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
)

// The data that comes with asylum answers without a lake.
func ExampleOpenEmbedded() {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	for _, m := range data.Vintages() {
		fmt.Println(m.Source, m.Table, m.Vintage)
	}
	// Output:
	// aida statistics 2026-03-18
	// eurostat demo_gind 2025-03-27
	// eurostat migr_asyappctza 2023-04-30
	// eurostat migr_asyappctza 2024-01-18
	// eurostat migr_asydcfsta 2017-04-26
	// eurostat migr_asydcfstq 2023-06-26
	// unhcr asylum_applications 2025-12-01
	// unhcr asylum_decisions 2025-12-01
}

// Where there is no lake, the embedded data answers; the two never mix.
func ExampleOpen() {
	data, err := ingest.Open("no/such/lake")
	if err != nil {
		panic(err)
	}
	_, embedded := data.(*ingest.Embedded)
	fmt.Println(embedded)
	// Output: true
}

// What a file is, is told by its content.
func ExampleRead() {
	in := strings.NewReader(`DATAFLOW,LAST UPDATE,freq,unit,citizen,sex,age,decision,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG
ESTAT:MIGR_ASYDCFSTA(1.0),03/06/21 11:00:00,A,PER,SY,T,TOTAL,TOTAL,FR,2019,60,
ESTAT:MIGR_ASYDCFSTA(1.0),03/06/21 11:00:00,A,PER,SY,T,TOTAL,TOTAL_POS,FR,2019,20,p
`)
	t, err := ingest.Read(in, "download.csv", ingest.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(t.Source, t.Table, t.Vintage, t.Format, t.Rows)
	// Output: eurostat migr_asydcfsta 2021-06-03 sdmx-csv 2
}

// A bad cell is named by line and column, with what was wanted.
func ExampleRead_refused() {
	in := strings.NewReader("freq,unit,citizen,sex,age,decision,geo\\TIME_PERIOD\t2023 \nA,PER,SY,T,TOTAL,TOTAL,FR\t12O b\n")
	_, err := ingest.Read(in, "migr_asydcfsta.tsv", ingest.Options{Vintage: "2024-06-01"})
	fmt.Println(err)
	// Output:
	// migr_asydcfsta.tsv:2:27: got "12O b", want a count, then optional flags, such as "120 bp"
	// 	hint: correct the export, or use ":" if there is no value
}

// Raw files can be asked without a lake.
func ExampleOpenFiles() {
	dir, err := os.MkdirTemp("", "raw")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	data, err := ingest.OpenFiles([]string{export(dir)}, ingest.Options{})
	if err != nil {
		panic(err)
	}
	set, err := rate.Definitions("")
	if err != nil {
		panic(err)
	}
	d, err := set.Named("eurostat_first_instance")
	if err != nil {
		panic(err)
	}
	results, err := rate.Evaluate(d, data, rate.Query{Citizen: []string{"SY"}, Geo: []string{"FR"}, Periods: []obs.Period{"2023"}})
	if err != nil {
		panic(err)
	}
	fmt.Println(&results[0])
	// Output: eurostat_first_instance SY FR 2023: 20/60 = 33.3 % (29.0-38.0)
}

// An export goes into a lake whole or not at all.
func ExampleAdd() {
	dir, err := os.MkdirTemp("", "lake")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	lake, err := store.Create(filepath.Join(dir, "lake"))
	if err != nil {
		panic(err)
	}
	got, err := ingest.Add(lake, export(dir), ingest.Options{Vintage: "2024-06-01"})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Source, got.Table, got.Vintage, got.Rows, got.New)
	// Output: eurostat migr_asydcfsta 2024-06-01 2 true
}

// export writes a small bulk file.
func export(dir string) string {
	file := filepath.Join(dir, "migr_asydcfsta.tsv")
	text := "freq,unit,citizen,sex,age,decision,geo\\TIME_PERIOD\t2023 \nA,PER,SY,T,TOTAL,TOTAL,FR\t60 \nA,PER,SY,T,TOTAL,TOTAL_POS,FR\t20 \n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		panic(err)
	}
	return file
}
