package main

import (
	"bytes"
	"errors"
	"io"
	"time"

	"gopkg.in/yaml.v3"
)

func readV3(content []byte) []document {
	documents := []document{}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var root yaml.Node
		err := decoder.Decode(&root)
		if errors.Is(err, io.EOF) {
			return documents
		}
		if err != nil {
			return append(documents, document{Error: err.Error(), Fatal: true})
		}
		keepTimestamps(&root)
		var value any
		if err := root.Decode(&value); err != nil {
			documents = append(documents, document{Error: err.Error()})
		} else {
			documents = append(documents, document{Tree: treeOf(value)})
		}
	}
}

// keepTimestamps has timestamps read as the text they are: JSON, which Compose makes of YAML, has no others, and time.Time
// would lose how they were written.
func keepTimestamps(node *yaml.Node) {
	var read time.Time
	if node.Kind == yaml.ScalarNode && node.ShortTag() == "!!timestamp" && node.Decode(&read) == nil {
		node.Tag = "!!str"
	}
	for _, child := range node.Content {
		keepTimestamps(child)
	}
}
