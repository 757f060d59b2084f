package openapi

import "github.com/truepoint/truepoint/server/access"

// A Form is how an operation tells what it refuses: the name of a schema, and its media type.
type Form struct{ schema, media string }

// The forms of refusals.
var (
	Feast   = Form{"FeastError", jsonMedia}
	Problem = Form{"Problem", "application/problem+json"}
)

const jsonMedia = "application/json"

// An Operation is what one method of one path does.
type Operation struct {
	Method, Path string
	Summary      string      // one line, no period
	Description  string      // more, in Markdown; may be empty
	Role         access.Role // what a caller must be allowed, where the server takes tokens; zero: everybody may
	Query        string      // the name of its parameter in components.json; empty: none
	Body         string      // the name of its body's schema there; empty: it has no body
	Form         Form
	Answers      []Answer
}

// An Answer is what an operation may say.
type Answer struct {
	Status int
	Text   string // when, one line
	Schema string // the name of its schema in components.json; empty: it has no body
	Media  string // default application/json
	Header string // the name of a header of components.json that comes with it; empty: none
}

// What may be refused, by status: always, where a token is needed, and where there is a body. A body of a wrong shape has a
// status of its own in Feast's form.
var (
	always = map[int]string{
		403: "A server that answers its own machine alone was asked from elsewhere, or the token is not good for this.",
	}
	needToken = map[int]string{
		401: "The server takes callers with a bearer token only.",
	}
	needBody = map[int]string{
		400: "The request is not understood or cannot be done as it is.",
		404: "Something that it names does not exist.",
		408: "The body did not arrive in time.",
		409: "Another request is in the way.",
		413: "The body is longer than the server takes.",
		415: "The body is not application/json, or it is compressed.",
		429: "A limit of a store is reached; Retry-After says when to try again.",
		500: "The server or its data are at fault; the log says more.",
		503: "The server has too much to do or a store does not answer; Retry-After says when to try again.",
		504: "The request took longer than the server's deadline.",
	}
	feastShape = map[int]string{
		422: "The body has not the shape that it must have, or it names a push source that does not exist.",
	}
)
