package cli

// An ackFlag is the flag of verbs that write to the online store.
type ackFlag struct {
	Ack string `placeholder:"WHEN" help:"When a write to the online store is acknowledged: durable, or replicated once it survives the loss of the primary (default: as online_store says)."`
}
