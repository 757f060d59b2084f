from datetime import timedelta

from truepoint import Entity, FeatureView, Field, FileSource, PushSource, ValueType
from truepoint.types import Float32, Int64

user_entity = Entity(
    name="user_id",
    join_keys=["user_id"],
    value_type=ValueType.STRING,
    description="Unique identifier for a user",
)

merchant_entity = Entity(
    name="merchant_id",
    join_keys=["merchant_id"],
    value_type=ValueType.STRING,
    description="Unique identifier for a merchant",
)

user_transactions_source = FileSource(
    name="user_transactions",
    path="data/user_transaction_features.parquet",
    timestamp_field="event_timestamp",
    created_timestamp_column="created_timestamp",
    description="What the nightly job computed from the payments of the last 7 days",
)

user_transactions_push = PushSource(
    name="user_transactions_push",
    batch_source=user_transactions_source,
    description="Takes the row of a user before the next nightly job",
)

merchant_stats_source = FileSource(
    name="merchant_stats",
    path="data/merchant_statistics.parquet",
    timestamp_field="event_timestamp",
    created_timestamp_column="created_timestamp",
    description="What the nightly job computed from the payments of the last 30 days",
)

user_transaction_features = FeatureView(
    name="user_transaction_features",
    entities=[user_entity],
    ttl=timedelta(days=7),
    schema=[
        Field(name="transaction_count_7d", dtype=Int64, description="payments in the last 7 days"),
        Field(name="transaction_amount_avg_7d", dtype=Float32, description="mean amount in won"),
        Field(name="transaction_amount_max_7d", dtype=Float32, description="greatest amount in won"),
        Field(name="unique_merchants_7d", dtype=Int64, description="different merchants paid"),
        Field(
            name="avg_time_between_transactions",
            dtype=Float32,
            description="mean hours between payments, null with fewer than two",
        ),
    ],
    source=user_transactions_push,
    online=True,
    schedule=timedelta(days=1),
    tags={"team": "fraud-detection", "version": "v2"},
    owner="ml-team",
)

merchant_risk_features = FeatureView(
    name="merchant_risk_features",
    entities=[merchant_entity],
    ttl=timedelta(days=30),
    schema=[
        Field(name="chargeback_rate_30d", dtype=Float32, description="share of payments that were charged back"),
        Field(name="avg_transaction_amount", dtype=Float32, description="mean amount in won"),
        Field(name="total_transactions_30d", dtype=Int64, description="payments in the last 30 days"),
        Field(name="risk_score", dtype=Float32, description="0 to 1, null with fewer than five payments"),
    ],
    source=merchant_stats_source,
    online=True,
    schedule=timedelta(days=1),
    tags={"team": "fraud-detection", "version": "v1"},
    owner="ml-team",
)
