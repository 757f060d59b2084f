"""Calls a server with the stubs that Feast ships, and prints what it saw as JSON lines."""
import base64
import json
import sys

import grpc
from feast.protos.feast.serving import GrpcServer_pb2, GrpcServer_pb2_grpc, ServingService_pb2, ServingService_pb2_grpc
from feast.protos.feast.types import Value_pb2
from feast.type_map import feast_value_type_to_python_type


def say(**what):
    print(json.dumps(what))


for module in (Value_pb2, ServingService_pb2, GrpcServer_pb2):
    say(file=module.DESCRIPTOR.name, descriptor=base64.b64encode(module.DESCRIPTOR.serialized_pb).decode())

channel = grpc.insecure_channel(sys.argv[1])
info = ServingService_pb2_grpc.ServingServiceStub(channel)
writes = GrpcServer_pb2_grpc.GrpcFeatureServerStub(channel)
say(version=info.GetFeastServingInfo(ServingService_pb2.GetFeastServingInfoRequest()).version)

row = {
    "user_id": Value_pb2.Value(int64_val=7),
    "cnt": Value_pb2.Value(int64_val=2**53 + 1),
    "avg": Value_pb2.Value(double_val=float("nan")),
    "f32": Value_pb2.Value(float_val=-0.0),
    "country": Value_pb2.Value(string_val="é"),
    "seen": Value_pb2.Value(),
    "tags": Value_pb2.Value(string_list_val=Value_pb2.StringList(val=["a", "b"])),
    "event_timestamp": Value_pb2.Value(unix_timestamp_val=1795489200),
    "created": Value_pb2.Value(unix_timestamp_val=1795489200),
}
say(pushed=writes.Push(GrpcServer_pb2.PushRequest(stream_feature_view="txn_push", typed_features=row, to="online")).status)
row["user_id"] = Value_pb2.Value(int64_val=8)
say(written=writes.WriteToOnlineStore(GrpcServer_pb2.WriteToOnlineStoreRequest(feature_view_name="txn", typed_features=row)).status)

names = ["txn:cnt", "txn:avg", "txn:f32", "txn:country", "txn:seen", "txn:tags"]
keys = Value_pb2.RepeatedValue(val=[Value_pb2.Value(int64_val=k) for k in (7, 8, 9)])
request = ServingService_pb2.GetOnlineFeaturesRequest(
    features=ServingService_pb2.FeatureList(val=names), entities={"user_id": keys})
for stub in (info, writes):
    answer = stub.GetOnlineFeatures(request)
    say(
        names=list(answer.metadata.feature_names.val),
        values=[[repr(feast_value_type_to_python_type(v)) for v in r.values] for r in answer.results],
        statuses=[[ServingService_pb2.FieldStatus.Name(s) for s in r.statuses] for r in answer.results],
        events=[[t.ToJsonString() for t in r.event_timestamps] for r in answer.results],
    )
try:
    info.GetOnlineFeatures(ServingService_pb2.GetOnlineFeaturesRequest(feature_service="svd", entities={"user_id": keys}))
except grpc.RpcError as e:
    say(code=e.code().name, details=e.details())
