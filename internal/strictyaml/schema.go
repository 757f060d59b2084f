package strictyaml

// JSONSchema returns the shape as a JSON Schema (draft 2020-12) fragment: what an editor needs to complete and to
// check. Keys of a later release are left out; ignored ones are marked deprecated.
func JSONSchema(s *Shape) map[string]any {
	out := map[string]any{}
	if s.Doc != "" {
		out["description"] = s.Doc
	}
	switch {
	case s.Any:
	case s.OneOf != nil:
		alternatives := make([]any, len(s.OneOf))
		for i, alt := range s.OneOf {
			alternatives[i] = JSONSchema(alt)
		}
		out["anyOf"] = alternatives
	case s.Switch != nil:
		cases := make([]any, len(s.Switch.Cases))
		for i := range s.Switch.Cases {
			cases[i] = JSONSchema(s.Switch.shape(&s.Switch.Cases[i]))
		}
		out["anyOf"] = cases
	case s.Keys != nil:
		objectSchema(s, out)
	case s.Values != nil:
		out["type"] = "object"
		out["additionalProperties"] = JSONSchema(s.Values)
	case s.Items != nil:
		out["type"] = "array"
		out["items"] = JSONSchema(s.Items)
	default:
		scalarSchema(s, out)
	}
	if s.Nullable {
		return map[string]any{"anyOf": []any{out, map[string]any{"type": "null"}}}
	}
	return out
}

func objectSchema(s *Shape, out map[string]any) {
	properties := map[string]any{}
	var required []any
	for _, k := range s.Keys {
		if k.Meaning == Later {
			continue
		}
		p := JSONSchema(k.Shape)
		if k.Doc != "" {
			p["description"] = k.Doc
		}
		if k.Meaning == Ignored {
			p["deprecated"] = true
		}
		properties[k.Name] = p
		if k.Required {
			required = append(required, k.Name)
		}
	}
	out["type"] = "object"
	out["properties"] = properties
	out["additionalProperties"] = false
	if required != nil {
		out["required"] = required
	}
}

func scalarSchema(s *Shape, out map[string]any) {
	switch s.Scalar {
	case Bool:
		out["type"] = "boolean"
	case Int:
		out["type"] = "integer"
	case Float:
		out["type"] = "number"
	default:
		if s.Choices != nil {
			out["enum"] = s.Choices
			return
		}
		// Any plain scalar is read as its text, as in tags: {version: 2}.
		out["type"] = []any{"string", "number", "boolean"}
		if s.Format != "" {
			out["format"] = s.Format
		}
	}
	if s.Max > s.Min {
		out["minimum"], out["maximum"] = s.Min, s.Max
	}
}
