package config

import (
	"cmp"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// decode fills the configuration in from a checked document.
func (l *loader) decode(n *strictyaml.Node) {
	c := l.config
	c.Project = n.Get("project").String()
	c.Description = n.Get("project_description").String()
	if p := n.Get("provider").String(); p != "" {
		c.Provider = p
	}
	c.KeyVersion = int(n.Get("entity_key_serialization_version").Int(int64(c.KeyVersion)))
	l.registry(n.Get("registry"))
	l.store(n.Get("offline_store"), &c.Offline, offlineStores())
	l.store(n.Get("online_store"), &c.Online, onlineStores())
	if c.Online.Path == "" && c.Online.Type == "sqlite" {
		c.Online.Path = "data/online_store.db"
	}
	if c.Online.Path == "" && c.Online.Type == "embedded" {
		c.Online.Path = "data/online"
	}
	c.Online.Path = l.resolve(c.Online.Path)
	l.server(n.Get("server"))
	if sources := n.Get("sources"); sources != nil {
		c.Sources = map[string]definitions.Override{}
		for _, m := range sources.Members {
			c.Sources[m.Key] = definitions.NewOverride(m.Value, m.Pos)
		}
	}
}

// resolve returns a path of the file as it can be opened: relative ones start at the repository.
func (l *loader) resolve(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(l.config.Dir, path)
}

// addressType returns the type of registry that an address names, "" for a path.
func addressType(path string) string {
	scheme, _, found := strings.Cut(path, "://")
	if !found {
		return ""
	}
	scheme, _, _ = strings.Cut(scheme, "+") // postgresql+psycopg, as SQLAlchemy writes
	switch scheme {
	case "postgresql", "postgres":
		return "postgres"
	case "s3":
		return "s3"
	case "gs":
		return "gcs"
	case "azblob", "https":
		return "azure"
	case "grpc", "http":
		return "remote"
	}
	return ""
}

func (l *loader) registry(n *strictyaml.Node) {
	r := &l.config.Registry
	path := r.Path
	if n != nil {
		path, r.Pos = n.String(), n.Pos
		if n.Kind == strictyaml.Map {
			path = n.Get("path").String()
			if at := cmp.Or(n.Get("registry_type"), n.Get("path")); at != nil {
				r.Pos = at.Pos
			}
			r.CacheTTL = eventtime.Duration(n.Get("cache_ttl_seconds").Int(int64(r.CacheTTL/eventtime.Second))) * eventtime.Second
		}
		if path == "" {
			l.fault(n, "T0244", "the registry has no path").WithHint("write registry: data/registry.db")
			return
		}
	}
	typ := addressType(path)
	if n.Get("registry_type").String() == "remote" {
		typ = "remote"
	}
	if typ != "" {
		r.Type, r.Path, r.URL = typ, "", Masked(path)
		return
	}
	path = strings.TrimPrefix(path, "file://")
	if rest, found := strings.CutPrefix(path, "sqlite:"); found {
		path = strings.TrimPrefix(rest, "///")
		if strings.HasPrefix(rest, "////") {
			path = rest[3:]
		}
	}
	if strings.Contains(path, "://") {
		e := l.fault(n, "T0244", "nothing keeps a registry at %s", maskText(path))
		e.WithHint("use a path, sqlite:, postgresql://, s3:// or gs://")
		return
	}
	r.Path = l.resolve(path)
}

func (l *loader) store(n *strictyaml.Node, s *Store, types *strictyaml.Switch) {
	if n == nil {
		return
	}
	name, pos := n.String(), n.Pos
	if typ := n.Get("type"); typ != nil {
		name, pos = typ.String(), typ.Pos
	}
	if n.Kind == strictyaml.Null {
		*s = Store{Type: "none", Pos: pos}
		return
	}
	c, known := types.Case(name)
	if !known {
		return
	}
	*s = Store{Type: c.Name, Pos: pos}
	for _, m := range n.Members {
		switch {
		case m.Key == "type":
		case m.Key == "path" && (c.Name == "embedded" || c.Name == "sqlite"):
			s.Path = m.Value.Text
		default:
			if s.Options == nil {
				s.Options = Options{}
			}
			s.Options[m.Key] = optionText(m.Value)
		}
	}
}

func optionText(n *strictyaml.Node) string {
	if n.Kind == strictyaml.List || n.Kind == strictyaml.Map {
		return n.JSON()
	}
	return n.Text
}

func (l *loader) server(n *strictyaml.Node) {
	s := &l.config.Server
	if host := n.Get("host").String(); host != "" {
		s.Host = host
	}
	s.Port = int(n.Get("port").Int(int64(s.Port)))
	s.GRPCPort = int(n.Get("grpc_port").Int(0))
	s.TokensFile = l.resolve(n.Get("tokens_file").String())
	for name, field := range map[string]*eventtime.Duration{"deadline": &s.Deadline, "max_skew": &s.MaxSkew, "max_future": &s.MaxFuture} {
		if d, err := eventtime.ParseDuration(n.Get(name).String()); err == nil {
			*field = d
		}
	}
	l.featureLog(n.Get("feature_log"))
	s.Traces.Endpoint = n.Get("traces").Get("endpoint").String()
	if share, err := parseShare(n.Get("traces").Get("sample").String()); err == nil {
		s.Traces.Sample = share
	}
	limits := n.Get("limits")
	for name, field := range map[string]*int64{
		"body_bytes": &s.Limits.BodyBytes, "header_bytes": &s.Limits.HeaderBytes, "entities": &s.Limits.Entities, "cells": &s.Limits.Cells, "in_flight": &s.Limits.InFlight,
	} {
		*field = limits.Get(name).Int(*field)
	}
}

func (l *loader) featureLog(n *strictyaml.Node) {
	f := &l.config.Server.FeatureLog
	if n == nil {
		return
	}
	*f = FeatureLog{Path: l.resolve(n.Get("path").String()), Sample: 1, Interval: eventtime.Minute, Retention: 30 * eventtime.Day}
	if share, err := parseShare(n.Get("sample").String()); err == nil {
		f.Sample = share
	}
	for name, field := range map[string]*eventtime.Duration{"interval": &f.Interval, "retention": &f.Retention} {
		if d, err := eventtime.ParseDuration(n.Get(name).String()); err == nil {
			*field = d
		}
	}
}
