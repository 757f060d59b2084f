// Package jsonvalue converts between values and JSON or plain text: the bodies of the HTTP routes, the cells of CSV
// files, arguments of the command line and declared defaults. It is strict: what a JSON number or string says must be
// exactly a value of the declared type.
//
// Append writes the JSON of Feast's protocol, AppendOwn that of our own routes; they differ only in UnixTimestamp.
// Parse reads both.
package jsonvalue
