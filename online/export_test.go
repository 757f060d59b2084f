package online

// Alone is how many readings of one key at a time the store is asked for before any is shared.
const Alone = readsUncounted + readsAlone

// Uncounted is readsUncounted.
const Uncounted = readsUncounted
