// Package libav opens coded pictures, sound and film with FFmpeg's libraries: the only C in the house and
// the only user of go-astiav.
//
// What it reads comes through an io.ReaderAt that somebody else opened. The library is given no name and no
// path, a protocol whitelist with a name that exists nowhere, a short whitelist of demuxers, a demuxer forced
// from our own look at the first bytes, and a callback that refuses to open anything further; so playlists,
// reference movies and other files that point elsewhere point at nothing. Decoding runs on one thread with
// bit-exact code paths: equal bytes and equal Version give equal pixels. Damage is counted and gone past,
// because damaged evidence is still evidence; what was damaged is said in a DamageError at the end.
//
// Pixels come out with 8 bits per sample. Planar YCbCr stays YCbCr, its limited range (16 to 235, 16 to 240)
// stretched to 0 to 255; deeper samples are stretched and rounded in one step. Colour primaries, transfer curves
// and matrices are not applied: luma and chroma are those that were coded. A video's alpha plane is left out.
//
// Files with C carry the build tag libav; without it every function returns pipeline.ErrUnsupported.
// The package knows containers, codecs and planes. It must not know facts, analyzers, hashes or reports.
package libav
