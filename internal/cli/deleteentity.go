package cli

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/screen"
)

type deleteEntityVerb struct {
	Entity   []string `short:"e" sep:"none" placeholder:"KEY=VALUE" help:"Join key of the entity; may be repeated for a key of several parts."`
	Erase    bool     `help:"Also keep every later row of the entity out."`
	DryRun   bool     `help:"Tell what would be deleted."`
	Yes      bool     `short:"y" help:"Do not ask."`
	Receipt  string   `placeholder:"ID" help:"Show an earlier receipt."`
	Receipts bool     `help:"List earlier receipts."`
}

// Help tells what is deleted.
func (v *deleteEntityVerb) Help() string {
	return "Deletes the rows of an entity in every online view whose join keys include those given, by tombstones: older rows do not come back, later ones do unless --erase is given. Histories are not changed; the receipt names them. It may be repeated."
}

// Run implements the verb delete-entity.
func (v *deleteEntityVerb) Run(a *app) error {
	keys, err := parsePairs(v.Entity)
	if err != nil {
		return err
	}
	return a.withStore(func(s *truepoint.Store) error {
		if v.Receipts || v.Receipt != "" {
			return v.show(a, s)
		}
		r := &truepoint.DeleteEntityRequest{Keys: keys, Erase: v.Erase, DryRun: true}
		if !v.DryRun {
			if err := v.ask(a, s, r); err != nil {
				return err
			}
			r.DryRun = false
		}
		receipt, err := s.DeleteEntity(a.ctx, r)
		if receipt == nil {
			return err
		}
		if perr := a.printReceipt(receipt); perr != nil {
			return perr
		}
		return err
	})
}

// ask shows how much would go and asks, unless that was settled by a flag.
func (v *deleteEntityVerb) ask(a *app, s *truepoint.Store, dry *truepoint.DeleteEntityRequest) error {
	if v.Yes {
		return nil
	}
	if !a.interactive() {
		return errs.New(errs.FailedPrecondition, "delete-entity removes online data for good").WithID("T0966").
			WithHint("see what would go with --dry-run, and delete it with --yes")
	}
	receipt, err := s.DeleteEntity(a.ctx, dry)
	if err != nil {
		return err
	}
	return a.confirm(fmt.Sprintf("delete %s of %s in %s", plural(receipt.Rows(), "row", "rows"), strings.Join(v.Entity, " "),
		plural(len(receipt.Tables), "online table", "online tables")))
}

// show prints the receipt asked for, or a list of all.
func (v *deleteEntityVerb) show(a *app, s *truepoint.Store) error {
	all, err := s.Receipts(a.ctx, v.Receipt)
	if err != nil {
		return err
	}
	if v.Receipt != "" {
		return a.printReceipt(&all[0])
	}
	answer := &screen.Answer{Value: orEmpty(all), Names: []string{}, Table: &screen.Table{Columns: screen.Columns("RECEIPT", "KEYS", ">ROWS", "KIND")}}
	for i := range all {
		answer.Names = append(answer.Names, all[i].ID)
		answer.Table.Add(all[i].ID, receiptKeys(&all[i]), count(int64(all[i].Rows())), receiptKind(&all[i]))
	}
	return a.print(answer)
}

// receiptKeys returns the keys as they are given on a command line; those of an erased entity have no values.
func receiptKeys(r *truepoint.Receipt) string {
	out := make([]string, len(r.Keys))
	for i, k := range r.Keys {
		if out[i] = k.Name; k.Value != "" {
			out[i] += "=" + k.Value
		}
	}
	return strings.Join(out, " ")
}

func receiptKind(r *truepoint.Receipt) string {
	if r.Erased {
		return "erasure"
	}
	return "delete"
}

func (a *app) printReceipt(r *truepoint.Receipt) error {
	answer := &screen.Answer{Value: r, Names: []string{}}
	answer.Table = &screen.Table{Columns: screen.Columns("VIEW", "TABLE", ">ROWS", ">TOMBSTONES", "VERIFIED")}
	for _, t := range r.Tables {
		verified := screen.Cell{Text: "yes", Style: screen.Good}
		if !t.Verified {
			verified = screen.Cell{Text: "no", Style: screen.Faint}
		}
		answer.Names = append(answer.Names, t.Table)
		answer.Table.AddCells(screen.Cell{Text: t.View}, screen.Cell{Text: t.Table}, countCell(int64(t.Rows)), countCell(int64(t.Tombstones)), verified)
	}
	if err := a.print(answer); err != nil {
		return err
	}
	for _, left := range r.Remaining {
		a.note("not deleted: %s %s: %s", left.Kind, left.Name, left.Why)
	}
	if r.ID != "" {
		a.note("receipt %s; show it again: truepoint delete-entity --receipt %s", r.ID, r.ID)
	}
	return nil
}
