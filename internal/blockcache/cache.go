package blockcache

const (
	shardsMax     = 64
	shardBytesMin = 256 << 10
)

// A Cache holds blocks of bytes. Each is kept under a key with a stamp, and found with the same stamp only. It takes
// memory as it fills. Safe for concurrent use; a call holds one lock out of up to 64 while it copies one block.
type Cache struct {
	shards []shard
}

// New returns an empty Cache of at most bytesMax bytes, its index included; less than 256 KiB counts as that.
func New(bytesMax int64) *Cache {
	n := int64(1)
	for n < shardsMax && bytesMax/(2*n) >= shardBytesMin {
		n *= 2
	}
	c := &Cache{shards: make([]shard, n)}
	for i := range c.shards {
		c.shards[i].size(max(bytesMax/n, shardBytesMin))
	}
	return c
}

// A Key names a block: Hash is any hash of Text, and Kind tells apart blocks of different kinds for one text. Blocks
// whose Hash differs have different keys.
type Key struct {
	Hash uint64
	Kind uint64
	Text []byte
}

// mixed spreads the hash of a key and its kind over all bits.
func (k *Key) mixed() uint64 {
	h := k.Hash ^ k.Kind*0x9e3779b97f4a7c15
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

func (c *Cache) shard(mixed uint64) *shard {
	return &c.shards[mixed>>48%uint64(len(c.shards))]
}

// Append appends the block of a key to dst. found is false, and dst as it was, unless a block was put under that key with
// that stamp and is still kept. The arguments are not retained.
func (c *Cache) Append(dst []byte, k *Key, stamp uint64) (_ []byte, found bool) {
	h := k.mixed()
	return c.shard(h).append(dst, k, h, stamp)
}

// Expect says that Append will be called for keys, best some dozens at a time. Their places are far apart in memory, and the
// processor then fetches all of them at once rather than one after the other. It changes nothing.
func (c *Cache) Expect(keys []Key) {
	for i := range keys {
		h := keys[i].mixed()
		c.shard(h).expectBucket(h)
	}
	for i := range keys {
		h := keys[i].mixed()
		c.shard(h).expectEntry(h)
	}
}

// Put keeps a copy of a block, in place of the one that the key had. A block longer than an eighth of a shard is not kept.
func (c *Cache) Put(k *Key, stamp uint64, block []byte) {
	h := k.mixed()
	c.shard(h).put(k, h, stamp, block)
}

// Stats are counts since the cache was made, and what it holds now.
type Stats struct {
	Hits   uint64
	Misses uint64
	Stale  uint64 // of Misses: a block was there with another stamp
	Bytes  int64  // taken by what is kept, also by what has been replaced but not yet overwritten
}

// Stats returns the sums over all shards.
func (c *Cache) Stats() Stats {
	var out Stats
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		out.Hits += s.hits
		out.Misses += s.misses
		out.Stale += s.stale
		out.Bytes += int64(s.head-s.tail) * unit
		s.mu.Unlock()
	}
	return out
}

// Close forgets everything and gives the memory back. Later calls find nothing and keep nothing.
func (c *Cache) Close() error {
	var first error
	for i := range c.shards {
		if err := c.shards[i].close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
