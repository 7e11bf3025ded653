#!/usr/bin/env python3
"""Writes one archive per damage beside this file, and expected.json with what a reader must say of each.

Shares no code with the reader: offsets are counted here while the bytes are put together. Run it again after a
change; the result is the same on every machine with the same zlib.
"""
import gzip, io, json, os, struct, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
DESCRIPTOR = json.dumps({"Descriptor": {
    "UId": "11111111-2222-3333-4444-555555555555", "Name": "UsrDamaged", "PackageVersion": "1.0.0",
    "ModifiedOnUtc": "/Date(1700000000000)/", "Maintainer": "Backstay samples", "DependsOn": []}}).encode()
EXPECTED = {}


def record(name, content, n=None, size=None):
    raw = name if isinstance(name, bytes) else name.encode("utf-16-le")
    return struct.pack("<i", len(raw) // 2 if n is None else n) + raw + struct.pack("<i", len(content) if size is None else size) + content


GOOD = record("descriptor.json", DESCRIPTOR)
END = len(GOOD)


def pack(data):
    return gzip.compress(data, 9, mtime=0)


def save(name, data, code, offset=None, text="", readable=0):
    """code: the ErrorCode; offset: where, None when the archive has no offset to tell; text: a part of the message;
    readable: packages that must be reported all the same."""
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(data)
    EXPECTED[name] = {"code": code, "offset": offset, "text": text, "packages": readable}


def records(name, data, code, offset, text):
    save(name, pack(data), code, offset, text)


# The gzip layer.
packed = pack(GOOD)
save("empty.gz", b"", "not_recognised", 0, "empty")
save("not-an-archive.gz", b"this is no archive at all", "not_recognised", 0, "no package")
save("gzip-header-only.gz", packed[:10], "malformed", 0, "cut off")
save("gzip-cut-off.gz", packed[:len(packed) // 2], "malformed", None, "cut off")
save("gzip-cut-in-trailer.gz", packed[:-3], "malformed", END, "cut off")
save("gzip-wrong-checksum.gz", packed[:-8] + b"\0\0\0\0" + packed[-4:], "malformed", END, "incorrect data check")
save("gzip-length-too-small.gz", packed[:-4] + b"\1\0\0\0", "malformed", END, "incorrect length check")
save("gzip-length-too-large.gz", packed[:-4] + b"\xff\xff\xff\x7f", "malformed", END, "incorrect length check")
save("gzip-reserved-flags.gz", packed[:3] + b"\xe0" + packed[4:], "malformed", 0, "unknown header flags")
save("gzip-bad-block.gz", packed[:10] + b"\x07" + packed[11:], "malformed", 0, "invalid block type")
save("gzip-trailing-garbage.gz", packed + b"garbage", "malformed", END, "7 bytes that are no gzip data")
save("gzip-trailing-zeros.gz", packed + bytes(512), "malformed", END, "512 bytes that are no gzip data")
save("gzip-of-nothing.gz", pack(b""), "malformed", 0, "holds no record")

# The records.
records("name-length-zero.gz", GOOD + struct.pack("<i", 0) + bytes(64), "malformed", END, "name of 0 characters")
records("zeros.gz", bytes(1 << 20), "malformed", 0, "name of 0 characters")
records("name-length-negative.gz", GOOD + struct.pack("<i", -5) + bytes(64), "malformed", END, "name of -5 characters")
records("name-length-largest.gz", GOOD + struct.pack("<i", 0x7FFFFFFF) + bytes(64), "malformed", END, "2147483647 characters runs behind")
records("name-behind-end.gz", GOOD + record("abcdef", b"", n=9), "malformed", END, "9 characters runs behind")
records("name-over-limit.gz", GOOD + record("x" * 1025, b""), "limit_exceeded", END, "over the limit of 1024")
for stray in (1, 2, 3):
    records("stray-bytes-%d.gz" % stray, GOOD + b"\1\0\0"[:stray], "malformed", END, "%d stray byte" % stray)
records("size-negative.gz", GOOD + record("ab", b"", size=-1), "malformed", END + 4 + 4, "content of -1 bytes")
records("size-behind-end.gz", GOOD + record("ab", b"cd", size=3), "malformed", END + 4 + 4, "content of 3 bytes")
records("size-largest.gz", GOOD + record("ab", b"cd", size=0x7FFFFFFF), "malformed", END + 4 + 4, "content of 2147483647 bytes")
records("size-cut-off.gz", GOOD + record("ab", b"")[:-1], "malformed", END + 4 + 4, "within the content length")
for name, path, text in (
        ("name-parent.gz", "..\\evil.txt", "leaves its folder"), ("name-parent-inside.gz", "Files\\..\\..\\evil.txt", "leaves its folder"),
        ("name-parent-slash.gz", "Files/../../evil.txt", "leaves its folder"), ("name-parent-last.gz", "Files\\..", "leaves its folder"),
        ("name-drive.gz", "C:\\evil.txt", "drive letter"), ("name-drive-relative.gz", "c:evil.txt", "drive letter"),
        ("name-absolute.gz", "\\evil.txt", "starts with a separator"), ("name-absolute-slash.gz", "/evil.txt", "starts with a separator"),
        ("name-share.gz", "\\\\server\\share\\evil.txt", "starts with a separator"), ("name-nul.gz", "Files\\a\0.txt", "NUL"),
        ("name-dots-only.gz", ".\\.", "names no file"), ("name-folder.gz", "Files\\", "names a folder")):
    records(name, GOOD + record(path, b"x"), "unsafe", END + 4, text)
records("name-lone-surrogate.gz", GOOD + record(b"a\0\x00\xd8b\0", b"x"), "malformed", END + 4 + 2, "no valid UTF-16")
records("name-cut-surrogate.gz", GOOD + record(b"a\0\x3d\xd8", b"x"), "malformed", END + 4 + 2, "no valid UTF-16")
records("name-low-surrogate.gz", GOOD + record(b"\x00\xdca\0", b"x"), "malformed", END + 4, "no valid UTF-16")
FIRST = record("Files\\a.txt", b"1")
for name, path in (("name-twice.gz", "Files\\a.txt"), ("name-twice-but-for-case.gz", "FILES\\A.TXT"), ("name-twice-but-for-separator.gz", "Files/a.txt"),
                   ("name-twice-but-for-dots.gz", "Files\\.\\a.txt")):
    records(name, GOOD + FIRST + record(path, b"2"), "unsafe", END + len(FIRST) + 4, "second record")

# The descriptor.
records("descriptor-missing.gz", record("Files\\a.txt", b"1"), "malformed", 0, "no descriptor.json")
records("descriptor-no-json.gz", record("descriptor.json", b'{"Descriptor": oops}'), "malformed", 15, "not valid JSON")
records("descriptor-empty.gz", record("descriptor.json", b""), "malformed", 0, "empty file")
records("descriptor-without-name.gz", record("descriptor.json", b'{"Descriptor": {}}'), "malformed", None, "no Name")
records("descriptor-of-something-else.gz", record("descriptor.json", b"{}"), "malformed", 0, "no \"Descriptor\" object")
records("descriptor-too-deep.gz", record("descriptor.json", b"[" * 100000), "limit_exceeded", None, "nested deeper")
records("template.gz", record("descriptor.json", DESCRIPTOR.replace(b"UsrDamaged", b"%AppCode%")), "not_recognised", None, "template")


# Zips.
def make_zip(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, body in members:
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = method
            z.writestr(info, body)
    return out.getvalue()


def patched(data, at, new):
    return data[:at] + new + data[at + len(new):]


one = make_zip([("UsrDamaged.gz", packed)], zipfile.ZIP_STORED)
central = one.index(b"PK\1\2")
end = one.index(b"PK\5\6")
save("zip-cut-off.zip", one[:end - 10], "malformed", end - 10, "no end record")
save("zip-end-record-cut-off.zip", one[:-5], "malformed", len(one) - 5, "no end record")
save("zip-empty.zip", make_zip([]), "not_recognised", 0, "holds no package")
save("zip-parent-name.zip", make_zip([("../UsrDamaged.gz", packed)]), "unsafe", 0, "leaves its folder")
save("zip-absolute-name.zip", make_zip([("/UsrDamaged.gz", packed)]), "unsafe", 0, "starts with a separator")
save("zip-drive-name.zip", make_zip([("C:/UsrDamaged.gz", packed)]), "unsafe", 0, "drive letter")
save("zip-two-of-one-name.zip", make_zip([("UsrDamaged.gz", packed), ("usrdamaged.GZ", packed)]), "unsafe", 0, "two members")
save("zip-wrong-checksum.zip", patched(one, central + 16, b"\0\0\0\0"), "malformed", 0, "checksum is wrong")
deflated = make_zip([("UsrDamaged.gz", packed)])
size_field = deflated.index(b"PK\1\2") + 24
save("zip-wrong-size.zip", patched(deflated, size_field, struct.pack("<I", len(packed) + 1)), "malformed", 0, "do not inflate to")
save("zip-claims-4-gib.zip", patched(deflated, size_field, b"\xfe\xff\xff\xff"), "limit_exceeded", 0, "claims to inflate")
save("zip-encrypted.zip", patched(patched(one, 6, b"\1\0"), central + 8, b"\1\0"), "not_recognised", 0, "encrypted")
save("zip-unknown-method.zip", patched(patched(one, 8, b"\x0c\0"), central + 10, b"\x0c\0"), "not_recognised", 0, "method 12")
save("zip-too-many-claimed.zip", patched(one, end + 8, b"\xff\x7f\xff\x7f"), "malformed", end, "larger than the archive")
save("zip-member-no-archive.zip", make_zip([("UsrDamaged.gz", b"text")]), "not_recognised", 0, "neither gzip nor zip")
save("zip-member-empty.zip", make_zip([("UsrDamaged.gz", b"")]), "not_recognised", 0, "empty where")
save("zip-template.zip", make_zip([("%AppCode%.gz", packed)]), "not_recognised", 0, "template")
save("zip-of-text.zip", make_zip([("readme.txt", b"hello")]), "not_recognised", 0, "holds no package")
nested = one
for depth in range(2):
    nested = make_zip([("UsrDamaged.gz", nested)])
save("zip-in-zip-in-zip.zip", nested, "limit_exceeded", 0, "deeper than 2")
# Two directory entries for the same bytes.
two = make_zip([("UsrDamaged.gz", packed), ("UsrOther.gz", packed)], zipfile.ZIP_STORED)
first, second = two.index(b"PK\1\2"), two.index(b"PK\1\2", two.index(b"PK\1\2") + 4)
lone = make_zip([("UsrDamaged.gz", packed)], zipfile.ZIP_STORED)
directory = two[first:second] + two[first:second].replace(b"UsrDamaged", b"UsrDamage2")
start = lone.index(b"PK\1\2")
save("zip-overlapping.zip", lone[:start] + directory + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 2, 2, len(directory), start, 0), "unsafe", 0, "overlap")
save("delivery-one-damaged.zip", make_zip([("UsrBroken.gz", packed[:50]), ("UsrDamaged.gz", packed)]), "malformed", None, "cut off", readable=1)

with open(os.path.join(HERE, "expected.json"), "w") as f:
    json.dump(EXPECTED, f, indent=1, sort_keys=True)
    f.write("\n")
