package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "example.com/fancylog"

// aLog grows in memory and signs with Go's own note package.
type aLog struct {
	signer note.Signer
	vkey   string
	hashes []tlog.Hash
	size   int64
}

func newLog(t *testing.T) *aLog {
	t.Helper()
	skey, vkey, err := note.GenerateKey(nil, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return &aLog{signer: signer, vkey: vkey}
}

func (l *aLog) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, l.hashes[index])
		}
		return found, nil
	})
}

func (l *aLog) grow(t *testing.T, size int64) {
	t.Helper()
	for ; l.size < size; l.size++ {
		hashes, err := tlog.StoredHashes(l.size, fmt.Appendf(nil, "leaf %d", l.size), l.reader())
		if err != nil {
			t.Fatal(err)
		}
		l.hashes = append(l.hashes, hashes...)
	}
}

func (l *aLog) checkpoint(t *testing.T, size int64, extension string) string {
	t.Helper()
	root, err := tlog.TreeHash(size, l.reader())
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf("%s\n%d\n%s\n%s", origin, size, root, extension)
	signed, err := note.Sign(&note.Note{Text: body}, l.signer)
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// submission is the body of a request from oldSize to size.
func (l *aLog) submission(t *testing.T, oldSize, size int64, extension string) string {
	t.Helper()
	l.grow(t, size)
	body := fmt.Sprintf("old %d\n", oldSize)
	if oldSize > 0 && oldSize < size {
		proof, err := tlog.ProveTree(size, oldSize, l.reader())
		if err != nil {
			t.Fatal(err)
		}
		for _, hash := range proof {
			body += hash.String() + "\n"
		}
	}
	return body + "\n" + l.checkpoint(t, size, extension)
}

// ourWitness starts `letsping witness` for a log; its URL and the verifier of its key.
func ourWitness(t *testing.T, log *aLog) (string, note.Verifier) {
	t.Helper()
	folder := t.TempDir()
	key := filepath.Join(folder, "witness.key")
	vkey := output(t, letsping(t), "witness", "--init", "--key", key, "--name", "witness.example/w")
	verifier, err := torchwood.NewCosignatureVerifier(strings.TrimSpace(vkey))
	if err != nil {
		t.Fatal(err)
	}
	url := start(t, "listening ", letsping(t), "witness", "--key", key, "--listen", "127.0.0.1:0",
		"--state", filepath.Join(folder, "state"), "--origin", origin+"="+log.vkey)
	return url, verifier
}

func post(t *testing.T, url, body string) (*http.Response, string) {
	t.Helper()
	response, err := http.Post(url+"/add-checkpoint", "", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(answer)
}

func TestOurWitnessCosignsWhatTorchwoodVerifies(t *testing.T) {
	log := newLog(t)
	url, verifier := ourWitness(t, log)
	oldSize := int64(0)
	for _, size := range []int64{0, 1, 1, 2, 5, 300, 300, 1000} {
		body := log.submission(t, oldSize, size, "")
		response, lines := post(t, url, body)
		if response.StatusCode != 200 {
			t.Fatalf("%d to %d: %s: %s", oldSize, size, response.Status, lines)
		}
		signed := log.checkpoint(t, size, "") + lines
		opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
		if err != nil {
			t.Fatal(err)
		}
		at, err := torchwood.CosignatureTimestamp(opened.Sigs[0])
		if err != nil {
			t.Fatal(err)
		}
		if age := time.Now().Unix() - at; age < 0 || age > 60 {
			t.Errorf("cosigned %d s ago", age)
		}
		oldSize = size
	}
}

func TestOurWitnessCosignsExtensionLines(t *testing.T) {
	log := newLog(t)
	url, verifier := ourWitness(t, log)
	response, lines := post(t, url, log.submission(t, 0, 3, "an extension\n"))
	if response.StatusCode != 200 {
		t.Fatal(response.Status)
	}
	signed := log.checkpoint(t, 3, "an extension\n") + lines
	if _, err := note.Open([]byte(signed), note.VerifierList(verifier)); err != nil {
		t.Fatal(err)
	}
}

func TestOurWitnessRefusesAsTheSpecificationSays(t *testing.T) {
	log, stranger := newLog(t), newLog(t)
	url, _ := ourWitness(t, log)
	must := func(want int, body string) {
		t.Helper()
		if response, answer := post(t, url, body); response.StatusCode != want {
			t.Errorf("%s (%q), want %d", response.Status, answer, want)
		}
	}
	must(200, log.submission(t, 0, 5, ""))
	must(400, "old 5\n")
	must(400, log.submission(t, 7, 6, ""))
	must(403, stranger.submission(t, 0, 5, ""))
	must(404, strings.ReplaceAll(log.submission(t, 5, 7, ""), origin, "example.com/other"))
	must(422, strings.Replace(log.submission(t, 5, 7, ""), "\n", "\n"+tlog.Hash{}.String()+"\n", 1))

	response, size := post(t, url, log.submission(t, 3, 7, ""))
	if response.StatusCode != 409 || size != "5\n" ||
		response.Header.Get("Content-Type") != "text/x.tlog.size" {
		t.Errorf("%s, %q, %q", response.Status, size, response.Header.Get("Content-Type"))
	}

	served, err := http.Get(fmt.Sprintf("%s/%x/checkpoint", url, sha256.Sum256([]byte(origin))))
	if err != nil {
		t.Fatal(err)
	}
	defer served.Body.Close()
	newest, err := io.ReadAll(served.Body)
	if err != nil || !strings.HasPrefix(string(newest), log.checkpoint(t, 5, "")) {
		t.Errorf("%v: %q", err, newest)
	}
}

// example is a block of the document of our log format.
func example(t *testing.T, name string) string {
	t.Helper()
	document, err := os.ReadFile("../../../spec/log-format.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```example " + name + "\n(.*?)```").FindSubmatch(document)
	if block == nil {
		t.Fatalf("no example %s", name)
	}
	return string(block[1])
}

func TestTorchwoodVerifiesTheOfflineProofOfTheDocument(t *testing.T) {
	text := "log " + example(t, "log-vkey") + example(t, "witness-policy")
	policy, err := torchwood.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	leaf := tlog.RecordHash([]byte(strings.TrimSuffix(example(t, "leaf"), "\n")))
	proof := []byte(example(t, "tlog-proof"))
	if err := torchwood.VerifyProof(policy, leaf, proof); err != nil {
		t.Fatal(err)
	}
	other := tlog.RecordHash([]byte(base64.StdEncoding.EncodeToString(leaf[:])))
	if err := torchwood.VerifyProof(policy, other, proof); err == nil {
		t.Fatal("verified for another leaf")
	}
}
