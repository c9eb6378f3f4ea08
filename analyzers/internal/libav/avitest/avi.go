// Package avitest writes small AVI files for tests, motion JPEG or plain pixels in a RIFF tree, and WAVE files, without any
// encoder. It knows the AVI 1.0 and WAVE file formats. It must not be linked into the binary.
package avitest

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
)

// File is an AVI to be written. Frames are coded as FourCC names.
type File struct {
	Width, Height int
	Rate          int    // frames per second
	FourCC        string // "MJPG", or "\x00\x00\x00\x00" for plain bottom-up BGR
	BitCount      int
	Frames        [][]byte
	Info          map[string]string // of the INFO list: "ISFT"
	MoreStreams   int               // empty video streams to declare besides
}

// Bytes writes the file.
func (f File) Bytes() []byte {
	header := list("hdrl", chunk("avih", f.mainHeader()), f.stream(len(f.Frames)))
	for range f.MoreStreams {
		header = append(header, f.stream(0)...)
	}
	binary.LittleEndian.PutUint32(header[4:], uint32(len(header)-8))
	body := header
	if len(f.Info) > 0 {
		var info []byte
		for key, value := range f.Info {
			info = append(info, chunk(key, append([]byte(value), 0))...)
		}
		body = append(body, list("INFO", info)...)
	}
	var movie []byte
	for _, frame := range f.Frames {
		movie = append(movie, chunk("00dc", frame)...)
	}
	body = append(body, list("movi", movie)...)
	return append(append([]byte("RIFF"), le32(len(body)+4)...), append([]byte("AVI "), body...)...)
}

func (f File) mainHeader() []byte {
	return join(le32(1000000/f.Rate), le32(0), le32(0), le32(0), le32(len(f.Frames)), le32(0), le32(1+f.MoreStreams), le32(0),
		le32(f.Width), le32(f.Height), make([]byte, 16))
}

func (f File) stream(length int) []byte {
	head := join([]byte("vids"), []byte(f.FourCC), make([]byte, 12), le32(1), le32(f.Rate), le32(0), le32(length), make([]byte, 12), make([]byte, 8))
	bits := f.BitCount
	if bits == 0 {
		bits = 24
	}
	format := join(le32(40), le32(f.Width), le32(f.Height), []byte{1, 0, byte(bits), 0}, []byte(f.FourCC), make([]byte, 20))
	return list("strl", chunk("strh", head), chunk("strf", format))
}

// Grey is a JPEG of one level of grey.
func Grey(w, h int, level uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = level
	}
	return JPEG(m)
}

// JPEG is a picture coded as cameras do, with chroma.
func JPEG(m *image.Gray) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, colourful{m}, &jpeg.Options{Quality: 95}); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// colourful hides that a picture is grey, so that it is coded with chroma as cameras do.
type colourful struct{ *image.Gray }

func (c colourful) ColorModel() color.Model { return color.RGBAModel }

func (c colourful) At(x, y int) color.Color { return c.Gray.At(x, y) }

func chunk(name string, body []byte) []byte {
	out := join([]byte(name), le32(len(body)), body)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

func list(kind string, parts ...[]byte) []byte {
	return chunk("LIST", join([]byte(kind), join(parts...)))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func le32(v int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }
