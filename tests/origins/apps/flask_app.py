"""Flask behind gunicorn: says what it understood of each request. Trusts its proxy, as werkzeug's ProxyFix is set up to."""
import json
import os

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

with open(os.environ["ORIGINS_SITE"], encoding="utf-8") as file:
    SITE = json.load(file)
WATCHED = SITE["watched"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

app = Flask(__name__, static_folder=None)
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1, x_prefix=1)


def understood(resource):
    def watched(values, names):
        return {name: values.getlist(name) for name in names if name in values}

    environ = request.environ
    return {
        "understood": True,
        "resource": resource,
        "script": request.root_path,
        "method": request.method,
        "target": environ.get("RAW_URI"),
        "scheme": request.scheme,
        "host": request.host,
        "query": watched(request.args, WATCHED["parameters"]),
        "form": watched(request.form, WATCHED["parameters"]),
        "cookies": watched(request.cookies, WATCHED["cookies"]),
        "user": request.remote_user,
        "headers": [[name[5:], value] for name, value in environ.items() if name.startswith("HTTP_")],
    }


def add(rule, name, resource):
    app.add_url_rule(rule, name, lambda rest=None: understood(resource(rest)), methods=METHODS, strict_slashes=False)


for page in SITE["pages"]:
    add(page, f"page {page}", lambda _, page=page: page)
for folder in SITE["folders"]:
    add(f"{folder}/", f"folder {folder}", lambda _, folder=folder: folder)
    add(f"{folder}/<path:rest>", f"below {folder}", lambda rest, folder=folder: f"{folder}/{rest}")
add("/", "home", lambda _: "/")
add("/<path:rest>", "elsewhere", lambda rest: f"/{rest}")
