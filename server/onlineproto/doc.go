// Package onlineproto writes the answers of online reads as bytes of protobuf: Feast's GetOnlineFeaturesResponse and
// truepoint.v1's GetOnlineResponse.
package onlineproto
