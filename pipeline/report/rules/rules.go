// Package rules holds the readings that a report may draw from what was measured, claimed and compared:
// one file per theme, each rule a pure function of a dossier under a name an examiner would use.
//
// It knows facts, claims and matches, and the tolerances written down here. It must not know bytes, files,
// clocks, networks, nor who received what when (a report's core has to come out equal in two runs), and it
// holds no sentence: texts live in words under the finding's code. Values are plain data, so that a text in
// any language can be filled with them.
package rules

import (
	"fmt"
	"time"

	"dokaz/pipeline"
)

// version is bumped whenever a finding can come out differently for the same dossier.
const version = 9

// The tolerances of the comparisons. They are stated in Ref and so in every report.
const (
	// TimeAgrees is how far a claimed time and a stated one may lie apart and still agree. Claims are told
	// in round minutes, and camera clocks drift by minutes.
	TimeAgrees = 15 * time.Minute
	// TimeDiffers is how far apart they must lie, after the choice of zone that brings them nearest, before
	// they are said to differ: a clock left on summer time, or set one zone too far, is off by less.
	TimeDiffers = 2 * time.Hour
	// ClockSlack is how far GPS time and a camera's clock must lie apart before it is worth a look. Receivers
	// repeat their last fix for many minutes.
	ClockSlack = time.Hour
	// OrderSlack is how much earlier than the capture a later event may be stamped: fields are written in
	// turn, in whole seconds.
	OrderSlack = 2 * time.Second
	// PlaceAgrees is the distance in metres up to which a claimed and a stated place agree.
	PlaceAgrees = 1000.0
	// PlaceDiffers is the distance in metres beyond which they differ. Between the two lies a town.
	PlaceDiffers = 25_000.0
	// HashQuality is the PDQ quality below which a picture's hash is not compared, as its publishers do
	// (facebook/ThreatExchange, pdq/README.md and python-threatexchange, QUALITY_THRESHOLD = 50).
	HashQuality = 50
)

// All returns the rules in the order of their files. Each rule's findings carry the rule's own code.
func All() []pipeline.Rule {
	return []pipeline.Rule{
		{Code: "time.claim_agrees", Judge: claimedTimeAgrees},
		{Code: "time.claim_unresolved", Judge: claimedTimeUnresolved},
		{Code: "time.claim_differs", Judge: claimedTimeDiffers},
		{Code: "time.claim_unread", Judge: claimedTimeUnread},
		{Code: "time.order", Judge: timeOrder},
		{Code: "time.gps_differs", Judge: gpsTimeDiffers},
		{Code: "time.unset", Judge: timeUnset},
		{Code: "time.filename", Judge: nameStatesTime},
		{Code: "time.filename_received", Judge: nameStatesReceiving},
		{Code: "place.claim_agrees", Judge: claimedPlaceAgrees},
		{Code: "place.claim_near", Judge: claimedPlaceNear},
		{Code: "place.claim_differs", Judge: claimedPlaceDiffers},
		{Code: "place.claim_unread", Judge: claimedPlaceUnread},
		{Code: "place.null_island", Judge: nullIsland},
		{Code: "place.incomplete", Judge: placeIncomplete},
		{Code: "file.extension_differs", Judge: extensionDiffers},
		{Code: "file.trailing_data", Judge: trailingData},
		{Code: "file.truncated", Judge: truncated},
		{Code: "file.damaged", Judge: damaged},
		{Code: "file.preview_differs", Judge: previewDiffers},
		{Code: "file.empty", Judge: empty},
		{Code: "meta.absent", Judge: metadataAbsent},
		{Code: "meta.readers_disagree", Judge: readersDisagree},
		{Code: "meta.software", Judge: editingSoftware},
		{Code: "meta.size_differs", Judge: sizeDiffers},
		{Code: "provenance.valid", Judge: credentialValid},
		{Code: "provenance.signer_unknown", Judge: credentialOfUnknown},
		{Code: "provenance.invalid", Judge: credentialInvalid},
		{Code: "provenance.not_checked", Judge: credentialUnchecked},
		{Code: "provenance.partly_bound", Judge: partlyBound},
		{Code: "provenance.ai_declared", Judge: declaredAI},
		{Code: "proof.valid", Judge: proofsThat("proof.valid", pipeline.Supports, pipeline.ProofValid)},
		{Code: "proof.signer_unknown", Judge: proofsThat("proof.signer_unknown", pipeline.Note, pipeline.ProofSignerUnknown)},
		{Code: "proof.invalid", Judge: proofsThat("proof.invalid", pipeline.Questions, pipeline.ProofInvalid)},
		{Code: "proof.not_checked", Judge: proofsThat("proof.not_checked", pipeline.Note, pipeline.ProofNotChecked)},
		{Code: "proof.disagrees", Judge: proofDisagrees},
		{Code: "platform.consistent", Judge: platformTraces},
		{Code: "analysis.incomplete", Judge: incomplete},
		{Code: "reuse.same_bytes", Judge: sameBytes},
		{Code: "reuse.claims_differ", Judge: claimsDiffer},
		{Code: "reuse.near", Judge: matchesExist},
		{Code: "reuse.decided", Judge: decided},
		{Code: "reuse.more_original", Judge: moreOriginal},
		{Code: "reuse.most_original", Judge: mostOriginal},
		{Code: "reuse.inferred", Judge: inferred},
		{Code: "reuse.conflict", Judge: conflict},
		{Code: "reuse.mirrored", Judge: mirrored},
		{Code: "reuse.cropped", Judge: cropped},
		{Code: "reuse.other_shot", Judge: otherShot},
		{Code: "reuse.still", Judge: stillOf},
		{Code: "reuse.retimed", Judge: retimed},
		{Code: "reuse.shared_audio", Judge: sharedAudio},
		{Code: "reuse.common", Judge: commonStretch},
		{Code: "hash.low_quality", Judge: hashUnusable},
	}
}

// Ref identifies the rules and their tolerances among a report's methods.
func Ref() pipeline.Ref {
	return pipeline.Ref{Analyzer: "rules", Version: version, Parameters: fmt.Sprintf(
		"claimed time agrees within %d min, differs beyond %d h after any zone from UTC-12 to UTC+14; "+
			"GPS time against device clock beyond %d h; claimed place agrees within %g km, differs beyond %g km; PDQ quality at least %d; "+
			"copies differ in time beyond %d s, in place beyond %g km; of two copies one has more pixels of the shared part from %g times, is less compressed from %g times by JPEG's quantisation or %g times by bytes for each pixel; a stretch is common to many from %d other items; "+
			"a preview differs from %d of 256 bits",
		int(TimeAgrees.Minutes()), int(TimeDiffers.Hours()), int(ClockSlack.Hours()), PlaceAgrees/1000, PlaceDiffers/1000, HashQuality,
		int(CopyClocks.Seconds()), PlaceAgrees/1000, morePixels, coarser, moreBytes, commonTo, previewFar)}
}
