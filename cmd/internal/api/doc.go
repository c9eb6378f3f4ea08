// Package api is the intake API: how another program hands files over, asks what became of them, and is told.
//
// It knows HTTP, tokens and scopes, the form of requests and answers, and the OpenAPI document that is generated from them. It
// must not know how bytes are kept, how items are examined, what a finding means or any SQL: it asks the rooms for that
// through the interfaces in rooms.go.
package api
