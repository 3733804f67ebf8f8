package api

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

var (
	//go:embed describe.html
	describeHTML string
	//go:embed describe.css
	style []byte
)

// A description is what the page at /api shows of openapi.yaml.
type description struct {
	Info       struct{ Title, Description string }
	Paths      map[string]map[string]operation // by path and method
	Components struct {
		Parameters map[string]parameter
		Responses  map[string]response
		Schemas    map[string]yaml.Node
	}
}

type operation struct {
	ID                   string `yaml:"operationId"`
	Summary, Description string
	Parameters           []parameter
	Body                 struct{ Content content } `yaml:"requestBody"`
	Security             []map[string][]string
	Responses            map[string]response
}

type parameter struct {
	Ref             string `yaml:"$ref"`
	Name, In        string
	Description     string
	Schema, Example yaml.Node
}

type response struct {
	Ref         string `yaml:"$ref"`
	Description string
	Content     content
}

type content map[string]struct{ Schema schema }

type schema struct {
	Ref string `yaml:"$ref"`
}

// Name is what the schema is called in openapi.yaml; empty when it is written
// where it is used.
func (c content) Name() string {
	for _, media := range c {
		if media.Schema.Ref != "" {
			return path.Base(media.Schema.Ref)
		}
	}
	return ""
}

// A request is one that the API answers, as the page shows it.
type request struct {
	Method, Path string
	operation
}

// requests are in the order of their paths, with what they refer to.
func (d description) requests() (requests []request) {
	for _, at := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[at])) {
			r := request{Method: strings.ToUpper(method), Path: at, operation: d.Paths[at][method]}
			for i, p := range r.Parameters {
				if p.Ref != "" {
					r.Parameters[i] = d.Components.Parameters[path.Base(p.Ref)]
				}
			}
			for status, answer := range r.Responses {
				if answer.Ref != "" {
					r.Responses[status] = d.Components.Responses[path.Base(answer.Ref)]
				}
			}
			requests = append(requests, r)
		}
	}
	return requests
}

// describe makes the page at /api of openapi.yaml.
func describe(openAPI []byte) ([]byte, error) {
	var d description
	if err := yaml.Unmarshal(openAPI, &d); err != nil {
		return nil, err
	}
	if len(d.Paths) == 0 {
		return nil, errors.New("it has no paths")
	}
	page, err := template.New("describe").Funcs(template.FuncMap{"yaml": func(node yaml.Node) (string, error) {
		flat(&node)
		text, err := yaml.Marshal(&node)
		return string(text), err
	}}).Parse(describeHTML)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := page.Execute(&out, map[string]any{"Info": d.Info, "Requests": d.requests(), "Schemas": d.Components.Schemas}); err != nil {
		return nil, fmt.Errorf("make a page of it: %w", err)
	}
	return out.Bytes(), nil
}

// flat takes the braces off the outer mappings, a line for each field.
func flat(node *yaml.Node) {
	if node.Kind != yaml.MappingNode {
		return
	}
	node.Style = 0
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == "properties" {
			node.Content[i+1].Style = 0
		}
	}
}
