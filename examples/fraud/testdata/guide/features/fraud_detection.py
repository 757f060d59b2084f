# The guide's definitions as a team with a warehouse has them: plain Feast, tables of BigQuery, no join key's type.
from datetime import timedelta

from feast import BigQuerySource, Entity, FeatureView, Field
from feast.types import Float32, Int64

user = Entity(name="user_id", join_keys=["user_id"], description="Who pays")
merchant = Entity(name="merchant_id", join_keys=["merchant_id"], description="Who is paid")

user_transaction_features = FeatureView(
    name="user_transaction_features",
    entities=[user],
    ttl=timedelta(days=7),
    schema=[
        Field(name="transaction_count_7d", dtype=Int64),
        Field(name="transaction_amount_avg_7d", dtype=Float32),
        Field(name="transaction_amount_max_7d", dtype=Float32),
        Field(name="unique_merchants_7d", dtype=Int64),
        Field(name="avg_time_between_transactions", dtype=Float32),
    ],
    source=BigQuerySource(
        name="user_transactions",
        table="ml_data.user_transaction_features",
        timestamp_field="event_timestamp",
        created_timestamp_column="created_timestamp",
    ),
    online=True,
    tags={"team": "fraud-detection", "version": "v2"},
)

merchant_risk_features = FeatureView(
    name="merchant_risk_features",
    entities=[merchant],
    ttl=timedelta(days=30),
    schema=[
        Field(name="chargeback_rate_30d", dtype=Float32),
        Field(name="avg_transaction_amount", dtype=Float32),
        Field(name="total_transactions_30d", dtype=Int64),
        Field(name="risk_score", dtype=Float32),
    ],
    source=BigQuerySource(
        name="merchant_stats",
        table="ml_data.merchant_statistics",
        timestamp_field="event_timestamp",
    ),
    online=True,
    tags={"team": "fraud-detection", "version": "v1"},
)
