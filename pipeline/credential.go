package pipeline

// CredentialResult is what checking one manifest of Content Credentials came to.
type CredentialResult string

// The results.
const (
	CredentialValid         CredentialResult = "valid"          // everything checked holds, and the signer is on the trust list
	CredentialInvalid       CredentialResult = "invalid"        // something checked does not hold: Statuses say what
	CredentialSignerUnknown CredentialResult = "signer_unknown" // everything checked holds; who signed is on no list
	CredentialNotChecked    CredentialResult = "not_checked"    // something could not be checked: Statuses say what
)

// Binding is how a manifest's digest of the file's bytes compares with the file.
type Binding string

// The bindings.
const (
	BindingMatches    Binding = "matches"     // the bytes bound are unchanged
	BindingDiffers    Binding = "differs"     // they are not
	BindingNotChecked Binding = "not_checked" // a kind of binding that is not computed here
	BindingOther      Binding = "other_file"  // the manifest is an ingredient's and binds another file
)

// Credential is one manifest of Content Credentials (C2PA) that stands in the file: what it states and what checking it
// came to. All texts are the file's, bounded.
type Credential struct {
	Manifest    string           `json:"manifest"` // its label, a URN
	Active      bool             `json:"active"`   // it is the one that speaks of this file; others are of its ingredients
	Result      CredentialResult `json:"result"`
	Binding     Binding          `json:"binding"`
	Statuses    []CredentialNote `json:"statuses,omitempty"` // what did not hold or was not checked, in the order found
	Generator   string           `json:"generator,omitempty"`
	Title       string           `json:"title,omitempty"`
	Format      string           `json:"format,omitempty"`
	Instance    string           `json:"instance,omitempty"`
	Signature   CredentialSeal   `json:"signature"`
	Actions     []CredentialAct  `json:"actions,omitempty"`
	Ingredients []CredentialPart `json:"ingredients,omitempty"`
	Assertions  []string         `json:"assertions,omitempty"` // labels
	Cut         bool             `json:"cut,omitempty"`        // a list was longer than its bound
}

// CredentialNote is one result by its code (C2PA Technical Specification, validation status codes).
type CredentialNote struct {
	Code string `json:"code"`
	Of   string `json:"of,omitempty"` // JUMBF URI of what it is about
	Text string `json:"text"`
}

// CredentialSeal is a claim's signature: who by its certificate, when by a time stamp.
type CredentialSeal struct {
	Algorithm string `json:"algorithm,omitempty"` // "ES256", "PS256" …
	Signer    string `json:"signer,omitempty"`    // subject of the certificate
	Issuer    string `json:"issuer,omitempty"`
	Serial    string `json:"serial,omitempty"` // decimal
	Since     string `json:"since,omitempty"`  // the certificate's validity, RFC 3339
	Until     string `json:"until,omitempty"`
	Time      string `json:"time,omitempty"`      // of a time stamp that fits, RFC 3339
	Authority string `json:"authority,omitempty"` // who stamped, by its certificate
	Trust     string `json:"trust"`               // the list held against, and its date
}

// CredentialAct is one action that a manifest states (c2pa.actions).
type CredentialAct struct {
	Action     string `json:"action"`                // "c2pa.created", "c2pa.opened", "c2pa.edited" …
	When       string `json:"when,omitempty"`        // as it stands
	Agent      string `json:"agent,omitempty"`       // program
	SourceType string `json:"source_type,omitempty"` // IPTC digitalSourceType, a URI
}

// CredentialPart is an ingredient: a file that this one was made from.
type CredentialPart struct {
	Title        string `json:"title,omitempty"`
	Format       string `json:"format,omitempty"`
	Instance     string `json:"instance,omitempty"`
	Relationship string `json:"relationship,omitempty"` // "parentOf", "componentOf", "inputTo"
	Manifest     string `json:"manifest,omitempty"`     // label of its own manifest in this file
}
