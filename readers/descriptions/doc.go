// Package descriptions turns what senders have written of their fixed-width files, COBOL
// copybooks and .des lists, into a layout to start from.
//
//	copybook ─► Copybook ─┐
//	.des     ─► DES ──────┴─► []Record ─► Draft ─► layout
//
// Where columns stand and how they hold numbers is taken as it is described; which record
// is below which, what columns mean and what their values stand for is for a person to
// say. What it cannot read it refuses, with the line: a column in a wrong place would be
// read without a complaint.
package descriptions
