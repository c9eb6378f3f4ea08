package proof

import (
	"crypto/sha1" //nolint:gosec // the format has it; two files can share such a stamp, which is told
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/crypto/ripemd160" //nolint:staticcheck,gosec // deprecated for new uses; the format has it
	"golang.org/x/crypto/sha3"

	"dokaz/pipeline"
)

// magic begins a detached proof of OpenTimestamps (python-opentimestamps, core/timestamp.py, DetachedTimestampFile).
const magic = "\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"

// Operations by tag (core/op.py).
const (
	opSHA1    = 0x02
	opRIPEMD  = 0x03
	opSHA256  = 0x08
	opKeccak  = 0x67
	opAppend  = 0xf0
	opPrepend = 0xf1
	opReverse = 0xf2
	opHexlify = 0xf3

	tagAttestation = 0x00
	tagFork        = 0xff
)

// Attestations by tag (core/notary.py).
var attestations = map[string]string{
	"\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e": "pending", "\x05\x88\x96\x0d\x73\xd7\x19\x01": "Bitcoin", "\x06\x86\x9a\x0d\x73\xd7\x1b\x45": "Litecoin",
	"\x30\xfe\x80\x87\xb5\xc7\xea\xd7": "Ethereum",
}

var errOTS = errors.New("malformed proof")

// ots is one proof being read.
type ots struct {
	b     []byte
	at    int
	steps int
	say   pipeline.Say
}

func (o *ots) take(n int) ([]byte, error) {
	if n < 0 || n > len(o.b)-o.at {
		return nil, fmt.Errorf("%w: it ends at byte %d where more must follow", errOTS, len(o.b))
	}
	o.at += n
	return o.b[o.at-n : o.at], nil
}

// number reads seven bits a byte, the least first.
func (o *ots) number() (n uint64, err error) {
	for shift := 0; shift < 63; shift += 7 {
		c, err := o.take(1)
		if err != nil {
			return 0, err
		}
		if n |= uint64(c[0]&0x7f) << shift; c[0]&0x80 == 0 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: a number that never ends at byte %d", errOTS, o.at)
}

func (o *ots) bytes(most int) ([]byte, error) {
	n, err := o.number()
	if err != nil {
		return nil, err
	}
	if n > uint64(most) {
		return nil, fmt.Errorf("%w: %d bytes at byte %d, the format allows %d", errOTS, n, o.at, most)
	}
	return o.take(int(n))
}

// hashLength gives the length of a digest by its operation, 0 of one that files are not stamped by.
func hashLength(op byte) (string, int) {
	switch op {
	case opSHA1:
		return "sha1", 20
	case opRIPEMD:
		return "ripemd160", 20
	case opSHA256:
		return "sha256", 32
	case opKeccak:
		return "keccak256", 32
	}
	return "", 0
}

func (o *ots) read() error {
	o.at = len(magic)
	version, err := o.number()
	if err != nil {
		return err
	}
	if version != 1 {
		return fmt.Errorf("%w: OpenTimestamps of version %d", pipeline.ErrUnsupported, version)
	}
	op, err := o.take(1)
	if err != nil {
		return err
	}
	name, n := hashLength(op[0])
	if n == 0 {
		return fmt.Errorf("%w: a digest of the unknown kind 0x%02x", errOTS, op[0])
	}
	digest, err := o.take(n)
	if err != nil {
		return err
	}
	at := int64(o.at - n)
	note := ""
	if op[0] == opSHA1 {
		note = "SHA-1: two files can be made that share this digest"
	}
	o.piece(0, len(magic)+1, 0, pipeline.Piece{Name: "header", Label: "OpenTimestamps proof", Fields: []pipeline.Field{{Name: "version", Value: "1", Offset: int64(len(magic)), Length: 1}}})
	o.piece(int(at), n, 0, pipeline.Piece{Name: "digest", Label: "digest stamped", Note: note, Fields: []pipeline.Field{{Name: name, Value: hex.EncodeToString(digest), Offset: at, Length: int64(n)}}})
	o.say(pipeline.At(at, int64(n)), pipeline.Relation{What: "stamps", Value: name + ":" + hex.EncodeToString(digest), Note: note, Source: "OpenTimestamps"})
	if err := o.stamp(digest, 0); err != nil {
		return err
	}
	if o.at < len(o.b) {
		return fmt.Errorf("%w: %d bytes behind its end", errOTS, len(o.b)-o.at)
	}
	return nil
}

func (o *ots) piece(at, n, depth int, p pipeline.Piece) {
	p.Format, p.Depth = "ots", depth
	where := pipeline.At(int64(at), int64(n))
	where.Path = p.Name
	o.say(where, p)
}

// stamp reads what is done with a message: one step, or several after forks.
func (o *ots) stamp(message []byte, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: operations %d deep, the limit is %d", pipeline.ErrRefused, depth, maxDepth)
	}
	for {
		tag, err := o.take(1)
		if err != nil {
			return err
		}
		fork := tag[0] == tagFork
		if fork {
			if tag, err = o.take(1); err != nil {
				return err
			}
		}
		if o.steps++; o.steps > maxSteps {
			return fmt.Errorf("%w: more than %d steps", pipeline.ErrRefused, maxSteps)
		}
		if tag[0] == tagAttestation {
			err = o.attested(message, depth)
		} else {
			err = o.operation(tag[0], message, depth)
		}
		if err != nil || !fork {
			return err
		}
	}
}

// operation computes one step and goes on with its result.
func (o *ots) operation(op byte, message []byte, depth int) error {
	from := o.at - 1
	p := pipeline.Piece{}
	var next []byte
	switch op {
	case opSHA1:
		sum := sha1.Sum(message) //nolint:gosec // as above
		p.Name, next = "sha1", sum[:]
	case opSHA256:
		sum := sha256.Sum256(message)
		p.Name, next = "sha256", sum[:]
	case opAppend, opPrepend:
		operand, err := o.bytes(maxMessage)
		if err != nil {
			return err
		}
		p.Name, next = "append", slices.Concat(message, operand)
		if op == opPrepend {
			p.Name, next = "prepend", slices.Concat(operand, message)
		}
		p.Fields = []pipeline.Field{{Name: "operand", Value: text(hex.EncodeToString(operand)), Offset: int64(o.at - len(operand)), Length: int64(len(operand))}}
	case opReverse:
		p.Name, next = "reverse", slices.Clone(message)
		slices.Reverse(next)
	case opHexlify:
		p.Name, next = "hexlify", []byte(hex.EncodeToString(message))
	case opRIPEMD, opKeccak:
		h := ripemd160.New() //nolint:gosec // what Bitcoin's addresses are made of, and so the proofs
		if op == opKeccak {
			h = sha3.NewLegacyKeccak256()
		}
		h.Write(message)
		p.Name, _ = hashLength(op)
		next = h.Sum(nil)
	default:
		return fmt.Errorf("%w: the unknown operation 0x%02x at byte %d", errOTS, op, from)
	}
	if len(next) > maxMessage {
		return fmt.Errorf("%w: a message of %d bytes at byte %d, the format allows %d", errOTS, len(next), from, maxMessage)
	}
	o.piece(from, o.at-from, min(depth, 30)+1, p)
	return o.stamp(next, depth+1)
}

// attested says what a message is attested by: a block of a chain, whose root it must be, or a calendar that promises one.
func (o *ots) attested(message []byte, depth int) error {
	from := o.at - 1
	tag, err := o.take(8)
	if err != nil {
		return err
	}
	kind := attestations[string(tag)]
	payload, err := o.bytes(maxAttested)
	if err != nil {
		return err
	}
	inner := ots{b: payload}
	p := pipeline.Piece{Name: "attestation", Label: kind, Fields: []pipeline.Field{{Name: "message", Value: text(hex.EncodeToString(message))}}}
	h := pipeline.History{Action: "attested", Source: "OpenTimestamps", Parameters: "message " + text(hex.EncodeToString(message))}
	switch kind {
	case "":
		p.Note, h.Software = "of an unknown kind", "unknown notary "+hex.EncodeToString(tag)
	case "pending":
		uri, err := inner.bytes(1000)
		if err != nil {
			return err
		}
		p.Note = "promised, not yet in a chain"
		h.Action, h.Software = "promised", text(string(uri))
		p.Fields = append(p.Fields, pipeline.Field{Name: "calendar", Value: text(string(uri))})
	default:
		height, err := inner.number()
		if err != nil {
			return err
		}
		root := slices.Clone(message) // chains write roots the other way round
		slices.Reverse(root)
		h.Software = fmt.Sprintf("%s block %d", kind, height)
		h.Parameters = "the Merkle root of that block must be " + text(hex.EncodeToString(root))
		p.Fields = append(p.Fields, pipeline.Field{Name: "block", Value: strconv.FormatUint(height, 10)}, pipeline.Field{Name: "Merkle root", Value: text(hex.EncodeToString(root))})
		if len(message) != 32 {
			p.Note = "no Merkle root has this length"
		}
	}
	o.piece(from, o.at-from, min(depth, 30)+1, p)
	o.say(pipeline.At(int64(from), int64(o.at-from)), h)
	return nil
}
