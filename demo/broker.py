"""The broker of a gate: says who somebody is, for a network whose sign-in (Kerberos, NTLM) the gate cannot relay.

Such a sign-in authenticates a connection, so it must end where the connection ends: here, inside the network. The web
server in front of this application (IIS, Apache with mod_auth_gssapi) does it and sets REMOTE_USER. The browser comes
from the gate with a `state`; it goes back with that state, the user's name and a signature that holds for a minute.

A WSGI application, `application`, of the standard library only. Its settings are environment variables:
  EDGEGATE_GATE           the gate's address, as browsers write it: https://gate.example.org
  EDGEGATE_BROKER         this broker's name in the gate's policy
  EDGEGATE_BROKER_KEY_ID  the id of the link key that the gate trusts it with
  EDGEGATE_BROKER_KEY     the value of that key; whoever has it can be anybody
"""
import base64
import hashlib
import hmac
import os
import re
import time
from urllib.parse import parse_qs, quote

LIFETIME = 60  # seconds: the browser comes at once; a copy found later in a history or a log is worth nothing

# Plain http is for a demo on one machine: elsewhere everybody on the way would read the signed address.
GATE = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?|http://(127\.0\.0\.1|localhost)(:[0-9]+)?")
STATE = re.compile(r"[A-Za-z0-9_.~-]{1,4096}")
LONGEST = 255
NAME = "".join(map(chr, range(0x21, 0x7F))).replace("%", "")
SERVER_ERROR = "500 Internal Server Error"


def application(environ, start_response):
    status, headers, text = answer(environ)
    body = (text + "\n").encode() if text else b""
    start_response(status, headers + [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),  # the address signs somebody in
        ("Referrer-Policy", "no-referrer"),
    ])
    return [body]


def answer(environ):
    # A browser that was sent here comes by GET. What looks ahead with HEAD must not be given a signed address.
    if environ["REQUEST_METHOD"] != "GET":
        return "405 Method Not Allowed", [("Allow", "GET")], "Only GET."
    settings = ("EDGEGATE_GATE", "EDGEGATE_BROKER", "EDGEGATE_BROKER_KEY_ID", "EDGEGATE_BROKER_KEY")
    gate, name, key_id, key = (os.environ.get(setting, "") for setting in settings)
    if not GATE.fullmatch(gate) or not name or not key_id or not key:
        return SERVER_ERROR, [], "The broker is not set up: EDGEGATE_GATE, _BROKER, _BROKER_KEY_ID or _BROKER_KEY is missing or wrong."
    # An empty name is no name: some servers set the variable for anonymous visitors too.
    user = environ.get("REMOTE_USER", "")
    if not user:
        return SERVER_ERROR, [], ("The web server did not authenticate you: Windows or Kerberos sign-in is not set up for this "
                                  "address, or anonymous access is still allowed.")
    name_of_user = subject(user)
    if name_of_user is None:
        return SERVER_ERROR, [], "The web server hands over a user name that is no WSGI string (PEP 3333), or one too long for the gate."
    # The state is the gate's, and goes back unread. What could not be one must not come near the address that is signed.
    states = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True).get("state", [])
    if len(states) != 1 or not STATE.fullmatch(states[0]):
        return "400 Bad Request", [], "This address works only when the gate sends you here. Go back and open the page again."
    return "302 Found", [("Location", gate + signed(gate, name, states[0], name_of_user, key_id, key))], ""


def signed(gate, name, state, user, key_id, key):
    """The path and query that the gate takes from us: a signed link. Where it leads is in the settings, never in the
    request: otherwise any address could be made to get a signed name."""
    path = "/.edgegate/broker/" + quote(name, safe="")
    query = "state=%s&user=%s&eg_kid=%s&eg_exp=%d" % (state, quote(user, safe=""), quote(key_id, safe=""), time.time() + LIFETIME)
    host = gate.split("://", 1)[1]
    text = "GET\n%s\n%s?%s" % (host, path, query)
    mac = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return "%s?%s&eg_sig=%s" % (path, query, base64.urlsafe_b64encode(mac).decode().rstrip("="))


def subject(user):
    """Who it is to the gate and to the site behind it. That becomes a header field, so what is not printable ASCII, a space
    or a percent sign is written as %XX. WSGI hands bytes over in the guise of Latin-1 (PEP 3333), and those bytes count:
    no two users share a name. None for what no such server hands over, and for a name longer than the gate takes."""
    try:
        name = quote(user.encode("latin-1"), safe=NAME)
    except UnicodeError:
        return None
    return name if len(name) <= LONGEST else None
