// Package sandbox examines one item in a disposable child process and brings back what it said.
//
// The child is this very program, executed again with the hidden verb Verb. It gets the item's bytes as
// an open descriptor and nothing else: an empty environment, no other descriptors, no privileges, files, network or
// sight of other processes, and limits and a list of system calls that it puts on itself before it reads a byte. It answers with one bounded stream that the parent reads as hostile text.
// It serves one item and ends. Whatever kills it is an outcome of the item, never of the parent.
//
// A program of somebody else's can be asked about files from within the same walls, with the calls and the files that it needs besides: see Foreign.
//
// A nursery, which holds no evidence either, starts the children; see starter.
//
//	parent                          child
//	start, argv: orders       ───►  puts up its walls and tries them
//	                          ◄───  hello
//	item, analyzers, fd       ───►  examines
//	                          ◄───  start, say …, end, bye
//
// The package knows processes, descriptors and limits (Linux). It must not know any analyzer, format,
// queue or shelf, and it takes no decision about an item beyond what its process died of.
package sandbox
