#!/usr/bin/env python3
"""An independent verifier of signed redirects, written from the description of the format alone.

Reads one JSON object a line, {"url", "key", "now", "inclusive"?}; writes one line for each: "ok", or what is wrong.
It does as the vendor's Perl client does: cut the query right behind the first "&signature=", append the secret, digest.
"""
import hashlib
import hmac
import json
import re
import sys
from urllib.parse import urlsplit


def verify(case):
    query = urlsplit(case["url"]).query
    found = re.search(r"[&;]signature=", query)
    if not found:
        return "no signature"
    covered, signature = query[: found.end()], query[found.end() :]
    if not case.get("inclusive", True):
        covered = query[: found.start()]
    times = re.findall(r"(?:^|[&;])ts=([^&;]*)", query)
    if len(times) != 1 or not times[0].isdigit():
        return "no time"
    if abs(case["now"] - int(times[0])) > 5:
        return "another time"
    digest = {32: "md5", 40: "sha1"}.get(len(signature))
    if digest is None:
        return "no digest: %s" % signature
    expected = hashlib.new(digest, (covered + case["key"]).encode("utf-8")).hexdigest()
    return "ok" if hmac.compare_digest(expected, signature) else "another text or key"


for line in sys.stdin:
    print(verify(json.loads(line)), flush=True)
