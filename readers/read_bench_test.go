package readers_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/readers"
)

const benchRows = 50_000

// synthetic is an invented extract in one of the layouts that ship.
func synthetic(layout string, rows int) []byte {
	var b bytes.Buffer
	switch layout {
	case "us-ca/doj-extract":
		for i := range rows {
			b.Write(dojRow(i))
		}
	case "generic/charges":
		b.WriteString("person_id,birth_date,case_id,charge_id,county,court,agency,statute,description,degree,severity," +
			"disposition,disposition_date,offense_date,arrest_date,sentence,challenge_date,record\n")
		for i := range rows {
			fmt.Fprintf(&b, "P%08d,19%02d-03-14,C%07d,C%07d-%d,EXAMPLE,COURT 1,PD 7,11357(a) HS,\"POSSESS, MARIJUANA\",M,misdemeanor,"+
				"GUILTY PLEA,2001-02-03,2000-12-31,2001-01-01,completed,,charge\n", i/3, i%90+10, i/2, i/2, i%2)
		}
	case "generic/charges-fixed":
		fmt.Fprintf(&b, "H%-308s\n", "EXAMPLE COUNTY")
		for i := range rows {
			fmt.Fprintf(&b, "DP%015d19%02d0314C%019dC%021d-%d%-20s%-12s%-12s%-40s%-60s%-4s%-12s%-30s%s%s%s%-10s%-8s%-10s\n",
				i/3, i%90+10, i/2, i/2, i%2, "EXAMPLE", "COURT 1", "PD 7", "11357(a) HS", "POSSESS MARIJUANA", "M", "misdemeanor",
				"GUILTY PLEA", "20010203", "20001231", "20010101", "completed", "", "charge")
		}
		fmt.Fprintf(&b, "T%012d\n", rows)
	}
	return b.Bytes()
}

// dojRow is an invented row of the 95 columns, about as long as a real one.
func dojRow(i int) []byte {
	f := make([]string, 95)
	for c := range f {
		f[c] = "x"
	}
	f[2], f[12], f[14] = fmt.Sprintf("%08d", 10000001+i/3), `"DOE,JANE Q"`, "19700314"
	f[40], f[42], f[46], f[48] = "19990504", "COURT ACTION", "CASC EXAMPLE", "EXAMPLE"
	f[50], f[54], f[55] = fmt.Sprintf("1010%02d001000", i%90+10), "11358 HS-CULTIVATE CANNABIS", "F"
	f[80], f[82], f[94] = "CONVICTED-PROBATION", "FELONY", "#"
	for _, c := range []int{7, 20, 31, 33, 44, 60, 70, 75} {
		f[c] = `"              "`
	}
	return []byte(strings.Join(f, ",") + "\r\n")
}

func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"us-ca/doj-extract", "generic/charges", "generic/charges-fixed"} {
		b.Run(name, func(b *testing.B) {
			benchmarkRead(b, load(b, name), synthetic(name, benchRows))
		})
	}
}

func benchmarkRead(b *testing.B, l *readers.Layout, source []byte) {
	ctx := context.Background()
	survey, err := l.Survey(ctx, "bench", bytes.NewReader(source), 1<<30)
	if err != nil {
		b.Fatal(err)
	}
	rng := survey.Ranges[0]
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	rows := int64(0)
	for b.Loop() {
		for batch, err := range l.Read(ctx, 0, survey, rng, bytes.NewReader(source[rng.Offset:]), readers.Reading{MaxRows: 16384}) {
			if err != nil {
				b.Fatal(err)
			}
			if len(batch.Rejects) != 0 {
				b.Fatal(batch.Rejects[0].Explain())
			}
			rows += batch.Rows.Accepted
			batch.Charges.Release()
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkSurvey(b *testing.B) {
	for _, name := range []string{"us-ca/doj-extract", "generic/charges-fixed"} {
		b.Run(name, func(b *testing.B) {
			l, source := load(b, name), synthetic(name, benchRows)
			b.SetBytes(int64(len(source)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.Survey(context.Background(), "bench", bytes.NewReader(source), 16<<20); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
