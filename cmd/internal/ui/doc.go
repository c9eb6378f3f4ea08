// Package ui is the review pages: what a verification lead reads, compares and decides on in a browser.
//
// It knows requests, sessions, templates and what to ask a case for. It must not know where records and files are kept, how items
// are examined or matched, nor the intake API. A page works without its scripts; with them it is quicker. No page loads anything from
// elsewhere, and every string of a case may be hostile: text reaches a page through package report/page, which shows it harmless.
package ui
