// Package sound finds which stretches of one sound are heard in another, from acoustic fingerprints.
//
// Words at one offset in time are held against each other. How many bits of two words differ is weighed against how many would
// differ by chance: what the words near them differ by among themselves (pipeline.AudioPrint.Variety). So a hum, a tone, a steady
// noise and silence, which agree with their like wherever one looks, say next to nothing, and a stretch is worth the bits by
// which it agrees beyond chance. The stretches worth most are stated, each at its own offset; sound that was cut and
// joined anew gives several.
//
// Speed is one throughout: a fingerprint of Chromaprint does not bear a change of tempo or pitch beyond about three per cent,
// and what is slightly faster or slower comes out as several stretches whose offsets drift.
//
// The package knows words and times. It must not know pictures, media or where fingerprints are kept. That two items share sound
// does not say that they share pictures.
package sound
