from feast import FeatureService
from fraud import merchant_view, user_view  # beside this file

services = [
    FeatureService(
        name="fraud_detection_v2",
        features=[
            user_view[["transaction_count_7d", "unique_merchants_7d"]],
            merchant_view[["risk_score"]].with_name("m").with_join_key_map({"merchant_id": "shop_id"}),
            merchant_view.with_name("other"),
        ],
        tags={"model": "fraud_detector_v2"},
    )
]
