package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"filippo.io/torchwood"
)

// built is a program of torchwood.
func built(t *testing.T, folder, name string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	build := exec.Command("go", "build", "-o", path, "filippo.io/torchwood/cmd/"+name)
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return path
}

// agent starts an ssh-agent with a new Ed25519 key; its socket and the key's fingerprint.
func agent(t *testing.T, folder string) (socket, fingerprint string) {
	t.Helper()
	if _, err := exec.LookPath("ssh-agent"); err != nil {
		t.Skip("there is no ssh-agent")
	}
	socket, key := filepath.Join(folder, "agent.sock"), filepath.Join(folder, "key")
	output(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
	run := exec.Command("ssh-agent", "-D", "-a", socket)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		run.Process.Signal(syscall.SIGTERM)
		run.Wait()
	})
	eventually(t, func() error {
		_, err := os.Stat(socket)
		return err
	})
	add := exec.Command("ssh-add", "-q", key)
	add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
	if said, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return socket, strings.Fields(output(t, "ssh-keygen", "-l", "-f", key))[1]
}

// freeAddress is one of loopback that nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// litewitness starts one that knows these logs; its URL and its vkey.
func litewitness(t *testing.T, vkeys []string) (url, vkey string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "lw") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	socket, fingerprint := agent(t, folder)
	database := filepath.Join(folder, "db")
	address := freeAddress(t)
	run := exec.Command(built(t, folder, "litewitness"), "-db", database, "-name",
		"witness.example/lite", "-key", fingerprint, "-ssh-agent", socket, "-listen", address)
	run.Stderr = os.Stderr
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		run.Process.Signal(syscall.SIGINT)
		run.Wait()
	})
	url = "http://" + address
	eventually(t, func() error { return responding(url) })
	for _, key := range vkeys {
		introduce(t, database, key)
	}
	return url, vkeyShownBy(t, url)
}

// introduce tells litewitness of a log, as its witnessctl does. That program needs a module that
// not every proxy hands out.
func introduce(t *testing.T, database, vkey string) {
	t.Helper()
	empty := sha256.Sum256(nil)
	origin := vkey[:strings.Index(vkey, "+")]
	output(t, "sqlite3", database, fmt.Sprintf(
		"PRAGMA busy_timeout=5000; INSERT INTO log VALUES ('%s', 0, '%s'); INSERT INTO key VALUES ('%s', '%s')",
		origin, base64.StdEncoding.EncodeToString(empty[:]), origin, vkey))
}

func vkeyShownBy(t *testing.T, url string) string {
	t.Helper()
	page := fetched(t, url, "")
	found := regexp.MustCompile(`witness\.example/lite\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+`).FindString(
		strings.ReplaceAll(page, "&#43;", "+"))
	if found == "" {
		t.Fatalf("no vkey in %q", page)
	}
	return found
}

func fetched(t *testing.T, url, token string) string {
	t.Helper()
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestLitewitnessCosignsOurLogs(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	output(t, letsping(t), "init", "--test", "--data", data)
	var trust struct {
		Origin   string   `json:"origin"`
		LogVkeys []string `json:"log_vkeys"`
		Root     struct {
			LogVkeys []string `json:"log_vkeys"`
		} `json:"root"`
	}
	exported := output(t, letsping(t), "trust", "export", "--data", data)
	if err := json.Unmarshal([]byte(exported), &trust); err != nil {
		t.Fatal(err)
	}
	var auditor struct {
		Key string `json:"key"`
	}
	made := output(t, letsping(t), "key", "create", "--role", "auditor", "--data", data, "--json")
	if err := json.Unmarshal([]byte(made), &auditor); err != nil {
		t.Fatal(err)
	}

	witness, vkey := litewitness(t, []string{trust.LogVkeys[0], trust.Root.LogVkeys[0]})
	quorum := fmt.Sprintf("witness lite %s %s\nquorum lite\n", vkey, witness)
	policyFile := filepath.Join(folder, "policy")
	if err := os.WriteFile(policyFile, []byte(quorum), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LETSPING_WITNESS__POLICY", policyFile)
	url := start(t, "listening ", letsping(t), "serve", "--data", data, "--listen", "127.0.0.1:0")

	_, project, _ := strings.Cut(trust.Origin, "/p/")
	for path, key := range map[string]string{"root": trust.Root.LogVkeys[0], project: trust.LogVkeys[0]} {
		policy, err := torchwood.ParsePolicy([]byte("log " + key + "\n" + quorum))
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error {
			signed := fetched(t, url+"/log/"+path+"/checkpoint", auditor.Key)
			_, _, err := torchwood.VerifyCheckpoint([]byte(signed), policy)
			return err
		})
	}
}
