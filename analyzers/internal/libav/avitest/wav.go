package avitest

import "encoding/binary"

// Codes of the sample formats that WAV takes (RFC 2361).
const (
	PCM   = 1
	Float = 3
)

// WAV writes plain samples as a WAVE file: bits per sample, interleaved and little-endian. More than two channels are left, right,
// centre, low frequencies, back left and back right, as far as there are so many.
func WAV(code, rate, channels, bits int, samples []byte) []byte {
	le := binary.LittleEndian
	format := le.AppendUint16(nil, uint16(code))
	if channels > 2 {
		format = []byte{0xfe, 0xff} // WAVE_FORMAT_EXTENSIBLE
	}
	format = le.AppendUint16(format, uint16(channels))
	format = join(format, le32(rate), le32(rate*channels*bits/8))
	format = le.AppendUint16(le.AppendUint16(format, uint16(channels*bits/8)), uint16(bits))
	if channels > 2 {
		format = le.AppendUint16(le.AppendUint16(format, 22), uint16(bits))
		format = join(format, le32(1<<channels-1), []byte{byte(code), 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71})
	}
	body := join([]byte("WAVE"), chunk("fmt ", format), chunk("data", samples))
	return chunk("RIFF", body)
}
