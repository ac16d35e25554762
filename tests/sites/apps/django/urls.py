"""The admin, and what shows an address that the site builds and the address of its client."""
from django.contrib import admin
from django.http import JsonResponse
from django.urls import path


def seen(request):
    return JsonResponse({
        "url": request.build_absolute_uri(),
        "secure": request.is_secure(),
        "forwarded": request.META.get("HTTP_X_FORWARDED_FOR"),
    })


urlpatterns = [path("admin/", admin.site.urls), path("seen/", seen)]
