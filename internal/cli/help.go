package cli

// What --help says of a verb beyond its flags: when to use it, and calls to copy. Indented lines stay as they are.

// Help implements kong.HelpProvider.
func (v *initVerb) Help() string {
	return `
The repository has definitions, generated history and a README that goes on from there.

    truepoint init shop                            # the fraud example: 20,000 users, 60 days
    truepoint init shop --until 2026-03-12         # the same history on every day
    truepoint init tiny -t minimal
    truepoint init nyc -t flights                  # real data, fetched with pip`
}

// Help implements kong.HelpProvider.
func (v *planVerb) Help() string {
	return `
Changes are additive, breaking or destructive; the plan says which, who reads what changes, and what has to be
materialized afterwards.

    truepoint plan
    truepoint plan --detailed-exitcode             # for CI: 0 nothing to do, 3 changes
    truepoint plan --out change.json && truepoint apply change.json`
}

// Help implements kong.HelpProvider.
func (v *applyVerb) Help() string {
	return `
Additive changes are made at once. Breaking and destructive ones need their flag, or a yes on a terminal. A plan file is
refused if the registry has moved since.

    truepoint apply
    truepoint apply --allow-breaking --message "amounts in cents"
    truepoint apply change.json`
}

// Help implements kong.HelpProvider.
func (v *materializeVerb) Help() string {
	return `
Per key the newest row with START <= event time <= END is written, unless the store has a newer one; repeating it changes
nothing. Ctrl-C stops at a chunk, and the same command goes on from there.

    truepoint materialize 2026-03-01 2026-03-12
    truepoint materialize 2026-03-01 2026-03-12T12:00:00 -v user_transaction_features
    truepoint materialize 2026-03-01 2026-03-12 --dry-run`
}

// Help implements kong.HelpProvider.
func (v *incrementalVerb) Help() string {
	return `
From where the last run ended to END, and rows that arrived late since. The first run reaches back by the view's ttl.

    truepoint materialize-incremental $(date -u +%Y-%m-%dT%H:%M:%S)`
}

// Help implements kong.HelpProvider.
func (v *pushVerb) Help() string {
	return `
All rows are checked before the first is written. With offline, they also become history for training.

    truepoint push driver_stats_push --from rows.jsonl
    truepoint push driver_stats_push --from rows.csv --to online_and_offline --push-id batch-17`
}

// Help implements kong.HelpProvider.
func (v *historicalVerb) Help() string {
	return `
One output row per row of the spine, in its order, with the values that were true at the row's own time.

    truepoint get-historical-features --entities spine.parquet -s fraud_detection_v2 --out train.parquet
    truepoint get-historical-features --entities spine.csv -f users:age -f users:city --known-at as_of
    truepoint get-historical-features --all-keys users --as-of 2026-03-12 -f users:age --out batch.parquet`
}

// Help implements kong.HelpProvider.
func (v *onlineVerb) Help() string {
	return `
Each cell has a status: PRESENT, NULL_VALUE, NOT_FOUND, or OUTSIDE_MAX_AGE for a row older than the view's ttl.

    truepoint get-online-features -e user_id=user_001 -s fraud_detection_v2
    truepoint get-online-features -e user_id=user_001,user_002 -f users:age -o json
    truepoint get-online-features --entities keys.csv -f users:age --at 2026-03-12T10:00:00`
}

// Help implements kong.HelpProvider.
func (v *explainVerb) Help() string {
	return `
Tells which row answers, from which file, by which rule, why the others do not, and what the online store says.

    truepoint explain users:age -e user_id=user_001
    truepoint explain users:age -e user_id=user_001 --at 2026-03-12T10:00:00 -n 0`
}

// Help implements kong.HelpProvider.
func (v *serveVerb) Help() string {
	return `
Feast's HTTP protocol, /v1/online, /metrics, /livez and /readyz. While it runs, materialize, push and get-online-features
of the same repository go through it, and it answers with new rows at once.

    truepoint serve
    truepoint serve -h 0.0.0.0 -p 6566 --insecure  # without tokens it binds this machine only, unless told so
    truepoint serve -k server.key -c server.crt`
}
