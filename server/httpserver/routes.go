package httpserver

import (
	"net/http"

	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/openapi"
)

// routes returns the table that requests are answered by and /openapi.json is made of.
func routes() []route {
	return append(feastRoutes(), ownRoutes()...)
}

// get returns an operation without a body that everybody may ask for.
func get(path, summary string, answers ...openapi.Answer) openapi.Operation {
	return openapi.Operation{Method: http.MethodGet, Path: path, Summary: summary, Form: openapi.Feast, Answers: answers}
}

// feastRoutes are those that Feast's clients know.
func feastRoutes() []route {
	post := func(o openapi.Operation, a answer) route {
		o.Method, o.Form = http.MethodPost, openapi.Feast
		return route{o, a}
	}
	conflict := openapi.Answer{Status: 409, Text: "A view is being materialized already.", Schema: "MaterializeConflict"}
	return []route{
		post(openapi.Operation{Path: "/get-online-features", Role: access.Read, Summary: "Read features of entities, in Feast's form",
			Body: "FeastOnlineRequest", Answers: []openapi.Answer{{Status: 200, Text: "The columns.", Schema: "FeastOnlineAnswer", Header: revision}}},
			(*Server).feastOnline),
		post(openapi.Operation{Path: "/push", Role: access.Write, Summary: "Write rows of a push source",
			Description: "Answered once the rows are durable. Repeating it is safe with a push_id, and for the online store always.",
			Body:        "PushRequest", Answers: []openapi.Answer{{Status: 200, Text: "The rows are written. There is no body."}}},
			(*Server).feastPush),
		post(openapi.Operation{Path: "/write-to-online-store", Role: access.Write, Summary: "Write rows of one view to the online store",
			Body: "WriteRequest", Answers: []openapi.Answer{{Status: 200, Text: "The rows are written.", Schema: "Null"}}},
			(*Server).feastWrite),
		post(openapi.Operation{Path: "/materialize", Role: access.Write, Summary: "Copy the newest rows of an interval to the online store", Query: "async",
			Description: "Answered at the end of the run, however long it takes. A client that leaves ends it; the same request goes on.",
			Body:        "MaterializeRequest", Answers: append(materialized(), conflict)},
			(*Server).feastMaterialize),
		post(openapi.Operation{Path: "/materialize-incremental", Role: access.Write, Summary: "Copy the rows since the last run to the online store", Query: "async",
			Description: "As /materialize, from where the last run of each view ended.",
			Body:        "MaterializeIncrementalRequest", Answers: append(materialized(), conflict)},
			(*Server).feastIncremental),
		{get("/health", "Whether reads can be answered", openapi.Answer{Status: 200, Text: "They can. There is no body."},
			openapi.Answer{Status: 503, Text: "They cannot. There is no body."}), (*Server).health},
	}
}

// materialized are the answers of runs that are done, or begun.
func materialized() []openapi.Answer {
	return []openapi.Answer{
		{Status: 200, Text: "The run is done.", Schema: "Null"},
		{Status: 202, Text: "The run has begun, as async asked for.", Schema: "MaterializeAccepted"},
	}
}

// ownRoutes are those that Feast does not have.
func ownRoutes() []route {
	read := func(o openapi.Operation) openapi.Operation {
		o.Role = access.Read
		return o
	}
	return []route{
		{openapi.Operation{Method: http.MethodPost, Path: "/v1/online", Role: access.Read, Summary: "Read features of entities, with all that is known of each value",
			Form: openapi.Problem, Body: "OnlineRequest", Answers: []openapi.Answer{{Status: 200, Text: "The columns.", Schema: "OnlineAnswer", Header: revision}}},
			(*Server).ownOnline},
		{get("/livez", "Whether the process lives", openapi.Answer{Status: 200, Text: "It does. There is no body."}), (*Server).live},
		{get("/readyz", "Whether definitions are loaded and the stores answer", openapi.Answer{Status: 200, Text: "They do.", Schema: "Readiness"},
			openapi.Answer{Status: 503, Text: "They do not, and why.", Schema: "Readiness"}), (*Server).ready},
		{read(get("/metrics", "Metrics of Prometheus", openapi.Answer{Status: 200, Text: "The metrics.", Schema: "Text", Media: "text/plain"})),
			(*Server).counts},
		{read(get("/openapi.json", "This document", openapi.Answer{Status: 200, Text: "The document.", Schema: "Document"})), (*Server).describe},
	}
}
