package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	v2 "go.yaml.in/yaml/v2"
	kube "k8s.io/apimachinery/pkg/util/yaml"
	sigs "sigs.k8s.io/yaml"
)

func readSigs(content []byte) []document {
	documents := []document{}
	source := bytes.NewReader(content)
	buffered := bufio.NewReader(source)
	reader := kube.NewYAMLReader(buffered)
	from := 0
	for {
		piece, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents
		}
		to := len(content) - source.Len() - buffered.Buffered()
		if err != nil {
			return append(documents, document{From: from, To: to, Error: err.Error(), Fatal: true})
		}
		read := document{From: from, To: to}
		if value, err := sigsValue(piece); err != nil {
			read.Error = err.Error()
		} else {
			read.Tree = treeOf(value)
			read.Unread = unread(piece)
		}
		documents = append(documents, read)
		from = to
	}
}

// sigsValue takes the verdict from sigs.k8s.io/yaml and the value from the library under it: the JSON that the former
// makes of it no longer tells an int from a float, nor true from "true" in a key.
func sigsValue(piece []byte) (any, error) {
	if _, err := sigs.YAMLToJSON(piece); err != nil {
		return nil, err
	}
	var value any
	err := v2.Unmarshal(piece, &value)
	return value, err
}

// unread says what stands behind the first document of a piece, which is all that sigs.k8s.io/yaml reads of it.
func unread(piece []byte) string {
	decoder := v2.NewDecoder(bytes.NewReader(piece))
	var ignored any
	if err := decoder.Decode(&ignored); err != nil {
		return ""
	}
	switch err := decoder.Decode(&ignored); {
	case errors.Is(err, io.EOF):
		return ""
	case err != nil:
		return err.Error()
	default:
		return "a second document"
	}
}
