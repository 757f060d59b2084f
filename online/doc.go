// Package online is the port to online stores: the portable Store encodes keys and packed rows, asks a Driver for all
// views of a request at once, and judges each row by the rules of eventtime and pit. A Driver keeps bytes under keys
// and knows one rule only: a row replaces the stored one iff its version is greater (driver.go).
package online
