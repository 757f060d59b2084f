// Package protovalue converts between values and protobuf: the Value messages of Feast's services and the columns of
// truepoint.v1. Nothing else does.
//
// Values are written as bytes of the wire, not as messages: an answer of 5,000 cells would be as many objects. They are
// read from messages that protobuf has checked, so that texts are UTF-8. Every bit of a value survives both ways, NaN and
// −0 included, but for one thing: Feast's wire has whole seconds, so a UnixTimestamp is floored there.
package protovalue
