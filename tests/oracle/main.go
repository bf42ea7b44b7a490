// Command oracle prints what the YAML libraries of kubectl, Helm and Compose read from files.
//
//	oracle sigs|v3 < names
//
// Standard input holds one file name a line; each becomes one JSON object on one line of standard output:
//
//	{"file": "…", "library": "sigs", "documents": [{"from": 0, "to": 42, "tree": …}, {"error": "…"}]}
//
// sigs is sigs.k8s.io/yaml behind the YAMLReader of k8s.io/apimachinery, as in kubectl: the reader cuts the stream at
// lines that begin with "---" before any YAML is read, and from and to say which bytes of the file it took for each piece,
// its closing "---" line included. v3 is gopkg.in/yaml.v3, which finds the documents itself and has no from and to.
//
// A tree is {"t": type, "v": value}: a map as a list of [key, value] pairs in no order of meaning, a list, a string, an int and
// a float as text, a bool, a null without value. Aliases and merge keys are resolved.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

type report struct {
	File      string     `json:"file"`
	Library   string     `json:"library"`
	Documents []document `json:"documents"`
}

// Tree and Error exclude each other. Fatal says that the rest of the file was not read, Unread what stands behind the document
// that the library never looks at.
type document struct {
	From   int    `json:"from"`
	To     int    `json:"to"`
	Tree   *tree  `json:"tree,omitempty"`
	Error  string `json:"error,omitempty"`
	Fatal  bool   `json:"fatal,omitempty"`
	Unread string `json:"unread,omitempty"`
}

var libraries = map[string]func([]byte) []document{"sigs": readSigs, "v3": readV3}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 1 || libraries[arguments[0]] == nil {
		return fmt.Errorf("usage: oracle sigs|v3 < names")
	}
	library := arguments[0]
	names := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for names.Scan() {
		content, err := os.ReadFile(names.Text())
		if err != nil {
			return err
		}
		if err := encoder.Encode(report{names.Text(), library, libraries[library](content)}); err != nil {
			return err
		}
	}
	if err := names.Err(); err != nil {
		return err
	}
	return out.Flush()
}
