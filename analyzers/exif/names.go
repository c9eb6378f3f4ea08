package exif

import "fmt"

// name is the standard's name of a field, "" where none is known.
func name(group string, id uint16) string {
	switch group {
	case "GPS":
		return gpsNames[id]
	case "InteropIFD":
		if n := interopNames[id]; n != "" {
			return n
		}
	}
	if group == "ExifIFD" {
		if n := exifNames[id]; n != "" {
			return n
		}
		return tiffNames[id]
	}
	if n := tiffNames[id]; n != "" {
		return n
	}
	return exifNames[id]
}

// tiffNames are the fields of IFD0, IFD1 and SubIFDs: TIFF 6.0 §8 ff., TIFF/EP, DNG 1.6, and the Windows fields.
var tiffNames = map[uint16]string{
	0x000b: "ProcessingSoftware", 0x00fe: "NewSubfileType", 0x00ff: "SubfileType", 0x0100: "ImageWidth",
	0x0101: "ImageLength", 0x0102: "BitsPerSample", 0x0103: "Compression", 0x0106: "PhotometricInterpretation",
	0x0107: "Threshholding", 0x0108: "CellWidth", 0x0109: "CellLength", 0x010a: "FillOrder", 0x010d: "DocumentName",
	0x010e: "ImageDescription", 0x010f: "Make", 0x0110: "Model", 0x0111: "StripOffsets", 0x0112: "Orientation",
	0x0115: "SamplesPerPixel", 0x0116: "RowsPerStrip", 0x0117: "StripByteCounts", 0x0118: "MinSampleValue",
	0x0119: "MaxSampleValue", 0x011a: "XResolution", 0x011b: "YResolution", 0x011c: "PlanarConfiguration",
	0x011d: "PageName", 0x011e: "XPosition", 0x011f: "YPosition", 0x0122: "GrayResponseUnit", 0x0123: "GrayResponseCurve",
	0x0128: "ResolutionUnit", 0x0129: "PageNumber", 0x012d: "TransferFunction", 0x0131: "Software", 0x0132: "DateTime",
	0x013b: "Artist", 0x013c: "HostComputer", 0x013d: "Predictor", 0x013e: "WhitePoint", 0x013f: "PrimaryChromaticities",
	0x0140: "ColorMap", 0x0141: "HalftoneHints", 0x0142: "TileWidth", 0x0143: "TileLength", 0x0144: "TileOffsets",
	0x0145: "TileByteCounts", 0x014a: "SubIFDs", 0x014c: "InkSet", 0x014d: "InkNames", 0x014e: "NumberOfInks",
	0x0151: "TargetPrinter", 0x0152: "ExtraSamples", 0x0153: "SampleFormat", 0x0154: "SMinSampleValue",
	0x0155: "SMaxSampleValue", 0x0156: "TransferRange", 0x015b: "JPEGTables", 0x0200: "JPEGProc",
	0x0201: "JPEGInterchangeFormat", 0x0202: "JPEGInterchangeFormatLength", 0x0203: "JPEGRestartInterval",
	0x0211: "YCbCrCoefficients", 0x0212: "YCbCrSubSampling", 0x0213: "YCbCrPositioning", 0x0214: "ReferenceBlackWhite",
	0x02bc: "XMP", 0x4746: "Rating", 0x4749: "RatingPercent", 0x800d: "ImageID", 0x828d: "CFARepeatPatternDim",
	0x828e: "CFAPattern", 0x828f: "BatteryLevel", 0x8298: "Copyright", 0x83bb: "IPTC", 0x8649: "PhotoshopSettings",
	0x8769: "ExifIFDPointer", 0x8773: "InterColorProfile", 0x8825: "GPSInfoIFDPointer", 0x8829: "Interlace",
	0x882a: "TimeZoneOffset", 0x882b: "SelfTimerMode", 0x920d: "Noise", 0x9211: "ImageNumber",
	0x9212: "SecurityClassification", 0x9213: "ImageHistory", 0x9216: "TIFFEPStandardID", 0x935c: "ImageSourceData",
	0x9c9b: "XPTitle", 0x9c9c: "XPComment", 0x9c9d: "XPAuthor", 0x9c9e: "XPKeywords", 0x9c9f: "XPSubject",
	0xc4a5: "PrintImageMatching", 0xc612: "DNGVersion", 0xc613: "DNGBackwardVersion", 0xc614: "UniqueCameraModel",
	0xc615: "LocalizedCameraModel", 0xc61a: "BlackLevel", 0xc61d: "WhiteLevel", 0xc61f: "DefaultCropOrigin",
	0xc620: "DefaultCropSize", 0xc621: "ColorMatrix1", 0xc622: "ColorMatrix2", 0xc623: "CameraCalibration1",
	0xc624: "CameraCalibration2", 0xc627: "AnalogBalance", 0xc628: "AsShotNeutral", 0xc629: "AsShotWhiteXY",
	0xc62a: "BaselineExposure", 0xc62f: "CameraSerialNumber", 0xc630: "LensInfo", 0xc634: "DNGPrivateData",
	0xc635: "MakerNoteSafety", 0xc65a: "CalibrationIlluminant1", 0xc65b: "CalibrationIlluminant2",
	0xc65d: "RawDataUniqueID", 0xc68b: "OriginalRawFileName", 0xc68d: "ActiveArea", 0xc716: "PreviewApplicationName",
	0xc717: "PreviewApplicationVersion", 0xc71b: "PreviewDateTime", 0xc71c: "RawImageDigest", 0xea1c: "Padding",
	0xea1d: "OffsetSchema",
}

// exifNames are the fields of the Exif IFD: CIPA DC-008-2023 (Exif 3.0) §4.6.5.
var exifNames = map[uint16]string{
	0x829a: "ExposureTime", 0x829d: "FNumber", 0x8822: "ExposureProgram", 0x8824: "SpectralSensitivity",
	0x8827: "PhotographicSensitivity", 0x8828: "OECF", 0x8830: "SensitivityType", 0x8831: "StandardOutputSensitivity",
	0x8832: "RecommendedExposureIndex", 0x8833: "ISOSpeed", 0x8834: "ISOSpeedLatitudeyyy", 0x8835: "ISOSpeedLatitudezzz",
	0x9000: "ExifVersion", 0x9003: "DateTimeOriginal", 0x9004: "DateTimeDigitized", 0x9010: "OffsetTime",
	0x9011: "OffsetTimeOriginal", 0x9012: "OffsetTimeDigitized", 0x9101: "ComponentsConfiguration",
	0x9102: "CompressedBitsPerPixel", 0x9201: "ShutterSpeedValue", 0x9202: "ApertureValue", 0x9203: "BrightnessValue",
	0x9204: "ExposureBiasValue", 0x9205: "MaxApertureValue", 0x9206: "SubjectDistance", 0x9207: "MeteringMode",
	0x9208: "LightSource", 0x9209: "Flash", 0x920a: "FocalLength", 0x9214: "SubjectArea", 0x927c: "MakerNote",
	0x9286: "UserComment", 0x9290: "SubSecTime", 0x9291: "SubSecTimeOriginal", 0x9292: "SubSecTimeDigitized",
	0x9400: "Temperature", 0x9401: "Humidity", 0x9402: "Pressure", 0x9403: "WaterDepth", 0x9404: "Acceleration",
	0x9405: "CameraElevationAngle", 0xa000: "FlashpixVersion", 0xa001: "ColorSpace", 0xa002: "PixelXDimension",
	0xa003: "PixelYDimension", 0xa004: "RelatedSoundFile", 0xa005: "InteroperabilityIFDPointer", 0xa20b: "FlashEnergy",
	0xa20c: "SpatialFrequencyResponse", 0xa20e: "FocalPlaneXResolution", 0xa20f: "FocalPlaneYResolution",
	0xa210: "FocalPlaneResolutionUnit", 0xa214: "SubjectLocation", 0xa215: "ExposureIndex", 0xa217: "SensingMethod",
	0xa300: "FileSource", 0xa301: "SceneType", 0xa302: "CFAPattern", 0xa401: "CustomRendered", 0xa402: "ExposureMode",
	0xa403: "WhiteBalance", 0xa404: "DigitalZoomRatio", 0xa405: "FocalLengthIn35mmFilm", 0xa406: "SceneCaptureType",
	0xa407: "GainControl", 0xa408: "Contrast", 0xa409: "Saturation", 0xa40a: "Sharpness",
	0xa40b: "DeviceSettingDescription", 0xa40c: "SubjectDistanceRange", 0xa420: "ImageUniqueID",
	0xa430: "CameraOwnerName", 0xa431: "BodySerialNumber", 0xa432: "LensSpecification", 0xa433: "LensMake",
	0xa434: "LensModel", 0xa435: "LensSerialNumber", 0xa436: "ImageTitle", 0xa437: "Photographer", 0xa438: "ImageEditor",
	0xa439: "CameraFirmware", 0xa43a: "RAWDevelopingSoftware", 0xa43b: "ImageEditingSoftware",
	0xa43c: "MetadataEditingSoftware", 0xa460: "CompositeImage", 0xa461: "SourceImageNumberOfCompositeImage",
	0xa462: "SourceExposureTimesOfCompositeImage", 0xa500: "Gamma",
}

// gpsNames are the fields of the GPS IFD: CIPA DC-008-2023 §4.6.6.
var gpsNames = map[uint16]string{
	0: "GPSVersionID", 1: "GPSLatitudeRef", 2: "GPSLatitude", 3: "GPSLongitudeRef", 4: "GPSLongitude",
	5: "GPSAltitudeRef", 6: "GPSAltitude", 7: "GPSTimeStamp", 8: "GPSSatellites", 9: "GPSStatus", 10: "GPSMeasureMode",
	11: "GPSDOP", 12: "GPSSpeedRef", 13: "GPSSpeed", 14: "GPSTrackRef", 15: "GPSTrack", 16: "GPSImgDirectionRef",
	17: "GPSImgDirection", 18: "GPSMapDatum", 19: "GPSDestLatitudeRef", 20: "GPSDestLatitude", 21: "GPSDestLongitudeRef",
	22: "GPSDestLongitude", 23: "GPSDestBearingRef", 24: "GPSDestBearing", 25: "GPSDestDistanceRef",
	26: "GPSDestDistance", 27: "GPSProcessingMethod", 28: "GPSAreaInformation", 29: "GPSDateStamp",
	30: "GPSDifferential", 31: "GPSHPositioningError",
}

// interopNames are the fields of the Interoperability IFD: CIPA DC-008-2023 §4.6.7; DCF 2.0 (CIPA DC-009).
var interopNames = map[uint16]string{
	1: "InteroperabilityIndex", 2: "InteroperabilityVersion", 0x1000: "RelatedImageFileFormat",
	0x1001: "RelatedImageWidth", 0x1002: "RelatedImageLength",
}

// iptcNames are the datasets of the application record and of the envelope's character set (IPTC-IIM 4.2 §§5–6).
var iptcNames = map[[2]uint8]string{
	{1, 0}: "EnvelopeRecordVersion", {1, 5}: "Destination", {1, 20}: "FileFormat", {1, 22}: "FileVersion",
	{1, 30}: "ServiceIdentifier", {1, 40}: "EnvelopeNumber", {1, 50}: "ProductID", {1, 60}: "EnvelopePriority",
	{1, 70}: "DateSent", {1, 80}: "TimeSent", {1, 90}: "CodedCharacterSet", {1, 100}: "UniqueObjectName",
	{1, 120}: "ARMIdentifier", {1, 122}: "ARMVersion",
	{2, 0}: "ApplicationRecordVersion", {2, 3}: "ObjectTypeReference", {2, 4}: "ObjectAttributeReference",
	{2, 5}: "ObjectName", {2, 7}: "EditStatus", {2, 8}: "EditorialUpdate", {2, 10}: "Urgency", {2, 12}: "SubjectReference",
	{2, 15}: "Category", {2, 20}: "SupplementalCategories", {2, 22}: "FixtureIdentifier", {2, 25}: "Keywords",
	{2, 26}: "ContentLocationCode", {2, 27}: "ContentLocationName", {2, 30}: "ReleaseDate", {2, 35}: "ReleaseTime",
	{2, 37}: "ExpirationDate", {2, 38}: "ExpirationTime", {2, 40}: "SpecialInstructions", {2, 42}: "ActionAdvised",
	{2, 45}: "ReferenceService", {2, 47}: "ReferenceDate", {2, 50}: "ReferenceNumber", {2, 55}: "DateCreated",
	{2, 60}: "TimeCreated", {2, 62}: "DigitalCreationDate", {2, 63}: "DigitalCreationTime", {2, 65}: "OriginatingProgram",
	{2, 70}: "ProgramVersion", {2, 75}: "ObjectCycle", {2, 80}: "By-line", {2, 85}: "By-lineTitle", {2, 90}: "City",
	{2, 92}: "Sub-location", {2, 95}: "Province-State", {2, 100}: "Country-PrimaryLocationCode",
	{2, 101}: "Country-PrimaryLocationName", {2, 103}: "OriginalTransmissionReference", {2, 105}: "Headline",
	{2, 110}: "Credit", {2, 115}: "Source", {2, 116}: "CopyrightNotice", {2, 118}: "Contact", {2, 120}: "Caption-Abstract",
	{2, 121}: "LocalCaption", {2, 122}: "Writer-Editor", {2, 130}: "ImageType", {2, 131}: "ImageOrientation",
	{2, 135}: "LanguageIdentifier", {2, 184}: "JobID", {2, 185}: "MasterDocumentID", {2, 186}: "ShortDocumentID",
	{2, 187}: "UniqueDocumentID", {2, 188}: "OwnerID", {2, 200}: "ObjectPreviewFileFormat",
	{2, 201}: "ObjectPreviewFileVersion", {2, 202}: "ObjectPreviewData", {2, 221}: "Prefs", {2, 225}: "ClassifyState",
	{2, 228}: "SimilarityIndex", {2, 230}: "DocumentNotes", {2, 231}: "DocumentHistory", {2, 232}: "ExifCameraInfo",
	{2, 255}: "CatalogSets",
}

// datasetID is a dataset's number as IPTC writes it.
func datasetID(id [2]uint8) string { return fmt.Sprintf("%d:%d", id[0], id[1]) }

// iptcNumbered maps names back to numbers.
var iptcNumbered = func() map[string][2]uint8 {
	out := make(map[string][2]uint8, len(iptcNames))
	for id, n := range iptcNames {
		out[n] = id
	}
	return out
}()

// xmpPrefixes are the prefixes by which the namespaces are known (XMP Specification parts 1 and 2; Exif for XMP,
// CIPA DC-010; IPTC Photo Metadata 2023; Google and C2PA publications).
var xmpPrefixes = map[string]string{
	"http://purl.org/dc/elements/1.1/":                         "dc",
	"http://ns.adobe.com/xap/1.0/":                             "xmp",
	"http://ns.adobe.com/xap/1.0/rights/":                      "xmpRights",
	"http://ns.adobe.com/xap/1.0/mm/":                          "xmpMM",
	"http://ns.adobe.com/xap/1.0/bj/":                          "xmpBJ",
	"http://ns.adobe.com/xap/1.0/t/pg/":                        "xmpTPg",
	"http://ns.adobe.com/xmp/1.0/DynamicMedia/":                "xmpDM",
	"http://ns.adobe.com/xmp/note/":                            "xmpNote",
	"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#":         "stEvt",
	"http://ns.adobe.com/xap/1.0/sType/ResourceRef#":           "stRef",
	"http://ns.adobe.com/pdf/1.3/":                             "pdf",
	"http://ns.adobe.com/photoshop/1.0/":                       "photoshop",
	"http://ns.adobe.com/camera-raw-settings/1.0/":             "crs",
	"http://ns.adobe.com/exif/1.0/":                            "exif",
	"http://ns.adobe.com/exif/1.0/aux/":                        "aux",
	"http://cipa.jp/exif/1.0/":                                 "exifEX",
	"http://ns.adobe.com/tiff/1.0/":                            "tiff",
	"http://ns.adobe.com/lightroom/1.0/":                       "lr",
	"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/":              "Iptc4xmpCore",
	"http://iptc.org/std/Iptc4xmpExt/2008-02-29/":              "Iptc4xmpExt",
	"http://ns.useplus.org/ldf/xmp/1.0/":                       "plus",
	"http://ns.microsoft.com/photo/1.0/":                       "MicrosoftPhoto",
	"http://ns.microsoft.com/photo/1.2/":                       "MP",
	"http://www.metadataworkinggroup.com/schemas/regions/":     "mwg-rs",
	"http://www.digikam.org/ns/1.0/":                           "digiKam",
	"http://ns.google.com/photos/1.0/camera/":                  "GCamera",
	"http://ns.google.com/photos/1.0/container/":               "Container",
	"http://ns.google.com/photos/1.0/image/":                   "GImage",
	"http://ns.google.com/photos/1.0/depthmap/":                "GDepth",
	"http://ns.google.com/photos/1.0/focus/":                   "GFocus",
	"http://ns.google.com/photos/1.0/panorama/":                "GPano",
	"http://ns.adobe.com/hdr-gain-map/1.0/":                    "hdrgm",
	"http://ns.apple.com/adjustment-settings/1.0/":             "aas",
	"http://ns.apple.com/faceinfo/1.0/":                        "apple-fi",
	"http://ns.apple.com/HDRGainMap/1.0/":                      "HDRGainMap",
	"http://ns.apple.com/ImageIO/1.0/":                         "iio",
	"http://creativecommons.org/ns#":                           "cc",
	"http://purl.org/dc/terms/":                                "dcterms",
	"http://ns.acdsee.com/iptc/1.0/":                           "acdsee",
	"http://ns.iview-multimedia.com/mediapro/1.0/":             "mediapro",
	"http://www.dji.com/drone-dji/1.0/":                        "drone-dji",
	"adobe:ns:meta/":                                           "x",
	"http://ns.adobe.com/creatorAtom/1.0/":                     "creatorAtom",
	"http://ns.google.com/photos/1.0/audio/":                   "GAudio",
	"http://www.w3.org/XML/1998/namespace":                     "xml",
	"http://ns.adobe.com/xap/1.0/g/":                           "xmpG",
	"http://ns.adobe.com/xap/1.0/g/img/":                       "xmpGImg",
	"http://ns.adobe.com/DICOM/":                               "DICOM",
	"http://www.metadataworkinggroup.com/schemas/keywords/":    "mwg-kw",
	"http://www.metadataworkinggroup.com/schemas/collections/": "mwg-coll",
}
