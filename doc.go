// Package truepoint is a feature store: definitions in, training sets without leakage and online answers out, with
// one meaning for both.
//
// A Store ties four ports together: a registry of definitions, operational state, an offline store of histories and an
// online store of newest rows. Every verb of the command line and every route of the server is one method of Store:
//
//	set, _, err := store.Definitions(ctx)
//	report, err := store.Materialize(ctx, &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: now})
//	result, err := store.Historical(ctx, &truepoint.HistoricalRequest{Spine: spine, Service: "fraud_detection_v2"})
//	answer, err := store.Online(ctx, &truepoint.OnlineRequest{Entities: keys, Service: "fraud_detection_v2"})
//
// Package drivers builds the Options of a Store from a feature_store.yaml.
package truepoint
