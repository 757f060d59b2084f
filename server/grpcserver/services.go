package grpcserver

import (
	"context"
	"slices"

	"google.golang.org/grpc"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/server/access"
)

// services are the methods of the server, and what their callers must be.
var services = []grpc.ServiceDesc{
	service(&servingpb.ServingService_ServiceDesc,
		method("GetFeastServingInfo", access.Read, (*Server).feastInfo),
		reading("GetOnlineFeatures", feastDialect)),
	service(&servingpb.GrpcFeatureServer_ServiceDesc,
		method("Push", access.Write, (*Server).feastPush),
		method("WriteToOnlineStore", access.Write, (*Server).feastWrite),
		reading("GetOnlineFeatures", feastDialect)),
	service(&truepointv1.OnlineService_ServiceDesc,
		reading("GetOnline", ownDialect)),
}

// service returns a generated description with methods of ours in the place of its own, which cannot answer with bytes.
func service(generated *grpc.ServiceDesc, methods ...grpc.MethodDesc) grpc.ServiceDesc {
	named := func(all []grpc.MethodDesc) []string {
		var out []string
		for _, m := range all {
			out = append(out, m.MethodName)
		}
		return out
	}
	if !slices.Equal(named(generated.Methods), named(methods)) {
		panic("the methods of " + generated.ServiceName + " are not those of its .proto file")
	}
	return grpc.ServiceDesc{ServiceName: generated.ServiceName, HandlerType: (*any)(nil), Methods: methods, Metadata: generated.Metadata}
}

// feastInfo is GetFeastServingInfo.
func (s *Server) feastInfo(context.Context, *servingpb.GetFeastServingInfoRequest) (any, error) {
	return &servingpb.GetFeastServingInfoResponse{Version: s.opt.Version}, nil
}
