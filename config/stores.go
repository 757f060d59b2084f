package config

import (
	"slices"

	"github.com/truepoint/truepoint/internal/strictyaml"
)

const (
	vectorsLater = "vector search comes in a later release"
	onePacked    = "rows are stored packed and newer ones win"
)

func postgresKeys() []strictyaml.Key {
	return []strictyaml.Key{
		required("host", "the server", text()), key("port", "its port", number(1, 65535)),
		required("database", "the database", text()), key("db_schema", "the schema", text()),
		required("user", "the user", text()), required("password", "the password: ${NAME} keeps it out of the file", text()),
		key("min_conn", "connections kept open", number(0, poolMax)), key("max_conn", "connections at most", number(1, poolMax)),
		ignored("conn_type", "connections are always pooled: max_conn bounds them"),
		key("sslmode", "disable, require, verify-ca, verify-full", text()), key("sslkey_path", "client key", text()),
		key("sslcert_path", "client certificate", text()), key("sslrootcert_path", "certificate authority", text()),
		key("keepalives_idle", "seconds before a silent server is asked whether it lives", number(0, timeoutMax)),
	}
}

func snowflakeKeys() []strictyaml.Key {
	out := []strictyaml.Key{required("database", "the database", text()), key("schema", "the schema", text())}
	for _, name := range []string{"config_path", "connection_name", "account", "user", "password", "role", "warehouse", "authenticator",
		"private_key", "private_key_content", "private_key_passphrase", "storage_integration_name", "blob_export_location"} {
		out = append(out, key(name, "as in Feast", text()))
	}
	return append(out, key("convert_timestamp_columns", "as in Feast", flag()), key("max_file_size", "bytes", number(1, 1<<40)))
}

func cacheBytes() strictyaml.Key {
	return key("cache_bytes", "memory for rows read often", number(1<<20, 1<<42))
}

func onlineStores() *strictyaml.Switch {
	vectors := ignoredAll(vectorsLater, "vector_enabled", "similarity", "text_search_enabled", "enable_openai_compatible_store")
	return &strictyaml.Switch{Key: "type", Default: "embedded", Cases: []strictyaml.Case{
		{Name: "embedded", Keys: []strictyaml.Key{
			key("path", "its directory", text()), key("ack", "when a write is acknowledged", choice("durable")),
			cacheBytes(),
		}},
		{Name: "sqlite", Keys: append([]strictyaml.Key{key("path", "its file", text()), cacheBytes()}, vectors...)},
		{Name: "redis", Keys: []strictyaml.Key{
			key("connection_string", "host:port,… and options", text()),
			key("redis_type", "how the servers stand together", choice("redis", "redis_cluster", "redis_sentinel")),
			key("sentinel_master", "the name of the primary", text()), key("sentinel_username", "of the sentinels", text()), key("sentinel_password", "${NAME} keeps it out of the file", text()),
			key("username", "an ACL user", text()), key("password", "${NAME} keeps it out of the file", text()), key("db", "the number of the database", number(0, 1<<16)),
			key("ssl", "speak TLS", flag()), key("ssl_ca_certs", "certificate authority", text()), key("ssl_certfile", "client certificate", text()), key("ssl_keyfile", "client key", text()),
			key("key_prefix", "begins all keys", text()), key("key_ttl_seconds", "collects garbage only", number(0, secondsMax)),
			key("ack", "when a write is acknowledged", choice("durable", "replicated")), cacheBytes(),
			ignored("full_scan_for_deletion", "tables are dropped by name"), ignored("skip_dedup", onePacked),
		}},
		{Name: "dynamodb", Keys: []strictyaml.Key{
			required("region", "AWS region", text()), key("table_name_template", "with {project} and {table} or {table_name}", text()),
			key("endpoint_url", "another server", text()), key("consistent_reads", "read the newest write", flag()),
			key("key_ttl_seconds", "collects garbage only, of cells of views with a ttl", number(0, secondsMax)),
			key("batch_size", "keys per call", number(1, 100)), key("tags", "of the tables", &strictyaml.Shape{Values: text()}), cacheBytes(),
			key("max_read_workers", "calls at once", number(1, poolMax)), key("max_pool_connections", "connections at most", number(1, poolMax)),
			key("keepalive_timeout", "seconds", seconds(1, timeoutMax)), key("connect_timeout", "seconds", seconds(1, timeoutMax)),
			key("read_timeout", "seconds", seconds(1, timeoutMax)), key("total_max_retry_attempts", "retries of one call", number(0, retriesMax)),
			key("retry_mode", "as in Feast", choice("legacy", "standard", "adaptive")),
			ignored("warmup_connections", "connections open on demand"), ignored("session_based_auth", "the AWS environment decides"),
		}},
		{Name: "postgres", Keys: slices.Concat(postgresKeys(), []strictyaml.Key{key("ack", "when a write is acknowledged", choice("durable", "replicated")), cacheBytes()}, vectors)},
		{Name: "remote", Keys: []strictyaml.Key{
			key("path", "the address of a feature server", text()), key("cert", "certificate authority", text()),
			key("connection_pool_size", "connections at most", number(1, poolMax)), key("connection_idle_timeout", "seconds", number(1, timeoutMax)),
			key("connection_retries", "retries of one call", number(0, retriesMax)),
		}},
	}}
}

func offlineStores() *strictyaml.Switch {
	spark := []strictyaml.Key{key("spark_conf", "as in Feast", &strictyaml.Shape{Values: text()}), key("staging_location", "s3://… or gs://…", text()), key("region", "AWS region", text())}
	return &strictyaml.Switch{Key: "type", Default: "file", Cases: []strictyaml.Case{
		{Name: "file", Aliases: []string{"dask"}},
		{Name: "duckdb", Keys: []strictyaml.Key{key("staging_location", "a directory or s3://…", text()), key("staging_location_endpoint_override", "another server", text())}},
		{Name: "postgres", Keys: append(postgresKeys(), ignored("entity_select_mode", "the engine chooses"))},
		{Name: "bigquery", Keys: []strictyaml.Key{
			key("dataset", "where temporary tables go", text()), key("project_id", "the data's project", text()),
			key("billing_project_id", "the project that pays", text()), key("location", "the region", text()),
			key("gcs_staging_location", "gs://…", text()), key("table_create_disposition", "as in Feast", choice("CREATE_NEVER", "CREATE_IF_NEEDED")),
		}},
		{Name: "snowflake.offline", Keys: snowflakeKeys()},
		{Name: "redshift", Keys: []strictyaml.Key{
			key("cluster_id", "the cluster", text()), key("user", "the user", text()), key("workgroup", "of serverless", text()),
			required("region", "AWS region", text()), required("database", "the database", text()),
			required("s3_staging_location", "s3://…", text()), required("iam_role", "the role that copies", text()),
		}},
		{Name: "spark", Keys: spark},
		{Name: "trino", Keys: []strictyaml.Key{
			required("host", "the server", text()), required("port", "its port", number(1, 65535)), required("catalog", "the catalog", text()),
			required("user", "the user", text()), key("source", "how we are called there", text()), key("http-scheme", "how it is reached", choice("http", "https")),
			key("ssl-verify", "check its certificate", flag()), key("x-trino-extra-credential-header", "as in Feast", text()),
			key("connector", "as in Feast", &strictyaml.Shape{Values: text()}), key("dataset", "where temporary tables go", text()), key("auth", "as in Feast", anything()),
		}},
		{Name: "databricks", Keys: []strictyaml.Key{
			key("host", "the workspace", text()), key("http_path", "the warehouse", text()), key("token", "${NAME} keeps it out of the file", text()),
			key("catalog", "the catalog", text()), key("schema", "the schema", text()),
		}},
		{Name: "remote", Keys: []strictyaml.Key{
			required("host", "the server", text()), key("port", "its port", number(1, 65535)), key("scheme", "how it is reached", choice("http", "https")),
			key("cert", "certificate authority", text()), key("connection_retries", "retries of one call", number(0, retriesMax)),
		}},
	}}
}
