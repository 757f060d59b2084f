// Package jsonbody reads the JSON body of a request in one pass into a flat list of nodes, whose memory the next body
// reuses. It is as strict as value/jsonvalue, whose errors it returns: names that are repeated, at any depth, invalid
// UTF-8, lone surrogates and nesting deeper than 64 are refused, and numbers stay the text that they are.
//
//	var d jsonbody.Document
//	root, err := d.Read(body)
//	for m, ok := root.First(); ok; m, ok = m.Next() {
//		use(m.Name(), m.Kind(), m.Raw())
//	}
package jsonbody
