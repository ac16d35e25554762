"""An ordinary Flask site: a session, a token against forged forms, an upload, and redirects to whole addresses. What
docs/origins.md tells an operator to set comes from SITE_LINES."""
import os
import secrets

from flask import Flask, abort, jsonify, redirect, request, session, url_for

app = Flask(__name__)
app.secret_key = "only for this test"
app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=True)
exec(os.environ["SITE_LINES"])


def form(fields, more=""):
    token = session.setdefault("token", secrets.token_hex(16))
    return f'<form method="post"{more}><input type="hidden" name="token" value="{token}">{fields}<button>Send</button></form>'


@app.before_request
def refuse_forged_forms():
    own = f"{request.scheme}://{request.host}"
    if request.method == "POST" and (request.headers.get("Origin", own) != own or request.form.get("token") != session.get("token", "")):
        abort(403)


@app.get("/seen")
def seen():
    return jsonify(url=request.url, secure=request.is_secure, address=request.remote_addr)


@app.get("/login")
def login():
    return form('<input name="user">')


@app.post("/login")
def enter():
    session["user"] = request.form["user"]
    return redirect(url_for("account", _external=True))


@app.get("/account")
def account():
    if "user" not in session:
        return redirect(url_for("login", _external=True))
    more = ' action="/upload" enctype="multipart/form-data"'
    return f"<h1>{session['user']}</h1><p>{session.get('file', '')}</p>" + form('<input type="file" name="file">', more)


@app.post("/upload")
def upload():
    file = request.files["file"]
    session["file"] = f"{file.filename}: {len(file.read())} bytes"
    return redirect(url_for("account", _external=True))
