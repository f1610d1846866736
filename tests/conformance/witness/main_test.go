package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// letsping is the program under test.
func letsping(t *testing.T) string {
	t.Helper()
	program := os.Getenv("LETSPING")
	if program == "" {
		program = "../../../build/release/letsping"
	}
	path, err := filepath.Abs(program)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// output runs a program to its end.
func output(t *testing.T, program string, arguments ...string) string {
	t.Helper()
	out, err := exec.Command(program, arguments...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", program, arguments, err)
	}
	return string(out)
}

// start runs a program until the test ends, and gives what follows `mark` on the first line of its
// output that begins with it.
func start(t *testing.T, mark, program string, arguments ...string) string {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Signal(syscall.SIGTERM)
		command.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if said, ok := strings.CutPrefix(lines.Text(), mark); ok {
			go func() {
				for lines.Scan() {
				}
			}()
			return said
		}
	}
	t.Fatalf("%s ended without saying %q", program, mark)
	return ""
}

// eventually asks every 50 ms, for 20 s at most, until there is no error.
func eventually(t *testing.T, ask func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if err = ask(); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal(err)
}

func responding(url string) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode >= 500 {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	return nil
}
