package fileoffline

import (
	"bytes"
	"context"
	"path"
	"strconv"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
)

// claimsName is the directory of the claims of a directory that is appended to: for each sequence that was given, an
// object that holds the id it was given to. Buckets have no locks, so this is what orders appends.
const claimsName = ".truepoint-append"

// claimTries bounds how often an append is overtaken by others before it gives up.
const claimTries = 1000

// add claims the next sequence by creating its claim, which one writer alone can, and writes the file under it. A writer
// that dies in between leaves a claim; whoever repeats its id takes the claim over, and every other append passes it.
// Claims are never deleted, so no sequence is given twice.
func (b *bucket) add(ctx context.Context, a *addition) error {
	if a.beside {
		if err := b.store.Put(ctx, path.Join(a.dir, besideName), nil, objectstore.Always()); err != nil {
			return err
		}
	}
	next, done, err := b.claim(ctx, a)
	if err != nil || done {
		return err
	}
	var body bytes.Buffer
	if err := a.encode(&body, next.sequence); err != nil {
		return err
	}
	if next.sum, err = hashFile(bytes.NewReader(body.Bytes()), int64(body.Len())); err != nil {
		return err
	}
	return b.store.Put(ctx, path.Join(a.dir, next.String()), body.Bytes(), objectstore.Absent())
}

// claim returns the name of the file to write but for its checksum; done is true if this id was appended before.
func (b *bucket) claim(ctx context.Context, a *addition) (next *appendedName, done bool, err error) {
	for range claimTries {
		names, err := b.namesOf(ctx, below(a.dir), "part-")
		if err != nil {
			return nil, false, err
		}
		next, written, done := nextName(names, a.id)
		if done {
			return nil, true, nil
		}
		claims, err := b.namesOf(ctx, below(path.Join(a.dir, claimsName)), "")
		if err != nil {
			return nil, false, err
		}
		for _, c := range claims {
			sequence, err := strconv.ParseInt(c, 10, 64)
			if err != nil || written[sequence] {
				continue
			}
			next.sequence = max(next.sequence, sequence+1)
			holder, err := b.store.ReadFirst(ctx, path.Join(a.dir, claimsName, c), int64(len(a.id)))
			if err != nil {
				return nil, false, err
			}
			if string(holder) == a.id {
				next.sequence = sequence
				return next, false, nil
			}
		}
		err = b.store.Put(ctx, path.Join(a.dir, claimsName, sequenceName(next.sequence)), []byte(a.id), objectstore.Absent())
		if errs.CodeOf(err) != errs.Aborted {
			return next, false, err
		}
	}
	return nil, false, errs.New(errs.Unavailable, "appends to %s overtake each other", b.display(a.dir)).WithHint("run again")
}
