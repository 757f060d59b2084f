from fraud_detection import merchant_risk_features, user_transaction_features
from truepoint import FeatureService

fraud_detection_service = FeatureService(
    name="fraud_detection_v2",
    description="What the second fraud model reads",
    features=[user_transaction_features, merchant_risk_features],
    tags={"model": "fraud_detector_v2", "owner": "ml-team"},
)
