package pipeline

// Member is one file inside an archive, as the archive tells of it. Nothing of it is checked.
type Member struct {
	Name     []byte `json:"name"`               // as it stands there: hostile bytes, never a path of ours
	Modified string `json:"modified,omitempty"` // as it stands there: RFC 3339, without an offset where the archive states none
}

// The claims by which the receipt of a member names where it was, among Claims.Other.
const (
	ClaimArchive         = "archive"          // the archive's digest
	ClaimArchiveMember   = "archive_member"   // the member's name; bytes that are not UTF-8 as in Receipt.Path
	ClaimArchiveModified = "archive_modified" // Member.Modified
	ClaimArchiveDepth    = "archive_depth"    // how many archives it lay in, one inside the other
)

// IsArchive reports whether a format is that of an archive, whose members become items of their own.
func IsArchive(format string) bool {
	switch format {
	case "zip", "7z", "tar", "gzip", "bzip2", "xz", "zstd":
		return true
	}
	return false
}
