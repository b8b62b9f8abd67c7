"""Files that attack whoever opens them: bombs, slips, playlists, polyglots, entities, formulas, truncated and mislabelled ones.

`files()` gives path in the claim folder -> bytes; all are small on disk. `READABLE` are those that are what they say, only with something in
them that must not be acted on.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

READABLE = frozenset(
    (
        "photos/polyglot_zip.jpg", "photos/polyglot_html.jpg", "photos/exif_loop.jpg", "photos/text_bomb.png", "photos/profile_bomb.png",
        "learning_logs/formulas.csv", "learning_logs/formulas.xlsx", "application/javascript.pdf", "application/plain.txt", "application/formulas.xlsx",
    )
)  # fmt: skip


def _ten(n: int) -> str:
    return f"&a{n};" * 10


def _laughs() -> str:
    """A billion of them, if it were believed."""
    levels = "".join(f'<!ENTITY a{n} "{_ten(n - 1)}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "lol">{levels}]>'


LAUGHS = _laughs()
XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def jpeg(size: tuple[int, int] = (320, 240), exif: bytes | None = None) -> bytes:
    data = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(data, "JPEG", **({"exif": exif} if exif else {}))
    return data.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, extra: bytes = b"", rows: int | None = None, crc: int = 0) -> bytes:
    """Grey; `rows` of pixels are really there (default: all)."""
    raw = zlib.compressobj(9)
    pixels = b"".join(raw.compress(bytes(width + 1)) for _ in range(height if rows is None else rows)) + raw.flush()
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    if crc:
        head = head[:-1] + bytes([head[-1] ^ crc])
    return b"\x89PNG\r\n\x1a\n" + head + extra + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def zipped(members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def workbook(sheet: bytes | str, strings: bytes | str | None = None, prolog: str = "") -> bytes:
    """An xlsx around the XML of one sheet."""
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
    types += f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
    types += f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kinds}.sharedStrings+xml"/>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{default}{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{prolog}<workbook xmlns="{_MAIN}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{_MAIN}"/>',
    }
    return zipped(members)


def rows(*table: tuple[str, ...], prolog: str = "") -> str:
    cells = "".join(f'<row r="{n}">' + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) + "</row>" for n, row in enumerate(table, 1))
    return f'{prolog}<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def _document(body: bytes | str) -> bytes:
    types = '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{types}</Types>',
            "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>',
            "word/document.xml": body,
        }
    )


def pdf(*objects: str, trailer: str = "/Root 1 0 R") -> bytes:
    body = "%PDF-1.7\n" + "".join(f"{n} 0 obj\n{text}\nendobj\n" for n, text in enumerate(objects, 1))
    return (body + f"trailer << {trailer} /Size {len(objects) + 1} >>\n%%EOF").encode("latin-1")


def box(kind: bytes, content: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", len(content) + 8 if size is None else size) + kind + content


def _mp4(samples: int) -> bytes:
    """A track that says it has very many samples, without any."""
    table = (
        box(b"stsz", struct.pack(">III", 0, 0, samples)) + box(b"stts", struct.pack(">IIII", 0, 1, samples, 1)) + box(b"stco", struct.pack(">II", 0, samples))
    )
    stbl = box(b"stbl", box(b"stsd", struct.pack(">II", 0, 0)) + table)
    media = box(b"mdia", box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 1, samples, 0, 0)) + box(b"hdlr", bytes(8) + b"vide" + bytes(13)) + box(b"minf", stbl))
    return box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", box(b"mvhd", bytes(100)) + box(b"trak", box(b"tkhd", bytes(84)) + media)) + box(b"mdat", b"")


def _photos() -> dict[str, bytes]:
    good = jpeg()
    bomb = zlib.compress(bytes(200_000_000), 9)
    loop = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08\0\0\0\x08"
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHIIHHIII", 2, 256, 3, 1, 60_000, 257, 3, 1, 60_000, 8)
    return {
        "pixels.png": png(50_000, 50_000, rows=3),
        "wide.png": png(2_000_000_000, 1, rows=0),
        "no_pixels.png": png(0, 0),
        "text_bomb.png": png(64, 64, _chunk(b"zTXt", b"a\0\0" + bomb)),
        "profile_bomb.png": png(64, 64, _chunk(b"iCCP", b"a\0\0" + bomb)),
        "checksum.png": png(64, 64, crc=0xFF),
        "pixels.jpg": good[: good.index(b"\xff\xc0") + 5] + b"\xff\xff\xff\xff" + good[good.index(b"\xff\xc0") + 9 :],
        "truncated.jpg": good[: len(good) // 2],
        "head_only.jpg": good[:20],
        "empty.jpg": b"",
        "one_byte.jpg": b"\xff",
        "exif_loop.jpg": jpeg(exif=loop),
        "polyglot_zip.jpg": good + zipped({"../../evil.sh": "rm -rf /"}),
        "polyglot_html.jpg": good + b"<html><script>alert(1)</script></html>",
        "postscript.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file 100 string readstring pop ==\nshowpage\n",
        "svg.jpg": (XXE + '<svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>').encode(),
        "page.jpg": b"<html><body onload=alert(1)></body></html>",
        "script.png": b"#!/bin/sh\nrm -rf /\n",
        "a_pdf.jpg": pdf("<< /Type /Catalog >>"),
        "pixels.bmp": b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 100_000, 100_000, 1, 24, 0, 0, 0, 0, 0, 0),
        "loop.tiff": tiff,
        "truncated.webp": b"RIFF\xff\xff\xff\x7fWEBPVP8L\xff\xff\xff\x7f/\xff\xff\xff\xff",
        "truncated.heic": box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + box(b"meta", b"", 0x7FFFFFFF),
    }


def _videos() -> dict[str, bytes]:
    return {
        "playlist.mp4": b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:300,\nsecret.mp4\n#EXT-X-ENDLIST\n",
        "playlist_far.mp4": b"#EXTM3U\n#EXTINF:300,\nhttp://127.0.0.1:9/secret.mp4\n#EXT-X-ENDLIST\n",
        "playlist_master.mov": b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nfile:///etc/passwd\n",
        "concat.mp4": b"ffconcat version 1.0\nfile secret.mp4\nduration 300\n",
        "dash.mp4": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT300S"><Period><AdaptationSet mimeType="video/mp4">'
        b'<Representation id="1" bandwidth="1"><BaseURL>secret.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>',
        "session.mp4": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9999 RTP/AVP 96\n",
        "subtitle.mkv": b"[Script Info]\n[Events]\nDialogue: 0,0:00:00.00,9:00:00.00,x\n",
        "samples.mp4": _mp4(0xFFFFFFF0),
        "box_size.mp4": box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", b"", 0x7FFFFFFF),
        "box_loop.mp4": box(b"ftyp", b"isom" + bytes(4)) + struct.pack(">I", 0) + b"moov" + box(b"trak", b"", 0) * 50,
        "deep.mp4": box(b"ftyp", b"isom" + bytes(4)) + _nested_boxes(3000),
        "head_only.mp4": box(b"ftyp", b"isom" + bytes(4)),
        "head_only.mkv": b"\x1aE\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff",
        "index.avi": b"RIFF\xff\xff\xff\x7fAVI LIST\xff\xff\xff\x7fhdrlavih" + b"\xff" * 60,
        "head_only.flv": b"FLV\x01\x05\x00\x00\x00\x09" + b"\xff" * 20,
        "head_only.wmv": b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\x00\xaa\x00b\xcel" + b"\xff" * 24,
        "head_only.mpg": b"\x00\x00\x01\xba" + b"\xff" * 30,
        "program.mp4": b"\x7fELF" + bytes(200),
        "picture.mp4": jpeg(),
        "empty.mov": b"",
    }


def _nested_boxes(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = box(b"moov", inner)
    return inner


def _tables() -> dict[str, bytes]:
    header, formula = ("姓名", "身份证号", "课程名称", "开始时间", "结束时间"), "=cmd|' /C calc'!A0"
    line = (formula, "220104199001011779", '=HYPERLINK("http://x","y")', "2021-11-08 08:00", "2021-11-08 09:00")
    filler = (
        f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode()
        + b'<row r="1"><c t="inlineStr"><is><t>'
        + b"a" * 250_000_000
        + b"</t></is></c></row></sheetData></worksheet>"
    )
    escaped = tuple(text.replace("&", "&amp;").replace('"', "&quot;") for text in line)
    return {
        "formulas.csv": "\n".join(",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row) for row in (header, line)).encode("utf-8-sig"),
        "formulas.xlsx": workbook(rows(header, escaped)),
        "bomb.xlsx": workbook(filler),
        "strings.xlsx": workbook(rows(header), strings=LAUGHS + f'<sst xmlns="{_MAIN}"><si><t>&a9;</t></si></sst>'),
        "entities.xlsx": workbook(rows(("&a9;",), prolog=LAUGHS)),
        "outside.xlsx": workbook(rows(("&a;",), prolog=XXE)),
        "outside_book.xlsx": workbook(rows(header), prolog=XXE),
        "truncated.xlsx": workbook(rows(header, escaped))[:-200],
        "not_office.xlsx": zipped({"a.txt": "a"}),
        "picture.xlsx": jpeg(),
        "truncated.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
        "noise.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 16,
        "one_line.csv": b"a" * 8_000_000,
        "zeros.csv": bytes(100_000),
        "quotes.csv": b'"' * 200_001,
        "deep.json": b"[" * 200_000,
        "deep_objects.json": b'{"a":' * 100_000,
        "number.json": b'[{"result": {"duration": ' + b"9" * 50_000 + b"}}]",
        "broken.jsonl": b'{"actor": \n' * 100,
        "program.csv": b"MZ\x90\x00" + bytes(2000),
        "empty.csv": b"",
    }


def _documents() -> dict[str, bytes]:
    catalogue, page = "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {0} {0}] >>"
    many = "<< /Type /Pages /Count 2000000000 /Kids [2 0 R] >>"
    word = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>'
    )
    flate = zlib.compress(zlib.compress(bytes(300_000_000), 9), 9)
    content = f"<< /Length {len(flate)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n".encode() + flate + b"\nendstream"
    stream = pdf(catalogue, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page.format(100)[:-3] + " /Contents 4 0 R >>", "STREAM").replace(b"STREAM", content)
    return {
        "huge_page.pdf": pdf(catalogue, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page.format(10**9)),
        "page_loop.pdf": pdf(catalogue, many),
        "stream_bomb.pdf": stream,
        "javascript.pdf": pdf(
            catalogue[:-3] + " /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page.format(200)
        ),
        "encrypted.pdf": pdf(
            catalogue, "<< /Type /Pages /Count 0 /Kids [] >>", "<< /Filter /Standard /V 1 /R 2 /O (x) /U (y) /P -4 >>", trailer="/Root 1 0 R /Encrypt 3 0 R"
        ),
        "truncated.pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Cat",
        "head_only.pdf": b"%PDF-1.7\n",
        "a_picture.pdf": jpeg(),
        "entities.docx": _document(LAUGHS + word.format("&a9;")),
        "outside.docx": _document(XXE + word.format("&a;")),
        "bomb.docx": _document(word.format("a" * 250_000_000)),
        "truncated.docx": _document(word.format("a"))[:-60],
        "program.docx": b"MZ\x90\x00" + bytes(500),
        "formulas.xlsx": workbook(rows(("=1+1", "=cmd|' /C calc'!A0"))),
        "plain.txt": b"=cmd|' /C calc'!A0\n<script>alert(1)</script>\n",
        "noise.txt": bytes(range(256)) * 40,
    }


def _archives() -> dict[str, bytes]:
    photo = jpeg((64, 48))
    nested = zipped({"a.jpg": photo})
    for level in range(12):
        nested = zipped({f"{level}.zip": nested})
    return {
        "slip.zip": zipped({"../../../../tmp/slip.jpg": photo, "/etc/slip.jpg": photo, "C:\\slip.jpg": photo, "..\\..\\slip.jpg": photo}),
        "link.zip": _patched(zipped({"link.jpg": "/etc/passwd"}), lambda info: setattr(info, "external_attr", 0o120777 << 16)),
        "bomb.zip": zipped({"zeros.jpg": bytes(300_000_000)}),
        "nested.zip": nested,
        "overlap.zip": _overlapping(photo, 2000),
        "many.zip": zipped({f"{n}.jpg": b"" for n in range(21_000)}, zipfile.ZIP_STORED),
        "encrypted.zip": _flagged(zipped({"a.jpg": photo})),
        "method.zip": _method(zipped({"a.jpg": photo}), 99),
        "truncated.zip": zipped({"a.jpg": photo})[:-30],
        "names.zip": zipped({"a\x00b.jpg": photo, "\u202egpj.exe": photo, "x" * 300 + ".jpg": photo, "con.jpg": photo, "a\nb.jpg": photo}),
        "size.zip": _lying(zipped({"a.jpg": bytes(1_000_000)})),
    }


def _patched(archive: bytes, change: Callable[[zipfile.ZipInfo], None]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(data, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            change(info)
            target.writestr(info, content)
    return data.getvalue()


def _central(archive: bytes) -> int:
    return archive.index(b"PK\x01\x02")


def _flagged(archive: bytes) -> bytes:
    at = _central(archive)
    return archive[:6] + b"\x01" + archive[7 : at + 8] + b"\x01" + archive[at + 9 :]


def _method(archive: bytes, method: int) -> bytes:
    at = _central(archive)
    packed = struct.pack("<H", method)
    return archive[:8] + packed + archive[10 : at + 10] + packed + archive[at + 12 :]


def _lying(archive: bytes) -> bytes:
    """The directory says 10 bytes where a megabyte comes out."""
    at = _central(archive) + 24
    return archive[:at] + struct.pack("<I", 10) + archive[at + 4 :]


def _overlapping(content: bytes, times: int) -> bytes:
    """Many entries of the directory that share one entry's bytes."""
    one = zipped({"a.jpg": content})
    at, end = _central(one), one.index(b"PK\x05\x06")
    entry = one[at:end]
    return one[:at] + entry * times + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, times, times, len(entry) * times, at, 0)


def files() -> dict[str, bytes]:
    """Path in the claim folder -> bytes."""
    folders = {"photos": _photos(), "videos": _videos(), "learning_logs": _tables(), "application": _documents(), "assessments": _archives()}
    found = {f"{folder}/{name}": data for folder, members in folders.items() for name, data in members.items()}
    return found | {"invoices/entities.pdf": (LAUGHS + "<x>&a9;</x>").encode(), "invoices/deep.json": json.dumps({"a": "b"}).encode() * 3}
