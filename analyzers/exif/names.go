package exif

import (
	"embed"
	"strconv"
	"strings"
	"sync"

	"dokaz/analyzers/internal/lexicon"
)

//go:embed data/*.tsv
var data embed.FS

// table gives the text of one table.
var table = lexicon.Folder(data)

// fieldNames are the names of fields, by directory and number.
var fieldNames = sync.OnceValue(func() map[key]string {
	out := map[key]string{}
	for _, r := range lexicon.Rows(table("field"), 3) {
		out[key{r[0], r[1]}] = r[2]
	}
	return out
})

// name is the standard's name of a field, "" where none is known. Writers put fields of the Exif directory into others and the
// other way round, so that each is looked up in the other too.
func name(group string, id uint16) string {
	n := strconv.Itoa(int(id))
	all := fieldNames()
	switch group {
	case "GPS":
		return all[key{"GPS", n}]
	case "InteropIFD":
		if known := all[key{"InteropIFD", n}]; known != "" {
			return known
		}
	case "ExifIFD":
		if known := all[key{"ExifIFD", n}]; known != "" {
			return known
		}
	}
	if known := all[key{"IFD", n}]; known != "" {
		return known
	}
	return all[key{"ExifIFD", n}]
}

// iptcByID are the names of datasets, by "2:40".
var iptcByID = table.Map("iptc")

// iptcNumbered maps names back to numbers.
var iptcNumbered = sync.OnceValue(func() map[string][2]uint8 {
	out := map[string][2]uint8{}
	for id, name := range iptcByID() {
		record, number, _ := strings.Cut(id, ":")
		a, err := strconv.ParseUint(record, 10, 8)
		b, err2 := strconv.ParseUint(number, 10, 8)
		if err == nil && err2 == nil {
			out[name] = [2]uint8{uint8(a), uint8(b)}
		}
	}
	return out
})

// datasetID is a dataset's number as IPTC writes it.
func datasetID(id [2]uint8) string { return strconv.Itoa(int(id[0])) + ":" + strconv.Itoa(int(id[1])) }

func datasetName(id [2]uint8) string { return iptcByID()[datasetID(id)] }

// xmpPrefixes are the prefixes by which namespaces are known; knownPrefixes are the prefixes alone.
var (
	xmpPrefixes   = table.Map("namespace")
	knownPrefixes = sync.OnceValue(func() map[string]bool {
		out := map[string]bool{}
		for _, p := range xmpPrefixes() {
			out[p] = true
		}
		return out
	})
)
