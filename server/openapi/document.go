package openapi

import (
	_ "embed"
	"encoding/json"
	"maps"
	"strconv"
	"strings"
)

//go:embed components.json
var components []byte

// version is that of the interface: a change that breaks callers takes a new one.
const version = "1"

const about = `Online reads, pushes and materialization of one project of a feature store. ` +
	`The routes without /v1 are Feast's, with Feast's bodies and answers; mistakes of the caller are 4xx there too. ` +
	"Bodies are JSON in UTF-8, read strictly: a member that is repeated or unknown is refused, null stands for an absent one, integers are exact. " +
	"Floats of answers always carry a fraction or an exponent. A time without a zone is UTC. " +
	"A request's `X-Request-Id` is repeated; its `traceparent` decides whether it is traced. Every GET is answered to HEAD too."

// object is a JSON object, whose members are written in the order of their names.
type object = map[string]any

// Document returns the OpenAPI document, as indented JSON.
func Document(operations []Operation) ([]byte, error) {
	paths := map[string]object{}
	for _, o := range operations {
		if paths[o.Path] == nil {
			paths[o.Path] = object{}
		}
		paths[o.Path][strings.ToLower(o.Method)] = o.document()
	}
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info":    object{"title": "Truepoint", "version": version, "description": about},
		"paths":   paths, "components": json.RawMessage(components),
	}, "", " ")
}

func (o *Operation) document() object {
	out := object{"operationId": o.id(), "summary": o.Summary, "responses": o.responses(), "security": []object{}}
	if o.Description != "" {
		out["description"] = o.Description
	}
	if o.Query != "" {
		out["parameters"] = []object{ref("parameters", o.Query)}
	}
	if o.Body != "" {
		out["requestBody"] = object{"required": true, "content": content(jsonMedia, o.Body)}
	}
	if o.Role != 0 { // a server without tokens takes everybody
		out["security"] = []object{{"bearer": []string{o.Role.String()}}, {}}
	}
	return out
}

// id names an operation after its path: post_v1_online.
func (o *Operation) id() string {
	return strings.ToLower(o.Method) + strings.NewReplacer("/", "_", "-", "_", ".", "_").Replace(o.Path)
}

// responses returns all answers by their status.
func (o *Operation) responses() object {
	refused := maps.Clone(always)
	if o.Role != 0 {
		maps.Copy(refused, needToken)
	}
	if o.Body != "" {
		maps.Copy(refused, needBody)
		if o.Form == Feast {
			maps.Copy(refused, feastShape)
		}
	}
	out := object{}
	for status, text := range refused {
		out[strconv.Itoa(status)] = response(Answer{Text: text, Schema: o.Form.schema, Media: o.Form.media})
	}
	for _, a := range o.Answers {
		out[strconv.Itoa(a.Status)] = response(a)
	}
	return out
}

func response(a Answer) object {
	out := object{"description": a.Text}
	if a.Schema != "" {
		media := a.Media
		if media == "" {
			media = jsonMedia
		}
		out["content"] = content(media, a.Schema)
	}
	if a.Header != "" {
		out["headers"] = object{a.Header: ref("headers", a.Header)}
	}
	return out
}

func content(media, schema string) object {
	return object{media: object{"schema": ref("schemas", schema)}}
}

func ref(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }
