#!/usr/bin/env python3
"""An independent signer, written from the description of the formats alone.

Reads one JSON object a line, writes one signature a line.

  {"format": "link", "hash": "sha256", "key": hex, "method", "host", "path", "query", "kid", "exp", "nbf"?, "ip"?}
  {"format": "redirect", "hash": "md5", "key": hex, "query", "ts", "inclusive": bool}
"""
import base64
import hashlib
import hmac
import json
import sys


def link(case):
    terms = [("eg_kid", case["kid"]), ("eg_exp", case["exp"]), ("eg_nbf", case.get("nbf")), ("eg_ip", case.get("ip"))]
    pieces = [case["query"]] if case["query"] else []
    pieces += ["%s=%s" % (name, value) for name, value in terms if value is not None]
    method = "GET" if case["method"] == "HEAD" else case["method"]
    text = "%s\n%s\n%s?%s" % (method, case["host"], case["path"], "&".join(pieces))
    mac = hmac.new(bytes.fromhex(case["key"]), text.encode("utf-8"), case["hash"]).digest()
    return base64.urlsafe_b64encode(mac).decode("ascii").rstrip("=")


def redirect(case):
    text = (case["query"] + "&" if case["query"] else "") + "ts=%d" % case["ts"]
    if case["inclusive"]:
        text += "&signature="
    return hashlib.new(case["hash"], text.encode("utf-8") + bytes.fromhex(case["key"])).hexdigest()


for line in sys.stdin:
    case = json.loads(line)
    print({"link": link, "redirect": redirect}[case["format"]](case))
