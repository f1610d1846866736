package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// writeLog makes a log with the server's own code. $LP_WRITE_LOG names the program where the build
// is not the release preset's.
func writeLog(t *testing.T, size int, fork ...int) (folder, vkey string) {
	t.Helper()
	program := os.Getenv("LP_WRITE_LOG")
	if program == "" {
		program = "../../../build/release/tests/conformance/sumdb/writer/write_log"
	}
	folder = t.TempDir()
	arguments := []string{folder, strconv.Itoa(size)}
	for _, index := range fork {
		arguments = append(arguments, strconv.Itoa(index))
	}
	if output, err := exec.Command(program, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, output)
	}
	key, err := os.ReadFile(filepath.Join(folder, "vkey"))
	if err != nil {
		t.Fatal(err)
	}
	return folder, strings.TrimSpace(string(key))
}

func mustAccept(t *testing.T, location, vkey, token, older string) string {
	t.Helper()
	summary, err := run(location, vkey, token, older)
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return summary
}

func mustRefuse(t *testing.T, location, vkey, token, older, reason string) {
	t.Helper()
	summary, err := run(location, vkey, token, older)
	if err == nil {
		t.Fatalf("accepted: %s", summary)
	}
	if !strings.Contains(err.Error(), reason) {
		t.Fatalf("refused with %q, want %q", err, reason)
	}
}

func rewrite(t *testing.T, folder, path string, change func([]byte) []byte) {
	t.Helper()
	file := filepath.Join(folder, path)
	bytes, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, change(bytes), 0o600); err != nil {
		t.Fatal(err)
	}
}

func flipBit(at int) func([]byte) []byte {
	return func(bytes []byte) []byte {
		bytes[at] ^= 1
		return bytes
	}
}

func TestAcceptsLogsOfEverySize(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 5, 255, 256, 257, 511, 512, 513, 1000, 65537} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			folder, vkey := writeLog(t, size)
			summary := mustAccept(t, folder, vkey, "", "")
			if !strings.Contains(summary, "size "+strconv.Itoa(size)+",") {
				t.Errorf("summary %q", summary)
			}
		})
	}
}

func TestAcceptsALogThatGrew(t *testing.T) {
	folder, vkey := writeLog(t, 700)
	for _, size := range []int{0, 1, 256, 300, 699, 700} {
		older, _ := writeLog(t, size)
		mustAccept(t, folder, vkey, "", filepath.Join(older, "checkpoint"))
	}
}

func TestRefusesARewrittenHistorySignedWithTheSameKey(t *testing.T) {
	folder, vkey := writeLog(t, 700, 298)
	older, olderKey := writeLog(t, 300)
	if vkey != olderKey {
		t.Fatal("the two logs have different keys")
	}
	mustAccept(t, folder, vkey, "", "")
	mustRefuse(t, folder, vkey, "", filepath.Join(older, "checkpoint"), "consistency of size 300")
}

func TestRefusesTwoTreesOfOneSize(t *testing.T) {
	folder, vkey := writeLog(t, 300)
	other, _ := writeLog(t, 300, 5)
	mustRefuse(t, folder, vkey, "", filepath.Join(other, "checkpoint"), "consistency of size 300")
}

func TestRefusesALogThatShrank(t *testing.T) {
	folder, vkey := writeLog(t, 300)
	older, _ := writeLog(t, 301)
	mustRefuse(t, folder, vkey, "", filepath.Join(older, "checkpoint"), "shrunk")
}

func TestRefusesAChangedByte(t *testing.T) {
	for path, reason := range map[string]string{
		"checkpoint":            "checkpoint: ",
		"tile/0/000":            "",
		"tile/0/001.p/44":       "",
		"tile/1/000.p/1":        "",
		"tile/entries/000":      "entry 0: ",
		"tile/entries/001.p/44": "entry 256: ",
	} {
		t.Run(path, func(t *testing.T) {
			folder, vkey := writeLog(t, 300)
			rewrite(t, folder, path, flipBit(3))
			mustRefuse(t, folder, vkey, "", "", reason)
		})
	}
}

func TestRefusesACheckpointOverOtherTiles(t *testing.T) {
	folder, vkey := writeLog(t, 300)
	other, _ := writeLog(t, 300, 298)
	checkpoint, err := os.ReadFile(filepath.Join(other, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, folder, "checkpoint", func([]byte) []byte { return checkpoint })
	mustRefuse(t, folder, vkey, "", "", "tree hash")
}

func TestRefusesTilesAndBundlesOfWrongLength(t *testing.T) {
	shorter := func(bytes []byte) []byte { return bytes[:len(bytes)-1] }
	longer := func(bytes []byte) []byte { return append(bytes, 0) }
	for name, test := range map[string]struct {
		path, reason string
		change       func([]byte) []byte
	}{
		"short tile":   {"tile/0/000", "want 256 hashes", shorter},
		"long tile":    {"tile/0/000", "want 256 hashes", longer},
		"short bundle": {"tile/entries/000", "ends inside entry 255", shorter},
		"long bundle":  {"tile/entries/000", "1 bytes too many", longer},
		"empty bundle": {"tile/entries/000", "ends before entry 0", func([]byte) []byte { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			folder, vkey := writeLog(t, 256)
			rewrite(t, folder, test.path, test.change)
			mustRefuse(t, folder, vkey, "", "", test.reason)
		})
	}
}

func TestRefusesAnotherKey(t *testing.T) {
	folder, vkey := writeLog(t, 3)
	const other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
	mustRefuse(t, folder, other, "", "", "checkpoint: note has no verifiable signatures")
	mustRefuse(t, folder, vkey+"A", "", "", "malformed verifier")
}

func TestRefusesWhatIsMissing(t *testing.T) {
	folder, vkey := writeLog(t, 3)
	mustRefuse(t, filepath.Join(folder, "nowhere"), vkey, "", "", "no such file")
	mustRefuse(t, filepath.Join(folder, "vkey"), vkey, "", "", "neither a directory nor a URL")
	mustRefuse(t, folder, vkey, "", filepath.Join(folder, "older"), "no such file")
	if err := os.Remove(filepath.Join(folder, "tile/entries/000.p/3")); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, folder, vkey, "", "", "no such file")
}

// serve answers like the server: media types of the specification, and only with the token.
func serve(t *testing.T, folder, checkpointType string) string {
	t.Helper()
	files := http.FileServer(http.Dir(folder))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer auditor" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		if r.URL.Path == "/log/checkpoint" {
			w.Header().Set("Content-Type", checkpointType)
		}
		http.StripPrefix("/log", files).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/log"
}

func TestReadsALogOverHTTP(t *testing.T) {
	folder, vkey := writeLog(t, 300)
	url := serve(t, folder, "text/plain; charset=utf-8")
	mustAccept(t, url, vkey, "auditor", "")
	mustAccept(t, url+"/", vkey, "auditor", "")
	mustRefuse(t, url, vkey, "", "", "401")
	mustRefuse(t, url+"/nowhere", vkey, "auditor", "", "404")
}

func TestRefusesAWrongMediaType(t *testing.T) {
	folder, vkey := writeLog(t, 3)
	mustRefuse(t, serve(t, folder, "text/html"), vkey, "auditor", "", `content type "text/html"`)
}

func TestWritesTilePathsAsTheSpecificationDoes(t *testing.T) {
	for want, tile := range map[string]tlog.Tile{
		"tile/0/000":                  {H: 8, L: 0, N: 0, W: 256},
		"tile/0/x001/x234/067":        {H: 8, L: 0, N: 1234067, W: 256},
		"tile/2/x001/000.p/17":        {H: 8, L: 2, N: 1000, W: 17},
		"tile/entries/x273/000.p/112": {H: 8, L: -1, N: 273000, W: 112},
	} {
		if got := tilePath(tile); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
