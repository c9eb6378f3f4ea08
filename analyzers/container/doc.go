// Package container states what a film's or a sound's container says: the file as a whole, its streams, every
// field of its metadata, and from those the times, places, devices and programs that stand in fields whose
// meaning is known; and what its packets show: how many there are, where the keyframes lie, whether the file
// ends before it says it does, and a digest of each stream that outlives a change of container (CodedAlgorithm).
//
// Times of keyframes count from the stream's stated start, like the times of frames; Stream.Start holds that
// start on the container's clock. Fields that no rule here knows are kept as they stand, as Tag.
//
// The package knows the fields that recorders and programs write into containers. It must not know decoders,
// pictures, or whether what a field says is likely.
package container
