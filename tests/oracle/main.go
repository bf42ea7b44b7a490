// Oracle reads file names on stdin and prints, for each, one JSON line per library: whether it takes the file, and the
// tree it sees with the type of every scalar. Each document of a file is read by itself, as kubectl does.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sort"
	"strconv"
	"time"

	yaml3 "gopkg.in/yaml.v3"
	yaml2 "sigs.k8s.io/yaml/goyaml.v2"
)

// line is one verdict. Tree holds one canonical text per document and is absent on error.
type line struct {
	File    string   `json:"file"`
	Library string   `json:"library"`
	Error   string   `json:"error,omitempty"`
	Tree    []string `json:"tree"`
}

type decoder interface{ Decode(any) error }

func main() {
	out := json.NewEncoder(os.Stdout)
	names := bufio.NewScanner(os.Stdin)
	for names.Scan() {
		text, err := os.ReadFile(names.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, library := range []struct {
			name    string
			decoder decoder
		}{{"v2", yaml2.NewDecoder(bytes.NewReader(text))}, {"v3", yaml3.NewDecoder(bytes.NewReader(text))}} {
			tree, err := read(library.decoder)
			result := line{File: names.Text(), Library: library.name, Tree: tree}
			if err != nil {
				result.Error, result.Tree = err.Error(), nil
			}
			if err := out.Encode(result); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}

func read(decoder decoder) ([]string, error) {
	trees := []string{}
	for {
		var value any
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return trees, nil
		}
		if err != nil {
			return nil, err
		}
		trees = append(trees, canonical(value))
	}
}

// canonical writes a value with its types; keys are sorted by their canonical text so that the order of a Go map does not show.
func canonical(value any) string {
	var b bytes.Buffer
	write(&b, value)
	return b.String()
}

func write(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int:
		fmt.Fprintf(b, "i%d", v)
	case int64:
		fmt.Fprintf(b, "i%d", v)
	case uint64:
		// Too large for a signed integer: the float nearest to it.
		writeFloat(b, float64(v))
	case float64:
		writeFloat(b, v)
	case time.Time:
		b.WriteString("time")
	case string:
		b.WriteString("s" + hex.EncodeToString([]byte(v)))
	case []any:
		b.WriteByte('[')
		for _, item := range v {
			write(b, item)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case map[string]any:
		pairs := make(map[string]string, len(v))
		for key, item := range v {
			pairs[canonical(key)] = canonical(item)
		}
		writePairs(b, pairs)
	case map[any]any:
		pairs := make(map[string]string, len(v))
		for key, item := range v {
			pairs[canonical(key)] = canonical(item)
		}
		writePairs(b, pairs)
	default:
		fmt.Fprintf(b, "%T", v)
	}
}

func writeFloat(b *bytes.Buffer, v float64) {
	fmt.Fprintf(b, "f%016x", math.Float64bits(v))
}

func writePairs(b *bytes.Buffer, pairs map[string]string) {
	keys := make([]string, 0, len(pairs))
	for key := range pairs {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	b.WriteByte('{')
	for _, key := range keys {
		fmt.Fprintf(b, "%s:%s,", key, pairs[key])
	}
	b.WriteByte('}')
}
