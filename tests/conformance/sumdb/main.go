// Command sumdb verifies a LetsPing log with Go's own transparency log packages, which share no
// code and no author with the server: golang.org/x/mod/sumdb/note and .../tlog.
//
// SOURCE is a directory or a base URL that serves `checkpoint` and `tile/…`. Prints one line that
// starts with OK and exits 0, or exits 1 with the reason; 2 means that it was called wrongly.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	vkey := flag.String("vkey", "", "verifier key of the log, `name+id+key` (required)")
	token := flag.String("token", os.Getenv("SUMDB_TOKEN"),
		"bearer `token` for a URL; default $SUMDB_TOKEN")
	older := flag.String("older", "",
		"`file` with an earlier checkpoint of the log, which the newest must extend")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: sumdb -vkey KEY [-token TOKEN] [-older FILE] SOURCE")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *vkey == "" {
		flag.Usage()
		os.Exit(2)
	}
	summary, err := run(flag.Arg(0), *vkey, *token, *older)
	if err != nil {
		fmt.Fprintln(os.Stderr, "sumdb:", err)
		os.Exit(1)
	}
	fmt.Println("OK", summary)
}

func run(location, vkey, token, olderFile string) (string, error) {
	var older []byte
	if olderFile != "" {
		var err error
		if older, err = os.ReadFile(olderFile); err != nil {
			return "", err
		}
	}
	source, err := openSource(location, token)
	if err != nil {
		return "", err
	}
	return verify(source, vkey, older)
}
