package main

import (
	"fmt"
	"strconv"
)

type tree struct {
	Type  string `json:"t"`
	Value any    `json:"v,omitempty"`
}

func treeOf(value any) *tree {
	switch value := value.(type) {
	case nil:
		return &tree{Type: "null"}
	case bool:
		return &tree{"bool", value}
	case int, int64, uint64:
		return &tree{"int", fmt.Sprint(value)}
	case float64:
		return &tree{"float", strconv.FormatFloat(value, 'g', -1, 64)}
	case string:
		return &tree{"string", value}
	case []any:
		items := make([]*tree, len(value))
		for index, item := range value {
			items[index] = treeOf(item)
		}
		return &tree{"list", items}
	case map[string]any:
		pairs := make([][2]*tree, 0, len(value))
		for key, item := range value {
			pairs = append(pairs, [2]*tree{treeOf(key), treeOf(item)})
		}
		return &tree{"map", pairs}
	case map[any]any:
		pairs := make([][2]*tree, 0, len(value))
		for key, item := range value {
			pairs = append(pairs, [2]*tree{treeOf(key), treeOf(item)})
		}
		return &tree{"map", pairs}
	default:
		panic(fmt.Sprintf("a YAML library made a %T", value))
	}
}
