// Package openapi writes the OpenAPI 3.1 document of an HTTP interface: operations, which stand in the table of the router
// that answers them, and the shapes of bodies and answers that they name, which stand in components.json.
//
// The shapes are JSON Schema. Tests of package httpserver hold every answer, and every body that is taken, against them.
package openapi
