package main

import (
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dokaz/pipeline"
)

// hostileNames are 200 names that lie, break lines, leave folders, look alike, or name devices.
func hostileNames() []string {
	out := []string{
		"..", "...", "../../../etc/passwd", "/etc/shadow", `..\..\windows\system32\x.dll`, `C:\autoexec.bat`, `\\host\share\a.jpg`, "a/../../b.jpg", "./c.jpg", "d//e.jpg",
		"nul\x00byte.jpg", "\x00", "new\nline.jpg", "carriage\rreturn.jpg", "tab\tname.jpg", "bell\a.jpg", "\x1b[31mred\x1b[0m.jpg", "\x1b]0;title\x07.jpg", "\x7f.jpg", "\u009b31m.jpg",
		"\u202egpj.exe", "a\u202dbc\u202c.jpg", "\u2066a\u2069.jpg", "zero\u200bwidth.jpg", "join\u200der.jpg", "\ufeffbom.jpg", "soft\u00adhyphen.jpg", "no\u00a0break.jpg", "line\u2028sep.jpg", "para\u2029sep.jpg",
		"caf\xe9.jpg", "\xff\xfe.jpg", "\xc0\xae\xc0\xae/x.jpg", "half\xe2\x82.jpg", "\xed\xa0\x80.jpg", "\ufffd.jpg", "\ufffdE9.jpg", "\U000e0041tag.jpg", "\ue000private.jpg", "\u0378unassigned.jpg",
		"é.jpg", "e\u0301.jpg", "Å.jpg", "A\u030a.jpg", "\u212b.jpg", "ﬁ.jpg", "fi.jpg", "Ⅳ.jpg", "IV.jpg", "ａ.jpg", "ß.jpg", "SS.jpg", "ı.jpg", "i.jpg", "I.jpg", "İ.jpg",
		"=1+1.csv", "+cmd.csv", "-1.csv", "@SUM(A1).csv", "=HYPERLINK(\"http://127.0.0.1\")", ";=1", ",=1", "\t=1", "'=1", "|=1",
		"<script>alert(1)</script>.jpg", "\"><img src=x onerror=alert(1)>", "{{.}}", "${jndi:ldap://127.0.0.1}", "%s%n%x", "%2e%2e%2f", "$(id)", "`id`", "a;rm -rf b", "a&&b", "a|b", "-rf", "--help", "*", "?", "~", "~root", "#x", "!x", "a'b", "a\"b",
		" leading.jpg", "trailing.jpg ", "trailing.dot.", "dots...", ".hidden", ".", " ", "desktop.ini", "Thumbs.db", ".git/config", ".htaccess", "index.html", "catalog.db", "report.json",
	}
	for _, device := range []string{"CON", "PRN", "AUX", "NUL", "COM1", "LPT1", "CLOCK$"} {
		out = append(out, device, strings.ToLower(device), device+".jpg", device+" .txt")
	}
	for _, twin := range []string{"Photo.JPG", "photo.jpg", "PHOTO.JPG", "Мінск.jpg", "МІНСК.JPG", "Минск.jpg", "Mинск.jpg", "раypal.jpg", "paypal.jpg"} {
		out = append(out, twin, twin+":stream", twin+"\u200e")
	}
	for _, n := range []int{252, 254, 256, 300, 1024, 4096} {
		out = append(out, strings.Repeat("n", n), strings.Repeat("я", n/2)+".jpg", strings.Repeat("a/", n/2)+"x.jpg")
	}
	for i := 0; len(out) < 200; i++ {
		out = append(out, string(rune(0x300+i))+"combining.jpg")
	}
	return out
}

// unportable takes the escapes out of a name as receive.Portable put them in.
func unportable(t *testing.T, s string) string {
	t.Helper()
	return regexp.MustCompile("\ufffd[0-9A-F]{2}").ReplaceAllStringFunc(s, func(m string) string {
		b, err := hex.DecodeString(m[len("\ufffd"):])
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	})
}

// TestHostileNamesAreData takes 200 names in, comes back to each of them byte for byte, and looks at everything that shows them.
func TestHostileNamesAreData(t *testing.T) {
	t.Parallel()
	names := hostileNames()
	if twice := slices.Compact(slices.Sorted(slices.Values(names))); len(names) != 200 || len(twice) != 200 {
		t.Fatalf("%d names, %d different ones", len(names), len(twice))
	}
	dir := t.TempDir()
	in, kept := filepath.Join(dir, "in.zip"), filepath.Join(dir, "case")
	photo := patch(t, 77)
	var members []any
	for _, n := range names {
		members = append(members, n, photo)
	}
	put(t, in, holding(t, members...))
	finish(t, "run", in, "--case", kept)

	receipts, _ := shelf(t, kept)
	var got []string
	for _, r := range receipts[pipeline.DigestOf(photo)] {
		got = append(got, unportable(t, r.Claims.Other[pipeline.ClaimArchiveMember]))
		if strings.HasPrefix(r.Path, "/") || strings.HasPrefix(r.Path, "../") || strings.Contains(r.Name, "/") || !utf8.ValidString(r.Path) {
			t.Errorf("the receipt of %q has path %q and name %q", r.Claims.Other[pipeline.ClaimArchiveMember], r.Path, r.Name)
		}
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(names)), slices.Sorted(slices.Values(got))); diff != "" {
		t.Errorf("names that came back (-want +got):\n%s", diff)
	}
	ours := regexp.MustCompile(`^(?:[0-9a-f]{2}|[0-9a-f]{64}|tmp|vault|derived|reports|uploads|case|case\.json|catalog\.db(?:-wal|-shm)?|lock|report\.(?:json|html)|index\.(?:html|csv|jsonl))$`)
	err := filepath.WalkDir(kept, func(p string, e fs.DirEntry, err error) error {
		if err == nil && !ours.MatchString(e.Name()) {
			t.Errorf("a name of theirs became a name of ours: %q", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	looksHarmless(t, kept, pipeline.DigestOf(photo))
}

// looksHarmless reads everything that a person may look at.
func looksHarmless(t *testing.T, dir string, item pipeline.Digest) {
	t.Helper()
	for _, args := range [][]string{{"status", "--items"}, {"status", "--items", "--json"}, {"matches"}, {"quarantine", "list"}, {"report", "\x1b[31m\u202e"}} {
		c, said := dokaz(t.Context(), append(args, "--case", dir)...)
		_ = c.Run() // the last one is told that nothing has that name
		for _, r := range said.String() {
			if r != '\n' && (r < 0x20 || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)) {
				t.Errorf("dokaz %q prints U+%04X", args, r)
			}
		}
		if !utf8.Valid(said.Bytes()) || said.Len() == 0 && args[0] != "matches" {
			t.Errorf("dokaz %q prints %d bytes, UTF-8: %v", args, said.Len(), utf8.Valid(said.Bytes()))
		}
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, "reports", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, page := range []string{item.Hex() + "/report.html", "index.html"} {
		text := read(page)
		if strings.Contains(text, "<script>alert") || strings.Contains(text, "<img src=x") {
			t.Errorf("%s holds markup of theirs", page)
		}
		for _, r := range html.UnescapeString(text) {
			if r != '\n' && r != '\t' && r != '\u00ad' && (r < 0x20 || unicode.In(r, unicode.Cc, unicode.Cf)) {
				t.Errorf("%s shows U+%04X", page, r)
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(read("index.csv"), "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 3 {
		t.Fatalf("index.csv: %d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a cell begins as a formula: %q", cell)
			}
		}
	}
	if !json.Valid([]byte(read(item.Hex() + "/report.json"))) {
		t.Error("report.json is no JSON")
	}
	if n := strings.Count(read(item.Hex()+"/report.json"), pipeline.ClaimArchiveMember); n != 200 {
		t.Error(fmt.Sprint(n, " names stand in report.json"))
	}
}
