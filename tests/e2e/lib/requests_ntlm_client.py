"""One request by a client that exists: requests, with requests-ntlm, both as they come from the package index.

  requests_ntlm_client.py [--stay] URL USER PASSWORD ntlm|basic|none [HEADER=VALUE...]

It follows redirects, as requests does unless it is told to stay, and prints one JSON object: the last answer, and those
on the way to it; or the error that it ended with.
"""
import json
import sys

import requests
from requests_ntlm import HttpNtlmAuth

follow = "--stay" not in sys.argv
url, user, password, mode, *fields = [word for word in sys.argv[1:] if word != "--stay"]
session = requests.Session()
session.headers.update(field.split("=", 1) for field in fields)
session.auth = {"ntlm": lambda: HttpNtlmAuth(user, password), "basic": lambda: (user, password), "none": lambda: None}[mode]()

try:
    answer = session.get(url, timeout=30, allow_redirects=follow)
except Exception as error:  # requests-ntlm gives up so where it gets no challenge
    print(json.dumps({"error": "%s: %s" % (type(error).__name__, error)}))
    sys.exit()
print(json.dumps({
    "status": answer.status_code,
    "url": answer.url,
    "history": [[one.status_code, one.url] for one in answer.history],
    "headers": {name.lower(): value for name, value in answer.headers.items()},
    "cookies": {cookie.name: cookie.value for cookie in session.cookies},
    "text": answer.text,
}))
