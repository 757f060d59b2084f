// Package httpserver is the feature server over HTTP: Feast's routes with exactly Feast's JSON, our own under /v1, and
// health and metrics. A handler decodes, calls one method of the store and encodes; it decides nothing.
//
// Two error forms exist. Feast's routes answer as Feast does: a JSON string that holds {"module","class","message"} for
// what Feast has a class for, {"detail": […]} with 422 for a body of the wrong shape, and a JSON string with the
// message otherwise — but with a 4xx status for every mistake of the client, where Feast says 500. Routes under /v1
// answer with problem details (RFC 9457) and 400 for a wrong shape.
//
// Bodies are read strictly: repeated or unknown members, trailing text, invalid UTF-8 and lone surrogates are errors,
// integers are exact. Members of the answer never depend on the order of members in the request.
package httpserver
