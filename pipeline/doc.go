// Package pipeline holds the words of the house and the journey an item takes through it.
//
//	file ─► receive ─► examine ─► compare ─► report ─► review
//	          │           │          │          │         │
//	        vault      catalog     index     catalog   catalog
//
// A verb is a station, a noun is a shelf. A station reads what earlier stations wrote, appends one
// kind of record and changes none; no station calls a station. Analyzers measure, rules judge,
// people decide: a Measurement states what a file says and where, a Finding is a rule's reading of
// measurements and cites them, and an Outcome exists for every analyzer on every item, so that
// silence never reads as absence.
//
// The package knows the vocabulary and its one JSON form. It must not know files, networks,
// databases, queues or any format's insides: it imports the standard library only, and of that
// neither os nor net nor database/sql.
package pipeline
