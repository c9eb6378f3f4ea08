package pipeline

import "math"

// Fact is one thing a file says or a measurement gives: a closed set of typed values, so that a rule can
// compare two statements of one kind whoever made them. Floating-point members are finite.
type Fact interface{ fact() FactKind }

// FactKind names a kind of fact in JSON and in an analyzer's Spec.
type FactKind string

// The kinds of fact.
const (
	KindFileType       FactKind = "file_type"
	KindExtent         FactKind = "extent"
	KindTag            FactKind = "tag"
	KindDisagreement   FactKind = "disagreement"
	KindCaptureTime    FactKind = "capture_time"
	KindPosition       FactKind = "position"
	KindDevice         FactKind = "device"
	KindEncoderTrace   FactKind = "encoder_trace"
	KindRaster         FactKind = "raster"
	KindContainer      FactKind = "container"
	KindStream         FactKind = "stream"
	KindKeyframes      FactKind = "keyframes"
	KindPictureHash    FactKind = "picture_hash"
	KindFrameHashes    FactKind = "frame_hashes"
	KindLocalFeatures  FactKind = "local_features"
	KindAudioPrint     FactKind = "audio_print"
	KindDerivative     FactKind = "derivative"
	KindPiece          FactKind = "piece"
	KindSignature      FactKind = "signature"
	KindCodedDigest    FactKind = "coded_digest"
	KindHistory        FactKind = "history"
	KindDeclaration    FactKind = "declaration"
	KindRelation       FactKind = "relation"
	KindCredential     FactKind = "credential"
	KindDamage         FactKind = "damage"
	KindProof          FactKind = "proof"
	KindProofStatement FactKind = "proof_statement"
)

// FileType is what the content is, beside what the name claims.
type FileType struct {
	Detected  string `json:"detected"`             // format by content, "" where no signature fits
	MediaType string `json:"media_type,omitempty"` // of the detected format
	Extension string `json:"extension,omitempty"`  // of the first receipt's name, a claim
	Declared  string `json:"declared,omitempty"`   // format that extension stands for, "" where unknown
	Agree     bool   `json:"agree"`                // detected and declared are the same, or one says nothing
}

// Extent names a stretch of the file that is missing or does not belong to the format's structure.
// Where gives its place.
type Extent struct {
	What   string `json:"what"`           // "trailing", "truncated", "empty"
	Length int64  `json:"length"`         // bytes; of a truncation, how many are missing where the file tells, else 0
	Note   string `json:"note,omitempty"` // what the bytes look like, for instance "zip signature"
}

// Tag is one raw field of metadata as one reader gives it.
type Tag struct {
	Reader string `json:"reader"`          // "goexif", "imagemeta", "libav", …
	Group  string `json:"group"`           // Exif: IFD0, IFD1, ExifIFD, GPS, InteropIFD; IPTC; XMP: the namespace prefix; containers: "format", "stream:0"
	ID     string `json:"id,omitempty"`    // tag number in decimal; IPTC "2:25"
	Name   string `json:"name"`            // standard name, or "" where unknown
	Type   string `json:"type,omitempty"`  // Exif field type: ASCII, SHORT, RATIONAL …
	Count  int64  `json:"count,omitempty"` // Exif component count
	Value  string `json:"value"`           // as text, bounded; rationals as a/b, several components separated by one space
	Cut    bool   `json:"cut,omitempty"`   // Value was longer than the bound
	Note   string `json:"note,omitempty"`  // for instance "zero denominator"
}

// Reading is one reader's text for a field.
type Reading struct {
	Reader string `json:"reader"`
	Value  string `json:"value"`
}

// Disagreement says that readers give different values for one field.
type Disagreement struct {
	Group    string    `json:"group"`
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Readings []Reading `json:"readings"` // in the order of reader names; a reader that lacks the field has no entry
}

// ZoneRule says what is known of the zone of a time stamp.
type ZoneRule string

// The zone rules.
const (
	ZoneUTC      ZoneRule = "utc"      // by the format's definition
	ZoneStated   ZoneRule = "stated"   // an offset stands beside it
	ZoneUnstated ZoneRule = "unstated" // device's local time, zone unknown
	ZoneNominal  ZoneRule = "nominal"  // UTC by the format's definition, local time by the practice of many devices
)

// CaptureTime is one statement of time, with its meaning.
type CaptureTime struct {
	Meaning string   `json:"meaning"`          // "original", "digitized", "modified", "gps", "container_created", "stream_created", "filename"
	Source  string   `json:"source"`           // field: "ExifIFD:DateTimeOriginal", "format:creation_time"
	Raw     string   `json:"raw"`              // as it stands in the file
	Local   string   `json:"local"`            // "2006-01-02T15:04:05[.999…]" on the clock meant, "" where Raw is not a time
	Zone    ZoneRule `json:"zone"`             //
	Offset  *int     `json:"offset,omitempty"` // minutes east of UTC, with ZoneStated
}

// Position is one statement of place, WGS 84 unless Datum says otherwise.
type Position struct {
	Source    string   `json:"source"`
	Latitude  float64  `json:"lat"` // degrees, north positive
	Longitude float64  `json:"lon"` // degrees, east positive
	Altitude  *float64 `json:"alt,omitempty"`
	Datum     string   `json:"datum,omitempty"`
	Raw       string   `json:"raw"`
}

// Valid reports whether the position is a point on the globe and not the unset 0,0.
func (p Position) Valid() bool {
	return !math.IsNaN(p.Latitude) && !math.IsNaN(p.Longitude) && math.Abs(p.Latitude) <= 90 && math.Abs(p.Longitude) <= 180 &&
		(p.Latitude != 0 || p.Longitude != 0)
}

// Device is what the file says of the machine that made it.
type Device struct {
	Source string `json:"source"`
	Make   string `json:"make,omitempty"`
	Model  string `json:"model,omitempty"`
	Serial string `json:"serial,omitempty"` // sensitive: redacted in shared reports
	Lens   string `json:"lens,omitempty"`
}

// EncoderTrace is a name that software left behind.
type EncoderTrace struct {
	Source string `json:"source"` // field it stood in
	Value  string `json:"value"`
}

// Raster is the size of a picture as stored.
type Raster struct {
	Source      string `json:"source"`
	Width       int    `json:"width"`                 // pixels as stored, before Orientation
	Height      int    `json:"height"`                // pixels
	Orientation int    `json:"orientation,omitempty"` // Exif value 1 to 8; 0 where not stated
	Frames      int    `json:"frames,omitempty"`      // of an animation

	// Step is the mean step of the table by which the luma of a JPEG was quantised (ITU-T T.81 B.2.4.1), 1 to 65535; 0 where not
	// known. The coarser, the more was lost at the last saving.
	Step float64 `json:"step,omitempty"`
}

// Coded reports whether the size is that of the coded picture itself, not what metadata states of it.
func (r Raster) Coded() bool { return r.Source == "header" }

// Container is the multiplexed file as a whole.
type Container struct {
	Format   string  `json:"format"`             // libav's demuxer name
	Brand    string  `json:"brand,omitempty"`    // major brand of ISO base media
	Duration float64 `json:"duration,omitempty"` // seconds as stated; 0 where not
	Start    float64 `json:"start,omitempty"`    // seconds
	BitRate  int64   `json:"bit_rate,omitempty"` // bits per second
}

// Stream is one elementary stream.
type Stream struct {
	Index        int     `json:"index"`
	Type         string  `json:"type"` // "video", "audio", "subtitle", "data", "attachment"
	Codec        string  `json:"codec"`
	Profile      string  `json:"profile,omitempty"`
	CodecTag     string  `json:"codec_tag,omitempty"`
	Width        int     `json:"width,omitempty"`
	Height       int     `json:"height,omitempty"`
	PixelFormat  string  `json:"pixel_format,omitempty"`
	FrameRate    string  `json:"frame_rate,omitempty"`    // r_frame_rate as a/b
	AverageRate  string  `json:"average_rate,omitempty"`  // avg_frame_rate as a/b
	Aspect       string  `json:"sample_aspect,omitempty"` // a/b where not 1/1
	Rotation     int     `json:"rotation,omitempty"`      // degrees clockwise to show it upright: 0, 90, 180, 270
	SampleRate   int     `json:"sample_rate,omitempty"`   // hertz
	Channels     int     `json:"channels,omitempty"`      //
	SampleFormat string  `json:"sample_format,omitempty"` //
	Duration     float64 `json:"duration,omitempty"`      // seconds as stated
	Start        float64 `json:"start,omitempty"`         // seconds
	BitRate      int64   `json:"bit_rate,omitempty"`      //
	Frames       int64   `json:"frames,omitempty"`        // as stated by the container
	Language     string  `json:"language,omitempty"`      //
	Handler      string  `json:"handler,omitempty"`       //
	Packets      int64   `json:"packets,omitempty"`       // as counted
	Keyframes    int64   `json:"keyframes,omitempty"`     // as counted
	Decodable    bool    `json:"decodable"`               // this build has a decoder for it
}

// Keyframes gives the presentation times of a stream's keyframes, bounded.
type Keyframes struct {
	Stream int       `json:"stream"`
	Times  []float64 `json:"times"`         // seconds, ascending
	Cut    bool      `json:"cut,omitempty"` // there are more
}

// PictureHash is a perceptual hash of one picture, or of a part of it.
type PictureHash struct {
	Algorithm string `json:"algorithm"`        // "pdq", "pdq0" (of a view), PreviewHash, "ahash", "dhash", "phash"
	Bits      string `json:"bits"`             // hexadecimal, most significant bit first
	Quality   int    `json:"quality"`          // 0 to 100 for PDQ; -1 where the algorithm has none
	Decoder   string `json:"decoder"`          // which decoder gave the pixels: "libav mjpeg", "go1.26.8 image/png"
	Width     int    `json:"width,omitempty"`  // of the upright picture hashed, pixels
	Height    int    `json:"height,omitempty"` //
	View      string `json:"view,omitempty"`   // which part: "" the whole picture as it stands, "whole", "trimmed" (borders cut off), "centre80", "tile00", "inset1" (a picture set in) …
	Box       *Box   `json:"box,omitempty"`    // where that part lies, with View
}

// Box is a rectangle in a picture: left, top, width and height as fractions of the upright picture's width and height.
type Box [4]float64

// FrameHashes holds the ordered PDQ hashes of a video's sampled frames.
type FrameHashes struct {
	Algorithm string        `json:"algorithm"` // "pdq"
	Decoder   string        `json:"decoder"`
	Stream    int           `json:"stream"`
	Frames    []HashedFrame `json:"frames"`
	Cut       bool          `json:"cut,omitempty"`  // a limit ended the sampling early
	View      string        `json:"view,omitempty"` // "" whole frames, "trimmed" without the borders that stand all the time, or ViewBetween
	Box       *Box          `json:"box,omitempty"`  // where that part lies, with View
}

// ViewBetween is the View of whole frames hashed beside the even sampling, where the picture moves fast. Pictures are looked for in
// them; films are aligned without them.
const ViewBetween = "between"

// HashedFrame is one sampled frame.
type HashedFrame struct {
	Time    float64 `json:"t"` // presentation time in seconds from the stream's start, three decimals
	Bits    Hash256 `json:"h"`
	Quality int     `json:"q"` // 0 to 100
	Key     bool    `json:"k,omitempty"`
}

// LocalFeatures holds the local features of a photo, or of frames of a video that stand for it: corners, each with its
// place, size, direction and a binary descriptor.
type LocalFeatures struct {
	Algorithm string          `json:"algorithm"` // "orb-m1": see analyzers/internal/orb; Plain where frames have miniatures alone
	Decoder   string          `json:"decoder"`
	Stream    int             `json:"stream"`
	Width     int             `json:"width"`         // of the upright picture, pixels
	Height    int             `json:"height"`        //
	Frames    []FeaturedFrame `json:"frames"`        // one at time 0 of a photo
	Cut       bool            `json:"cut,omitempty"` // a limit ended the sampling early
}

// Plain is the Algorithm of frames without features, of which miniatures are kept: those that are hashed.
const Plain = "plain"

// FeaturedFrame is one picture with its local features. Reports carry their number only.
type FeaturedFrame struct {
	Time      float64    `json:"t"` // as in HashedFrame
	Count     int        `json:"n"` // features found and kept
	Points    Features   `json:"points,omitempty"`
	Miniature *Miniature `json:"miniature,omitempty"` // of photos, and of frames without features
}

// Miniature is a small copy of a picture's luma, to hold two pictures against each other once it is known how one lies in the other.
type Miniature struct {
	Width  int    `json:"w"`    // pixels; the longer side is at most 256
	Height int    `json:"h"`    //
	Luma   []byte `json:"luma"` // row by row, full range
}

// AudioPrint is the acoustic fingerprint of one stream.
type AudioPrint struct {
	Algorithm string     `json:"algorithm"` // Chromaprint, or FineChromaprint of a short sound
	Decoder   string     `json:"decoder"`
	Stream    int        `json:"stream"`
	Step      float64    `json:"step"`          // seconds from one word to the next
	Words     SoundWords `json:"words"`         // 32 bits each, from the stream's start
	Cut       bool       `json:"cut,omitempty"` // a limit ended it early
}

// Derivative is a small picture made from the original for people to look at. Its bytes travel beside the
// fact and are kept under their digest.
type Derivative struct {
	Role      string `json:"role"` // "thumbnail", "thumbnail-blurred", "keyframe", "embedded-preview"
	MediaType string `json:"media_type"`
	Digest    Digest `json:"sha256"`
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Bytes     []byte `json:"-"`
}

func (FileType) fact() FactKind       { return KindFileType }
func (Extent) fact() FactKind         { return KindExtent }
func (Tag) fact() FactKind            { return KindTag }
func (Disagreement) fact() FactKind   { return KindDisagreement }
func (CaptureTime) fact() FactKind    { return KindCaptureTime }
func (Position) fact() FactKind       { return KindPosition }
func (Device) fact() FactKind         { return KindDevice }
func (EncoderTrace) fact() FactKind   { return KindEncoderTrace }
func (Raster) fact() FactKind         { return KindRaster }
func (Container) fact() FactKind      { return KindContainer }
func (Stream) fact() FactKind         { return KindStream }
func (Keyframes) fact() FactKind      { return KindKeyframes }
func (PictureHash) fact() FactKind    { return KindPictureHash }
func (FrameHashes) fact() FactKind    { return KindFrameHashes }
func (LocalFeatures) fact() FactKind  { return KindLocalFeatures }
func (AudioPrint) fact() FactKind     { return KindAudioPrint }
func (Derivative) fact() FactKind     { return KindDerivative }
func (Piece) fact() FactKind          { return KindPiece }
func (Signature) fact() FactKind      { return KindSignature }
func (CodedDigest) fact() FactKind    { return KindCodedDigest }
func (History) fact() FactKind        { return KindHistory }
func (Declaration) fact() FactKind    { return KindDeclaration }
func (Relation) fact() FactKind       { return KindRelation }
func (Credential) fact() FactKind     { return KindCredential }
func (Damage) fact() FactKind         { return KindDamage }
func (Proof) fact() FactKind          { return KindProof }
func (ProofStatement) fact() FactKind { return KindProofStatement }

// KindOf returns the kind of a fact.
func KindOf(f Fact) FactKind { return f.fact() }
