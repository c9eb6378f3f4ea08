package pipeline

// History is one event that the file itself tells of its past, for instance one entry of xmpMM:History.
type History struct {
	Action     string `json:"action"`               // as stated: "created", "saved", "converted", "c2pa.edited"
	When       string `json:"when,omitempty"`       // as stated
	Software   string `json:"software,omitempty"`   // as stated
	Parameters string `json:"parameters,omitempty"` // as stated, with what changed
	Instance   string `json:"instance,omitempty"`   // identifier of the version that the event made
	Source     string `json:"source"`               // field it stands in: "xmpMM:History[2]"
}

// Declaration is what the file declares of its own making: that a machine drew it, a camera took it, or it was edited.
type Declaration struct {
	Subject    string `json:"subject"`              // "ai", "capture", "edit"
	What       string `json:"what"`                 // the declared term: "trainedAlgorithmicMedia", "parameters"
	Value      string `json:"value,omitempty"`      // as stated, bounded, where more is said than the term
	Vocabulary string `json:"vocabulary,omitempty"` // whose term it is: "IPTC DigitalSourceType", "Stable Diffusion web UI"
	Source     string `json:"source"`               // field it stands in: "Iptc4xmpExt:DigitalSourceType", "tEXt:parameters"
}

// Relation is an identifier that ties the file to others: versions of one document, parts of one capture.
type Relation struct {
	What   string `json:"what"`           // "document", "original_document", "instance", "derived_from", "image", "content", "burst", "media_group", "stamps" (a digest)
	Value  string `json:"value"`          // identifier as stated
	Note   string `json:"note,omitempty"` // which part of the relation: "instanceID", "filePath"
	Source string `json:"source"`         // field it stands in: "xmpMM:DerivedFrom/stRef:documentID", "Apple:ContentIdentifier"
}
