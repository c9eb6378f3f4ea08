package structure

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dokaz/fixtures"
	"dokaz/pipeline"
)

var everyDifference = flag.Bool("parity", false, "print every field that differs from ExifTool's")

// exifToolNames are ExifTool's names of fields: box.field.
var exifToolNames = map[string]string{
	"ftyp.major_brand": "MajorBrand", "ftyp.minor_version": "MinorVersion", "ftyp.compatible_brands": "CompatibleBrands",
	"mvhd.version": "MovieHeaderVersion", "mvhd.creation_time": "CreateDate", "mvhd.modification_time": "ModifyDate", "mvhd.timescale": "TimeScale",
	"mvhd.duration": "Duration", "mvhd.rate": "PreferredRate", "mvhd.volume": "PreferredVolume", "mvhd.matrix": "MatrixStructure",
	"mvhd.preview_time": "PreviewTime", "mvhd.preview_duration": "PreviewDuration", "mvhd.poster_time": "PosterTime",
	"mvhd.selection_time": "SelectionTime", "mvhd.selection_duration": "SelectionDuration", "mvhd.current_time": "CurrentTime", "mvhd.next_track_ID": "NextTrackID",
	"tkhd.version": "TrackHeaderVersion", "tkhd.creation_time": "TrackCreateDate", "tkhd.modification_time": "TrackModifyDate", "tkhd.track_ID": "TrackID",
	"tkhd.duration": "TrackDuration", "tkhd.layer": "TrackLayer", "tkhd.volume": "TrackVolume", "tkhd.matrix": "MatrixStructure",
	"tkhd.width": "ImageWidth", "tkhd.height": "ImageHeight",
	"mdhd.version": "MediaHeaderVersion", "mdhd.creation_time": "MediaCreateDate", "mdhd.modification_time": "MediaModifyDate",
	"mdhd.timescale": "MediaTimeScale", "mdhd.duration": "MediaDuration", "mdhd.language": "MediaLanguageCode",
	"hdlr.component_type": "HandlerClass", "hdlr.handler_type": "HandlerType", "hdlr.manufacturer": "HandlerVendorID", "hdlr.name": "HandlerDescription",
	"vmhd.graphicsmode": "GraphicsMode", "vmhd.opcolor": "OpColor", "smhd.balance": "Balance",
	"gmin.graphicsmode": "GenGraphicsMode", "gmin.opcolor": "GenOpColor", "gmin.balance": "GenBalance", "gmin.version": "GenMediaVersion",
	"colr.colour_type": "ColorProfiles", "colr.colour_primaries": "ColorPrimaries", "colr.transfer_characteristics": "TransferCharacteristics",
	"colr.matrix_coefficients": "MatrixCoefficients", "colr.full_range_flag": "VideoFullRangeFlag",
	"btrt.bufferSizeDB": "BufferSize", "btrt.maxBitrate": "MaxBitrate", "btrt.avgBitrate": "AverageBitrate",
	"hvcC.configurationVersion": "HEVCConfigurationVersion", "hvcC.general_profile_space": "GeneralProfileSpace", "hvcC.general_tier_flag": "GeneralTierFlag",
	"hvcC.general_profile_idc": "GeneralProfileIDC", "hvcC.general_profile_compatibility_flags": "GenProfileCompatibilityFlags",
	"hvcC.general_constraint_indicator_flags": "ConstraintIndicatorFlags", "hvcC.general_level_idc": "GeneralLevelIDC",
	"hvcC.min_spatial_segmentation_idc": "MinSpatialSegmentationIDC", "hvcC.parallelismType": "ParallelismType", "hvcC.chroma_format_idc": "ChromaFormat",
	"hvcC.bit_depth_luma_minus8": "BitDepthLuma", "hvcC.bit_depth_chroma_minus8": "BitDepthChroma", "hvcC.avgFrameRate": "AverageFrameRate",
	"hvcC.constantFrameRate": "ConstantFrameRate", "hvcC.numTemporalLayers": "NumTemporalLayers", "hvcC.temporalIdNested": "TemporalIDNested",
	"pixi.bits_per_channel": "ImagePixelDepth", "auxC.aux_type": "AuxiliaryImageType", "mfhd.sequence_number": "MovieFragmentSequence",
	"frma.data_format": "OriginalFormat", "schm.scheme_type": "SchemeType", "schm.scheme_version": "SchemeVersion",
	"av1C.version": "AV1ConfigurationVersion", "av1C.chroma_sample_position": "ChromaSamplePosition", "mehd.fragment_duration": "MovieExtendsDuration",
	"visual.vendor": "VendorID", "visual.width": "SourceImageWidth", "visual.height": "SourceImageHeight", "visual.horizresolution": "XResolution",
	"visual.vertresolution": "YResolution", "visual.compressorname": "CompressorName", "visual.depth": "BitDepth",
	"audio.vendor": "AudioVendorID", "audio.channelcount": "AudioChannels", "audio.samplesize": "AudioBitsPerSample", "audio.samplerate": "AudioSampleRate",
	"clli.max_content_light_level": "MaxContentLightLevel", "clli.max_pic_average_light_level": "MaxPicAverageLightLevel",
	"gama.level": "Gamma",
}

// exifToolKeys are its names of metadata items.
var exifToolKeys = map[string]string{
	"com.apple.quicktime.location.ISO6709": "GPSCoordinates", "com.apple.quicktime.creationdate": "CreationDate", "com.android.version": "AndroidVersion",
	"com.android.capture.fps": "AndroidCaptureFps", "com.apple.quicktime.location.accuracy.horizontal": "LocationAccuracyHorizontal", "com.apple.quicktime.make": "Make", "com.apple.quicktime.model": "Model", "com.apple.quicktime.software": "Software",
	"©too": "Encoder", "©xyz": "GPSCoordinates", "©nam": "Title", "©ART": "Artist", "©cmt": "Comment", "©day": "ContentCreateDate", "©alb": "Album", "©mak": "Make",
	"©mod": "Model", "©swr": "SoftwareVersion", "©wrt": "Composer", "©gen": "Genre", "cprt": "Copyright", "desc": "Description", "trkn": "TrackNumber",
	"com.apple.quicktime.content.identifier": "ContentIdentifier", "com.apple.quicktime.still-image-time": "StillImageTime", "auth": "Author", "titl": "Title",
	"mdln": "SamsungModel", "com.android.video.temporal_layers_count": "AndroidVideoTemporalLayersCount", "com.android.manufacturer": "AndroidMake", "com.android.model": "AndroidModel",
}

var (
	meaning = regexp.MustCompile(`^\d+ \((\d{4})-(\d\d)-(\d\d) (.*)\)$`)
	trackIn = regexp.MustCompile(`moov/trak(?:\[(\d+)\])?/`)
)

// saysAs gives what is said of a file under ExifTool's names: "Track1:TrackID", "Keys:Make".
func saysAs(where []pipeline.Where, facts []pipeline.Fact) map[string][]string {
	out := map[string][]string{}
	scale, movie := 1.0, 1.0
	for i, f := range facts {
		group := ""
		if m := trackIn.FindStringSubmatch(where[i].Path + "/"); m != nil {
			n, _ := strconv.Atoi(m[1])
			group = fmt.Sprintf("Track%d:", n+1)
		}
		put := func(name, value string) { out[group+name] = append(out[group+name], value) }
		switch f := f.(type) {
		case pipeline.Tag:
			name := exifToolKeys[f.Name]
			if name == "" {
				name = f.Name
			}
			out[f.Group+":"+name] = append(out[f.Group+":"+name], f.Value)
		case pipeline.Piece:
			get := map[string]string{}
			holds := boxKinds()[f.Name].holds
			for _, x := range f.Fields {
				get[x.Name] = x.Value
				key := f.Name + "." + x.Name
				if holds == "visual" || holds == "audio" {
					key = holds + "." + x.Name
				}
				name := exifToolNames[key]
				v := x.Value
				if m := meaning.FindStringSubmatch(v); m != nil {
					v = m[1] + ":" + m[2] + ":" + m[3] + " " + m[4]
				}
				number, _ := strconv.ParseFloat(v, 64)
				switch {
				case v == "0 (not set)":
					v = "0000:00:00 00:00:00"
				case name == "MinorVersion":
					n, _ := strconv.Atoi(v)
					v = fmt.Sprintf("%x.%x.%x", n>>16, n>>8&255, n&255)
				case name == "TimeScale":
					movie = number
				case name == "MediaTimeScale":
					scale = number
				case f.Name == "mvhd" && (name == "Duration" || strings.HasSuffix(x.Name, "_time") && meaning.FindString(x.Value) == "" || strings.HasSuffix(x.Name, "_duration")), name == "TrackDuration", f.Name == "mehd":
					v = decimal(number / movie)
				case name == "MediaDuration":
					v = decimal(number / scale)
				case name == "BitDepthLuma" || name == "BitDepthChroma":
					v = decimal(number + 8)
				case name == "ConstraintIndicatorFlags":
					var all []string
					for n := 0; n+2 <= len(v); n += 2 {
						b, _ := strconv.ParseUint(v[n:n+2], 16, 8)
						all = append(all, fmt.Sprint(b))
					}
					v = strings.Join(all, " ")
				}
				if name != "" {
					put(name, v)
				}
			}
			switch {
			case f.Name == "mdat":
				put("MediaDataSize", fmt.Sprint(where[i].Length-f.Header))
				put("MediaDataOffset", fmt.Sprint(*where[i].Offset+f.Header))
			case f.Name == "fiel":
				put("VideoFieldOrder", get["fields"]+" "+get["detail"])
			case f.Name == "pitm":
				put("Meta:PrimaryItemReference", get["item_ID"])
			case f.Name == "pasp":
				put("PixelAspectRatio", get["hSpacing"]+":"+get["vSpacing"])
			case f.Name == "ispe":
				put("ImageSpatialExtent", get["image_width"]+" "+get["image_height"])
			case f.Name == "irot":
				number, _ := strconv.Atoi(get["angle"])
				put("Rotation", fmt.Sprint(90*number))
			case f.Name == "clef" || f.Name == "prof" || f.Name == "enof":
				name := map[string]string{"clef": "CleanApertureDimensions", "prof": "ProductionApertureDimensions", "enof": "EncodedPixelsDimensions"}[f.Name]
				put(name, get["width"]+" "+get["height"])
			case f.Name == "clap":
				put("CleanAperture", strings.Join([]string{quotient(get["cleanApertureWidth"]), quotient(get["cleanApertureHeight"]), quotient(get["horizOff"]), quotient(get["vertOff"])}, " "))
			case f.Name == "stts" && get["ticks"] != "":
				ticks, _ := strconv.ParseFloat(get["ticks"], 64)
				samples, _ := strconv.ParseFloat(get["samples"], 64)
				put("VideoFrameRate", decimal(samples*scale/ticks))
			case holds == "visual":
				put("CompressorID", f.Name)
			case holds == "audio":
				put("AudioFormat", f.Name)
			case holds == "entry":
				put("MetaFormat", f.Name)
				put("OtherFormat", f.Name)
			}
		}
	}
	return out
}

func quotient(s string) string {
	a, b, _ := strings.Cut(s, "/")
	n, _ := strconv.ParseFloat(a, 64)
	d, _ := strconv.ParseFloat(b, 64)
	return decimal(n / d)
}

// agree compares values as text, as numbers and as places.
func agree(name, want string, got []string) bool {
	return slices.ContainsFunc(got, func(g string) bool {
		if g == want {
			return true
		}
		a, b := strings.Fields(strings.NewReplacer("+", " ", "-", " -", "/", " ", ",", " ", "T", " ").Replace(want)), strings.Fields(strings.NewReplacer("+", " ", "-", " -", "/", " ", ",", " ", "T", " ").Replace(g))
		if strings.HasSuffix(name, "Date") {
			normal := func(s string) string { return strings.NewReplacer("-", ":", "T", " ").Replace(s)[:min(len(s), 19)] }
			return normal(want) == normal(g)
		}
		if len(a) != len(b) || len(a) == 0 {
			return false
		}
		for i := range a {
			x, errX := strconv.ParseFloat(a[i], 64)
			y, errY := strconv.ParseFloat(b[i], 64)
			if a[i] != b[i] && (errX != nil || errY != nil || math.Abs(x-y) > 1e-4*math.Max(1, math.Abs(x))) {
				return false
			}
		}
		return true
	})
}

// Nothing that ExifTool reads from boxes is missing but what docs/measurements/2026-11-29-containers.md lists, and where both state a
// field they state the same.
//
//	make parity
func TestParityContainers(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("exiftool"); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: %v", err)
	}
	root := fixtures.SharedMedia(t)
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if strings.Contains(path, "robustness") {
			return err
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".mp4", ".mov", ".3gp", ".m4a", ".heic", ".avif", ".mkv", ".webm", ".avi", ".wav":
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("exiftool", append([]string{"-j", "-n", "-a", "-G0:1"}, files...)...).Output()
	if err != nil && len(said) == 0 {
		t.Fatal(err)
	}
	var all []map[string]any
	numbers := json.NewDecoder(bytes.NewReader(said))
	numbers.UseNumber()
	if err := numbers.Decode(&all); err != nil {
		t.Fatal(err)
	}
	expected, found := 0, 0
	missing, differ := map[string]int{}, map[string]int{}
	for _, file := range all {
		path := file["SourceFile"].(string)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ours := saysAs(factsOf(t, data))
		for key, value := range file {
			name, ok := strings.CutPrefix(key, "QuickTime:")
			if !ok {
				continue
			}
			want := strings.Trim(fmt.Sprint(value), "[]")
			expected++
			short := regexp.MustCompile(`^Track\d+:`).ReplaceAllString(name, "Track:")
			switch got := ours[name]; {
			case agree(name, want, got):
				found++
			case len(got) == 0:
				missing[short]++
			default:
				differ[short]++
				if *everyDifference {
					t.Logf("%s: %s is %q, ExifTool has %q", filepath.Base(path), name, got[:min(len(got), 4)], want)
				}
			}
		}
	}
	t.Logf("%d files, %d of %d fields of ExifTool's found with its value: %.2f %%", len(all), found, expected, 100*float64(found)/float64(max(1, expected)))
	t.Logf("not found: %v", missing)
	t.Logf("other values: %v", differ)
	if expected > 0 && found*100 < expected*95 {
		t.Error("under 95 %")
	}
}
