"""A real NTLM endpoint on loopback: it authenticates connections, as IIS does, and knows the person on them from then on.

  ntlm_endpoint.py [SCHEME...]     NTLM and Negotiate (with NTLM inside) unless it is told

NTLM_USERS has a line DOMAIN:USER:PASSWORD for each person. It prints `listening PORT`. Each line that it reads is a JSON
object of environment variables to set, answered with `set`; it ends when its input does.

  /broker...       demo/broker.py, for whom the connection was authenticated as
  /open/broker...  the same by a web server that authenticates nobody
  anything else    whom it takes the caller for, as JSON
"""
import base64
import binascii
import importlib.util
import itertools
import json
import os
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import spnego

connections = itertools.count(1)


class Connection(BaseHTTPRequestHandler):
    """One instance is one TCP connection, so what it knows is what was authenticated on it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one write: in two, the second would wait for the first's acknowledgement

    def setup(self):
        super().setup()
        self.number = next(connections)
        self.handshake = None
        self.user = None

    def answer(self):
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return self.send(411, [], b"")
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/open/broker"):
            return self.broker(None)
        if not self.is_authenticated():
            return None
        if self.path.startswith("/broker"):
            return self.broker(self.user)
        seen = {"user": self.user, "authorization": "Authorization" in self.headers, "connection": self.number, "path": self.path}
        return self.send(200, [("Content-Type", "application/json")], json.dumps(seen).encode())

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

    def is_authenticated(self):
        """Whether somebody is on this connection. If not, the answer is sent: the handshake's next step or its beginning."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme not in schemes:
            return self.user is not None or self.demand(schemes)
        try:
            reply = self.step(scheme, base64.b64decode(token, validate=True))
        except (spnego.exceptions.SpnegoError, ValueError, binascii.Error):
            self.handshake = None
            return self.demand(schemes)
        if not self.handshake.complete:
            return self.demand(["%s %s" % (scheme, base64.b64encode(reply).decode())])
        self.user = people[self.handshake.client_principal.lower()]
        self.handshake = None
        return True

    def step(self, scheme, token):
        if self.handshake is None or token.startswith(FIRST_MESSAGE):
            self.user = None
            pure = spnego.NegotiateOptions.use_ntlm if scheme == "NTLM" else spnego.NegotiateOptions.use_negotiate
            self.handshake = spnego.server(protocol=scheme.lower(), options=pure)
        return self.handshake.step(token)

    def demand(self, challenges):
        # Without a body Chromium would show an error of its own in place of the answer.
        self.send(401, [("WWW-Authenticate", challenge) for challenge in challenges], b"Sign in.\n")
        return False

    def broker(self, user):
        path, _, query = self.path.partition("?")
        environ = {"REQUEST_METHOD": self.command, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": self.headers.get("Host", "")}
        if user is not None:
            environ["REMOTE_USER"] = user.encode().decode("latin-1")
        setup_testing_defaults(environ)
        head = {}

        def start_response(status, headers, _=None):
            head.update(status=int(status[:3]), headers=[field for field in headers if field[0] != "Content-Length"])
            return lambda data: None

        body = application(environ, start_response)
        text = b"".join(body)
        body.close()
        self.send(head["status"], head["headers"], text)

    def send(self, status, headers, body):
        self.send_response(status)
        for name, value in headers + [("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a browser that leaves is none of ours
            super().handle_error(request, client_address)


def load_broker():
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("broker", Path(__file__).parents[3] / "demo/broker.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return validator(module.application)


FIRST_MESSAGE = b"NTLMSSP\0\1\0\0\0"

schemes = sys.argv[1:] or ["Negotiate", "NTLM"]
lines = os.environ["NTLM_USERS"].split()
people = {"%s\\%s".lower() % tuple(line.lower().split(":")[:2]): "%s\\%s" % tuple(line.split(":")[:2]) for line in lines}
application = load_broker()

with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".ntlm") as file, Server(("127.0.0.1", 0), Connection) as server:
    file.write("\n".join(lines))
    file.flush()
    os.environ["NTLM_USER_FILE"] = file.name
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening", server.server_address[1], flush=True)
    for line in sys.stdin:
        os.environ.update(json.loads(line))
        print("set", flush=True)
    server.shutdown()
