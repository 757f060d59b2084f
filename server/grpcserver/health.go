package grpcserver

import (
	"context"
	"time"

	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/truepoint/truepoint/errs"
)

const (
	healthEvery = 5 * time.Second // how old what the health service says may be
	healthMax   = 2 * time.Second // how long the stores may take to answer
)

// watchHealth keeps what the health service says current until ctx ends. Asking costs the stores nothing then, however
// often it is done.
func (s *Server) watchHealth(ctx context.Context) {
	tick := time.NewTicker(healthEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.checkHealth(ctx)
		}
	}
}

// checkHealth asks the stores once. A project to which nothing was applied yet is healthy.
func (s *Server) checkHealth(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, healthMax)
	defer cancel()
	status := grpc_health_v1.HealthCheckResponse_SERVING
	if err := s.store.Ready(ctx); err != nil && errs.CodeOf(err) != errs.FailedPrecondition {
		status = grpc_health_v1.HealthCheckResponse_NOT_SERVING
	}
	s.health.SetServingStatus("", status)
	for i := range services {
		s.health.SetServingStatus(services[i].ServiceName, status)
	}
}
