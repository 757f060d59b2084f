#!/usr/bin/env bash
# The guide's steps, one after the other, in a new repository whose history ends where the guide's does.
#
#   examples/fraud/walk.sh [DIR]        truepoint must be on the PATH
set -euo pipefail
dir=${1:-$(mktemp -d)/fraud}
end=2026-03-12T00:00:00

step() { printf '\n$ truepoint %s\n' "$*"; truepoint "$@"; }

step init -t fraud --until 2026-03-12 "$dir"
cd "$dir"

step plan
step apply --yes
step materialize 2026-03-01T00:00:00 $end
step materialize-incremental $end
step feature-views list

# The guide's training set: four labelled payments, each with the features as they were at its own time.
cat > guide.csv <<'ROWS'
user_id,merchant_id,event_timestamp,label
user_001,merch_100,2026-03-01 10:00:00,0
user_002,merch_200,2026-03-02 14:30:00,1
user_003,merch_100,2026-03-03 09:15:00,0
user_001,merch_300,2026-03-05 16:45:00,1
ROWS
step get-historical-features --entities guide.csv \
  -f user_transaction_features:transaction_count_7d \
  -f user_transaction_features:transaction_amount_avg_7d \
  -f user_transaction_features:transaction_amount_max_7d \
  -f user_transaction_features:unique_merchants_7d \
  -f merchant_risk_features:chargeback_rate_30d \
  -f merchant_risk_features:risk_score --out guide_training.csv
cat guide_training.csv

# The guide's online read, as of a moment, and where the answer came from.
step get-online-features -e user_id=user_001 -e merchant_id=merch_100 --service fraud_detection_v2 --at $end
step get-online-features -e user_id=user_001 -e merchant_id=merch_100 --service fraud_detection_v2 --at 2026-03-19T00:00:00.000001
step explain user_transaction_features:transaction_count_7d -e user_id=user_001 --at $end

# A row that does not wait for the next nightly job: it is in both stores at once, and they still agree.
cat > pushed.csv <<'ROWS'
user_id,event_timestamp,created_timestamp,transaction_count_7d,transaction_amount_avg_7d,transaction_amount_max_7d,unique_merchants_7d,avg_time_between_transactions
user_001,2026-03-12 09:30:00,2026-03-12 09:30:02,30,69000.5,370000,30,5.7
ROWS
step push user_transactions_push --from pushed.csv --to online_and_offline
step get-online-features -e user_id=user_001 -f user_transaction_features:transaction_count_7d --at 2026-03-12T10:00:00
step explain user_transaction_features:transaction_count_7d -e user_id=user_001 --at 2026-03-12T10:00:00

# 50,000 labelled payments.
step get-historical-features --entities data/training_spine.parquet --service fraud_detection_v2 --out train.parquet --report
