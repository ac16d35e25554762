#!/usr/bin/env python3
"""Two independent readers of multipart/form-data, which have nothing in common.

The standard library's mail parser goes line by line, and takes any line end. The other one splits at the boundary
wherever it stands, and searches for `name=`, as small web frameworks do.

Reads {"boundary": text, "body": hex} a line, writes a JSON array a line: for each reader, the parts as
[name in hex, value in hex, whether it is a file].
"""
import email.parser
import json
import re
import sys


def by_mail(boundary, body):
    text = 'Content-Type: multipart/form-data; boundary="%s"\r\n\r\n' % boundary + body.decode("latin-1")
    message = email.parser.Parser().parsestr(text)
    parts = message.get_payload() if message.is_multipart() else []
    read = []
    for part in parts:
        name = part.get_param("name", "", header="content-disposition")
        is_file = part.get_param("filename", header="content-disposition") is not None
        read.append([name.encode("latin-1").hex(), part.get_payload().encode("latin-1").hex(), is_file])
    return read


def by_search(boundary, body):
    read = []
    for piece in body.split(b"--" + boundary.encode("ascii"))[1:]:
        if piece.startswith(b"--"):
            break
        header, _, value = piece.partition(b"\r\n\r\n")
        name = re.search(rb'\bname=(?:"([^"]*)"|([^\s;]*))', header)
        name = (name[1] or name[2] or b"") if name else b""
        is_file = re.search(rb"\bfilename\*?=", header) is not None
        read.append([name.hex(), value[:-2].hex(), is_file])
    return read


for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps([reader(case["boundary"], bytes.fromhex(case["body"])) for reader in (by_mail, by_search)]))
