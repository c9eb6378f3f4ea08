// Package media turns an original into pictures, decoded once for all who watch: one upright frame of a
// photo, and of a film the frames that stand for it, in presentation order with their times.
//
// Frames are upright (Exif Orientation, HEIF's irot and imir, or the display matrix is applied), opaque
// (transparent pixels are seen on white) and full range, as *image.YCbCr, *image.Gray or *image.RGBA with bounds
// that begin at 0,0. Sample aspect ratios, colour matrices and transfer curves are not applied. Of an
// animation (GIF, APNG, WebP, AVIF sequence) the first picture is the photo.
//
// Of a film, the stream that libav holds for the main one is shown: the first frame at or after each quarter
// of a second, and every keyframe, of these at most four in a second; or, for a quick look, keyframes alone,
// those that follow another closely left out. Times count from the stream's stated start.
//
// The package knows which decoder reads which format, how large a picture may be, and how time runs in a film.
// It must not know facts, hashes, or what anybody does with a picture.
package media
