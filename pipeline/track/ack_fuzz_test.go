package track_test

import (
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/pipeline/track"
	"github.com/clearsweep/clearsweep/writers"
)

// Whatever an agency sends is an acknowledgement of what was sent to it, or an error that quotes
// nothing of it but what is written as names of agencies are.
func FuzzAcks(f *testing.F) {
	const head = "batch,agency,milestone,on,rows,hash_total,sequence,reason\n"
	const ours = head + "already_applied" // words that errors may have
	f.Add(head + "batch-000001,court-us-ca-kern,applied,2026-03-20,10,7,,\nbatch-000001,court-us-ca-kern,,,,,3,no_such_case\n")
	f.Add(head + "batch-000001,court-us-ca-kern,received,2026-03-20,10,7,,\n")
	f.Add(head + "batch-000001,\"court\nus\",applied,2026-13-40,x,-7,9999999999,\xff\n")
	l := ledgerOf(f)
	f.Fuzz(func(t *testing.T, source string) {
		acks, err := track.ParseAcks("ack.csv", []byte(source), l.History)
		if err != nil {
			for word := range strings.FieldsFuncSeq(source, func(r rune) bool { return strings.ContainsRune(",\n\r\" ", r) }) {
				if len(word) > 12 && strings.Contains(err.Error(), word) && writers.CheckAgency(word) != nil && !strings.Contains(ours, word) {
					t.Errorf("the error %q quotes %q", err, word)
				}
			}
			return
		}
		for _, a := range acks {
			if a.Batch != "batch-000001" || a.Agency != court || a.Rows != 10 || a.On < "2026-03-02" || a.Applied() < 0 || a.Applied() > 10 {
				t.Errorf("taken for an acknowledgement: %+v", a)
			}
		}
	})
}
