package objectstore

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// An Address names an object or all objects below a prefix: s3://bucket/key, gs://bucket/key, azblob://container/key.
type Address struct {
	Scheme string
	Bucket string
	Key    string // without slashes at its ends; empty for the whole bucket
	query  string // how to reach the bucket: endpoint, region and the like
}

// parameters are the parameters that an address may end in, ?endpoint=http://localhost:9000&use_path_style=true, by
// scheme. Anything else after a question mark belongs to the key.
var parameters = map[string][]string{
	"s3": {"endpoint", "region", "profile", "use_path_style", "s3ForcePathStyle", "disable_https", "hostname_immutable", "anonymous",
		"accelerate", "dualstack", "fips", "role", "rate_limiter_capacity", "ssetype", "kmskeyid", "request_checksum_calculation",
		"response_checksum_validation"},
	"gs":     {"anonymous", "universe_domain"},
	"azblob": {"domain", "protocol", "cdn", "localemu", "storage_account"},
}

// Is reports whether a path is an address of an object store.
func Is(path string) bool {
	scheme, _, found := strings.Cut(path, "://")
	_, known := parameters[scheme]
	return found && known
}

// secret finds parameters that hold one.
var secret = regexp.MustCompile(`(?i)[?&](sig|signature|x-amz-[a-z-]*|[a-z_]*(token|secret|password|access_key|account_key)[a-z_]*)=`)

// azureURL is how Feast writes addresses on Azure: https://ACCOUNT.blob.core.windows.net/container/path.
var azureURL = regexp.MustCompile(`^https://([a-z0-9]+)\.(blob\.[^/?]+)/([^?]+)$`)

// Parse reads an address, or the URL of an object on Azure. Errors: InvalidArgument for anything else, such as a URL
// with a signature, and for an address without a bucket.
func Parse(text string) (Address, error) {
	if m := azureURL.FindStringSubmatch(text); m != nil {
		return Parse("azblob://" + m[3] + "?storage_account=" + m[1] + "&domain=" + m[2])
	}
	scheme, rest, _ := strings.Cut(text, "://")
	known := parameters[scheme]
	if known == nil {
		return Address{}, errs.New(errs.InvalidArgument, "%s is no address of an object store", Masked(text)).WithID("T0522").
			WithHint("write s3://bucket/path, gs://bucket/path or azblob://container/path")
	}
	if secret.MatchString(rest) {
		return Address{}, errs.New(errs.InvalidArgument, "%s carries a secret, which addresses must not", Masked(text)).WithID("T0522").
			WithHint("put it where the provider's own tools look: AWS_SECRET_ACCESS_KEY, AZURE_STORAGE_SAS_TOKEN and the like")
	}
	a := Address{Scheme: scheme}
	if at := strings.LastIndexByte(rest, '?'); at >= 0 {
		name, _, found := strings.Cut(rest[at+1:], "=")
		if found && slices.Contains(known, name) {
			rest, a.query = rest[:at], rest[at+1:]
		}
	}
	a.Bucket, a.Key, _ = strings.Cut(rest, "/")
	a.Key = strings.Trim(a.Key, "/")
	if a.Bucket == "" {
		return Address{}, errs.New(errs.InvalidArgument, "%s names no bucket", Masked(text)).WithID("T0522").WithHint("write %s://bucket/path", scheme)
	}
	return a, nil
}

// At returns the address of another key of the same bucket.
func (a Address) At(key string) Address {
	a.Key = key
	return a
}

// WithEndpoint returns an address on S3 as it is reached at another server, with the bucket in the path; one that names
// its endpoint itself, or lies elsewhere, stays as it is.
func (a Address) WithEndpoint(endpoint string) Address {
	if a.Scheme == "s3" && !a.url().Query().Has("endpoint") {
		a.query = strings.TrimPrefix(a.query+"&endpoint="+url.QueryEscape(endpoint)+"&use_path_style=true", "&")
	}
	return a
}

// Root returns the address of the whole bucket: equal for all addresses that are reached in the same way.
func (a Address) Root() Address { return a.At("") }

// String returns the address without its parameters.
func (a Address) String() string { return a.Scheme + "://" + a.Bucket + "/" + a.Key }

// Renamed returns a path with another name, which name makes of the present one: of an address it is the key, and how the
// bucket is reached stays; of a path elsewhere it is the path.
func Renamed(path string, name func(string) string) string {
	a, err := Parse(path)
	if err != nil || !Is(path) {
		return name(path)
	}
	a.Key = name(a.Key)
	if a.query == "" {
		return a.String()
	}
	return a.String() + "?" + a.query
}

// url returns the bucket in the form that its driver opens.
func (a Address) url() *url.URL { return &url.URL{Scheme: a.Scheme, Host: a.Bucket, RawQuery: a.query} }

// queries are the queries of addresses inside a text.
var queries = regexp.MustCompile(`([a-z0-9]+://[^\s?"]*)\?[^\s"]*`)

// Masked returns text without the queries of addresses in it: they can hold signatures.
func Masked(text string) string { return queries.ReplaceAllString(text, "$1") }
