package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// letsping is the real program: $LETSPING_BIN, else the release build.
func letsping(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	binary := os.Getenv("LETSPING_BIN")
	if binary == "" {
		binary = "../../../build/release/letsping"
	}
	return exec.Command(binary, arguments...)
}

// ask runs a subcommand with --json over the data directory and returns its object.
func ask(t *testing.T, data string, arguments ...string) map[string]any {
	t.Helper()
	out, err := letsping(t, append(arguments, "--data", data, "--json")...).Output()
	if err != nil {
		t.Fatalf("letsping %v: %v", arguments, err)
	}
	var object map[string]any
	if err := json.Unmarshal(out, &object); err != nil {
		t.Fatalf("letsping %v: %v", arguments, err)
	}
	return object
}

// serveLetsping starts the server over the data directory and returns its address.
func serveLetsping(t *testing.T, data string) string {
	t.Helper()
	server := letsping(t, "serve", "--data", data, "--listen", "127.0.0.1:0")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		if err := server.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(strings.TrimPrefix(line, "listening "))
}

// The log that people's decisions stand in, read from the running server by Go's own packages while
// it grows over the edge of a tile.
func TestReadsTheLogOfTheServer(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	ask(t, data, "init", "--test")
	address := serveLetsping(t, data)
	auditor := ask(t, data, "key", "create", "--role", "auditor")["key"].(string)
	head := ask(t, data, "log", "checkpoint")
	origin, vkey := head["origin"].(string), head["vkey"].(string)
	location := address + "/log/" + origin[strings.LastIndex(origin, "/")+1:]

	older := filepath.Join(t.TempDir(), "older")
	if err := os.WriteFile(older, []byte(head["checkpoint"].(string)), 0o600); err != nil {
		t.Fatal(err)
	}
	mustAccept(t, location, vkey, auditor, "")
	for i := 0; i < 260; i++ {
		ask(t, data, "key", "create", "--role", "agent")
	}
	mustAccept(t, location, vkey, auditor, older)
	mustRefuse(t, location, vkey, "lp_auditor_nobody", older, "")
}
