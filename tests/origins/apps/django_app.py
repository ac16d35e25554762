"""Django behind gunicorn: says what it understood of each request. Trusts its proxy by Django's own settings."""
import json
import os
import re

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import re_path

with open(os.environ["ORIGINS_SITE"], encoding="utf-8") as file:
    SITE = json.load(file)
WATCHED = SITE["watched"]

settings.configure(
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware", "django.middleware.security.SecurityMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for this test",
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    USE_X_FORWARDED_HOST=True,
    USE_X_FORWARDED_PORT=True,
)
django.setup()


def understood(request, resource):
    def watched(values, names):
        return {name: values.getlist(name) if hasattr(values, "getlist") else [values[name]] for name in names if name in values}

    meta = request.META
    return JsonResponse({
        "understood": True,
        "resource": resource,
        "script": meta.get("SCRIPT_NAME", ""),
        "method": request.method,
        "target": meta.get("RAW_URI"),
        "scheme": request.scheme,
        "host": request.get_host(),
        "query": watched(request.GET, WATCHED["parameters"]),
        "form": watched(request.POST, WATCHED["parameters"]),
        "cookies": watched(request.COOKIES, WATCHED["cookies"]),
        "user": meta.get("REMOTE_USER"),
        "headers": [[name[5:], value] for name, value in meta.items() if name.startswith("HTTP_")],
    })


def page_at(path):
    return re_path(f"^{re.escape(path[1:])}/?$", lambda request: understood(request, path))


def folder_at(path):
    return re_path(f"^{re.escape(path[1:])}(?P<rest>/.*)?$", lambda request, rest=None: understood(request, path + (rest or "")))


urlpatterns = [
    *map(page_at, SITE["pages"]),
    *map(folder_at, SITE["folders"]),
    re_path("", lambda request: understood(request, request.path_info)),
]
application = get_wsgi_application()
